"""The fold: what opens, stays, opens again and closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nouns import Finding, Judgement, Severity, Verdict
from monitor.ledger import Fold, fold

THEN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = THEN + timedelta(days=3)
OK, BAD, CANNOT = Verdict.OK, Verdict.BAD, Verdict.CANNOT_JUDGE


def _judgement(verdict: Verdict, subject: str = "column:a", severity: Severity = Severity.WARN) -> Judgement:
    return Judgement(rule_id="r", subject=subject, verdict=verdict, severity=severity, title="新", reason="新的理由")


def _finding(subject: str = "column:a", severity: Severity = Severity.WARN, resolved: bool = False) -> Finding:
    return Finding(
        fingerprint=_judgement(BAD, subject).fingerprint, rule_id="r", subject=subject, severity=severity, title="旧",
        reason="旧的理由", evidence={}, owner=None, first_seen_at=THEN, last_seen_at=THEN,
        resolved_at=THEN + timedelta(days=1) if resolved else None,
    )


TABLE = [
    # known, judged -> opened, reopened, still open, resolved, unchanged
    ([], [BAD], (1, 0, 0, 0, 0)),
    ([], [OK], (0, 0, 0, 0, 0)),
    ([], [CANNOT], (0, 0, 0, 0, 0)),                 # not a finding, and not a pass
    ([_finding()], [BAD], (0, 0, 1, 0, 0)),
    ([_finding()], [OK], (0, 0, 0, 1, 0)),
    ([_finding()], [CANNOT], (0, 0, 0, 0, 1)),       # a failed look never mends
    ([_finding()], [], (0, 0, 0, 0, 1)),             # nor does silence
    ([_finding(resolved=True)], [BAD], (0, 1, 0, 0, 0)),
    ([_finding(resolved=True)], [OK], (0, 0, 0, 0, 0)),
    ([_finding(resolved=True)], [CANNOT], (0, 0, 0, 0, 0)),
    ([_finding()], [OK, BAD], (0, 0, 1, 0, 0)),      # two answers for one subject: the worse counts
    ([_finding()], [OK, CANNOT], (0, 0, 0, 0, 1)),
    ([_finding("column:b")], [BAD], (1, 0, 0, 0, 1)),  # another subject is another finding
]


@pytest.mark.parametrize(("known", "verdicts", "expected"), TABLE)
def test_the_fold(known: list[Finding], verdicts: list[Verdict], expected: tuple[int, ...]) -> None:
    found = fold(known, [_judgement(verdict) for verdict in verdicts], NOW)
    parts = (found.opened, found.reopened, found.still_open, found.resolved, found.unchanged)
    assert tuple(map(len, parts)) == expected


def test_a_finding_still_open_keeps_its_beginning_and_takes_the_new_words() -> None:
    found, = fold([_finding()], [_judgement(BAD)], NOW).still_open
    assert (found.first_seen_at, found.last_seen_at, found.reason) == (THEN, NOW, "新的理由")


def test_a_finding_that_opens_again_begins_anew() -> None:
    found, = fold([_finding(resolved=True)], [_judgement(BAD)], NOW).reopened
    assert (found.first_seen_at, found.resolved_at) == (NOW, None)


def test_a_resolved_finding_keeps_what_was_said_of_it() -> None:
    found, = fold([_finding()], [_judgement(OK)], NOW).resolved
    assert (found.resolved_at, found.reason, found.last_seen_at) == (NOW, "旧的理由", THEN)


def test_a_change_of_severity_is_kept() -> None:
    found = fold([_finding(severity=Severity.WARN)], [_judgement(BAD, severity=Severity.VETO)], NOW)
    assert [(f.severity, before) for f, before in found.severity_changes] == [(Severity.VETO, Severity.WARN)]
    assert fold([_finding()], [_judgement(BAD)], NOW).severity_changes == ()


def test_the_worst_stands_first() -> None:
    known = [_finding("a", Severity.INFO), replace(_finding("b", Severity.VETO), first_seen_at=NOW)]
    found = fold(known, [_judgement(BAD, "c", Severity.VETO)], NOW + timedelta(days=1))
    assert [finding.subject for finding in found.open] == ["b", "c", "a"]


SUBJECTS = st.sampled_from(["a", "b", "c", "d"])
JUDGEMENTS = st.lists(
    st.builds(_judgement, st.sampled_from(Verdict), SUBJECTS, st.sampled_from(Severity)), max_size=8,
)
KNOWN = st.dictionaries(SUBJECTS, st.booleans()).map(
    lambda resolved: [_finding(subject, resolved=gone) for subject, gone in resolved.items()]
)


def _state(known: list[Finding], found: Fold) -> list[Finding]:
    """The ledger after a fold."""
    after = {finding.fingerprint: finding for finding in known}
    after |= {f.fingerprint: f for f in (*found.opened, *found.reopened, *found.still_open, *found.resolved)}
    return list(after.values())


@given(KNOWN, JUDGEMENTS)
def test_what_is_open_stays_open_unless_it_was_said_to_be_ok(known: list[Finding], judged: list[Judgement]) -> None:
    found = fold(known, judged, NOW)
    still = {finding.fingerprint for finding in found.open}
    for finding in known:
        verdicts = {j.verdict for j in judged if j.fingerprint == finding.fingerprint}
        if finding.open:
            assert (finding.fingerprint in still) is (verdicts != {OK})
    assert len(still) == len(found.open), "no finding twice"


@given(KNOWN, JUDGEMENTS)
def test_folding_the_same_again_changes_nothing(known: list[Finding], judged: list[Judgement]) -> None:
    once = fold(known, judged, NOW)
    again = fold(_state(known, once), judged, NOW)
    assert (again.opened, again.reopened, again.resolved, again.severity_changes) == ((), (), (), ())
    assert again.open == once.open
