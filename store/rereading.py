"""Files that could not be read when they came and may be now: their bytes lie in the archive, their page has not changed since.

What is read of them later stands in the record alone. Versions are sealed, and the content is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, and_, cast, or_, select, update

from core.nouns import Attachment
from store.database import Connection
from store.record_rows import attachment_from, reading_digest
from store.scope import own
from store.tables import records, scans


@dataclass(frozen=True, slots=True)
class Unread:
    """A record with files that readers older than the asked ones did not read, or not whole."""

    record_id: int
    content_hash: str
    attachments: tuple[Attachment, ...]


def unread(connection: Connection, readers: int, *, after: int = 0, limit: int = 200) -> list[Unread]:
    """Standing records with such files whose bytes are kept, by id from ``after`` on."""
    detail = cast(records.c.detail, Text)
    # Most records have none, and to read the detail of each would cost seconds a day.
    hopeful = and_(detail.contains('"evidence": {'), or_(detail.contains('"cannot_judge"'), detail.regexp_match('"reason": "[^"]')))
    columns = records.c.id, records.c.content_hash, records.c.detail
    found: list[Unread] = []
    while len(found) < limit:
        query = select(*columns).where(own(connection, records), records.c.id > after, records.c.removed_at.is_(None), hopeful)
        rows = connection.execute(query.order_by(records.c.id).limit(limit)).all()
        for row in rows:
            files = tuple(one for one in map(attachment_from, row.detail["attachments"]) if _is_unread(one, readers))
            if files:
                found.append(Unread(row.id, row.content_hash, files))
        if len(rows) < limit:
            break
        after = rows[-1].id
    return found[:limit]


def save(connection: Connection, one: Unread, read: Sequence[Attachment]) -> bool:
    """Keep what was read of a record's files now, to be looked through for mentions and scanned anew where it is other than before.
    False where the record has another content by now."""
    mine = and_(records.c.id == one.record_id, records.c.content_hash == one.content_hash, own(connection, records))
    detail: dict[str, Any] | None = connection.execute(select(records.c.detail).where(mine)).scalar()
    if detail is None:
        return False
    by_url = {attachment.url: attachment for attachment in read}
    files = [_with_reading(kept, by_url.get(kept["url"])) for kept in detail["attachments"]]
    news = any(now["state"] == "read" and now["text"] != kept["text"] for now, kept in zip(files, detail["attachments"], strict=True))
    connection.execute(update(records).where(mine).values(
        detail=detail | {"attachments": files}, **({"matched": None} if news else {}),
    ))
    if news:
        scanned = and_(scans.c.record_id == one.record_id, scans.c.content_hash == one.content_hash)
        connection.execute(update(scans).where(scanned, own(connection, scans)).values(rules=""))
    return True


def _is_unread(file: Attachment, readers: int) -> bool:
    return file.evidence is not None and file.reader < readers and (
        file.state == "cannot_judge" or (file.state == "read" and bool(file.reason))
    )


def _with_reading(kept: dict[str, Any], read: Attachment | None) -> dict[str, Any]:
    if read is None or read.sha256 != kept["sha256"] or not read.reader:
        return kept
    said = {"state": read.state, "text": read.text, "reason": read.reason}
    if kept["state"] == "read" and read.state != "read":
        # What was read once is not lost because this time nothing was.
        said = {name: kept[name] for name in said}
    return kept | said | {"reader": read.reader, "reread": reading_digest(said["state"], said["text"], said["reason"], read.reader)}
