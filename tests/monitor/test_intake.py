"""What a crawl brought is taken in: mentions, cases, and due days that can now be counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.calendar import WorkCalendar
from core.nouns import CaseState, Record
from core.settings import Settings
from monitor.intake import take_in
from store import cases, mentions, records
from store.database import Connection, Engine, transaction

LATE = datetime(2026, 12, 28, 1, 0, tzinfo=UTC)
Make = Callable[..., Any]


def _save(connection: Connection, record: Record, at: datetime) -> None:
    records.save(connection, f"run-{at:%d%H}", [records.Arrival(record=record, at=at)])
    sighting = records.Sighting(site=record.site, key=record.key, source="board.county", row_hash=None, at=at)
    records.save_sightings(connection, [sighting])


@pytest.fixture
def thread(record: Make) -> Record:
    """A thread of the last days of the known years."""
    return record(published=None)  # type: ignore[no-any-return]


def test_a_provisional_due_day_is_settled_when_the_notice_is_typed_in(
    engine: Engine, settings: Settings, thread: Record
) -> None:
    with transaction(engine) as connection:
        _save(connection, thread, LATE)
        case, = take_in(connection, settings, LATE)
        assert (case.due, case.provisional) == (date(2027, 1, 4), True)
        assert take_in(connection, settings, LATE) == []
        known = settings.model_copy(update={"calendar": WorkCalendar({date(2027, 1, 1): True}, frozenset({2027}))})
        take_in(connection, known, LATE + timedelta(days=1))
        take_in(connection, known, LATE + timedelta(days=2))
        case, = cases.list_cases(connection)
    assert (case.due, case.provisional) == (date(2027, 1, 5), False)
    assert [step.action for step in case.steps] == ["register", "update"], "settled once"


def test_a_record_that_comes_to_name_the_town_opens_a_case_then(
    engine: Engine, settings: Settings, thread: Record
) -> None:
    with transaction(engine) as connection:
        _save(connection, replace(thread, title="修路", body="何时"), LATE)
        assert take_in(connection, settings, LATE) == []
        _save(connection, thread, LATE + timedelta(days=1))
        case, = take_in(connection, settings, LATE + timedelta(days=1))
        # and one that no longer does keeps its case, with a step, and loses its mentions
        _save(connection, replace(thread, title="修路", body="何时"), LATE + timedelta(days=2))
        assert take_in(connection, settings, LATE + timedelta(days=2)) == []
        assert mentions.of_record(connection, case.record_id) == []
        kept, = cases.list_cases(connection)
    assert (kept.state, kept.title, kept.steps[-1].action) == (CaseState.REGISTERED, "修路", "update")
