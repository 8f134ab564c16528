"""All of ``townwatch serve``: the workbench, the schedule and the sender in one process, each kept alive."""

from __future__ import annotations

import fcntl
import hashlib
import platform
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from core.errors import TownwatchError
from service.cluster.running import Dispatcher
from service.jobs.catalogue import JOBS
from service.jobs.task import Workplace
from service.schedule.local import LocalEngine
from service.schedule.recheck import make_recheck
from service.schedule.supervisor import Part, Supervisor
from service.schedule.web_part import WebPart
from service.web.app import make_app
from service.web.workbench import Workbench
from store import jobs
from store.database import transaction
from store.failures import reason

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 15.0
"""For what runs to end when the service is stopped: well within the 90 seconds that systemd gives, or Docker's if told."""
WORK_THREADS = 4
SEND_THREADS = 2

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.serve")


def serve(place: Workplace, listener: socket.socket, stop: threading.Event) -> None:
    """Serve until ``stop`` is set. Raises TownwatchError where another service works in the same folder."""
    with only_one(place.var):
        worker = worker_name(place.var)
        place = replace(place, stopping=stop.is_set)
        _take_over(place, worker)
        supervisor = Supervisor(parts(place, listener, worker), lambda part, said: _tell(place, part, said))
        supervisor.start(time.monotonic())
        try:
            while not stop.wait(LOOK_SECONDS):
                supervisor.look(time.monotonic())
        finally:
            stop.set()
            _LOG.info("stopping")
            supervisor.stop(PATIENCE_SECONDS)


def parts(place: Workplace, listener: socket.socket, worker: str) -> dict[str, Part]:
    """What is kept alive, by its Chinese name. In a cluster the jobs are the workers'."""
    bench = Workbench(
        service=place.service, engine=place.engine, var=place.var, clock=place.now, environment=place.environment,
        recheck=make_recheck(place.engine, place.now),
    )
    kept: dict[str, Part] = {"工作台": WebPart(make_app(bench), listener)}
    if place.service.settings.engine == "local":
        # Messages have threads of their own: a long crawl never keeps an alert waiting.
        kept["通知发送"] = LocalEngine(place, worker=worker, only={"send"}, threads=SEND_THREADS)
        kept["定时任务"] = LocalEngine(place, worker=worker, only=JOBS.keys() - {"send"}, threads=WORK_THREADS)
    else:
        kept["任务分派"] = Dispatcher(place.engine.url.render_as_string(hide_password=False), place)
    return kept


def worker_name(var: Path) -> str:
    """This service in the rows of the schedule: the machine and the folder, which no two services share."""
    return f"{platform.node()[:60]}:{hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:8]}"


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """One service for a working folder. The lock is the system's: it goes with the process that holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TownwatchError(f"另一个 townwatch serve 正在使用 {var}，请先停止它") from None
        yield


def _take_over(place: Workplace, worker: str) -> None:
    """What a killed service left running is free at once: the lock says that it is dead."""
    with transaction(place.engine) as connection:
        left = jobs.orphans(connection, worker)
        jobs.orphan(connection, [run.id for run in left])
    for run in left:
        _LOG.warning("taken up again", town=run.town, job=run.job, part=run.part, slot=run.slot.isoformat())


def _tell(place: Workplace, part: str, said: str) -> None:
    """A row that a person sees; where the store does not take it, the log alone has it."""
    try:
        with transaction(place.engine) as connection:
            jobs.note_operation(connection, part, said, place.now())
    except Exception as error:  # noqa: BLE001 -- the supervisor must outlive a store that is away; the log has said it
        _LOG.error("a death could not be entered", part=part, reason=reason(error))
