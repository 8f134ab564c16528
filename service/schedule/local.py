"""The engine of one machine: a tick every few seconds enters the slots that are due and begins those that wait, in a
bounded number of threads. All it knows stands in the rows, so that it may die at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from datetime import timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from core.clock import SHANGHAI
from service.jobs.task import Workplace
from service.jobs.work import STALE_AFTER, perform
from service.schedule.choice import lane, ready, superseded
from service.schedule.slots import MONTHLY_REACH, History, since, slots_due
from store import jobs
from store.database import transaction
from store.failures import reason
from store.jobs import JobRun, Key

TICK_SECONDS = 2.0
PLAN_SECONDS = 15.0
SILENT_SECONDS = 120.0
"""An engine that has not ticked for so long (a clock set back stops its timer) is started anew."""

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.schedule")


def plan(place: Workplace, only: Collection[str]) -> int:
    """Enter a row for every slot of these jobs that is due and has none; how many there were."""
    now, schedule = place.now(), place.service.settings.schedule
    with transaction(place.engine) as connection:
        taken = jobs.slots_since(connection, since(schedule, now))
        taken |= jobs.slots_since(connection, now - MONTHLY_REACH - timedelta(days=2), "digest")
        history = History(frozenset(taken), jobs.first_slots(connection), jobs.begun(connection))
        due = [slot for slot in slots_due(schedule, place.service.towns, history, now) if slot.job in only]
        for slot in due:
            jobs.queue(
                connection, town=slot.town, job=slot.job, part=slot.part, slot=slot.at, caught_up=slot.caught_up,
                missed_at=now if slot.missed else None, note="当时服务未运行，由之后的一次代替" if slot.missed else "",
            )
    return len(due)


class LocalEngine:
    """Runs some of the jobs. ``worker`` names this process in the rows; ``threads``: how many jobs run at once."""

    def __init__(
        self, place: Workplace, *, worker: str, only: Collection[str], threads: int, tick: float = TICK_SECONDS,
        plan_every: float = PLAN_SECONDS, silent: float = SILENT_SECONDS,
    ) -> None:
        self._silent_seconds = silent
        self._place, self._worker, self._only, self._threads = place, worker, frozenset(only), threads
        self._tick_seconds, self._plan_every = tick, plan_every
        self._running: dict[int, threading.Thread] = {}
        self._lanes: dict[int, Key] = {}
        self._lock = threading.Lock()
        self._scheduler: BackgroundScheduler | None = None
        self._planned = self._ticked = float("-inf")

    def start(self) -> None:
        """Begin to tick; also after it died."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        self._ticked = time.monotonic()
        scheduler = BackgroundScheduler(timezone=SHANGHAI, daemon=True)
        scheduler.add_job(
            self.tick, "interval", seconds=self._tick_seconds, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        scheduler.start()
        self._scheduler = scheduler

    def failure(self) -> str | None:
        """Why it must be started anew; None while it is well."""
        silent = time.monotonic() - self._ticked
        return f"{silent:.0f} 秒没有动作" if silent > self._silent_seconds else None

    def stop(self, patience: float) -> None:
        """Begin nothing more, and wait up to ``patience`` seconds for what runs."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        end = time.monotonic() + patience
        for thread in list(self._running.values()):
            thread.join(timeout=max(0.0, end - time.monotonic()))

    def tick(self) -> None:
        """Enter what is due, begin what waits. A store that does not answer is asked again at the next tick."""
        try:
            if time.monotonic() - self._planned >= self._plan_every:
                plan(self._place, self._only)
                self._planned = time.monotonic()
            if not self._place.stopping():
                self._begin()
        except Exception as error:  # noqa: BLE001 -- the schedule outlives whatever is wrong with the store, and says it
            _LOG.error("the schedule could not look", reason=reason(error))
        self._ticked = time.monotonic()

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def _begin(self) -> None:
        free = self._threads - len(self._running)
        if free <= 0:
            return
        place = self._place
        with place.engine.connect() as connection:
            rows = jobs.waiting(connection)
        late = {row.id for row in superseded(rows) if row.job in self._only}
        with self._lock:
            mine, lanes = set(self._running), set(self._lanes.values())
        waiting = [row for row in rows if row.id not in late | mine]
        chosen = [row for row in ready(waiting, self._only, place.now(), STALE_AFTER) if lane(row) not in lanes]
        if not chosen and not late:
            return
        for run in self._claim(late, chosen[:free]):
            self._start(run)

    def _claim(self, late: Collection[int], chosen: Collection[JobRun]) -> list[JobRun]:
        now = self._place.now()
        with transaction(self._place.engine) as connection:
            for run_id in late:
                jobs.finish(connection, run_id, "missed", "未及执行，由之后的一次代替", now)
            claimed = [
                jobs.claim(
                    connection, town=row.town, job=row.job, part=row.part, slot=row.slot, worker=self._worker, now=now,
                    stale_after=STALE_AFTER,
                )
                for row in chosen
            ]
        return [run for run in claimed if run is not None]

    def _start(self, run: JobRun) -> None:
        # Daemons: a crawl that waits for a slow site must not keep the process from ending; its slot is taken up again.
        thread = threading.Thread(target=self._work, args=(run,), daemon=True, name=f"{run.job}-{run.id}")
        with self._lock:
            self._running[run.id], self._lanes[run.id] = thread, lane(run)
        thread.start()

    def _work(self, run: JobRun) -> None:
        try:
            perform(run, self._place)
        finally:
            with self._lock:
                del self._running[run.id], self._lanes[run.id]
