"""A crawl of one source because a person asks for it: a slot of its own, now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from store import jobs
from store.database import Engine, transaction


def make_recheck(engine: Engine, clock: Callable[[], datetime]) -> Callable[[str, str], None]:
    """What the workbench calls with a town and a source. The schedule takes the slot up within seconds; the hosts are asked
    as gently as ever. Asked again before it began, it is still crawled once."""

    def recheck(town: str, source: str) -> None:
        with transaction(engine) as connection:
            waiting = jobs.waiting(connection)
            if not any(row.key == (town, "recheck", source) and row.status == "queued" for row in waiting):
                jobs.queue(connection, town=town, job="recheck", part=source, slot=clock())

    return recheck
