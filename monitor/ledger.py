"""The ledger's one decision: what opens, stays open, opens again or is resolved when a check has judged.

A finding closes only on an explicit ok for the same rule and subject. ``cannot_judge`` and silence change nothing: a
look that failed never tells staff that all is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.clock import local_date
from core.nouns import Finding, Judgement, Severity, Verdict
from monitor import handling

_WORST_FIRST = (Verdict.BAD, Verdict.CANNOT_JUDGE, Verdict.OK)
Carry = Callable[[Finding, Finding, date], tuple[Finding, str | None]]
"""The finding before, as judged bad now, and the day: with what of its handling holds, and the event that ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What changed. ``still_open`` are the findings judged bad again, with their present words and severity;
    ``unchanged`` the open ones of which nothing was said; ``severity_changes`` pairs a finding with what it was,
    ``handling_changes`` with the event that ended what a person had said of it."""

    opened: tuple[Finding, ...] = ()
    reopened: tuple[Finding, ...] = ()
    still_open: tuple[Finding, ...] = ()
    resolved: tuple[Finding, ...] = ()
    unchanged: tuple[Finding, ...] = ()
    severity_changes: tuple[tuple[Finding, Severity], ...] = ()
    handling_changes: tuple[tuple[Finding, str], ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """Everything open after the fold, the worst first, then the oldest; what is of one page together, as in the lists of the store."""
        found = (*self.opened, *self.reopened, *self.still_open, *self.unchanged)
        return tuple(sorted(found, key=lambda f: (f.severity.rank, f.first_seen_at, f.subject, f.fingerprint)))


def fold(
    known: Iterable[Finding], judgements: Iterable[Judgement], at: datetime, carry: Carry = handling.carried
) -> Fold:
    """Fold a check's judgements into the findings that the ledger knows (open ones, and resolved ones that may open
    again). A finding that opens again starts anew: ``first_seen_at`` is that of the present episode."""
    findings = {finding.fingerprint: finding for finding in known}
    opened, reopened, still_open, resolved = [], [], [], []
    changes: list[tuple[Finding, Severity]] = []
    ended: list[tuple[Finding, str]] = []
    for fingerprint, judgement in _one_each(judgements).items():
        before = findings.get(fingerprint)
        if judgement.verdict is Verdict.BAD:
            now = _finding(judgement, before if before and before.open else None, at)
            if before is None:
                opened.append(now)
                continue
            # Of one that opens again too: its history is read backwards from the severity it has now.
            changes += [(now, before.severity)] if now.severity is not before.severity else []
            if not before.open:
                reopened.append(now)
            else:
                now, event = carry(before, now, local_date(at))
                still_open.append(now)
                ended += [(now, event)] if event else []
        elif judgement.verdict is Verdict.OK and before and before.open:
            resolved.append(replace(before, resolved_at=at))
    touched = {finding.fingerprint for finding in (*still_open, *resolved)}
    untouched = tuple(f for f in findings.values() if f.open and f.fingerprint not in touched)
    return Fold(
        opened=tuple(opened), reopened=tuple(reopened), still_open=tuple(still_open), resolved=tuple(resolved),
        unchanged=untouched, severity_changes=tuple(changes), handling_changes=tuple(ended),
    )


def _one_each(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """One judgement per rule and subject; where a check said two things, the worse."""
    judged: dict[str, Judgement] = {}
    for judgement in judgements:
        other = judged.get(judgement.fingerprint)
        if other is None or _rank(judgement) < _rank(other):
            judged[judgement.fingerprint] = judgement
    return judged


def _rank(judgement: Judgement) -> tuple[int, int]:
    return _WORST_FIRST.index(judgement.verdict), judgement.severity.rank


def _finding(judgement: Judgement, before: Finding | None, at: datetime) -> Finding:
    return Finding(
        fingerprint=judgement.fingerprint, rule_id=judgement.rule_id, subject=judgement.subject,
        severity=judgement.severity, title=judgement.title, reason=judgement.reason, evidence=judgement.evidence,
        owner=judgement.owner, first_seen_at=before.first_seen_at if before else at, last_seen_at=at,
    )
