"""Which known records are asked for again: recent ones always, older ones in rotation, none forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.settings import Politeness
from crawler.recheck import due_for_recheck
from store.records import KnownRecord

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POLITE = Politeness(recheck_days=14, recheck_every=30)


def known(key: str, first_seen_days: float, checked_days: float, removed: bool = False) -> KnownRecord:
    return KnownRecord(
        key=key, url=f"https://a.gov.cn/{key}", title=key, published=None, content_hash="", removed=removed, has_body=True,
        first_seen=(NOW - timedelta(days=first_seen_days)).isoformat(), checked=(NOW - timedelta(days=checked_days)).isoformat(),
    )


def keys(*records: KnownRecord, full: bool = False, done: str = "") -> set[str]:
    lively = {"lively": lambda record: record.key not in done} if done else {}
    return {record.key for record in due_for_recheck(records, NOW, POLITE, full=full, **lively)}


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


@given(st.integers(1, 400))
def test_a_month_of_daily_runs_asks_for_every_old_record(count: int) -> None:
    last = {f"k{n}": NOW - timedelta(days=1) for n in range(count)}
    asked: set[str] = set()
    for day in range(30):
        now = NOW + timedelta(days=day)
        records = [known(key, 100, (NOW - checked) / timedelta(days=1)) for key, checked in last.items()]
        due = [record.key for record in due_for_recheck(records, now, POLITE, full=False)]
        # No day asks for more than its share: politeness is even.
        assert len(due) <= -(-count // 30)
        asked |= set(due)
        last |= dict.fromkeys(due, now)
    assert asked == set(last)
