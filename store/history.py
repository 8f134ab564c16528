"""The store as it stood at a time past: which records a source then listed and what they then said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select

from core.clock import Moment
from core.nouns import StoredRecord, Version
from store.bulk import portions
from store.database import Connection
from store.record_rows import moment_at, version_of
from store.records import SourceFacts, by_ids, of_source
from store.scope import own
from store.tables import absences, records, sightings, versions


@dataclass(frozen=True, slots=True)
class Span:
    """A record stood in a source with one content from ``since`` to before ``until`` (None: still)."""

    record_id: int
    since: datetime
    until: datetime | None
    published: Moment | None
    url: str


def of_source_at(connection: Connection, source: str, moment: datetime) -> list[StoredRecord]:
    """Everything that a source had listed by then, each record with the content that it then had, removed where it was
    then away; newest first. ``sources`` are those of now."""
    query = select(sightings.c.record_id).where(
        sightings.c.source == source, sightings.c.first_seen_at <= moment, own(connection, sightings)
    )
    listed = set(connection.execute(query).scalars())
    found = [stored for stored in of_source(connection, source) if stored.id in listed]
    before = _versions(connection, [stored.id for stored in found if stored.changed_at > moment], moment)
    away = _absences(connection, [stored.id for stored in found])
    then = [_as_it_was(stored, before.get(stored.id, []), away.get(stored.id, []), moment) for stored in found]
    return sorted(then, key=_newest_first, reverse=True)


def records_at(connection: Connection, record_ids: Iterable[int], moment: datetime) -> list[StoredRecord]:
    """These records with the content that each then had; whether they were away is not told."""
    found = by_ids(connection, record_ids)
    before = _versions(connection, [stored.id for stored in found if stored.changed_at > moment], moment)
    return [_as_it_was(stored, before.get(stored.id, []), (), moment) for stored in found]


def changed_since(connection: Connection, sources: Iterable[str], since: datetime, until: datetime) -> dict[int, list[Version]]:
    """Of each record of these sources that changed after it was first seen, and since then: its versions seen by ``until``.
    Away or not: whoever asks knows what stood then."""
    listed = select(sightings.c.record_id).where(sightings.c.source.in_(list(sources)), own(connection, sightings))
    query = select(records.c.id).where(
        records.c.versions > 1, records.c.changed_at >= since, records.c.id.in_(listed), own(connection, records),
    )
    return _versions(connection, connection.execute(query).scalars().all(), until)


def spans(connection: Connection, sources: Iterable[str] | None = None) -> dict[str, list[Span]]:
    """By source (None: all), every stretch of time in which a record stood in it."""
    columns = (records.c.published_at, records.c.published_has_time, records.c.url, records.c.removed_at, records.c.versions)
    query = select(sightings.c.source, sightings.c.record_id, sightings.c.first_seen_at, *columns).join(
        records, records.c.id == sightings.c.record_id
    ).where(own(connection, records))
    if sources is not None:
        query = query.where(sightings.c.source.in_(list(sources)))
    rows = list(connection.execute(query))
    kept = _versions(connection, {row.record_id for row in rows if row.versions > 1}, None)
    away = _absences(connection, {row.record_id for row in rows})
    found: dict[str, list[Span]] = {}
    for row in rows:
        gaps = [*away.get(row.record_id, []), *([(row.removed_at, None)] if row.removed_at else [])]
        whole = Span(row.record_id, row.first_seen_at, None, moment_at(row.published_at, row.published_has_time), row.url)
        for part in _contents(whole, kept.get(row.record_id, [])):
            found.setdefault(row.source, []).extend(_without(part, gaps))
    return found


def facts_of(found: Sequence[Span], moment: datetime) -> SourceFacts | None:
    """What a source held at a time, as :func:`store.records.source_facts` says it of now; None where it held nothing. Pure."""
    stood = [span for span in found if span.since <= moment and (span.until is None or moment < span.until)]
    if not stood:
        return None
    dated = [(span.published.at, span.record_id, span) for span in stood if span.published]
    newest = max(dated, key=lambda each: each[:2])[2] if dated else None
    return SourceFacts(
        len(stood), newest.published if newest else None, len(stood) - len(dated), newest.url if newest else None
    )


def facts_at(connection: Connection, moment: datetime) -> dict[str, SourceFacts]:
    """By source, what it held at a time."""
    told = ((source, facts_of(found, moment)) for source, found in spans(connection).items())
    return {source: facts for source, facts in told if facts is not None}


def _as_it_was(
    stored: StoredRecord, before: Sequence[Version], away: Sequence[tuple[datetime, datetime]], moment: datetime
) -> StoredRecord:
    gone = stored.removed_at if stored.removed_at and stored.removed_at <= moment else None
    gone = next((since for since, until in away if since <= moment < until), gone)
    then = replace(stored, removed_at=gone, checked_at=min(stored.checked_at, moment))
    if not before:
        return then
    last = before[-1]
    return replace(
        then, record=last.record, content_hash=last.content_hash, changed_at=last.seen_at, versions=len(before)
    )


def _contents(whole: Span, kept: Sequence[Version]) -> Iterator[Span]:
    """The span cut where the content changed."""
    if not kept:
        yield whole
        return
    ends = [version.seen_at for version in kept[1:]]
    for version, end in zip(kept, [*ends, None], strict=True):
        # Listed here only after it had changed already: the earlier contents never stood in this source.
        if end is None or end > whole.since:
            since = max(whole.since, version.seen_at) if version is not kept[0] else whole.since
            yield Span(whole.record_id, since, end, version.record.published, version.record.url)


def _without(span: Span, gaps: Sequence[tuple[datetime, datetime | None]]) -> Iterator[Span]:
    """What is left of a span when the record was away in between."""
    edges: list[tuple[datetime | None, datetime | None]] = [(None, span.since), *sorted(gaps, key=lambda gap: gap[0]), (span.until, None)]
    for (_, back), (gone, _) in pairwise(edges):
        if back is None:
            return
        since = max(back, span.since)
        until = min((end for end in (gone, span.until) if end is not None), default=None)
        if until is None or since < until:
            yield replace(span, since=since, until=until)


def _versions(connection: Connection, ids: Iterable[int], until: datetime | None) -> dict[int, list[Version]]:
    """Of each record its versions, oldest first; with ``until`` those seen by then."""
    found: dict[int, list[Version]] = {}
    for portion in portions(ids):
        query = select(versions).where(versions.c.record_id.in_(portion)).order_by(versions.c.id)
        if until is not None:
            query = query.where(versions.c.seen_at <= until)
        for row in connection.execute(query):
            found.setdefault(row.record_id, []).append(version_of(row))
    return found


def _absences(connection: Connection, ids: Iterable[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for portion in portions(ids):
        query = select(absences).where(absences.c.record_id.in_(portion)).order_by(absences.c.id)
        for row in connection.execute(query):
            found.setdefault(row.record_id, []).append((row.removed_at, row.returned_at))
    return found


def _newest_first(stored: StoredRecord) -> tuple[bool, datetime, int]:
    published = stored.record.published
    return published is not None, published.at if published else stored.first_seen_at, stored.id
