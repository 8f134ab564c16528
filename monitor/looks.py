"""How well a source has been looked at: what a judgement may rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.clock import Moment, local_date
from core.nouns import Outcome, SourceResult
from core.settings import RunRules, SourceSettings

_EVERY_DAYS = {"daily": 1, "weekly": 7}
_TEXTS = {
    Outcome.BLOCKED: "网站拒绝访问", Outcome.UNREACHABLE: "网站无法访问",
    Outcome.REDESIGNED: "网页改版，读不出内容", Outcome.NOT_RUN: "没有采集",
}


class Facts(Protocol):
    """What the store knows of a source's records (:class:`store.records.SourceFacts`)."""

    @property
    def count(self) -> int: ...  # noqa: D102
    @property
    def latest(self) -> Moment | None: ...  # noqa: D102
    @property
    def undated(self) -> int: ...  # noqa: D102
    @property
    def latest_url(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """A source's settings and its results, newest first. ``day`` is the day on which their age is counted."""

    day: date
    source: SourceSettings
    results: Sequence[SourceResult]
    rules: RunRules

    @property
    def tries(self) -> Sequence[SourceResult]:
        """The results without those of runs that left this source out: that is nobody's failure."""
        return [result for result in self.results if result.outcome is not Outcome.NOT_RUN]

    @property
    def last_read(self) -> SourceResult | None:
        """The last time that the source was really read."""
        return next((result for result in self.results if result.outcome.looked), None)

    @property
    def allowed_days(self) -> int:
        """How old a look may be: the source's cadence, and the days that the run rule forgives."""
        return _EVERY_DAYS[self.source.cadence] - 1 + self.rules.silent_days

    @property
    def proven_empty(self) -> bool:
        """Whether the list was last seen to hold nothing; "unchanged" repeats what was seen before it."""
        seen = (result.outcome for result in self.results if result.outcome.looked)
        return next((outcome for outcome in seen if outcome is not Outcome.UNCHANGED), None) is Outcome.EMPTY

    @property
    def doubt(self) -> str | None:
        """Why nothing can be said of the source's content; None where the last look is recent enough."""
        name, read = f"来源“{self.source.name}”", self.last_read
        if not self.source.confirmed:
            return f"{name}尚未经人工确认，没有采集"
        if not self.results:
            return f"{name}尚未采集过"
        if read is None or read.checked_at is None:
            return f"{name}从未采集成功，最近一次：{outcome_text(self.results[0])}"
        looked = local_date(read.checked_at)
        if (self.day - looked).days <= self.allowed_days:
            return None
        after = f"，其后：{outcome_text(self.results[0])}" if read is not self.results[0] else ""
        return f"{name}最近一次采集成功在{looked}，至{self.day}已{(self.day - looked).days}天{after}"


def outcome_text(result: SourceResult) -> str:
    """An outcome as staff read it, with the reason where one was given."""
    return _TEXTS.get(result.outcome, "已采集") + (f"（{result.error}）" if result.error else "")
