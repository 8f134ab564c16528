"""The register by everything that may be asked for, on both databases."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from core.nouns import CaseState, CaseStep, Record
from store import case_lists, cases, records
from store.case_lists import Wanted
from store.database import Engine, for_town, transaction
from store.records import Arrival

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)
TODAY = date(2026, 3, 20)
# (title, state, category, owner, due, provisional), registered an hour apart
CASES: list[tuple[str, CaseState, str, str | None, date | None, bool]] = [
    ("路灯", CaseState.CLOSED, "投诉", "clerk", date(2026, 3, 1), False),
    ("低保", CaseState.REGISTERED, "咨询", None, None, False),
    ("道路", CaseState.ASSIGNED, "投诉", "clerk", date(2026, 3, 19), False),
    ("道路50%", CaseState.ASSESSED, "投诉", "boss", date(2026, 3, 9), True),
    ("修路", CaseState.REPLIED, "求助", "clerk", date(2026, 3, 8), False),
    ("用水", CaseState.REGISTERED, "求助", "boss", date(2026, 3, 18), False),
]


@pytest.fixture
def filled(engine: Engine) -> Engine:
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
    return engine


@pytest.mark.parametrize(("wanted", "titles"), [
    (Wanted(), "用水 修路 道路50% 道路 低保 路灯"),
    # What waits: the first due first, without a due day last.
    (Wanted(open_only=True), "道路50% 用水 道路 低保"),
    (Wanted(state=CaseState.REGISTERED), "用水 低保"),
    (Wanted(state=CaseState.REPLIED), "修路"),
    (Wanted(category="投诉", owner="clerk"), "道路 路灯"),
    (Wanted(source="board"), "用水 道路50% 低保"),
    (Wanted(text="50%"), "道路50%"),
    (Wanted(text="%"), "道路50%"),  # A sign of the database's own language is a letter.
    # A provisional day is never overdue, and one that was answered no longer is.
    (Wanted(overdue_on=TODAY), "用水 道路"),
    (Wanted(overdue_on=TODAY, not_of="clerk"), "用水"),
    (Wanted(open_only=True, unowned=True), "低保"),
    (Wanted(open_only=True, not_of="boss"), "道路"),
    (Wanted(since=AT + timedelta(hours=4)), "用水 修路"),
    (Wanted(since=AT + timedelta(hours=1), until=AT + timedelta(hours=3)), "道路 低保"),
    (Wanted(ids=[]), ""),
])
def test_what_is_listed(filled: Engine, wanted: Wanted, titles: str) -> None:
    with filled.connect() as connection:
        found, total = case_lists.page_of(connection, wanted)
        assert [case.title for case in found] == titles.split() and total == len(found)
        assert list(case_lists.stream(connection, wanted)) == found
        assert [case_lists.page_of(connection, wanted, number=n + 1, size=1)[0] for n in range(len(found))] == [[c] for c in found]


def test_a_case_is_as_it_was_registered(filled: Engine) -> None:
    with filled.connect() as connection:
        (case,), _ = case_lists.page_of(connection, Wanted(text="低保"))
        known = cases.get(connection, case.id)
    assert known is not None and case.steps == ()
    names = ("id", "record_id", "source", "url", "title", "category", "state", "owner", "registered_at", "due", "provisional")
    assert {name: getattr(case, name) for name in names} == {name: getattr(known, name) for name in names}


def test_a_case_that_is_held_waits_for_its_turn(filled: Engine) -> None:
    """Two who send the same form at once: the second reads what the first has written."""
    with filled.connect() as connection:
        case = case_lists.page_of(connection, Wanted(text="低保"))[0][0]
    seen: list[int] = []
    held = threading.Event()

    def take(wait: float) -> None:
        with transaction(filled) as connection:
            case_lists.hold(connection, case.id)
            held.set()
            found = cases.get(connection, case.id)
            assert found is not None
            time.sleep(wait)
            seen.append(len(found.steps))
            cases.add_step(connection, case.id, CaseStep(at=AT, who="w", action="note"))

    first = threading.Thread(target=take, args=(0.4,))
    first.start()
    assert held.wait(10)
    take(0)
    first.join(10)
    assert seen == [1, 2]


def test_another_town_is_not_held_up(filled: Engine) -> None:
    with filled.connect() as connection:
        case = case_lists.page_of(connection, Wanted())[0][0]
    other = for_town(filled, "other")
    with transaction(other) as connection:
        case_lists.hold(connection, case.id)
        assert case_lists.page_of(connection, Wanted()) == ([], 0)
