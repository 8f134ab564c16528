"""What people say of a finding: what may be said, how long it holds, and that it never closes one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.nouns import Finding, Judgement, Severity, Verdict
from monitor.handling import Handled, HandlingError, carried, decide, remembered
from monitor.ledger import fold

AT = datetime(2026, 3, 4, 2, tzinfo=UTC)
TODAY = date(2026, 3, 4)
JUDGED = Judgement(rule_id="r", subject="s", verdict=Verdict.BAD, severity=Severity.WARN)
OPEN = Finding(
    fingerprint=JUDGED.fingerprint, rule_id="r", subject="s", severity=Severity.WARN, title="t", reason="", evidence={}, owner="clerk",
    first_seen_at=AT, last_seen_at=AT,
)


@pytest.mark.parametrize(("what", "note", "until", "expected"), [
    ("fixed", "", None, ("fixed", None)),
    ("false_alarm", "名单是公示要求的", None, ("false_alarm", None)),
    ("accepted", "等财政批复", date(2026, 4, 1), ("accepted", date(2026, 4, 1))),
    ("accepted", "等", date(2027, 3, 5), ("accepted", date(2027, 3, 5))),
])
def test_what_may_be_said(what: str, note: str, until: date | None, expected: tuple[str, date | None]) -> None:
    handled = decide(OPEN, what, note=note, until=until, today=TODAY)
    assert (handled.handling, handled.until) == expected


@pytest.mark.parametrize(("finding", "what", "note", "until", "sentence"), [
    (OPEN, "false_alarm", " ", None, "请填写误报的理由"),
    (OPEN, "accepted", "x", None, "请填写暂缓到哪一天"),
    (OPEN, "accepted", "x", TODAY, "明天与一年之内"),
    (OPEN, "accepted", "x", date(2027, 3, 6), "明天与一年之内"),
    (OPEN, "accepted", "", date(2026, 4, 1), "请填写暂缓的理由"),
    (OPEN, "undo", "", None, "没有可撤销的"),
    (OPEN, "close", "", None, "没有这种处理方式"),
    (replace(OPEN, resolved_at=AT), "fixed", "", None, "已经解决"),
])
def test_what_may_not(finding: Finding, what: str, note: str, until: date | None, sentence: str) -> None:
    with pytest.raises(HandlingError, match=sentence):
        decide(finding, what, note=note, until=until, today=TODAY)


def test_what_was_said_can_be_taken_back() -> None:
    assert decide(replace(OPEN, handling="fixed"), "undo", note="", until=None, today=TODAY) == Handled(
        handling="", until=None, event="undo", note="")


TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
CARRIED = [
    # said, until, severity now -> what holds, event
    ("", None, Severity.WARN, "", None),
    ("fixed", None, Severity.WARN, "", "still_bad"),
    ("false_alarm", None, Severity.WARN, "false_alarm", None),
    ("false_alarm", None, Severity.INFO, "false_alarm", None),   # milder: still a false alarm
    ("false_alarm", None, Severity.ERROR, "", "worse"),          # it was judged when it was milder
    ("accepted", TODAY, Severity.WARN, "accepted", None),        # the last day counts
    ("accepted", YESTERDAY, Severity.WARN, "", "put_off_over"),
    ("accepted", TOMORROW, Severity.VETO, "", "worse"),
]


@pytest.mark.parametrize(("said", "until", "severity", "holds", "event"), CARRIED)
def test_how_long_it_holds(said: str, until: date | None, severity: Severity, holds: str, event: str | None) -> None:
    before = replace(OPEN, handling=said, handled_until=until)
    after, told = carried(before, replace(OPEN, severity=severity), TODAY)
    assert (after.handling, told) == (holds, event)
    # The ledger says the same, and never closes a finding for what was said of it.
    folded = fold([before], [replace(JUDGED, severity=severity)], AT)
    assert [finding.handling for finding in folded.still_open] == [holds]
    assert [name for _, name in folded.handling_changes] == ([event] if event else [])
    assert folded.resolved == ()


@pytest.mark.parametrize(("was", "is_now", "holds"), [
    ("overdue", "overdue", True),
    ("overdue", "delinquent", False),   # the same severity, but a whole period later
    ("delinquent", "overdue", True),    # something was published, though not enough
    ("delinquent", "blank", False),
    (None, "overdue", True),            # what was not known before is not worse
    ("overdue", None, True),
    ("overdue", 7, True),
])
def test_a_column_that_sinks_further_is_to_be_handled_anew(was: str | None, is_now: object, holds: bool) -> None:
    before = replace(OPEN, handling="accepted", handled_until=TOMORROW, evidence={"status": was})
    after, told = carried(before, replace(OPEN, evidence={"status": is_now}), TODAY)
    assert (after.handling, told) == (("accepted", None) if holds else ("", "worse"))


@pytest.mark.parametrize(("said", "until", "silent"), [
    ("", None, False), ("fixed", None, True), ("false_alarm", None, True),
    ("accepted", TODAY, True), ("accepted", YESTERDAY, False),
])
def test_whether_its_owner_hears_of_it(said: str, until: date | None, silent: bool) -> None:
    assert replace(OPEN, handling=said, handled_until=until).silent(TODAY) is silent


def test_an_explicit_ok_closes_it_whatever_was_said() -> None:
    folded = fold([replace(OPEN, handling="false_alarm")], [replace(JUDGED, verdict=Verdict.OK)], AT)
    assert [finding.resolved_at for finding in folded.resolved] == [AT]


@pytest.mark.parametrize(("until", "severity", "holds"), [
    (TODAY, Severity.VETO, True),  # not "worse": the severity and the words before it are those of a later day
    (TODAY - timedelta(days=1), Severity.WARN, False),  # no check ran on the day after to say so
    (None, Severity.WARN, True),
])
def test_of_a_day_past_the_history_tells_what_people_had_said(until: date | None, severity: Severity, holds: bool) -> None:
    before = replace(OPEN, handling="accepted" if until else "fixed", handled_until=until, severity=Severity.INFO)
    after, _ = remembered(before, replace(OPEN, severity=severity), TODAY)
    assert (after.handling, after.handled_until) == ((before.handling, until) if holds else ("", None))
    assert after.severity is severity
