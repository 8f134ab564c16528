"""Runs one claimed slot to its end: beats while it runs, enters how it ended, and queues what follows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from core.errors import CrawlBusyError
from service.jobs.catalogue import JOBS
from service.jobs.task import StoppedError, Workplace
from service.schedule.slots import crawled_sites
from store import jobs
from store.database import Connection, transaction
from store.failures import reason
from store.jobs import JobRun

BEAT_SECONDS = 15.0
STALE_AFTER = timedelta(seconds=90)
"""A run without a beat for so long died with its process."""
OFTEN = frozenset({"send", "visit"})
"""Jobs of which only the last row that was done is kept."""
WRITE_AGAIN = (1.0, 5.0, 20.0)
"""Waits before the end of a run is written again, where the store did not take it."""

_Change = Callable[[Connection], object]
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.jobs")


def perform(run: JobRun, place: Workplace) -> None:
    """Do a slot that was claimed. Never raises: how it ended is in its row. Where even that cannot be written the row
    is left without a beat, and is taken up again when it is stale."""
    log = _LOG.bind(town=run.town, job=run.job, part=run.part, slot=run.slot.isoformat(), attempt=run.attempts)
    tell = log.debug if run.job == "send" else log.info  # every minute for every town
    tell("job begins")
    try:
        with _beating(run, place):
            note = JOBS[run.job].run(place.task(run.town, run.part, run.slot))
    except StoppedError:
        log.info("job stopped")
        _write(place, lambda connection: jobs.hand_back(connection, run.id, "服务停止时中断，启动后继续"))
    except CrawlBusyError as error:
        busy = str(error)
        log.info("job waits", reason=busy)
        _write(place, lambda connection: jobs.hand_back(connection, run.id, busy, busy_at=place.now()))
    except Exception as error:
        # Whatever it was: the row says it, and the next slot goes on.
        why = reason(error)
        log.error("job failed", reason=why, exc_info=error)
        _write(place, lambda connection: _end(connection, run, place, "failed", why))
    else:
        tell("job done", note=note)
        _write(place, lambda connection: _end(connection, run, place, "done", note))


def _end(connection: Connection, run: JobRun, place: Workplace, status: jobs.Ending, note: str) -> None:
    parts = jobs.of_slot(connection, run.town, run.job, run.slot)
    jobs.finish(connection, run.id, status, note, place.now())
    if run.job in OFTEN and status == "done":
        # A row a minute or an hour says nothing that the last one does not.
        jobs.forget_earlier(connection, run)
    ended = {part.part for part in parts if part.over} | {run.part}
    over = status == "done" or run.attempts >= jobs.MAX_ATTEMPTS
    then = JOBS[run.job].then
    if then is not None and over and _expected(run, place) <= ended:
        jobs.queue(connection, town=run.town, job=then, part=run.job, slot=run.slot)


def _expected(run: JobRun, place: Workplace) -> set[str]:
    """The parts that must have ended before what follows begins: of a crawl all the town's sites."""
    town = place.service.towns.get(run.town)
    return set(crawled_sites(town)) if run.job == "crawl" and town is not None else {run.part}


def _write(place: Workplace, change: _Change) -> None:
    for wait in (*WRITE_AGAIN, None):
        try:
            with transaction(place.engine) as connection:
                change(connection)
            return
        except Exception as error:  # noqa: BLE001 -- the store itself is what is broken: nothing else can be told
            _LOG.error("the end of a job could not be entered", reason=reason(error), again=wait is not None)
        if wait is not None and not place.stopping():
            time.sleep(wait)


@contextmanager
def _beating(run: JobRun, place: Workplace) -> Iterator[None]:
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(run, place, over), daemon=True, name=f"beat-{run.id}")
    heart.start()
    try:
        yield
    finally:
        over.set()
        # One that waits for the store is not waited for: a beat of a run that is over changes nothing.
        heart.join(timeout=2)


def _beat(run: JobRun, place: Workplace, over: threading.Event) -> None:
    while not over.wait(BEAT_SECONDS):
        try:
            with transaction(place.engine) as connection:
                jobs.beat(connection, run.id, place.now())
        except Exception as error:  # noqa: BLE001 -- a beat that is lost is not the job's fault; the next may come through
            _LOG.warning("a beat was lost", run=run.id, reason=reason(error))
