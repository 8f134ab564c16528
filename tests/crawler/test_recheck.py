"""Which known records are asked for again: recent ones always, older ones in rotation, none forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import Moment
from core.settings import Politeness, SourceSettings
from crawler.platforms.base import Row
from crawler.recheck import VANISHED_MOST, due_for_recheck, floor_of, plan_rechecks, vanished
from store.known import KnownRecord

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POLITE = Politeness(recheck_days=14, recheck_every=30)


def known(
    key: str, first_seen_days: float, checked_days: float, removed: bool = False, *, published_days: float | None = None,
    sources: tuple[str, ...] = ("a",),
) -> KnownRecord:
    return KnownRecord(
        key=key, url=f"https://a.gov.cn/{key}", title=key, content_hash="", removed=removed, has_body=True,
        published=None if published_days is None else (NOW - timedelta(days=published_days)).isoformat(),
        first_seen=(NOW - timedelta(days=first_seen_days)).isoformat(), checked=(NOW - timedelta(days=checked_days)).isoformat(),
        row_hashes=dict.fromkeys(sources, "h"),
    )


def source(name: str = "a", **more: object) -> SourceSettings:
    return SourceSettings.model_validate({"id": name, "name": name, "url": "https://a.gov.cn/list", **more})


def keys(*records: KnownRecord, full: bool = False, done: str = "") -> set[str]:
    lively = {"lively": lambda record: record.key not in done} if done else {}
    return {turn.record.key for turn in due_for_recheck(records, NOW, POLITE, full=full, **lively)}


def test_recent_records_at_every_run() -> None:
    assert keys(known("a", 1, 0.01), known("b", 13.9, 0.01)) == {"a", "b"}


def test_of_the_older_an_equal_share_longest_unchecked_first() -> None:
    old = [known(f"k{n}", 100, n + 1) for n in range(29)]
    assert keys(*old) == {"k28"}


def test_what_has_waited_too_long_is_due_whatever_the_share() -> None:
    assert keys(*(known(f"k{n}", 100, 30 + n) for n in range(5))) == {f"k{n}" for n in range(5)}


def test_what_was_asked_for_today_is_not_asked_again() -> None:
    assert keys(known("a", 100, 0.5)) == set()


def test_removed_records_rest_and_full_means_all_that_stand() -> None:
    records = (known("a", 100, 0.5), known("b", 1, 1, removed=True), known("c", 50, 40))
    assert keys(*records) == {"c"}
    assert keys(*records, full=True) == {"a", "c"}


def test_a_thread_that_is_done_waits_for_the_rotation() -> None:
    assert keys(known("a", 1, 0.1), known("b", 1, 0.1), done="b") == {"a"}
    assert keys(known("b", 1, 31), done="b") == {"b"}


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 400))
def test_a_month_of_daily_runs_asks_for_every_old_record(count: int) -> None:
    last = {f"k{n}": NOW - timedelta(days=1) for n in range(count)}
    asked: set[str] = set()
    for day in range(30):
        now = NOW + timedelta(days=day)
        records = [known(key, 100, (NOW - checked) / timedelta(days=1)) for key, checked in last.items()]
        due = [turn.record.key for turn in due_for_recheck(records, now, POLITE, full=False)]
        # No day asks for more than its share: politeness is even.
        assert len(due) <= -(-count // 30)
        asked |= set(due)
        last |= dict.fromkeys(due, now)
    assert asked == set(last)


def test_what_a_first_crawl_finds_is_as_old_as_its_date() -> None:
    found = [known("new", 0.5, 0.5, published_days=3), known("old", 0.5, 0.5, published_days=400), known("undated", 0.5, 0.5)]
    due = plan_rechecks(found, NOW, POLITE, [source()], full=False)
    assert set(due.turns) == {"new", "undated"}


def test_a_paper_put_up_late_is_new_when_it_comes() -> None:
    there = known("there", 200, 1, published_days=300)
    late = known("late", 5, 1, published_days=300)
    assert plan_rechecks([there, late], NOW, POLITE, [source()], full=False).turns["late"].rank == 2


def test_the_strictest_source_and_only_those_of_the_run() -> None:
    shared = known("shared", 400, 8, published_days=400, sources=("a", "b"))
    other = known("other", 400, 99, published_days=400, sources=("c",))
    strict = [source("a"), source("b", recheck_every=7)]
    assert set(plan_rechecks([shared, other], NOW, POLITE, strict, full=False).turns) == {"shared"}
    assert plan_rechecks([shared], NOW, POLITE, [source("a")], full=False).turns["shared"].rank == 1


def test_the_budget_keeps_the_promise_first_and_names_what_it_puts_off() -> None:
    polite = Politeness(recheck_most=3)
    old = [known(f"o{n}", 400, 31, published_days=400) for n in range(3)]
    new = [known(f"n{n}", 1, 1, published_days=1) for n in range(4)]
    due = plan_rechecks([*new, *old], NOW, polite, [source()], full=False)
    assert set(due.turns) == {"o0", "o1", "o2"} and set(due.put_off) == {"n0", "n1", "n2", "n3"}
    # A person who asks for everything gets everything.
    assert len(plan_rechecks([*new, *old], NOW, polite, [source()], full=True).turns) == 7


def test_a_server_that_cannot_say_not_modified_is_asked_for_its_new_pages_less_often() -> None:
    recent = [known(f"k{n}", 5, 1, published_days=5) for n in range(30)]
    turns = due_for_recheck(recent, NOW, POLITE, full=False, cheap=lambda _: False)
    assert len(turns) == 30 / POLITE.recheck_costly_every and {turn.rank for turn in turns} == {1}
    assert len(due_for_recheck(recent, NOW, POLITE, full=False)) == 30


def test_files_of_recent_pages_are_looked_at_every_few_days() -> None:
    recent = [known(f"k{n}", 5, 1, published_days=5) for n in range(60)]
    days = [sum(turn.attachments for turn in due_for_recheck(recent, NOW + timedelta(days=d), POLITE, full=False)) for d in range(3)]
    assert sum(days) == 60 and min(days) > 8


def test_files_whose_server_can_say_not_modified_are_looked_at_with_their_recent_pages() -> None:
    recent = [known(f"k{n}", 5, 1, published_days=5) for n in range(20)]
    turns = due_for_recheck(recent, NOW, POLITE, full=False, cheap_files=lambda record: record.key != "k3")
    alone = due_for_recheck(recent[3:4], NOW, POLITE, full=False)
    assert sum(turn.attachments for turn in turns) == 19 + sum(turn.attachments for turn in alone)


AGES = st.lists(st.tuples(st.floats(0, 800), st.booleans()), min_size=1, max_size=90)


@settings(deadline=None, max_examples=15)
@given(ages=AGES, weekly=st.booleans(), jitter=st.lists(st.floats(-2, 2), min_size=75, max_size=75))
def test_any_mix_of_ages_is_asked_for_evenly_and_none_is_forgotten(
    ages: list[tuple[float, bool]], weekly: bool, jitter: list[float]
) -> None:
    """A first crawl of any column, then 75 days of runs that begin up to two hours early or late."""
    step, polite, column = 7 if weekly else 1, POLITE, source(cadence="weekly" if weekly else "daily")
    published = {f"k{n}": (NOW - timedelta(days=age)) if dated else None for n, (age, dated) in enumerate(ages)}
    last = dict.fromkeys(published, NOW)
    asked: Counter[str] = Counter()
    for day in range(step, 75, step):
        now = NOW + timedelta(days=day, hours=jitter[day])
        records = [
            replace(known(key, 0, 0), published=Moment(at).iso() if at else None, checked=last[key].isoformat())
            for key, at in published.items()
        ]
        turns = plan_rechecks(records, now, polite, [column], full=False).turns
        rotation = [key for key, turn in turns.items() if turn.rank < 2]
        recent = [key for key in turns if key not in rotation]
        assert all(now - (published[key] or NOW) < timedelta(days=polite.recheck_days, hours=1) for key in recent)
        # What was recent until now was asked for the last time on one day and may come due on one.
        if day < polite.recheck_days or not weekly:
            assert len(rotation) <= ceil(len(records) * step / polite.recheck_every) + (2 if weekly else 1)
        last |= dict.fromkeys(turns, now)
        asked.update(turns.keys())
        longest = max(now - at for at in last.values())
        assert longest < timedelta(days=polite.recheck_every, hours=5)
    assert asked.keys() == published.keys()


def row(key: str, day: date | None) -> Row:
    return Row(key=key, url=f"https://a.gov.cn/{key}", title=key, published=Moment.of(day.year, day.month, day.day) if day else None)


def test_down_to_where_a_list_is_known() -> None:
    days = [date(2026, 11, 20), date(2026, 11, 18), date(2026, 11, 18)]
    assert floor_of([row(str(n), day) for n, day in enumerate(days)]) == date(2026, 11, 18)
    # An old row pinned on top says nothing of what must follow it.
    assert floor_of([row("pinned", date(2020, 1, 1)), *(row(str(n), day) for n, day in enumerate(days))]) == date(2026, 11, 20)
    assert floor_of([row("a", None)]) is None and floor_of([]) is None


def test_what_a_list_no_longer_shows_is_asked_for() -> None:
    listed = [known("top", 50, 1, published_days=1), known("below", 50, 1, published_days=40), known("away", 50, 1, published_days=2),
              known("gone", 50, 1, True, published_days=2)]
    floor = (NOW - timedelta(days=10)).date()
    assert [t.record.key for t in vanished(listed, {"top"}, floor, to_the_end=False, now=NOW)] == ["away"]
    assert {t.record.key for t in vanished(listed, {"top"}, None, to_the_end=True, now=NOW)} == {"away", "below"}
    assert vanished(listed, {"top"}, None, to_the_end=False, now=NOW) == []
    many = [known(f"k{n}", 50, n, published_days=2) for n in range(30)]
    assert [t.record.key for t in vanished(many, set(), floor, to_the_end=False, now=NOW)] == [f"k{n}" for n in range(29, 29 - VANISHED_MOST, -1)]
