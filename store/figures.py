"""Counts over a period that the digest prints, and those by town for the county. Every period is ``start`` <= t < ``end``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select
from sqlalchemy import text as sql

from core.clock import local_date
from core.nouns import DeliveryStatus, Outcome, Severity
from store import tables
from store.database import Connection
from store.scope import own

_RECORDS, _SIGHTINGS = tables.records, tables.sightings

@dataclass(slots=True)
class TownFigures:
    """How a town stands now. ``columns``: by status, as the last check judged them; ``last_run_at``: when its last
    crawl ended."""

    open_cases: int = 0
    overdue_cases: int = 0
    findings: dict[Severity, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    dead_deliveries: int = 0
    last_run_at: datetime | None = None


def figures_by_town(connection: Connection, today: date) -> dict[str, TownFigures]:
    """Every town of which the store holds anything; ``today`` decides what is overdue."""
    found: defaultdict[str, TownFigures] = defaultdict(TownFigures)
    for row in _cases_by_town(connection, today):
        found[row.town].open_cases, found[row.town].overdue_cases = row.open, row.overdue
    table = tables.findings.c
    counted = select(table.town, table.severity, func.count().label("number")).where(table.resolved_at.is_(None))
    for row in connection.execute(counted.where(own(connection, tables.findings)).group_by(table.town, table.severity)):
        found[row.town].findings[Severity(row.severity)] = row.number
    for row in _columns_by_town(connection):
        found[row.town].columns[row.status] = row.number
    outbox = tables.deliveries.c
    dead = select(outbox.town, func.count().label("number")).where(outbox.status == DeliveryStatus.DEAD)
    for row in connection.execute(dead.where(own(connection, tables.deliveries)).group_by(outbox.town)):
        found[row.town].dead_deliveries = row.number
    runs = tables.runs
    last = select(runs.c.town, func.max(runs.c.finished_at).label("at")).where(own(connection, runs)).group_by(runs.c.town)
    for row in connection.execute(last):
        found[row.town].last_run_at = row.at
    return dict(found)


def _cases_by_town(connection: Connection, today: date) -> Iterator[Any]:
    table = tables.cases
    overdue = case((and_(table.c.due < today, table.c.provisional.is_(False)), 1), else_=0)
    query = select(table.c.town, func.count().label("open"), func.sum(overdue).label("overdue"))
    query = query.where(sql(tables.OPEN_CASES), own(connection, table)).group_by(table.c.town)
    yield from connection.execute(query)


def _columns_by_town(connection: Connection) -> Iterator[Any]:
    table = tables.judgements
    status = table.c.evidence["status"].as_string()
    standing = select(table.c.town, status.label("status"), func.count().label("number"))
    standing = standing.where(table.c.subject.startswith("column:"), status.is_not(None), own(connection, table))
    yield from connection.execute(standing.group_by(table.c.town, status))


def records_naming(connection: Connection, start: datetime, end: datetime) -> dict[str, int]:
    """By source, how many records first seen in the period name a subject for certain. A record listed by two sources
    counts in both."""
    records, mentions, sightings = tables.records, tables.mentions, tables.sightings
    named = select(mentions.c.record_id).where(mentions.c.confidence == "certain")
    query = (
        select(sightings.c.source, func.count(records.c.id.distinct()))
        .join(records, records.c.id == sightings.c.record_id)
        .where(records.c.first_seen_at >= start, records.c.first_seen_at < end, records.c.id.in_(named))
        .where(own(connection, records))
        .group_by(sightings.c.source).order_by(sightings.c.source)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def run_days(connection: Connection, start: datetime, end: datetime) -> set[date]:
    """The days in China on which a crawl run ended, whole or cut."""
    runs = tables.runs
    query = select(runs.c.finished_at).where(runs.c.finished_at >= start, runs.c.finished_at < end, own(connection, runs))
    return {local_date(finished) for finished in connection.execute(query).scalars()}


def looks(connection: Connection, start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """By source, how often the runs begun in the period really looked at it, and how often they could not."""
    runs, results = tables.runs, tables.run_sources
    query = (
        select(results.c.source, results.c.outcome, func.count()).join(runs, runs.c.id == results.c.run)
        .where(runs.c.started_at >= start, runs.c.started_at < end, own(connection, runs)).group_by(results.c.source, results.c.outcome)
    )
    found: dict[str, tuple[int, int]] = {}
    for source, outcome, number in connection.execute(query):
        looked, failed = found.get(source, (0, 0))
        seen = Outcome(outcome).looked
        found[source] = (looked + number, failed) if seen else (looked, failed + number)
    return found


def finding_events(connection: Connection, start: datetime, end: datetime) -> dict[str, set[str]]:
    """By event (``opened``, ``reopened``, ``resolved``...), the fingerprints of the findings that it befell."""
    events = tables.finding_events
    query = select(events.c.event, events.c.fingerprint).where(events.c.at >= start, events.c.at < end, own(connection, events))
    found: dict[str, set[str]] = {}
    for event, fingerprint in connection.execute(query):
        found.setdefault(event, set()).add(fingerprint)
    return found


def cases_by_month(connection: Connection, since: datetime) -> dict[str, int]:
    """By month in China (``2026-03``), how many cases were registered since a time."""
    cases = tables.cases
    query = select(cases.c.registered_at).where(cases.c.registered_at >= since, own(connection, cases))
    return dict(Counter(local_date(at).strftime("%Y-%m") for at in connection.execute(query).scalars()))


def count_published(connection: Connection, sources: Iterable[str], since: datetime, until: datetime) -> int:
    """How many records of these sources, each once, bear a date from ``since`` to before ``until`` and stood at its end."""
    query = select(func.count(distinct(_RECORDS.c.id))).join(_SIGHTINGS, _SIGHTINGS.c.record_id == _RECORDS.c.id)
    dated = (_RECORDS.c.published_at >= since, _RECORDS.c.published_at < until)
    return connection.execute(query.where(*_standing(connection, sources, until), *dated)).scalar_one()


def count_undated(connection: Connection, sources: Iterable[str], since: datetime, until: datetime) -> int:
    """How many records of these sources were first seen in that time, stood at its end and bear no date."""
    query = select(func.count(distinct(_RECORDS.c.id))).join(_SIGHTINGS, _SIGHTINGS.c.record_id == _RECORDS.c.id)
    seen = (_RECORDS.c.published_at.is_(None), _RECORDS.c.first_seen_at >= since, _RECORDS.c.first_seen_at < until)
    return connection.execute(query.where(*_standing(connection, sources, until), *seen)).scalar_one()


def _standing(connection: Connection, sources: Iterable[str], until: datetime) -> tuple[ColumnElement[bool], ...]:
    stood = or_(_RECORDS.c.removed_at.is_(None), _RECORDS.c.removed_at >= until)
    return own(connection, _RECORDS), _SIGHTINGS.c.source.in_(sorted(set(sources))), stood
