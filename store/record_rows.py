"""Records as rows and as JSON, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.clock import Moment, local_date
from core.nouns import Attachment, Evidence, Record, Reply, StoredRecord, Version

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A record as one run read it."""

    record: Record
    at: datetime
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Of a stored record what a list of its source needs: everything but its texts."""

    id: int
    url: str
    title: str
    published: Moment | None
    content_hash: str
    first_seen_at: datetime
    removed_at: datetime | None
    written_at: datetime | None = None

    @property
    def written(self) -> date | None:
        """The day on which it was made (成文日期)."""
        return local_date(self.written_at) if self.written_at else None


def head_of(stored: StoredRecord) -> Head:
    """The head of a record that was read whole."""
    record = stored.record
    return Head(
        stored.id, record.url, record.title, record.published, stored.content_hash, stored.first_seen_at, stored.removed_at,
        record.written.at if record.written else None,
    )


def to_json(record: Record) -> dict[str, Any]:
    """A record as JSON; :func:`from_json` is the inverse."""
    data = asdict(record)
    data["published"] = record.published.iso() if record.published else None
    data["written"] = record.written.iso() if record.written else None
    for reply, written in zip(data["replies"], record.replies, strict=True):
        reply["at"] = written.at.iso() if written.at else None
    return data


def from_json(data: dict[str, Any]) -> Record:
    """A record from :func:`to_json`."""
    replies = tuple(Reply(office=r["office"], body=r["body"], at=_moment(r["at"])) for r in data["replies"])
    attachments = tuple(map(attachment_from, data["attachments"]))
    fixed = {"published": _moment(data["published"]), "written": _moment(data["written"])}
    return Record(**{**data, **fixed, "replies": replies, "attachments": attachments})


def attachment_from(data: dict[str, Any]) -> Attachment:
    """An attachment from its part of :func:`to_json`; one from before attachments had evidence has none."""
    kept = data.get("evidence")
    return Attachment(**{**data, "evidence": Evidence(**kept) if kept else None})


def reading_digest(state: str, text: str, reason: str, reader: int) -> str:
    """What is kept beside a later reading of a file, so that a changed byte of it is found: no seal covers it."""
    return sha256(f"{state}\x1f{reader}\x1f{reason}\x1f{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _as_brought(detail: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """A record's detail with files that were read again as they were when their version was brought: the bytes are the same, and
    what was read of them later is as it was written."""
    files = detail.get("attachments")
    brought = said.get("attachments")
    if not files or not brought or len(files) != len(brought):
        return detail
    return detail | {"attachments": [
        was if now.get("reread") and _is_reading_of(now, was) else now for now, was in zip(files, brought, strict=True)
    ]}


def _is_reading_of(now: dict[str, Any], was: dict[str, Any]) -> bool:
    same = all(now.get(name) == was.get(name) for name in (now.keys() | was.keys()) - _READING)
    return same and now["reread"] == reading_digest(now["state"], now["text"], now["reason"], now["reader"])


_READING = frozenset(("text", "state", "reason", "reader", "reread"))
"""What of a file is its reading; all else is what was brought."""


_DETAIL = ("content_source", "publisher", "index_no", "doc_no", "column_name", "attachments", "replies", "thread", "meta", "written")


def record_row(arrival: Arrival) -> dict[str, Any]:
    """The columns of an arrival, without those that say when it came."""
    record, data = arrival.record, to_json(arrival.record)
    return {
        "site": record.site, "key": record.key, "kind": record.kind, "url": record.url, "title": record.title,
        "body": record.body, "published_at": record.published.at if record.published else None,
        "published_has_time": bool(record.published and record.published.has_time),
        "written_at": record.written.at if record.written else None, "detail": {name: data[name] for name in _DETAIL},
        "content_hash": record.content_hash(), "checked_at": arrival.at, "removed_at": None,
    }


def version_row(run: str, arrival: Arrival, record_id: int, previous: str | None) -> dict[str, Any]:
    """A version of an arrival."""
    evidence = arrival.evidence
    return {
        "record_id": record_id, "content_hash": arrival.record.content_hash(), "previous_hash": previous,
        "seen_at": arrival.at, "run": run, "warc_file": evidence.warc_file if evidence else None,
        "warc_offset": evidence.warc_offset if evidence else None, "sha256": evidence.sha256 if evidence else None,
        "data": to_json(arrival.record),
    }


def unlike_versions(record: Row[Any], kept: Sequence[Row[Any]]) -> list[str]:
    """The columns of a record that are not what its versions (oldest first, at least one) say. Only what says when it was looked
    at and searched, and that it is away, is its own."""
    data, last = kept[-1].data, kept[-1]
    said = {name: data[name] for name in ("site", "key", "kind", "url", "title", "body")} | {
        "content_hash": last.content_hash,
        "first_seen_at": kept[0].seen_at, "changed_at": last.seen_at, "versions": len(kept),
        "newest_at": record.published_at or kept[0].seen_at,
    }
    unlike = [name for name, value in said.items() if getattr(record, name) != value]
    detail = {name: data[name] for name in _DETAIL if name in data}
    if _as_brought(record.detail, detail) != detail:
        unlike.append("detail")
    # A version's times are as precise as a page gives them.
    published, written = moment_at(record.published_at, record.published_has_time), _moment(data["written"])
    if (published.iso() if published else None) != data["published"]:
        unlike.append("published_at")
    if moment_at(record.written_at, bool(written and written.has_time)) != written:
        unlike.append("written_at")
    return unlike


def stored_record(row: Row[Any], sources: tuple[str, ...]) -> StoredRecord:
    """A record with its times, from its row."""
    published = moment_at(row.published_at, row.published_has_time)
    record = from_json({
        "site": row.site, "key": row.key, "kind": row.kind, "url": row.url, "title": row.title, "body": row.body,
        **row.detail, "published": published.iso() if published else None,
    })
    return StoredRecord(
        id=row.id, record=record, content_hash=row.content_hash, first_seen_at=row.first_seen_at,
        checked_at=row.checked_at, changed_at=row.changed_at, removed_at=row.removed_at, sources=sources,
        versions=row.versions,
    )


def version_of(row: Row[Any]) -> Version:
    """A version, from its row."""
    evidence = None
    if row.warc_file is not None:
        evidence = Evidence(warc_file=row.warc_file, warc_offset=row.warc_offset, sha256=row.sha256)
    return Version(
        record_id=row.record_id, content_hash=row.content_hash, previous_hash=row.previous_hash, seen_at=row.seen_at,
        run=row.run, evidence=evidence, record=from_json(row.data),
    )


def _moment(text: str | None) -> Moment | None:
    return Moment.parse(text) if text else None


def moment_at(at: datetime | None, has_time: bool) -> Moment | None:
    """A time and whether it has a time of day, as one."""
    return Moment(at, has_time) if at else None
