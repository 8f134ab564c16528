"""Records, where they were listed, and their versions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, insert, or_, select, tuple_, update

from core.clock import Moment
from core.nouns import Attachment, StoredRecord, Version
from store.bulk import portions, upsert
from store.database import Connection
from store.lists import page
from store.record_rows import (
    Arrival,
    Head,
    attachment_from,
    from_json,
    moment_at,
    record_row,
    stored_record,
    to_json,
    unlike_versions,
    version_of,
    version_row,
)
from store.scope import own
from store.tables import absences, records, sightings, versions

__all__ = ["Arrival", "from_json", "to_json"]

Identity = tuple[str, str]
"""Site and key."""
TITLES_LOOKED_AT = 10_000
"""No index finds two Chinese characters within a title, so a search looks at the newest so many."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source holds that still stands: how many records, the newest date and its page, how many without a date."""

    count: int
    latest: Moment | None
    undated: int
    latest_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """What a crawl must know of a stored record to leave it alone, ask for it again or tell that it changed.

    ``row_hashes``: the row under which each source listed it; ``attachments``: SHA-256 by address (None: not readable).
    """

    key: str
    url: str
    title: str
    published: str | None
    content_hash: str
    first_seen: str
    checked: str
    removed: bool
    has_body: bool
    row_hashes: dict[str, str | None] = field(default_factory=dict)
    attachments: dict[str, str | None] = field(default_factory=dict)
    thread: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A source listed a record. ``row_hash`` None: the row is as it was."""

    site: str
    key: str
    source: str
    row_hash: str | None
    at: datetime


def get(connection: Connection, record_id: int) -> StoredRecord:
    """One record; KeyError where there is none."""
    for found in _load(connection, _SELECT.where(records.c.id == record_id, own(connection, records))):
        return found
    raise KeyError(record_id)


def of_source(connection: Connection, source: str) -> list[StoredRecord]:
    """Everything that a source ever listed, removed records too; newest first."""
    listed = select(sightings.c.record_id).where(sightings.c.source == source, own(connection, sightings))
    return _load(connection, _SELECT.where(records.c.id.in_(listed), own(connection, records)).order_by(*_NEWEST_FIRST))


def heads_of_sources(connection: Connection, sources: Iterable[str]) -> dict[str, list[Head]]:
    """By source as :func:`of_source`, without texts, in one query: a town's tens of thousands are looked over every day."""
    query = (
        select(sightings.c.source, *_HEAD).join(records, records.c.id == sightings.c.record_id)
        .where(sightings.c.source.in_(list(sources)), own(connection, sightings), own(connection, records))
    )
    found: dict[str, list[Head]] = {}
    for source, id_, url, title, at, has_time, content, first_seen_at, removed_at, written_at in connection.execute(query):
        head = Head(id_, url, title, moment_at(at, has_time), content, first_seen_at, removed_at, written_at)
        found.setdefault(source, []).append(head)
    # A database sorts whole rows, titles and all; here a column's heads are sorted by their day.
    for heads in found.values():
        heads.sort(key=_age, reverse=True)
    return found


def _age(head: Head) -> tuple[bool, datetime, int]:
    return head.published is not None, head.published.at if head.published else head.first_seen_at, head.id


def by_ids(connection: Connection, record_ids: Iterable[int]) -> list[StoredRecord]:
    """These records, those that there are."""
    found: list[StoredRecord] = []
    for portion in portions(record_ids):
        found += _load(connection, _SELECT.where(records.c.id.in_(portion), own(connection, records)))
    return found


def unmatched(connection: Connection, terms: str, limit: int = 1000, after: int = 0) -> list[StoredRecord]:
    """Records with a higher id than ``after`` whose present content has not been searched with these terms (their digest), oldest
    first."""
    waiting = or_(records.c.matched.is_(None), records.c.matched != records.c.content_hash + f":{terms}")
    later = and_(records.c.id > after, own(connection, records))
    return _load(connection, _SELECT.where(waiting, later).order_by(records.c.id).limit(limit))


def mark_matched(connection: Connection, stored: Iterable[StoredRecord], terms: str) -> None:
    """Remember that the present content of these records has been searched with these terms. One that has changed since it
    was read is left to be searched again."""
    for portion in portions(((record.id, record.content_hash) for record in stored), 300):
        # SQLite finds rows by a list of ids, but walks the whole table for a list of pairs.
        these = and_(records.c.id.in_([id_ for id_, _ in portion]), tuple_(records.c.id, records.c.content_hash).in_(portion))
        searched = records.c.content_hash + f":{terms}"
        connection.execute(update(records).where(these, own(connection, records)).values(matched=searched))


def versions_of(connection: Connection, record_id: int) -> list[Version]:
    """Every content that a record had, oldest first, each with the hash of the one before it."""
    mine = select(records.c.id).where(records.c.id == record_id, own(connection, records))
    query = select(versions).where(versions.c.record_id.in_(mine)).order_by(versions.c.id)
    return [version_of(row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class WithVersions:
    """A record with all its versions, oldest first. ``unlike``: the columns in which it is not what they say; ``whole``: all of
    them could be read."""

    stored: StoredRecord
    versions: list[Version]
    unlike: list[str]
    whole: bool


def with_versions(connection: Connection, unreadable: Mapping[str, Collection[int]] | None = None) -> Iterator[WithVersions]:
    """Every record with its versions; a few hundred in memory at a time. ``unreadable``: ids, by table, that are left out."""
    ids = connection.execute(select(records.c.id).where(own(connection, records)).order_by(records.c.id)).scalars().all()
    skip, skipped = set((unreadable or {}).get("records", ())), set((unreadable or {}).get("versions", ()))
    for portion in portions(id_ for id_ in ids if id_ not in skip):
        kept: dict[int, list[Row[Any]]] = {}
        place = select(versions.c.id, versions.c.record_id).where(versions.c.record_id.in_(portion))
        found = connection.execute(place).all()
        left = {row.record_id for row in found if row.id in skipped}
        readable = [row.id for row in found if row.id not in skipped]
        for part in portions(readable):
            for row in connection.execute(select(versions).where(versions.c.id.in_(part)).order_by(versions.c.id)):
                kept.setdefault(row.record_id, []).append(row)
        for record in connection.execute(_SELECT.where(records.c.id.in_(portion)).order_by(records.c.id)):
            rows = sorted(kept.get(record.id, ()), key=lambda row: row.id)
            whole = record.id not in left
            unlike = unlike_versions(record, rows) if whole and rows else []
            yield WithVersions(stored_record(record, ()), [version_of(row) for row in rows], unlike, whole)


def count(connection: Connection) -> int:
    """How many records there are, removed ones too."""
    return connection.execute(select(func.count()).select_from(records).where(own(connection, records))).scalar_one()


def page_of_records(
    connection: Connection, *, source: str | None = None, text: str = "", number: int = 1, size: int = 50
) -> tuple[list[StoredRecord], int | None]:
    """A page of what a source ever listed (None: of all records), removed records too, newest first, ``number`` from 1;
    and how many there are in all (None: more than 10,000).

    ``text``: part of the title. Only the newest :data:`TITLES_LOOKED_AT` titles of the list are looked at.
    """
    table, key = (records, records.c.id) if source is None else (sightings, sightings.c.record_id)
    query = select(key.label("id"), table.c.newest_at).where(own(connection, table))
    query = query.order_by(table.c.newest_at.desc(), key.desc())
    if source is not None:
        query = query.where(sightings.c.source == source)
    if text:
        newest = query.limit(TITLES_LOOKED_AT).subquery()
        query = select(newest.c.id).join(records, records.c.id == newest.c.id)
        query = query.where(records.c.title.contains(text, autoescape=True))
        query = query.order_by(newest.c.newest_at.desc(), newest.c.id.desc())
    rows, total = page(connection, query, number, size)
    ids = [row.id for row in rows]
    found = {record.id: record for record in _load(connection, _SELECT.where(records.c.id.in_(ids)))}
    return [found[record_id] for record_id in ids], total


def source_facts(connection: Connection, as_of: datetime | None = None) -> dict[str, SourceFacts]:
    """By source: only what stands (what is not removed) and, with ``as_of``, what the source had listed by then."""
    stands: ColumnElement[bool] = records.c.removed_at.is_(None)
    if as_of is not None:
        stands = and_(or_(stands, records.c.removed_at > as_of), sightings.c.first_seen_at <= as_of)
    newest = func.row_number().over(
        partition_by=sightings.c.source, order_by=(records.c.published_at.desc().nulls_last(), records.c.id.desc())
    )
    count = func.count().over(partition_by=sightings.c.source)
    dated = func.count(records.c.published_at).over(partition_by=sightings.c.source)
    ranked = (
        select(
            sightings.c.source, records.c.published_at, records.c.published_has_time, records.c.url,
            newest.label("place"), count.label("all_in_all"), dated.label("dated"),
        )
        .join(records, records.c.id == sightings.c.record_id).where(stands, own(connection, records)).subquery()
    )
    return {
        row.source: SourceFacts(
            row.all_in_all, moment_at(row.published_at, row.published_has_time), row.all_in_all - row.dated,
            row.url if row.published_at else None,
        )
        for row in connection.execute(select(ranked).where(ranked.c.place == 1))
    }


def known_records(connection: Connection, site: str) -> list[KnownRecord]:
    """What a crawl of a site must know of the records it has."""
    hashes: dict[int, dict[str, str | None]] = {}
    listed = select(sightings).join(records, records.c.id == sightings.c.record_id).where(records.c.site == site, own(connection, records))
    for row in connection.execute(listed):
        hashes.setdefault(row.record_id, {})[row.source] = row.row_hash
    has_body = (func.length(records.c.body) > 0).label("has_body")
    columns = [column for column in records.c if column is not records.c.body]
    return [
        KnownRecord(
            key=row.key, url=row.url, title=row.title,
            published=moment.iso() if (moment := moment_at(row.published_at, row.published_has_time)) else None,
            content_hash=row.content_hash, first_seen=row.first_seen_at.isoformat(), checked=row.checked_at.isoformat(),
            removed=row.removed_at is not None, has_body=bool(row.has_body), row_hashes=hashes.get(row.id, {}),
            attachments={a["url"]: a["sha256"] for a in row.detail["attachments"] if a["state"] != "not_fetched"},
            thread=row.detail["thread"],
        )
        for row in connection.execute(select(*columns, has_body).where(records.c.site == site, own(connection, records)))
    ]


def save(connection: Connection, run: str, arrivals: Sequence[Arrival]) -> None:
    """Insert what is new, append a version to what changed, and note that the rest was checked. Saving the same
    arrivals again changes nothing; what has been checked later than an arrival is left as it is."""
    stored = _states(connection, [(a.record.site, a.record.key) for a in arrivals])
    fresh = [a for a in arrivals if (a.record.site, a.record.key) not in stored]
    if fresh:
        connection.execute(insert(records), [record_row(a) | {"first_seen_at": a.at, "changed_at": a.at} for a in fresh])
    later = [a for a in arrivals if (a.record.site, a.record.key) in stored]
    later = [a for a in later if stored[a.record.site, a.record.key].checked_at <= a.at]
    changed = [a for a in later if stored[a.record.site, a.record.key].content_hash != a.record.content_hash()]
    # First of all what was away is noted as back: the new content takes the mark of its absence with it.
    checked(connection, {(a.record.site, a.record.key): a.at for a in later})
    if changed:
        _update_changed(connection, changed, stored)
    ids = _states(connection, [(a.record.site, a.record.key) for a in fresh])
    rows = [version_row(run, a, ids[a.record.site, a.record.key].id, None) for a in fresh]
    for arrival in changed:
        before = stored[arrival.record.site, arrival.record.key]
        rows.append(version_row(run, arrival, before.id, before.content_hash))
    upsert(connection, versions, rows, ["record_id", "run", "content_hash"])


def checked(connection: Connection, seen: dict[Identity, datetime]) -> None:
    """Records that were asked for and are there: a removed one is back, and when it was away is kept."""
    _keep_absences(connection, seen)
    statement = (
        update(records)
        .where(own(connection, records), records.c.site == bindparam("b_site"), records.c.key == bindparam("b_key"),
               records.c.checked_at <= bindparam("b_at", type_=records.c.checked_at.type))
        .values(checked_at=bindparam("b_at", type_=records.c.checked_at.type), removed_at=None)
    )
    _execute_by_identity(connection, statement, seen)


def removed(connection: Connection, gone: dict[Identity, datetime]) -> None:
    """Records that their site no longer has; the first time it was seen to be so stays."""
    statement = (
        update(records)
        .where(own(connection, records), records.c.site == bindparam("b_site"), records.c.key == bindparam("b_key"),
               records.c.removed_at.is_(None),
               records.c.checked_at <= bindparam("b_at", type_=records.c.checked_at.type))
        .values(checked_at=bindparam("b_at", type_=records.c.checked_at.type),
                removed_at=bindparam("b_at", type_=records.c.removed_at.type))
    )
    _execute_by_identity(connection, statement, gone)


def save_sightings(connection: Connection, seen: Sequence[Sighting]) -> None:
    """Remember where records were listed. What is not stored is left out: it will be asked for again."""
    stored = _states(connection, [(s.site, s.key) for s in seen])
    rows = [
        {"record_id": stored[s.site, s.key].id, "source": s.source, "row_hash": s.row_hash, "first_seen_at": s.at,
         "last_seen_at": s.at, "newest_at": stored[s.site, s.key].published_at or s.at}
        for s in seen if (s.site, s.key) in stored
    ]
    keys = ["record_id", "source"]
    upsert(connection, sightings, [row for row in rows if row["row_hash"]], keys, ["row_hash", "last_seen_at"])
    upsert(connection, sightings, [row for row in rows if not row["row_hash"]], keys, ["last_seen_at"])


def attachments_of(connection: Connection, identities: Iterable[Identity]) -> dict[Identity, dict[str, Attachment]]:
    """The stored attachments of records, by address."""
    found: dict[Identity, dict[str, Attachment]] = {}
    for portion in portions(identities):
        query = select(records.c.site, records.c.key, records.c.detail)
        for row in connection.execute(query.where(_among(connection, portion))):
            found[row.site, row.key] = {a["url"]: attachment_from(a) for a in row.detail["attachments"]}
    return found


@dataclass(frozen=True, slots=True)
class _State:
    id: int
    content_hash: str
    checked_at: datetime
    versions: int
    published_at: datetime | None


_SELECT = select(records)
_HEAD = tuple(
    records.c[name]
    for name in ("id", "url", "title", "published_at", "published_has_time", "content_hash", "first_seen_at", "removed_at", "written_at")
)
_NEWEST_FIRST = (records.c.published_at.desc().nulls_last(), records.c.id.desc())


def _among(connection: Connection, identities: Sequence[Identity]) -> ColumnElement[bool]:
    return and_(tuple_(records.c.site, records.c.key).in_(identities), own(connection, records))


def _states(connection: Connection, identities: Iterable[Identity]) -> dict[Identity, _State]:
    found: dict[Identity, _State] = {}
    names = ("id", "content_hash", "checked_at", "versions", "published_at")
    columns = [records.c[name] for name in ("site", "key", *names)]
    for portion in portions(dict.fromkeys(identities)):
        for row in connection.execute(select(*columns).where(_among(connection, portion))):
            found[row.site, row.key] = _State(*row[2:])
    return found


def _execute_by_identity(connection: Connection, statement: Any, times: dict[Identity, datetime]) -> None:
    rows = [{"b_site": site, "b_key": key, "b_at": at} for (site, key), at in times.items()]
    if rows:
        connection.execute(statement, rows)


def _keep_absences(connection: Connection, seen: dict[Identity, datetime]) -> None:
    away: list[dict[str, Any]] = []
    columns = (records.c.id, records.c.site, records.c.key, records.c.removed_at)
    for portion in portions(seen):
        query = select(*columns).where(_among(connection, portion), records.c.removed_at.is_not(None))
        away += [
            {"record_id": row.id, "removed_at": row.removed_at, "returned_at": at}
            for row in connection.execute(query) if (at := seen[row.site, row.key]) > row.removed_at
        ]
    if away:
        connection.execute(insert(absences), away)


def _update_changed(connection: Connection, changed: list[Arrival], stored: dict[Identity, _State]) -> None:
    rows = []
    for arrival in changed:
        state = stored[arrival.record.site, arrival.record.key]
        row = record_row(arrival) | {"changed_at": arrival.at, "versions": state.versions + 1}
        rows.append({f"b_{name}": value for name, value in row.items()} | {"b_id": state.id})
    names = [*record_row(changed[0]), "changed_at", "versions"]
    values: dict[str, Any] = {name: bindparam(f"b_{name}", type_=records.c[name].type) for name in names}
    published = bindparam("b_published_at", type_=records.c.published_at.type)
    values["newest_at"] = func.coalesce(published, records.c.first_seen_at)
    connection.execute(update(records).where(records.c.id == bindparam("b_id")).values(values), rows)
    dates = [{"b_published_at": row["b_published_at"], "b_id": row["b_id"]} for row in rows]
    newest = func.coalesce(published, sightings.c.first_seen_at)
    connection.execute(update(sightings).where(sightings.c.record_id == bindparam("b_id")).values(newest_at=newest), dates)


def _load(connection: Connection, query: Select[Any]) -> list[StoredRecord]:
    rows = list(connection.execute(query))
    listed: dict[int, list[str]] = {}
    for portion in portions(row.id for row in rows):
        seen = select(sightings.c.record_id, sightings.c.source).where(sightings.c.record_id.in_(portion))
        for record_id, source in connection.execute(seen.order_by(sightings.c.first_seen_at, sightings.c.source)):
            listed.setdefault(record_id, []).append(source)
    return [stored_record(row, tuple(listed.get(row.id, ()))) for row in rows]
