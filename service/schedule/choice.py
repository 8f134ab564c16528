"""Which of the waiting slots begin now: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from store.jobs import JobRun, Key

RETRY_WAITS = (timedelta(minutes=5), timedelta(minutes=30))
"""After the first and the second failure of a slot."""
BUSY_WAIT = timedelta(minutes=1)
"""Before a slot is tried again that found its hosts taken."""


def lane(run: JobRun) -> Key:
    """What runs one after another: the crawls of a site, the checks of a town, whatever asked for them."""
    town, job, part = run.key
    return (town, job, part) if job in ("crawl", "recheck") else (town, job, "")


def ready(rows: Iterable[JobRun], jobs: Collection[str], now: datetime, stale_after: timedelta) -> list[JobRun]:
    """Those of :func:`store.jobs.waiting` that may begin, one a lane, the oldest slot first. A run without a beat for
    ``stale_after`` died with its process and may begin again."""
    listed = [row for row in rows if row.job in jobs]
    taken = {lane(row) for row in listed if row.status == "running" and not _is_stale(row, now, stale_after)}
    crawling = [row for row in rows if row.job == "crawl"]
    chosen: list[JobRun] = []
    for row in sorted(listed, key=lambda each: (each.slot, each.id)):
        if lane(row) not in taken and _may_begin(row, now, stale_after) and not _awaits_crawl(row, crawling):
            taken.add(lane(row))
            chosen.append(row)
    return chosen


def superseded(rows: Iterable[JobRun]) -> list[JobRun]:
    """Slots that have not begun and for which a later one of the same job and part waits: that one does the work of both."""
    listed = [row for row in rows if row.status in ("queued", "failed")]
    latest: dict[Key, datetime] = {}
    for row in listed:
        latest[row.key] = max(row.slot, latest.get(row.key, row.slot))
    return [row for row in listed if row.slot < latest[row.key]]


def _may_begin(row: JobRun, now: datetime, stale_after: timedelta) -> bool:
    if row.status == "running":
        return _is_stale(row, now, stale_after)
    if row.status == "failed":
        wait = RETRY_WAITS[min(row.attempts, len(RETRY_WAITS)) - 1] if row.attempts else timedelta(0)
        return _passed(row.finished_at, wait, now)
    return _passed(row.beat_at, BUSY_WAIT, now)


def _awaits_crawl(row: JobRun, crawling: Iterable[JobRun]) -> bool:
    """A check that is made up for waits for the crawls that are: judged before them, the town would be told of lateness
    that is only the watch's own."""
    if row.job != "check" or not row.caught_up:
        return False
    return any(crawl.town == row.town and crawl.slot <= row.slot for crawl in crawling)


def _is_stale(row: JobRun, now: datetime, stale_after: timedelta) -> bool:
    # By the beat alone: a clock set back must not make a living run look dead.
    return row.beat_at is None or row.beat_at + stale_after < now


def _passed(since: datetime | None, wait: timedelta, now: datetime) -> bool:
    """Whether ``wait`` has passed. A time in the future was written while the clock was wrong, and is not waited for."""
    if since is None or since > now + timedelta(minutes=1):
        return True
    return now >= since + wait
