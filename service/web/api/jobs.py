"""What the schedule has done (任务): every job, whether it ended well, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from litestar.params import QueryParameter

from service.shaping import local, local_or_none
from service.web.api.route import get
from service.web.inject import Bench, TownId
from store import jobs as job_store
from store.jobs import JobRun


@dataclass(frozen=True, slots=True, kw_only=True)
class JobShape:
    """One slot of one job. ``caught_up``: run late, because nothing ran at its time; ``missed``: never run."""

    id: int
    job: str
    part: str
    slot: datetime
    status: Literal["queued", "running", "done", "failed", "missed"]
    caught_up: bool
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsShape:
    """The latest slots, newest first."""

    jobs: list[JobShape]


@get("/towns/{town:str}/jobs")
def list_jobs(bench: Bench, town: TownId, limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50) -> JobsShape:
    """最近的任务，新的在前。"""
    with bench.town_engine(town).connect() as connection:
        return JobsShape(jobs=[_shape(run) for run in job_store.recent(connection, limit)])


def _shape(run: JobRun) -> JobShape:
    return JobShape(
        id=run.id, job=run.job, part=run.part, slot=local(run.slot), status=run.status, caught_up=run.caught_up,
        attempts=run.attempts, started_at=local_or_none(run.started_at), finished_at=local_or_none(run.finished_at),
        note=run.note,
    )


HANDLERS = [list_jobs]
