"""The rows of the schedule: one per job, town, part and slot. A slot with a row is never planned again, and of all that
are asked to run it only the one that claims it does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select, update

from store.bulk import portions, upsert
from store.database import Connection
from store.scope import own
from store.tables import job_runs

Status = Literal["queued", "running", "done", "failed", "missed"]
Ending = Literal["done", "failed", "missed"]
Key = tuple[str, str, str]
"""Town, job and part: what never overlaps itself."""
MAX_ATTEMPTS = 3
"""After so many tries a run that fails, or dies with its process, is given up; the next slot goes on."""
SERVICE = ""
"""The town of rows that are the service's own (a part that was restarted)."""
_J = job_runs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One slot of one job. ``queued``: planned, or handed back, and waiting; ``missed``: never run, because a later slot of
    the same job was run instead. ``caught_up``: run late, because nothing ran at its time. ``note`` is for staff."""

    id: int
    town: str
    job: str
    part: str
    slot: datetime
    status: Status
    caught_up: bool
    worker: str
    attempts: int
    started_at: datetime | None
    beat_at: datetime | None
    finished_at: datetime | None
    note: str

    @property
    def key(self) -> Key:
        """What never overlaps itself."""
        return self.town, self.job, self.part

    @property
    def over(self) -> bool:
        """Whether it will not be tried again."""
        return self.status in ("done", "missed") or (self.status == "failed" and self.attempts >= MAX_ATTEMPTS)


def queue(
    connection: Connection, *, town: str, job: str, part: str, slot: datetime, caught_up: bool = False,
    missed_at: datetime | None = None, note: str = "",
) -> None:
    """Enter a slot that is to be run, or (``missed_at``: when that was found) was missed for good; one that has a row stays
    as it is."""
    status = "queued" if missed_at is None else "missed"
    row = _row(town, job, part, slot) | {"status": status, "caught_up": caught_up, "finished_at": missed_at, "note": note}
    upsert(connection, job_runs, [row], _UNIQUE)


def claim(
    connection: Connection, *, town: str, job: str, part: str, slot: datetime, worker: str, now: datetime,
    caught_up: bool = False, stale_after: timedelta,
) -> JobRun | None:
    """Begin a slot. None where it is over, or running elsewhere, or another slot of the same job and part is. A run
    without a beat for ``stale_after`` died with its process and is taken up again, as is one that failed and has tries
    left; one that has used them up is entered as failed."""
    queue(connection, town=town, job=job, part=part, slot=slot, caught_up=caught_up)
    found = connection.execute(_slot(town, job, part, slot).with_for_update()).one()
    stale = now - stale_after
    if not _is_free(found, stale) or _runs_elsewhere(connection, found, stale):
        return None
    if found.attempts >= MAX_ATTEMPTS:
        finish(connection, found.id, "failed", found.note or f"连续 {MAX_ATTEMPTS} 次中途中断，不再重试", now)
        return None
    begun = {"status": "running", "worker": worker, "attempts": found.attempts + 1, "started_at": now, "beat_at": now,
             "finished_at": None}
    connection.execute(update(job_runs).where(_J.id == found.id).values(begun))
    return get(connection, found.id)


def get(connection: Connection, run_id: int) -> JobRun:
    """One row; KeyError where there is none."""
    row = connection.execute(select(job_runs).where(_J.id == run_id)).one_or_none()
    if row is None:
        raise KeyError(run_id)
    return _run(row)


def beat(connection: Connection, run_id: int, now: datetime) -> None:
    """A sign of life."""
    connection.execute(update(job_runs).where(_J.id == run_id, _J.status == "running").values(beat_at=now))


def finish(connection: Connection, run_id: int, status: Ending, note: str, now: datetime) -> None:
    """Enter how a run ended."""
    ended = {"status": status, "note": note, "finished_at": now}
    connection.execute(update(job_runs).where(_J.id == run_id).values(ended))


def hand_back(connection: Connection, run_id: int, note: str, busy_at: datetime | None = None) -> None:
    """Give up a run that was not its own fault to end: it waits again, and the try does not count. ``busy_at``: what it
    needs was taken then, so that it is worth waiting a little."""
    waits = {"status": "queued", "note": note, "attempts": _J.attempts - 1, "beat_at": busy_at}
    connection.execute(update(job_runs).where(_J.id == run_id, _J.status == "running").values(waits))


def orphans(connection: Connection, worker: str) -> list[JobRun]:
    """What a worker of this name left running when it died; it is for the one who takes its place to ask."""
    mine = select(job_runs).where(own(connection, job_runs), _J.worker == worker, _J.status == "running")
    return _runs(connection, mine.order_by(_J.id))


def orphan(connection: Connection, run_ids: Collection[int]) -> None:
    """Let runs of the dead be taken up at once; the broken try counts."""
    for portion in portions(run_ids):
        broken = {"status": "failed", "beat_at": None, "finished_at": None, "note": "服务中断，等待重新执行"}
        connection.execute(update(job_runs).where(_J.id.in_(portion), _J.status == "running").values(broken))


def waiting(connection: Connection) -> list[JobRun]:
    """What waits to be run or tried again, and what runs, oldest slot first."""
    again = and_(_J.status == "failed", _J.attempts < MAX_ATTEMPTS)
    query = select(job_runs).where(own(connection, job_runs), or_(_J.status.in_(("queued", "running")), again))
    return _runs(connection, query.order_by(_J.slot, _J.id))


def of_slot(connection: Connection, town: str, job: str, slot: datetime) -> list[JobRun]:
    """All parts of a slot, locked until the transaction ends: of two that end at once, the second sees the first."""
    query = select(job_runs).where(_J.town == town, _J.job == job, _J.slot == slot).order_by(_J.id).with_for_update()
    return _runs(connection, query)


def slots_since(connection: Connection, since: datetime, job: str | None = None) -> set[tuple[Key, datetime]]:
    """Every slot (of one job) from ``since`` on that has a row."""
    query = select(_J.town, _J.job, _J.part, _J.slot).where(own(connection, job_runs), _J.slot >= since)
    if job is not None:
        query = query.where(_J.job == job)
    return {((row.town, row.job, row.part), row.slot) for row in connection.execute(query)}


def first_slots(connection: Connection) -> dict[Key, datetime]:
    """By town, job and part, the earliest slot: since when it is known to the schedule."""
    return _by_key(connection, func.min(_J.slot))


def last_slots(connection: Connection) -> dict[Key, datetime]:
    """By town, job and part, the latest slot that has a row, whatever became of it."""
    return _by_key(connection, func.max(_J.slot))


def last_done(connection: Connection) -> dict[Key, datetime]:
    """By town, job and part, the latest slot that was done: what the dead-man asks for."""
    return _by_key(connection, func.max(_J.slot), _J.status == "done")


def begun(connection: Connection) -> dict[str, datetime]:
    """By town, when its first job was begun: nothing before it was ever due."""
    query = select(_J.town, func.min(_J.started_at).label("at")).where(own(connection, job_runs), _J.started_at.is_not(None))
    return {row.town: row.at for row in connection.execute(query.group_by(_J.town))}


def recent(connection: Connection, limit: int, *, offset: int = 0, job: str | None = None) -> list[JobRun]:
    """The latest rows of a town and of the service itself, newest first."""
    query = select(job_runs).where(or_(own(connection, job_runs), _J.town == SERVICE))
    if job is not None:
        query = query.where(_J.job == job)
    return _runs(connection, query.order_by(_J.slot.desc(), _J.id.desc()).limit(limit).offset(offset))


def caught_up(connection: Connection, since: datetime) -> list[JobRun]:
    """What was made up for since then, or was missed for good, oldest slot first."""
    late = or_(_J.caught_up.is_(True), _J.status == "missed")
    at = func.coalesce(_J.finished_at, _J.started_at, _J.slot)
    query = select(job_runs).where(own(connection, job_runs), late, at >= since)
    return _runs(connection, query.order_by(_J.slot, _J.id))


def note_operation(connection: Connection, part: str, note: str, now: datetime) -> None:
    """Enter that a part of the service itself died and was started again."""
    row = _row(SERVICE, "serve", part, now) | {
        "status": "failed", "attempts": MAX_ATTEMPTS, "started_at": now, "finished_at": now, "note": note,
    }
    upsert(connection, job_runs, [row], _UNIQUE)


def forget(connection: Connection, *, before: datetime) -> int:
    """Remove rows of slots before a time that are over, but for the latest of each job, part and status."""
    spent = and_(_J.status == "failed", _J.attempts >= MAX_ATTEMPTS)
    later = job_runs.alias()
    same = and_(later.c.town == _J.town, later.c.job == _J.job, later.c.part == _J.part, later.c.status == _J.status)
    old = and_(
        own(connection, job_runs), _J.slot < before, or_(_J.status.in_(("done", "missed")), spent),
        exists().where(same, later.c.slot > _J.slot),
    )
    return connection.execute(delete(job_runs).where(old)).rowcount


def forget_earlier(connection: Connection, run: JobRun) -> None:
    """Remove the earlier slots of the same job and part that were done or missed."""
    same = and_(_J.town == run.town, _J.job == run.job, _J.part == run.part)
    earlier = and_(same, _J.slot < run.slot, _J.status.in_(("done", "missed")))
    connection.execute(delete(job_runs).where(earlier))


_UNIQUE = ("town", "job", "part", "slot")


def _row(town: str, job: str, part: str, slot: datetime) -> dict[str, Any]:
    return {"town": town, "job": job, "part": part, "slot": slot}


def _slot(town: str, job: str, part: str, slot: datetime) -> Select[Any]:
    return select(job_runs).where(_J.town == town, _J.job == job, _J.part == part, _J.slot == slot)


def _is_free(row: Row[Any], stale: datetime) -> bool:
    if row.status == "running":
        return bool(row.beat_at is None or row.beat_at < stale)
    return bool(row.status == "queued" or (row.status == "failed" and row.attempts < MAX_ATTEMPTS))


def _runs_elsewhere(connection: Connection, row: Row[Any], stale: datetime) -> bool:
    same = and_(_J.town == row.town, _J.job == row.job, _J.part == row.part, _J.id != row.id)
    query = select(_J.id).where(same, _J.status == "running", _J.beat_at >= stale).limit(1)
    return connection.execute(query).first() is not None


def _by_key(connection: Connection, value: ColumnElement[Any], *conditions: ColumnElement[bool]) -> dict[Key, datetime]:
    query = select(_J.town, _J.job, _J.part, value.label("at")).where(own(connection, job_runs), *conditions)
    rows = connection.execute(query.group_by(_J.town, _J.job, _J.part))
    return {(row.town, row.job, row.part): row.at for row in rows}


def _runs(connection: Connection, query: Select[Any]) -> list[JobRun]:
    return [_run(row) for row in connection.execute(query)]


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        id=row.id, town=row.town, job=row.job, part=row.part, slot=row.slot, status=row.status, caught_up=row.caught_up,
        worker=row.worker, attempts=row.attempts, started_at=row.started_at, beat_at=row.beat_at,
        finished_at=row.finished_at, note=row.note,
    )
