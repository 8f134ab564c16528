"""Procrastinate's part: a tick that plans and hands out what waits, once however many ask for it, and the work itself.

The rows of :mod:`store.jobs` decide what is done and by whom; a job of the queue is only the call to look at a row. Any of
them may be lost or come twice: the next tick calls again, and only one claim of a row succeeds.
"""

from __future__ import annotations

import asyncio
import platform
from contextlib import suppress

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status

from crawler.run import load_leftovers
from crawler.slots import host_of
from service.cluster.schema import SCHEMA, libpq
from service.jobs.catalogue import JOBS
from service.jobs.task import Workplace
from service.jobs.work import STALE_AFTER, perform
from service.schedule.choice import lane, ready, superseded
from service.schedule.local import plan
from store import jobs
from store.database import for_town, transaction
from store.jobs import JobRun

TICK, WORK, SEND = "tick", "work", "send"
"""The queues. Messages have one of their own: a long crawl never keeps an alert waiting."""
CRAWLS = ("crawl", "recheck")
EVERY = "* * * * * */5"
HEARTBEAT_SECONDS = 3.0
DEAD_AFTER_SECONDS = 15.0
"""A worker without a heartbeat for so long is dead, and what it did is taken up by others."""


def make_app(url: str, place: Workplace) -> App:
    """The queue of a store, with the tick and the work of one process."""
    app = App(connector=PsycopgConnector(
        conninfo=libpq(url), kwargs={"options": f"-c search_path={SCHEMA}"}, min_size=1, max_size=8,
    ))

    @app.periodic(cron=EVERY, periodic_id=TICK)
    @app.task(name="townwatch.tick", queue=TICK, queueing_lock=TICK)
    async def tick(timestamp: int) -> None:
        await hand_out(app, place)

    @app.task(name="townwatch.work", queue=WORK, pass_context=True)
    def work(context: JobContext, run: int) -> None:
        do(place, run, worker_name(context.job.worker_id))

    return app


async def hand_out(app: App, place: Workplace) -> int:
    """Take up what dead workers left, enter what is due, and call for every row that may begin; how many calls."""
    for dead in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        await _take_up(app, place, dead)
    calls = 0
    for run in await asyncio.to_thread(due, place):
        call = app.configure_task(
            "townwatch.work", queue=SEND if run.job == "send" else WORK, lock=lock_of(place, run), queueing_lock=f"run:{run.id}",
        )
        # Called already, and nobody has come yet.
        with suppress(AlreadyEnqueued):
            await call.defer_async(run=run.id)
            calls += 1
    return calls


def due(place: Workplace) -> list[JobRun]:
    """Enter a row for every slot that has come, give up those that a later one replaces, and tell which may begin."""
    plan(place, JOBS.keys())
    now = place.now()
    with transaction(place.engine) as connection:
        rows = jobs.waiting(connection)
        late = {row.id for row in superseded(rows)}
        for run_id in late:
            jobs.finish(connection, run_id, "missed", "未及执行，由之后的一次代替", now)
    return ready([row for row in rows if row.id not in late], JOBS.keys(), now, STALE_AFTER)


def do(place: Workplace, run_id: int, worker: str) -> None:
    """Claim a row and do it; nothing where another has it or it is over."""
    with transaction(place.engine) as connection:
        try:
            row = jobs.get(connection, run_id)
        except KeyError:
            return
        claimed = jobs.claim(
            connection, town=row.town, job=row.job, part=row.part, slot=row.slot, worker=worker, now=place.now(),
            stale_after=STALE_AFTER,
        )
    if claimed is not None:
        perform(claimed, place)


def lock_of(place: Workplace, run: JobRun) -> str:
    """What must not be done at once: crawls of the same host, whatever their towns; otherwise what shares a lane. Such jobs
    wait in the queue and not in a worker; what holds politeness and single effect are the leases and the rows."""
    town = place.service.towns.get(run.town)
    for site in town.sites if town is not None else ():
        if (run.job == "crawl" and site.id == run.part) or (
            run.job == "recheck" and any(source.id == run.part for source in site.sources)
        ):
            return f"host:{host_of(site)}"
    return "/".join(lane(run))


def worker_name(worker_id: int | None) -> str:
    """A worker in the rows of the schedule: its machine, and its number in the queue."""
    return f"{platform.node()[:60]}#{worker_id}"


async def _take_up(app: App, place: Workplace, dead: Job) -> None:
    """Let the row be claimed again, and end the job that holds its host's lock; the tick calls for the row anew."""
    if dead.task_name == "townwatch.work" and dead.worker_id is not None:
        await asyncio.to_thread(_orphan, place, int(str(dead.task_kwargs["run"])), dead.worker_id)
    # Another tick may have ended it in between.
    with suppress(ConnectorException):
        await app.job_manager.finish_job(dead, status=Status.FAILED, delete_job=True)


def _orphan(place: Workplace, run_id: int, worker_id: int) -> None:
    with transaction(place.engine) as connection:
        try:
            row = jobs.get(connection, run_id)
        except KeyError:
            return
        # Not where somebody took it up long ago.
        if not row.worker.endswith(f"#{worker_id}"):
            return
        jobs.orphan(connection, [run_id])
    if row.job in CRAWLS and (town := place.service.towns.get(row.town)) is not None:
        # Where the dead crawled on this machine its hosts need not wait for their leases to run out.
        load_leftovers(town, for_town(place.engine, row.town), place.task(row.town, row.part, row.slot).folder)
