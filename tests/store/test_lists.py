"""Pages of lists on both databases: which rows, in which order, and how many in all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.nouns import (
    CaseState,
    CaseStep,
    Delivery,
    DeliveryStatus,
    Finding,
    Judgement,
    Outcome,
    Reason,
    Record,
    Severity,
    SourceResult,
    Verdict,
)
from monitor.ledger import Fold
from store import cases, deliveries, figures, findings, lists, records, runs
from store.database import Engine, for_town, transaction
from store.records import Arrival
from store.tables import deliveries as outbox

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)
TODAY = date(2026, 3, 20)
# (title, state, category, owner, due, provisional), registered an hour apart
CASES: list[tuple[str, CaseState, str, str | None, date | None, bool]] = [
    ("路灯", CaseState.CLOSED, "投诉", "clerk", date(2026, 3, 1), False),
    ("低保", CaseState.REGISTERED, "咨询", None, None, False),
    ("道路", CaseState.ASSIGNED, "投诉", "clerk", date(2026, 3, 19), False),
    ("道路50%", CaseState.ASSESSED, "投诉", "boss", date(2026, 3, 9), True),
    ("修路", CaseState.REPLIED, "求助", "clerk", date(2026, 3, 8), False),
    ("用水", CaseState.REGISTERED, "求助", "boss", date(2026, 3, 20), False),
]


def register(engine: Engine) -> None:
    with transaction(engine) as connection:
        for number, (title, state, category, owner, due, provisional) in enumerate(CASES):
            found = Record(site="s", key=str(number), kind="thread", url="u", title=title, body="")
            records.save(connection, "r", [Arrival(record=found, at=AT)])
            (stored, *_), _ = records.page_of_records(connection)
            cases.register(
                connection, record_id=stored.id, source="board" if number % 2 else "media", url="u", title=title,
                category=category, state=state, owner=owner, registered_at=AT + timedelta(hours=number), due=due,
                provisional=provisional, step=CaseStep(at=AT, who="w", action="register"),
            )


@pytest.mark.parametrize(("wanted", "titles"), [
    ({}, "用水 修路 道路50% 道路 低保 路灯"),
    # What waits: the first due first, without a due day last.
    ({"open_only": True}, "道路50% 道路 用水 低保"),
    ({"state": CaseState.REGISTERED}, "用水 低保"),
    ({"state": CaseState.REPLIED}, "修路"),
    # Due today is not overdue; nor is a day that may yet change, nor what was answered.
    ({"overdue_on": TODAY}, "道路"),
    ({"overdue_on": date(2026, 3, 21)}, "道路 用水"),
    ({"category": "投诉", "owner": "clerk"}, "道路 路灯"),
    ({"source": "board", "category": "求助"}, "用水"),
    ({"text": "路", "open_only": True}, "道路50% 道路"),
    ({"text": "0%"}, "道路50%"),
    ({"text": "道_"}, ""),
    ({"owner": ""}, ""),
])
def test_pages_of_the_register(engine: Engine, wanted: dict[str, Any], titles: str) -> None:
    register(engine)
    with engine.connect() as connection:
        found, total = cases.page_of_cases(connection, **wanted)
        assert [case.title for case in found] == titles.split()
        assert total == len(found)
        # Two on a page: the same rows, and on every page the same total.
        pages = [cases.page_of_cases(connection, **wanted, number=number, size=2) for number in (1, 2, 3)]
        assert [case for page, _ in pages for case in page] == found
        assert {total for _, total in pages} == {len(found)}
    assert not any(case.steps for case in found)


def test_counting_stops(engine: Engine) -> None:
    row = {"alert": "a", "reason": "new", "recipient": "p", "channel": "c", "level": 0, "title": "t", "body": "b", "items": [],
           "status": "sent", "attempts": 1, "created_at": AT}
    with transaction(engine) as connection:
        connection.execute(outbox.insert(), [row | {"id": f"d{number}"} for number in range(lists.COUNT_CAP)])
        assert deliveries.page_of_deliveries(connection)[1] == lists.COUNT_CAP
        connection.execute(outbox.insert(), row | {"id": "one more"})
        assert deliveries.page_of_deliveries(connection)[1] is None
        # A last page that is not full says how many there are.
        assert deliveries.page_of_deliveries(connection, number=201)[1] == lists.COUNT_CAP + 1


def test_pages_of_the_outbox(engine: Engine) -> None:
    with transaction(engine) as connection:
        deliveries.add(connection, [
            Delivery(id=f"d{number}", alert="a", reason=Reason.NEW, recipient="clerk" if number % 2 else "boss", channel="c",
                     title="t", body="b", items=(), attempts=0, created_at=AT + timedelta(hours=number),
                     status=DeliveryStatus.DEAD if number > 2 else DeliveryStatus.SENT)
            for number in range(5)
        ])

        def ids(**wanted: Any) -> str:
            found, total = deliveries.page_of_deliveries(connection, **wanted)
            assert total == len(found)
            return " ".join(each.id for each in found)

        assert ids() == "d4 d3 d2 d1 d0"
        assert ids(recipient="clerk") == "d3 d1"
        assert ids(status=DeliveryStatus.DEAD) == "d4 d3"
        assert ids(status=DeliveryStatus.DEAD, recipient="clerk") == "d3"


def finding(name: str, severity: Severity, *, rule: str = "page.date", hours: int = 0, gone: int | None = None,
            handling: Any = "") -> Finding:
    return Finding(fingerprint=name, rule_id=rule, subject=name, severity=severity, title=name, reason="", evidence={},
                   owner="clerk" if rule == "page.date" else "boss", first_seen_at=AT + timedelta(hours=hours), last_seen_at=AT,
                   resolved_at=None if gone is None else AT + timedelta(hours=gone), handling=handling)


def test_pages_of_findings(engine: Engine) -> None:
    known = (
        finding("late", Severity.WARN, hours=2), finding("early", Severity.WARN, handling="accepted"),
        finding("worst", Severity.VETO, rule="page_x"), finding("old", Severity.ERROR, gone=1), finding("new", Severity.INFO, gone=2),
    )
    with transaction(engine) as connection:
        findings.apply(connection, Fold(opened=known), AT)

        def names(**wanted: Any) -> str:
            found, total = findings.page_of_findings(connection, **wanted)
            assert total == len(found)
            return " ".join(each.fingerprint for each in found)

        assert names() == "worst early late"
        assert names(resolved=True) == "new old"
        assert names(severity=Severity.WARN) == "early late"
        assert names(rule="page.") == "early late"
        # A prefix is text, not a pattern: the underscore is one.
        assert names(rule="page_") == "worst"
        assert names(owner="boss") == "worst"
        assert (names(handling="accepted"), names(handling="")) == ("early", "worst late")
        assert (names(text="earl"), names(text="%")) == ("early", "")
        page, total = findings.page_of_findings(connection, number=2, size=2)
        assert ([each.fingerprint for each in page], total) == (["late"], 3)
        assert findings.severity_counts(connection) == {
            Severity.VETO: 1, Severity.ERROR: 0, Severity.WARN: 2, Severity.INFO: 0,
        }


def test_the_countys_table(engine: Engine) -> None:
    for town in ("a", "b"):
        register(for_town(engine, town))
    with transaction(for_town(engine, "a")) as connection:
        findings.apply(connection, Fold(opened=(finding("x", Severity.VETO), finding("y", Severity.INFO, gone=1))), AT)
        findings.save_judgements(connection, [
            Judgement(rule_id="r", subject=subject, verdict=Verdict.BAD, severity=Severity.WARN, evidence=evidence)
            for subject, evidence in (
                ("column:a", {"status": "overdue"}), ("column:b", {"status": "overdue"}), ("column:c", {"status": "fresh"}),
                ("source:x", {"status": "none of a column"}), ("column:d", {}),
            )
        ], AT)
        runs.start_run(connection, "run", AT)
        runs.save_results(connection, "run", [SourceResult(source="s", outcome=Outcome.NEW)])
        runs.finish_run(connection, "run", status="loaded", at=AT, requests=1, not_modified=0, received=1, seconds=1)
    with engine.execution_options(town=None).connect() as connection:
        county = figures.figures_by_town(connection, TODAY)
    assert county == {
        "a": figures.TownFigures(
            open_cases=4, overdue_cases=1, findings={Severity.VETO: 1}, columns={"overdue": 2, "fresh": 1}, last_run_at=AT,
        ),
        "b": figures.TownFigures(open_cases=4, overdue_cases=1),
    }
