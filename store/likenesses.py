"""Contents that are one text put out twice: which wait to be compared, with what, and what was found."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, tuple_, update

from store.bulk import portions, upsert
from store.database import Connection
from store.scans import Content
from store.scope import own
from store.tables import likenesses, records, scans


@dataclass(frozen=True, slots=True)
class Signed:
    """A content with its signature, and when its page is dated (published, or first seen)."""

    content: Content
    signature: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two contents, and how alike they are, to 1."""

    one: Content
    other: Content
    likeness: float


def waiting(connection: Connection) -> list[Signed]:
    """Present contents that have not been compared yet, oldest page first."""
    return _signed(connection, scans.c.likened.is_(False))


def between(connection: Connection, first: datetime, last: datetime) -> list[Signed]:
    """The present contents of pages dated between two times."""
    return _signed(connection, records.c.newest_at.between(first, last))


def keep(connection: Connection, found: Iterable[Likeness], compared: Iterable[Content]) -> None:
    """Keep what was found, and that these contents have been compared. KeyError for a record that is not of the connection's
    town."""
    pairs, done = list(found), list(compared)
    ids = {content[0] for pair in pairs for content in (pair.one, pair.other)} | {content[0] for content in done}
    for portion in portions(sorted(ids)):
        known = select(records.c.id).where(records.c.id.in_(portion), own(connection, records))
        if strange := set(portion).difference(connection.execute(known).scalars()):
            raise KeyError(min(strange))
    rows = [{"record_id": pair.one[0], "content_hash": pair.one[1], "other_id": pair.other[0], "other_hash": pair.other[1],
             "likeness": pair.likeness} for pair in pairs]  # fmt: skip
    upsert(connection, likenesses, rows, ["record_id", "content_hash", "other_id", "other_hash"], ["likeness"])
    # By content: one that came while these were compared has still to be.
    for compared_now in portions(done):
        mine = and_(tuple_(scans.c.record_id, scans.c.content_hash).in_(compared_now), own(connection, scans))
        connection.execute(update(scans).where(mine).values(likened=True))


def pairs(connection: Connection) -> list[Likeness]:
    """All that were found, of contents present and past."""
    rows = connection.execute(select(likenesses).where(own(connection, likenesses)))
    return [Likeness((row.record_id, row.content_hash), (row.other_id, row.other_hash), row.likeness) for row in rows]


def _signed(connection: Connection, condition: object) -> list[Signed]:
    present = and_(scans.c.record_id == records.c.id, scans.c.content_hash == records.c.content_hash)
    query = (
        select(scans.c.record_id, scans.c.content_hash, scans.c.signature, records.c.newest_at).join(records, present)
        .where(condition, scans.c.signature.is_not(None), records.c.removed_at.is_(None), own(connection, scans), own(connection, records))  # type: ignore[arg-type]
        .order_by(records.c.newest_at, records.c.id)
    )
    return [Signed((row.record_id, row.content_hash), b64decode(row.signature), row.newest_at) for row in connection.execute(query)]
