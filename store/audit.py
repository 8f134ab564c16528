"""The audit log: who changed what, when, from where. Nothing here changes or removes an entry."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from store.database import Connection
from store.tables import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. ``town`` None: not of one town."""

    at: datetime
    who: str
    action: str
    subject: str
    town: str | None
    detail: dict[str, Any]
    address: str
    id: int = 0


def add(connection: Connection, entry: Entry) -> None:
    """Enter a change, in the transaction that makes it."""
    connection.execute(insert(audit).values(
        at=entry.at, who=entry.who, action=entry.action, subject=entry.subject[:300], town=entry.town, detail=entry.detail,
        address=entry.address[:60],
    ))


def list_entries(
    connection: Connection, *, towns: Collection[str] | None = None, town: str | None = None, who: str | None = None,
    action: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int, offset: int = 0,
) -> list[Entry]:
    """Changes, newest first. ``towns``: only those of these towns (None: all, and those of no town)."""
    query = _chosen(select(audit), towns, town, who, action, since, until)
    query = query.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit).offset(offset)
    return [_entry(row) for row in connection.execute(query)]


def count(
    connection: Connection, *, towns: Collection[str] | None = None, town: str | None = None, who: str | None = None,
    action: str | None = None, since: datetime | None = None, until: datetime | None = None, most: int = 10_000,
) -> int:
    """How many :func:`list_entries` would find; counting stops at ``most``."""
    chosen = _chosen(select(audit.c.id), towns, town, who, action, since, until).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(chosen)).scalar_one()


def _chosen(
    query: Select[Any], towns: Collection[str] | None, town: str | None, who: str | None, action: str | None,
    since: datetime | None, until: datetime | None,
) -> Select[Any]:
    if towns is not None:
        query = query.where(audit.c.town.in_(sorted(towns)))
    if town is not None:
        query = query.where(audit.c.town == town)
    if who is not None:
        query = query.where(audit.c.who == who)
    if action is not None:
        query = query.where(audit.c.action == action)
    if since is not None:
        query = query.where(audit.c.at >= since)
    return query if until is None else query.where(audit.c.at < until)


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        id=row.id, at=row.at, who=row.who, action=row.action, subject=row.subject, town=row.town, detail=row.detail,
        address=row.address,
    )
