"""Counts over a period that the digest prints. Every period is ``start`` <= t < ``end``."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from core.clock import local_date
from core.nouns import Outcome
from store import tables
from store.database import Connection
from store.scope import own


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
