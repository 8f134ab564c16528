"""Counts over the whole store for monitoring: how much there is, what is late, what is stuck. No text of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy import text as sql

from core.nouns import DeliveryStatus
from store import tables
from store.database import Connection
from store.scope import own

_CASES, _DELIVERIES, _JOBS = tables.cases, tables.deliveries, tables.job_runs
Counts = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAge:
    """When a job of a town last ended well; None: never."""

    town: str
    job: str
    last_success_at: datetime | None


def record_counts(connection: Connection) -> Counts:
    """By town."""
    return _count(connection, tables.records, "town")


def case_counts(connection: Connection) -> Counts:
    """By town and state."""
    return _count(connection, _CASES, "town", "state")


def overdue_counts(connection: Connection, today: date) -> Counts:
    """Cases that were overdue on a day, by town."""
    late = and_(sql(tables.OPEN_CASES), _CASES.c.due < today, _CASES.c.provisional.is_(False))
    return _count(connection, _CASES, "town", where=late)


def open_finding_counts(connection: Connection) -> Counts:
    """By town and severity."""
    return _count(connection, tables.findings, "town", "severity", where=tables.findings.c.resolved_at.is_(None))


def delivery_counts(connection: Connection) -> Counts:
    """By town and status."""
    return _count(connection, _DELIVERIES, "town", "status")


def last_outcomes(connection: Connection) -> dict[tuple[str, str], str]:
    """What the latest run of each town did with each of its sources, by town and source."""
    runs, results = tables.runs, tables.run_sources
    newest = select(runs.c.town, func.max(runs.c.started_at).label("at")).where(own(connection, runs), runs.c.status != "running")
    latest = newest.group_by(runs.c.town).subquery()
    query = (
        select(results.c.town, results.c.source, results.c.outcome).join(runs, runs.c.id == results.c.run)
        .join(latest, and_(latest.c.town == runs.c.town, latest.c.at == runs.c.started_at))
    )
    return {(row.town, row.source): row.outcome for row in connection.execute(query)}


def last_change(connection: Connection) -> datetime | None:
    """When anything was last crawled, judged, said of a finding or decided of an item: until then a day past is judged the same."""
    moments = (
        tables.runs.c.finished_at, tables.judgements.c.judged_at, tables.finding_events.c.at, tables.catalogue_choice_history.c.at
    )
    found = [connection.execute(select(func.max(at)).where(own(connection, at.table))).scalar_one() for at in moments]
    return max((at for at in found if at is not None), default=None)


def job_ages(connection: Connection) -> list[JobAge]:
    """Every job of every town that ever had a slot."""
    done = func.max(_JOBS.c.finished_at).filter(_JOBS.c.status == "done")
    query = select(_JOBS.c.town, _JOBS.c.job, done.label("at")).where(own(connection, _JOBS))
    rows = connection.execute(query.group_by(_JOBS.c.town, _JOBS.c.job))
    return [JobAge(town=row.town, job=row.job, last_success_at=row.at) for row in rows]


def last_job_beat(connection: Connection) -> datetime | None:
    """When any job last began or gave a sign of life; None where none ever ran."""
    beats = select(func.max(_JOBS.c.beat_at), func.max(_JOBS.c.started_at)).where(own(connection, _JOBS))
    return max((at for at in connection.execute(beats).one() if at is not None), default=None)


def stuck_jobs(connection: Connection, silent_since: datetime) -> int:
    """Jobs that are said to run and have given no sign of life since."""
    silent = or_(_JOBS.c.beat_at < silent_since, and_(_JOBS.c.beat_at.is_(None), _JOBS.c.started_at < silent_since))
    return sum(_count(connection, _JOBS, "town", where=and_(_JOBS.c.status == "running", silent)).values())


def stuck_deliveries(connection: Connection, due_since: datetime) -> int:
    """Deliveries that were due then and have not been tried since: nobody is sending."""
    table = _DELIVERIES.c
    due = func.coalesce(table.next_try_at, table.created_at) < due_since
    waiting = and_(table.status.in_((DeliveryStatus.PENDING, DeliveryStatus.FAILED)), due)
    abandoned = and_(table.status == DeliveryStatus.CLAIMED, table.claimed_at < due_since)
    return sum(_count(connection, _DELIVERIES, "town", where=or_(waiting, abandoned)).values())


def _count(connection: Connection, table: Any, *names: str, where: ColumnElement[bool] | None = None) -> Counts:
    columns = [table.c[name] for name in names]
    condition = true() if where is None else where
    query = select(*columns, func.count()).where(own(connection, table), condition).group_by(*columns)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(query)}
