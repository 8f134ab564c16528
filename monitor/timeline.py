"""A column day by day: how it stood on each day of a stretch, from what the store kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.catalogue import ColumnStatus
from core.clock import day_start, local_date
from core.settings import Column, Settings
from monitor import freshness
from monitor.looks import Looks
from store import history
from store import runs as run_store
from store.database import Connection

LONGEST = 400
_RESULTS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Days on end, both included, on which a column stood alike. ``reason`` and ``latest`` are those of the last of them."""

    since: date
    until: date
    status: str
    latest: date | None
    reason: str


def of_column(
    connection: Connection, settings: Settings, column: Column, first: date, last: date, now: datetime
) -> list[Spell]:
    """The spells of a column from ``first`` to ``last`` (at most today, at most 400 days), oldest first. Each day is judged as
    ``check --as-of`` judges it."""
    last = min(last, local_date(now))
    first = max(first, last - timedelta(days=LONGEST - 1))
    found = history.spans(connection, [column.source]).get(column.source, [])
    results = run_store.recent_results(connection, limit_per_source=_RESULTS).get(column.source, [])
    source = settings.source(column.source)[1]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def judged() -> Iterator[tuple[date, ColumnStatus]]:
        for day in days:
            at = min(day_start(day + timedelta(days=1)) - timedelta(microseconds=1), now)
            then = [result for result in results if result.checked_at and result.checked_at <= at]
            looks = Looks(day=local_date(at), source=source, results=then, rules=settings.runs)
            yield day, freshness.judge(column, history.facts_of(found, at), looks, settings.freshness, day)[0]

    return spells(judged())


def spells(days: Iterable[tuple[date, ColumnStatus]]) -> list[Spell]:
    """Days in their order, put together where the status is the same. Pure."""
    found: list[Spell] = []
    for day, status in days:
        since = found.pop().since if found and found[-1].status == status.status else day
        found.append(Spell(since=since, until=day, status=status.status, latest=status.latest, reason=status.reason))
    return found
