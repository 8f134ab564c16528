"""What the scan found in each content of each record: kept, so that a content is read once and a day past can be told."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from core.nouns import Evidence, Severity, StoredRecord
from store.bulk import portions, upsert
from store.database import Connection
from store.record_rows import stored_record
from store.scope import own
from store.tables import records, scans, sightings, versions

Content = tuple[int, str]
"""A record's id and the hash of one of its contents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One content as the rules named ``rules`` (a digest) saw it. ``flaws`` are masked; ``worst`` None where there are none."""

    record_id: int
    content_hash: str
    rules: str
    flaws: tuple[dict[str, Any], ...]
    worst: Severity | None
    contacts: tuple[list[str], ...] = ()
    """What :class:`monitor.contacts.Contact` keeps of itself."""
    signature: bytes | None = None
    """Of the text, to tell near duplicates by; None for one that is too short."""

    @property
    def content(self) -> Content:
        """What was scanned."""
        return self.record_id, self.content_hash


def unscanned(
    connection: Connection, sources: Sequence[str], rules: str, *, after: int = 0, limit: int = 500
) -> list[tuple[StoredRecord, Evidence | None]]:
    """Records that stand in these sources and whose present content these rules have not seen, by id from ``after`` on; each
    with where its bytes lie."""
    seen = and_(scans.c.record_id == records.c.id, scans.c.content_hash == records.c.content_hash, scans.c.rules == rules)
    listed = select(sightings.c.record_id).where(sightings.c.source.in_(sources), own(connection, sightings))
    query = (
        select(records).outerjoin(scans, seen)
        .where(scans.c.record_id.is_(None), records.c.id > after, records.c.removed_at.is_(None), records.c.kind != "thread",
               records.c.id.in_(listed), own(connection, records))
        .order_by(records.c.id).limit(limit)
    )
    found = [stored_record(row, ()) for row in connection.execute(query)]
    lies = _evidence(connection, found)
    return [(stored, lies.get((stored.id, stored.content_hash))) for stored in found]


def save(connection: Connection, found: Iterable[Scan], at: datetime) -> None:
    """Keep what was found; what earlier rules found in the same content is replaced. KeyError for a record that is not of the
    connection's town."""
    rows: list[dict[str, Any]] = [
        {"record_id": scan.record_id, "content_hash": scan.content_hash, "rules": scan.rules, "scanned_at": at,
         "flaws": list(scan.flaws), "worst": scan.worst, "contacts": list(scan.contacts) or None,
         "signature": b64encode(scan.signature).decode() if scan.signature else None, "likened": scan.signature is None}
        for scan in found
    ]
    for portion in portions(row["record_id"] for row in rows):
        known = select(records.c.id).where(records.c.id.in_(portion), own(connection, records))
        if strange := set(portion).difference(connection.execute(known).scalars()):
            raise KeyError(min(strange))
    upsert(connection, scans, rows, ["record_id", "content_hash"], [
        "rules", "scanned_at", "flaws", "worst", "contacts", "signature", "likened",
    ])


def flawed(connection: Connection) -> dict[Content, Scan]:
    """Every content of the town, present or past, in which something was found."""
    query = select(scans).where(scans.c.worst.is_not(None), own(connection, scans))
    return {scan.content: scan for scan in map(_scan, connection.execute(query))}


def scanned(connection: Connection, record_ids: Iterable[int]) -> dict[Content, Scan]:
    """What was found, or not, in every content of these records."""
    found: dict[Content, Scan] = {}
    for portion in portions(record_ids):
        query = select(scans).where(scans.c.record_id.in_(portion), own(connection, scans))
        found |= {scan.content: scan for scan in map(_scan, connection.execute(query))}
    return found


def contacts(connection: Connection, record_ids: Iterable[int]) -> dict[Content, list[list[str]]]:
    """The contacts that the contents of these records give, those that give any."""
    found: dict[Content, list[list[str]]] = {}
    columns = scans.c.record_id, scans.c.content_hash, scans.c.contacts
    for portion in portions(record_ids):
        query = select(*columns).where(scans.c.record_id.in_(portion), scans.c.contacts.is_not(None), own(connection, scans))
        found |= {(row.record_id, row.content_hash): row.contacts for row in connection.execute(query)}
    return found


def _scan(row: Any) -> Scan:
    return Scan(
        record_id=row.record_id, content_hash=row.content_hash, rules=row.rules, flaws=tuple(row.flaws),
        worst=Severity(row.worst) if row.worst else None, contacts=tuple(row.contacts or ()),
        signature=b64decode(row.signature) if row.signature else None,
    )


def _evidence(connection: Connection, found: Sequence[StoredRecord]) -> dict[Content, Evidence]:
    lies: dict[Content, Evidence] = {}
    columns = [versions.c[name] for name in ("record_id", "content_hash", "warc_file", "warc_offset", "sha256")]
    for portion in portions(stored.id for stored in found):
        kept = versions.c.record_id.in_(portion)
        # The newest last: a content that came back lies where it was last served.
        for row in connection.execute(select(*columns).where(kept, versions.c.warc_file.is_not(None)).order_by(versions.c.id)):
            lies[row.record_id, row.content_hash] = Evidence(
                warc_file=row.warc_file, warc_offset=row.warc_offset, sha256=row.sha256
            )
    return lies
