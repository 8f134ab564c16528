"""A process of the cluster: listens to its queues until it is asked to stop, whatever becomes of the store meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from service.cluster.app import HEARTBEAT_SECONDS, SEND, TICK, WORK, make_app
from service.jobs.task import Workplace
from store.failures import reason

AGAIN_SECONDS = 5.0
LOOK_SECONDS = 0.2
SEND_AT_ONCE = 2
KEPT_SECONDS = 3600.0
"""How long the heartbeat of a dead worker is kept, so that the tick sees whose jobs are to be taken up."""

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.cluster")


def queues(concurrency: int) -> dict[tuple[str, ...], int]:
    """What a worker listens to, and how many jobs of each it does at once. Without any, it only hands out."""
    return {(TICK,): 1, (SEND,): SEND_AT_ONCE, (WORK,): concurrency} if concurrency else {(TICK,): 1}


def run(url: str, place: Workplace, concurrency: int, stop: threading.Event) -> None:
    """Work until ``stop`` is set. Where the store is lost, it is tried again until it is back."""
    while not stop.is_set():
        try:
            asyncio.run(_work(make_app(url, place), queues(concurrency), stop))
        except (ConnectorException, OSError) as error:
            _LOG.error("the queue cannot be reached", reason=reason(error))
        if not stop.is_set():
            _LOG.warning("the queue was lost", again_in=AGAIN_SECONDS)
            stop.wait(AGAIN_SECONDS)


async def _work(app: App, listened: Mapping[tuple[str, ...], int], stop: threading.Event) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(listened.values()) + 4))
    async with app.open_async():
        workers = [
            asyncio.create_task(app.run_worker_async(
                queues=list(names), concurrency=at_once, name="+".join(names), delete_jobs="always", install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS, stalled_worker_timeout=KEPT_SECONDS, fetch_job_polling_interval=2.0,
            ))
            for names, at_once in listened.items()
        ]
        while not stop.is_set() and not any(worker.done() for worker in workers):
            await asyncio.wait(workers, timeout=LOOK_SECONDS)
        for worker in workers:
            # It takes nothing new, and ends when what it does has ended.
            worker.cancel()
        for worker in workers:
            with suppress(asyncio.CancelledError):
                await worker


class Dispatcher:
    """Hands out from within ``townwatch serve``, in a thread that its supervisor keeps alive."""

    def __init__(self, url: str, place: Workplace) -> None:
        self._url, self._place = url, place
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, or begin again."""
        self._stop.clear()
        self._thread = threading.Thread(target=run, args=(self._url, self._place, 0, self._stop), daemon=True, name="dispatcher")
        self._thread.start()

    def failure(self) -> str | None:
        """Why it must be started anew."""
        return None if self._thread is not None and self._thread.is_alive() else "线程已结束"

    def stop(self, patience: float) -> None:
        """End, within so many seconds."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=patience)
