"""What a finding's events tell of it at a time past. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, cast

from core.nouns import Finding, Severity

_EPISODE = ("opened", "reopened", "resolved")
_SAID = ("fixed", "false_alarm", "accepted")
_UNSAID = ("undo", "still_bad", "worse", "put_off_over")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEvent:
    """What became of a finding: ``opened``, ``reopened``, ``resolved``, ``severity`` or what a person did."""

    at: datetime
    event: str
    who: str
    note: str
    until: date | None = None
    """Of ``accepted``: until when."""


def as_of(finding: Finding, events: Sequence[FindingEvent], moment: datetime) -> Finding | None:
    """The finding as it stood at a time, by its events (oldest first): since when in that episode, how bad, and what people
    had said of it; None where it was not open. Its words and evidence are the last ones known."""
    happened = [event for event in events if event.at <= moment and event.event in _EPISODE]
    if not happened or happened[-1].event == "resolved":
        return None
    since = happened[-1].at
    handling, until = _said(finding, [event for event in events if since <= event.at <= moment])
    return replace(
        finding, first_seen_at=since, last_seen_at=max(since, min(finding.last_seen_at, moment)), resolved_at=None,
        handling=handling, handled_until=until, severity=_severity(finding, [event for event in events if event.at > moment]),
    )


def _said(
    finding: Finding, events: Sequence[FindingEvent]
) -> tuple[Literal["", "fixed", "false_alarm", "accepted"], date | None]:
    last = next((event for event in reversed(events) if event.event in (*_SAID, *_UNSAID)), None)
    if last is None or last.event in _UNSAID:
        return "", None
    # Events from before they kept their day: the finding has it, as long as nothing else was said since.
    until = (last.until or finding.handled_until) if last.event == "accepted" else None
    return cast(Literal["fixed", "false_alarm", "accepted"], last.event), until


def _severity(finding: Finding, later: Sequence[FindingEvent]) -> Severity:
    """What the first change after it names as the severity before, be it that of its opening again."""
    changes = (event.note.partition(" -> ")[0] for event in later if event.event == "severity")
    return next((Severity(before) for before in changes), finding.severity)
