"""An application whose answer is near or late is a finding, of that day and of a day past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from core.applications import ApplicationStep
from core.nouns import Severity
from core.settings import Settings
from monitor import application_steps as steps
from monitor.run import CheckReport, check
from store import applications, findings
from store.database import Engine, transaction

ENTERED = datetime(2026, 3, 2, 2, tzinfo=UTC)  # due on 30 March


def mine(report: CheckReport) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.reason) for finding in report.findings if finding.rule_id == "application.due"]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T04:00:00+00:00")


def test_it_is_told_before_it_is_late_and_ends_with_the_answer(engine: Engine, settings: Settings) -> None:
    entry = steps.Entry(number="2026-001", title="征地批文", applicant="person", channel="online", received=date(2026, 3, 2), owner="clerk")
    columns, first = steps.received(entry, who="clerk", at=ENTERED, today=date(2026, 3, 2))
    with transaction(engine) as connection:
        found = applications.add(connection, **columns, step=first)
    assert mine(check(settings, engine, now=noon("03-24"))) == []
    (near,) = mine(check(settings, engine, now=noon("03-25")))
    assert near[0] is Severity.INFO and near[1].startswith("应于2026-03-30前答复，仍未办结")
    (late,) = mine(check(settings, engine, now=noon("03-31")))
    assert late[0] is Severity.ERROR and "已逾期1天" in late[1]
    with transaction(engine) as connection:
        step = ApplicationStep(day=date(2026, 4, 1), at=noon("04-01"), who="clerk", action="close", data={"outcome": "open"})
        applications.add_step(connection, found.id, step)
    ended = check(settings, engine, now=noon("04-01") + timedelta(minutes=1))
    assert mine(ended) == [] and [f.rule_id for f in ended.resolved if f.rule_id.startswith("application")] == ["application.due"]
    # A day past is judged with what was entered by then.
    now = noon("04-02")
    assert mine(check(settings, engine, now=now, as_of=date(2026, 3, 25))) == [near]
    assert mine(check(settings, engine, now=now, as_of=date(2026, 3, 31))) == [late]
    for day in (date(2026, 3, 1), date(2026, 3, 24), date(2026, 4, 1)):
        assert mine(check(settings, engine, now=now, as_of=day)) == []


def test_a_correction_that_never_came_asks_for_a_decision(engine: Engine, settings: Settings) -> None:
    entry = steps.Entry(number="2026-002", title="批文", applicant="person", channel="online", received=date(2026, 3, 2))
    columns, first = steps.received(entry, who="clerk", at=ENTERED, today=date(2026, 3, 2))
    asked = ApplicationStep(day=date(2026, 3, 3), at=noon("03-03"), who="clerk", action="ask_correction", data={"until": "2026-03-20"})
    with transaction(engine) as connection:
        found = applications.add(connection, **columns, step=first)
        applications.add_step(connection, found.id, asked)
    assert mine(check(settings, engine, now=noon("03-20"))) == []
    ((severity, reason),) = mine(check(settings, engine, now=noon("03-21")))
    assert severity is Severity.INFO and "申请人应于2026-03-20前补正，期限已过" in reason
    with engine.connect() as connection:
        (finding,) = [f for f in findings.open_findings(connection) if f.rule_id == "application.due"]
    assert finding.evidence["due"] is None, "nothing of ours is due while the applicant has to correct"
