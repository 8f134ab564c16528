"""Every job by name. A job does one slot's work, or raises; doing it twice has no double effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.jobs.check import check_town
from service.jobs.crawl import crawl_site, crawl_source
from service.jobs.digest import make_digest
from service.jobs.prune import prune_town
from service.jobs.send import send_town
from service.jobs.task import Task
from service.jobs.visit import visit_town


@dataclass(frozen=True, slots=True)
class Job:
    """``run`` gives back a sentence for staff. ``then``: the job that follows, whether this one was done or failed."""

    run: Callable[[Task], str]
    then: str | None = None


JOBS: Mapping[str, Job] = {
    "crawl": Job(crawl_site, then="check"),
    "recheck": Job(crawl_source, then="check"),
    "check": Job(check_town, then="send"),
    "send": Job(send_town),
    "digest": Job(make_digest, then="send"),
    "prune": Job(prune_town),
    "visit": Job(visit_town),
}
