"""The register of cases, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.nouns import Case, CaseState, CaseStep, Record
from store import cases, records
from store.database import Connection, Engine, transaction

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEP = CaseStep(at=NOW, who="townwatch", action="register", note="提及清溪镇", data={"workdays": 5})


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Four records without a case."""
    arrivals = [
        records.Arrival(record=Record(site="s", key=str(number), kind="thread", url="u", title="t", body="b"), at=NOW)
        for number in range(4)
    ]
    with transaction(engine) as connection:
        records.save(connection, "run", arrivals)
    return engine


def _register(connection: Connection, record_id: int, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "source": "board", "url": "http://board.example/1", "title": "路", "category": "投诉",
        "state": CaseState.REGISTERED, "owner": None, "registered_at": NOW, "due": date(2026, 3, 9),
        "provisional": False, "step": STEP,
    }
    return cases.register(connection, record_id=record_id, **values | changes)


def test_a_case_comes_back_as_it_was_registered(stored: Engine) -> None:
    with transaction(stored) as connection:
        case = _register(connection, 2)
    with stored.connect() as connection:
        assert cases.get(connection, case.id) == cases.by_record(connection, 2) == case
        assert cases.by_records(connection, [1, 2]) == {2: case}
        assert cases.by_record(connection, 1) is None
        assert cases.get(connection, 99) is None
    assert (case.state, case.due, case.registered_at, case.steps) == (
        CaseState.REGISTERED, date(2026, 3, 9), NOW, (STEP,)
    )


def test_a_record_has_one_case(stored: Engine) -> None:
    with transaction(stored) as connection:
        _register(connection, 1)
    with pytest.raises(Exception, match=r"(?i)unique"), transaction(stored) as connection:
        _register(connection, 1)


def test_a_step_changes_the_case_and_is_kept(stored: Engine) -> None:
    later = CaseStep(at=NOW + timedelta(days=1), who="clerk", action="assign", note="请速办", data={"owner": "duty"})
    with transaction(stored) as connection:
        case = _register(connection, 1)
        case = cases.add_step(connection, case.id, later, state=CaseState.ASSIGNED, owner="duty", due=date(2026, 3, 6))
        note = CaseStep(at=NOW + timedelta(days=2), who="clerk", action="note", note="已催")
        case = cases.add_step(connection, case.id, note)
    assert (case.state, case.owner, case.due) == (CaseState.ASSIGNED, "duty", date(2026, 3, 6))
    assert case.steps == (STEP, later, note)


def test_a_step_cannot_change_what_a_case_is(stored: Engine) -> None:
    with transaction(stored) as connection:
        case = _register(connection, 1)
        with pytest.raises(ValueError, match="record_id"):
            cases.add_step(connection, case.id, STEP, record_id=2)
        with pytest.raises(KeyError):
            cases.add_step(connection, 99, STEP)


def test_lists(stored: Engine) -> None:
    with transaction(stored) as connection:
        _register(connection, 1, due=None, state=CaseState.REPLIED)
        _register(connection, 2, due=date(2026, 3, 20), owner="duty", registered_at=NOW + timedelta(days=1))
        _register(connection, 3, due=date(2026, 3, 5), state=CaseState.ASSIGNED)
        _register(connection, 4, state=CaseState.CLOSED)

        def listed(**wanted: Any) -> list[int]:
            return [case.record_id for case in cases.list_cases(connection, **wanted)]

        assert listed() == [3, 4, 2, 1]  # the first due first, without a due day last
        assert listed(open_only=True) == [3, 2]
        assert listed(state=CaseState.CLOSED) == [4]
        assert listed(owner="duty") == [2]
        assert listed(since=NOW + timedelta(hours=1)) == [2]
        assert listed(until=NOW + timedelta(days=1)) == [3, 4, 1]
        assert listed(limit=2, offset=1) == [4, 2]
        assert listed(offset=3) == [1]
        assert all(len(case.steps) == 1 for case in cases.list_cases(connection, limit=2))
