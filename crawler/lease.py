"""The hosts of one run, held while it crawls: waited for, renewed, and given back with the time of the last request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from core.errors import CrawlBusyError
from store import hosts as leases
from store.database import Engine, transaction

LEASE_SECONDS = 60.0
POLL_SECONDS = 1.0


@dataclass(slots=True)
class Lease:
    """``hosts``: by name, the seconds between two requests. A lease not renewed for ``seconds`` may be taken by others;
    the crawl must have stopped by then, whatever has become of the store (:attr:`patience`)."""

    engine: Engine
    hosts: Mapping[str, float]
    holder: str
    seconds: float
    _renewed: float = field(default=0.0, init=False)
    _asked: float | None = field(default=None, init=False)

    @property
    def patience(self) -> float:
        """Seconds without a renewal after which the crawl stops: well before the lease is over."""
        return self.seconds * 0.75

    def take(self) -> float | None:
        """None where all hosts are held now, else the seconds to wait."""
        begun = time.monotonic()
        with transaction(self.engine) as connection:
            wait = leases.take(connection, self.hosts, self.holder, leases.present(connection), self.seconds)
        self._renewed = begun
        return wait

    def keep(self, now: bool = False) -> bool | None:
        """Renew where it is time (or at once); False where the hosts were lost; None where there was no need, or no
        answer."""
        begun = time.monotonic()
        if not now and begun - self._renewed < self.seconds / 6:
            return None
        held = leases.renewed(self.engine, self.holder, self.seconds)
        self._renewed = begun
        return None if held is None else held == len(self.hosts)

    def asked(self) -> None:
        """Note that the last request was no later than now."""
        self._asked = time.monotonic()

    def release(self) -> None:
        """Let others ask the hosts."""
        with transaction(self.engine) as connection:
            at = leases.present(connection)
            ago = None if self._asked is None else timedelta(seconds=time.monotonic() - self._asked)
            leases.release(connection, self.holder, None if ago is None else at - ago)


@contextmanager
def leased(
    engine: Engine, hosts: Mapping[str, float], holder: str, *, seconds: float, wait: float, meanwhile: Callable[[], object]
) -> Iterator[Lease]:
    """Hold the hosts for the block, after waiting for them for at most ``wait`` seconds. ``meanwhile`` is called before
    each try. Raises CrawlBusyError where they do not become free."""
    lease = Lease(engine, hosts, holder, seconds)
    give_up = time.monotonic() + wait
    while True:
        meanwhile()
        pause = lease.take()
        if pause is None:
            break
        left = give_up - time.monotonic()
        if left <= 0:
            names = "、".join(sorted(hosts))
            raise CrawlBusyError(f"另一次采集正在访问 {names}，等了 {wait:.0f} 秒仍未结束：同一网站同时只由一次采集访问，请稍后再试")
        time.sleep(min(pause, left, POLL_SECONDS))
    try:
        yield lease
    finally:
        lease.release()
