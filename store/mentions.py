"""Mentions: those of a record's present content; found anew whenever the content changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from core.nouns import Mention
from store import tables
from store.bulk import portions
from store.database import Connection
from store.scope import own

_TABLE = tables.mentions
_NAMES = ("subject", "term", "text", "start", "end", "field", "confidence")
_COLUMNS = tuple(_TABLE.c[name] for name in _NAMES)


def replace(
    connection: Connection, record_id: int, content_hash: str, mentions: Iterable[Mention], now: datetime
) -> None:
    """Put the mentions of one record's content in the place of those of an earlier one."""
    replace_all(connection, [(record_id, content_hash, tuple(mentions))], now)


def replace_all(
    connection: Connection, found: Sequence[tuple[int, str, Sequence[Mention]]], now: datetime
) -> None:
    """The same for many records at once: ``(record id, content hash, mentions)``. KeyError for a record that is not of
    the connection's town."""
    records = tables.records
    for portion in portions(record_id for record_id, _, _ in found):
        known = select(records.c.id).where(records.c.id.in_(portion), own(connection, records))
        if strange := set(portion).difference(connection.execute(known).scalars()):
            raise KeyError(min(strange))
        connection.execute(delete(_TABLE).where(_TABLE.c.record_id.in_(portion)))
    rows = [
        {"record_id": record_id, "content_hash": content_hash, "found_at": now}
        | {name: getattr(mention, name) for name in _NAMES}
        for record_id, content_hash, mentions in found for mention in mentions
    ]
    if rows:
        connection.execute(insert(_TABLE), rows)


def of_record(connection: Connection, record_id: int) -> list[Mention]:
    """The mentions of a record, in the order in which they were found: title, body, replies, attachments."""
    return of_records(connection, [record_id]).get(record_id, [])


def of_records(connection: Connection, record_ids: Iterable[int]) -> dict[int, list[Mention]]:
    """The mentions of several records; a record without any is left out."""
    records = tables.records
    mine = select(records.c.id).where(own(connection, records))
    query = select(_TABLE.c.record_id, *_COLUMNS).where(_TABLE.c.record_id.in_(mine)).order_by(_TABLE.c.id)
    found: dict[int, list[Mention]] = {}
    for portion in portions(record_ids):
        for record_id, *values in connection.execute(query.where(_TABLE.c.record_id.in_(portion))):
            mention = Mention(**dict(zip(_NAMES, values, strict=True)))
            found.setdefault(record_id, []).append(mention)
    return found


def threads_naming(connection: Connection, subjects: Collection[str], start: datetime, end: datetime) -> list[int]:
    """The ids of messages that stand, name one of the subjects for certain and are dated from ``start`` to before ``end``."""
    records = tables.records
    query = (
        select(_TABLE.c.record_id).distinct()
        .join(records, records.c.id == _TABLE.c.record_id)
        .where(records.c.kind == "thread", records.c.newest_at >= start, records.c.newest_at < end, records.c.removed_at.is_(None))
        .where(_TABLE.c.confidence == "certain", _TABLE.c.subject.in_(list(subjects)), own(connection, records))
    )
    return sorted(connection.execute(query).scalars())


def counts(connection: Connection, start: datetime, end: datetime) -> dict[str, int]:
    """How many records name each subject for certain, of those first seen from ``start`` to before ``end``."""
    records = tables.records
    query = (
        select(_TABLE.c.subject, func.count(_TABLE.c.record_id.distinct()))
        .join(records, records.c.id == _TABLE.c.record_id)
        .where(records.c.first_seen_at >= start, records.c.first_seen_at < end, _TABLE.c.confidence == "certain")
        .where(own(connection, records))
        .group_by(_TABLE.c.subject).order_by(_TABLE.c.subject)
    )
    return {subject: number for subject, number in connection.execute(query)}  # noqa: C416 -- rows, not pairs
