"""A look at a site outside of a crawl: its hosts are leased like a crawl's, so that nobody else asks them meanwhile."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.settings import Site
from crawler.fetch import fetch
from crawler.lease import LEASE_SECONDS, Lease, leased
from crawler.platforms.base import Answer, Ask, Failure
from crawler.slots import slots
from store.database import Engine

WAIT_SECONDS = 60.0
"""How long a look waits for a crawl that asks the same hosts."""


@dataclass(slots=True)
class Visit:
    """Asks a site questions, the pause between two of them kept also where they come from two batches."""

    site: Site
    lease: Lease
    pause: float
    requests: int = 0
    _ended: float | None = field(default=None, init=False)

    def ask(self, asks: Sequence[Ask]) -> list[Answer | Failure]:
        """The answers, in order."""
        if not asks:
            return []
        if self._ended is not None:
            time.sleep(max(0.0, self._ended + self.pause - time.monotonic()))
        answers = fetch(self.site, asks, self.lease)
        self.requests += len(asks)
        self._ended = time.monotonic()
        return answers

    def page(self, url: str) -> Answer | Failure:
        """One page."""
        return self.ask([Ask(url=url)])[0]


@contextmanager
def visiting(
    engine: Engine, site: Site, others: Iterable[Site] = (), *, wait: float = WAIT_SECONDS, lease_seconds: float = LEASE_SECONDS
) -> Iterator[Visit]:
    """Visit a site, as gently as any of the ``others`` on its hosts wants. Raises CrawlBusyError where a crawl keeps the
    hosts for longer than ``wait`` seconds."""
    mine = slots([site])
    gentlest = {host: slot for host, slot in slots([site, *others]).items() if host in mine}
    pause = max(slot.delay for slot in gentlest.values())
    rate = 1 / pause
    asked = site.model_copy(update={"politeness": site.politeness.model_copy(update={"requests_per_second": rate})})
    delays = {host: slot.delay for host, slot in gentlest.items()}
    holder = f"visit-{secrets.token_hex(6)}"
    with leased(engine, delays, holder, seconds=lease_seconds, wait=wait, meanwhile=lambda: None) as lease:
        yield Visit(asked, lease, pause)
