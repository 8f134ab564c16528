"""Seals: what proves that no version and no archived byte was changed since a run brought it.

Each run's versions and its WARC file are hashed when they are loaded, and every seal holds the hash of the one before it, so
that a row or a run cannot be changed or taken out without breaking every later seal. The same lines stand in a file of the
archive: who can write to only one of the two is found out by the other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, text

from store.database import Connection
from store.scope import own
from store.tables import records, seals, versions

START = "0" * 64
"""What the first seal says of the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A file as it was sealed: its name in the archive, its size and SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One run's seal. ``versions``: how many it brought; ``rows``: their hash; ``warc`` None: it archived nothing."""

    run: str
    at: datetime
    versions: int
    rows: str
    warc: Sealed | None
    previous: str
    hash: str

    def data(self) -> dict[str, Any]:
        """As one line of the archive's file of seals."""
        return asdict(self) | {"at": self.at.astimezone(UTC).isoformat()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Seal:
        """From :meth:`data`."""
        warc = Sealed(**data["warc"]) if data["warc"] else None
        return cls(**{**data, "at": datetime.fromisoformat(data["at"]), "warc": warc})

    def computed(self) -> str:
        """The hash that the seal must have."""
        said = {name: value for name, value in self.data().items() if name != "hash"}
        return sha256(_canonical(said).encode()).hexdigest()


def add(connection: Connection, run: str, at: datetime, warc: Sealed | None) -> Seal:
    """Seal what a run brought, after all that it brought is written, in the same transaction. Of a run that is sealed
    already the seal stands."""
    if connection.dialect.name == "postgresql":
        # Two runs of a town must not both follow the same seal. SQLite has one writer as it is.
        connection.execute(text("LOCK TABLE seals IN SHARE ROW EXCLUSIVE MODE"))
    if standing := _list(connection, seals.c.run == run):
        return standing[0]
    count, rows = fingerprint(connection, run)
    last = connection.execute(
        select(seals.c.hash).where(own(connection, seals)).order_by(seals.c.id.desc()).limit(1)
    ).scalar()
    seal = Seal(run=run, at=at, versions=count, rows=rows, warc=warc, previous=last or START, hash="")
    seal = Seal.from_data(seal.data() | {"hash": seal.computed()})
    connection.execute(insert(seals).values(
        run=seal.run, at=seal.at, versions=seal.versions, rows=seal.rows, previous=seal.previous, hash=seal.hash,
        warc=asdict(warc) if warc else None,
    ))
    return seal


def list_seals(connection: Connection, unreadable: Collection[int] = ()) -> list[Seal]:
    """Every seal, the oldest first; those of ``unreadable`` ids left out."""
    return _list(connection, *([seals.c.id.not_in(unreadable)] if unreadable else []))


def fingerprint(connection: Connection, run: str) -> tuple[int, str]:
    """How many versions a run brought, and the hash over all that their rows say."""
    digest, count = sha256(), 0
    for line in _lines(connection, run):
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
        count += 1
    return count, digest.hexdigest()


def unsealed(connection: Connection) -> int:
    """How many versions no seal speaks of: those of runs that were loaded before there were seals."""
    sealed = select(seals.c.run).where(own(connection, seals))
    query = (
        select(func.count()).select_from(versions).join(records, records.c.id == versions.c.record_id)
        .where(own(connection, records), versions.c.run.not_in(sealed))
    )
    return connection.execute(query).scalar_one()


def intruders(connection: Connection, unreadable: Collection[int] = ()) -> list[tuple[int, str]]:
    """Versions (record and run) that no seal speaks of although they came after the first: put in past the program."""
    mine = select(seals.c.run).where(own(connection, seals))
    first = select(func.min(seals.c.at)).where(own(connection, seals)).scalar_subquery()
    sealed = select(func.min(versions.c.id)).where(versions.c.run.in_(mine)).scalar_subquery()
    query = (
        select(versions.c.record_id, versions.c.run).join(records, records.c.id == versions.c.record_id)
        .where(own(connection, records), versions.c.run.not_in(mine), or_(versions.c.id > sealed, versions.c.seen_at > first),
               versions.c.id.not_in(unreadable))
    )
    return [(row.record_id, row.run) for row in connection.execute(query)]


def _list(connection: Connection, *conditions: ColumnElement[bool]) -> list[Seal]:
    query = select(seals).where(own(connection, seals), *conditions).order_by(seals.c.id)
    return [
        Seal(run=row.run, at=row.at, versions=row.versions, rows=row.rows, previous=row.previous, hash=row.hash,
             warc=Sealed(**row.warc) if row.warc else None)
        for row in connection.execute(query)
    ]


def _lines(connection: Connection, run: str) -> Iterator[str]:
    query = (
        select(records.c.site, records.c.key, versions).join(records, records.c.id == versions.c.record_id)
        .where(own(connection, records), versions.c.run == run).order_by(records.c.site, records.c.key, versions.c.id)
    )
    for row in connection.execute(query).mappings():
        told: Iterable[str] = (
            "site", "key", "content_hash", "previous_hash", "warc_file", "warc_offset", "sha256", "data",
        )  # fmt: skip
        yield _canonical({name: row[name] for name in told} | {"seen_at": row["seen_at"].astimezone(UTC).isoformat()})


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
