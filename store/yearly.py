"""What of a yearly report nothing can count, as people typed it in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from store import tables
from store.bulk import upsert
from store.database import Connection
from store.scope import own

_ENTRIES = tables.yearly_entries


def entries(connection: Connection, year: int) -> dict[str, str]:
    """What was typed in for a year, by key."""
    query = select(_ENTRIES.c.key, _ENTRIES.c.value).where(own(connection, _ENTRIES), _ENTRIES.c.year == year)
    return {row.key: row.value for row in connection.execute(query)}


def enter(connection: Connection, year: int, values: Mapping[str, str], who: str, at: datetime) -> None:
    """Type in values; an empty one takes away what stood there."""
    rows = [
        {"year": year, "key": key, "value": value, "who": who, "at": at} for key, value in values.items() if value != ""
    ]
    upsert(connection, _ENTRIES, rows, ["town", "year", "key"], ["value", "who", "at"])
    gone = [key for key, value in values.items() if value == ""]
    connection.execute(delete(_ENTRIES).where(own(connection, _ENTRIES), _ENTRIES.c.year == year, _ENTRIES.c.key.in_(gone)))
