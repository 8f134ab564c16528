"""When the towns' jobs are due: pure. A slot is known by its row, never by what the clock said before, so that a clock
set forward or back neither repeats nor skips one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from core.clock import SHANGHAI, local_date, require_aware
from core.service import Schedule
from core.settings import Settings
from store.jobs import Key

LATE = timedelta(minutes=10)
"""A slot planned later than this after its time was missed and is made up for: something stood still meanwhile."""
MONTHLY_REACH = timedelta(days=27)
AT_ONCE = frozenset({"crawl", "send"})
"""What a new town or site begins with, without waiting for the next slot."""


@dataclass(frozen=True, slots=True)
class History:
    """What the rows of the schedule say. ``taken``: slots of the last days that have a row; ``first``: the earliest slot of
    each job and part; ``begun``: when each town's first job began."""

    taken: frozenset[tuple[Key, datetime]] = frozenset()
    first: Mapping[Key, datetime] = field(default_factory=dict)
    begun: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A slot to be entered: to run, or (``missed``) as passed over for a later one."""

    at: datetime
    town: str
    job: str
    part: str = ""
    caught_up: bool = False
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Timetable:
    """One job of one part of a town: when, and by how much later than its slots it begins."""

    key: Key
    clocks: tuple[time, ...]
    day: int | None = None
    delay: timedelta = timedelta(0)
    every: timedelta | None = None


def slots_due(schedule: Schedule, towns: Mapping[str, Settings], history: History, now: datetime) -> list[Slot]:
    """Every slot whose time has come and which has no row, in the order of its time. Of several slots of the same job and
    part only the latest is to be run; the older are ``missed``. A town that is new begins with a crawl at once."""
    found: list[Slot] = []
    for town in towns.values():
        for table in timetables(schedule, town):
            found += _due(table, schedule, history, now)
    return sorted(found)


def since(schedule: Schedule, now: datetime) -> datetime:
    """How far back :func:`slots_due` looks: the ``taken`` of its history must reach as far, and for the digest to
    :data:`MONTHLY_REACH`."""
    return now - timedelta(days=schedule.catch_up_days + 1) - timedelta(minutes=schedule.spread_minutes)


def timetables(schedule: Schedule, town: Settings) -> Iterator[Timetable]:
    """All that is done for a town. A site none of whose sources a person has confirmed is not crawled."""
    name = town.town.id
    for site in crawled_sites(town):
        delay = spread(name, site, schedule.spread_minutes)
        yield Timetable((name, "crawl", site), _times(schedule.crawl_at), delay=delay)
    yield Timetable((name, "check", ""), _times(schedule.check_at))
    yield Timetable((name, "digest", ""), _times((schedule.digest_at,)), day=schedule.digest_day)
    yield Timetable((name, "prune", ""), _times((schedule.prune_at,)))
    yield Timetable((name, "send", ""), (), every=timedelta(minutes=schedule.send_every_minutes))
    if (minutes := schedule.visit_every_minutes) and crawled_sites(town):
        # Towns that watch one portal do not all come on the hour.
        delay = spread(name, "visit", min(schedule.spread_minutes, minutes // 2))
        yield Timetable((name, "visit", ""), (), delay=delay, every=timedelta(minutes=minutes))


def crawled_sites(town: Settings) -> list[str]:
    """The sites of a town that are looked at."""
    return [site.id for site in town.sites if any(source.confirmed for source in site.sources)]


def spread(town: str, site: str, minutes: int) -> timedelta:
    """How long after its time a site's crawl begins: the same each day, different from site to site."""
    if not minutes:
        return timedelta(0)
    number = int.from_bytes(sha256(f"{town}\x1f{site}".encode()).digest()[:8], "big")
    return timedelta(seconds=number % (minutes * 60))


def overdue_jobs(
    schedule: Schedule, towns: Mapping[str, Settings], done: Mapping[Key, datetime], begun: Mapping[str, datetime],
    now: datetime, allowed: timedelta = timedelta(hours=6),
) -> list[Slot]:
    """The dead-man's question: which jobs have a slot more than ``allowed`` ago and have done neither it nor a later one
    (``done``: the latest slot done, by key). Each is named once, by the earliest such slot within its reach."""
    found: list[Slot] = []
    for town in towns.values():
        for table in timetables(schedule, town):
            start = max(done.get(table.key) or begun.get(town.town.id, now), now - _reach(table, schedule))
            late = [slot for slot in _slots(table, start, now) if slot > start and slot + table.delay + allowed < now]
            if table.every is not None and start + table.every + allowed < now:
                late = [start]
            found += [Slot(at, *table.key) for at in late[:1]]
    return sorted(found)


def _due(table: Timetable, schedule: Schedule, history: History, now: datetime) -> list[Slot]:
    earliest = now - _reach(table, schedule)
    come = [slot for slot in _slots(table, earliest - table.delay, now) if earliest < slot + table.delay <= now]
    new = table.key not in history.first
    if new and table.key[1] in AT_ONCE:
        come = come[-1:]
    else:
        floor = history.first.get(table.key) or history.begun.get(table.key[0], now)
        # What the rows say began long after now was written while the clock was wrong.
        come = [slot for slot in come if slot > floor or floor > now + timedelta(days=1)]
    return list(_entered(table, come, history, None if new and table.key[1] in AT_ONCE else now))


def _entered(table: Timetable, come: list[datetime], history: History, now: datetime | None) -> Iterator[Slot]:
    """The rows of those slots that have none. ``now`` None: the job is new, so that nothing of it can be late."""
    for slot in come:
        if (table.key, slot) in history.taken:
            continue
        if slot == come[-1]:
            late = now is not None and table.every is None and now - (slot + table.delay) > LATE
            yield Slot(slot, *table.key, caught_up=late)
        else:
            yield Slot(slot, *table.key, missed=True)


def _reach(table: Timetable, schedule: Schedule) -> timedelta:
    """How long after its time a slot is still made up for. A monthly one until nearly the next: the first of a month
    often lies in a holiday, through which the machine may be switched off."""
    return MONTHLY_REACH if table.day is not None else max(timedelta(days=schedule.catch_up_days), LATE)


def _slots(table: Timetable, start: datetime, end: datetime) -> list[datetime]:
    """The slots of a timetable from ``start`` to ``end``, in order."""
    if table.every is not None:
        # Only the latest matters, so that hours of downtime are not listed minute by minute.
        step = table.every.total_seconds()
        latest = datetime.fromtimestamp(end.timestamp() // step * step, tz=end.tzinfo)
        return [require_aware(latest)] if latest >= start else []
    return [
        at for day in _days(local_date(start), local_date(end)) if table.day in (None, day.day)
        for clock in table.clocks if start <= (at := _instant(day, clock)) <= end
    ]


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _instant(day: date, clock: time) -> datetime:
    return require_aware(datetime.combine(day, clock, tzinfo=SHANGHAI))


def _times(texts: Iterable[str]) -> tuple[time, ...]:
    return tuple(sorted({time.fromisoformat(text) for text in texts}))
