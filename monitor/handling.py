"""What people say of a finding, and how long that holds. It never closes a finding: only an explicit ok does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from core.errors import TownwatchError
from core.nouns import Finding

What = Literal["fixed", "false_alarm", "accepted", "undo"]
LONGEST = timedelta(days=366)
_SINKING = ("due", "overdue", "delinquent", "blank")


class HandlingError(TownwatchError):
    """Something that cannot be said of this finding; the sentence is for the person who tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What a finding's ``handling`` becomes, and the event that says so."""

    handling: Literal["", "fixed", "false_alarm", "accepted"]
    until: date | None
    event: str
    note: str


def decide(finding: Finding, what: str, *, note: str, until: date | None, today: date) -> Handled:
    """A person's word on an open finding. Raises HandlingError. Pure."""
    if not finding.open:
        raise HandlingError("这个问题已经解决，不必再处理")
    match what:
        case "fixed":
            return Handled(handling="fixed", until=None, event="fixed", note=note)
        case "false_alarm":
            return Handled(handling="false_alarm", until=None, event="false_alarm", note=_reason(note, "误报的理由"))
        case "accepted":
            return Handled(
                handling="accepted", until=_until(until, today), event="accepted", note=_reason(note, "暂缓的理由")
            )
        case "undo":
            if not finding.handling:
                raise HandlingError("这个问题还没有处理，没有可撤销的")
            return Handled(handling="", until=None, event="undo", note=note)
    raise HandlingError("没有这种处理方式")


def carried(before: Finding, now: Finding, today: date) -> tuple[Finding, str | None]:
    """The finding as judged bad again, with what of its handling still holds, and the event where it no longer does:
    said to be mended and still bad, put off until a day that has passed, or worse than when it was judged harmless."""
    if not before.handling:
        return now, None
    if before.handling == "fixed":
        return now, "still_bad"
    if _worse(before, now):
        return now, "worse"
    if before.handled_until is not None and today > before.handled_until:
        return now, "put_off_over"
    return replace(now, handling=before.handling, handled_until=before.handled_until), None


def remembered(before: Finding, now: Finding, today: date) -> tuple[Finding, str | None]:
    """The same for a day past. What the checks of that day ended, the history of the finding says already; its words and
    evidence are the last ones known, so that nothing can be told worse by them."""
    if before.handled_until is not None and today > before.handled_until:
        return now, "put_off_over"
    return replace(now, handling=before.handling, handled_until=before.handled_until), None


def _worse(before: Finding, now: Finding) -> bool:
    """A higher severity, or a column that has sunk further: severity alone does not tell overdue from long overdue."""
    depths = [_SINKING.index(state) if (state := each.evidence.get("status")) in _SINKING else -1 for each in (before, now)]
    return now.severity.rank < before.severity.rank or depths[1] > depths[0] >= 0


def _reason(note: str, what: str) -> str:
    if not note.strip():
        raise HandlingError(f"请填写{what}")
    return note.strip()


def _until(until: date | None, today: date) -> date:
    if until is None:
        raise HandlingError("请填写暂缓到哪一天")
    if not today < until <= today + LONGEST:
        raise HandlingError("暂缓的日期应在明天与一年之内")
    return until
