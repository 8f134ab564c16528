"""The kept rows as the database holds them, cell by cell: what cannot be read, or is not written as this program writes it.

A changed byte need not change what is read (a letter of an escape, the separator of a time), and may make a row
unreadable, which would end every query that meets it. So cells are looked at as bytes before anything is read from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, Text, cast, func, literal_column, select
from sqlalchemy.exc import DBAPIError

from store.columns import Instant
from store.database import Connection
from store.record_rows import from_json
from store.scope import own
from store.seals import Sealed
from store.tables import records, seals, versions

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
_STATE = frozenset({"matched"})
"""Columns that say nothing of what was published."""
KEPT = (records, versions, seals)


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that is not as it was written. ``readable``: the row can still be read."""

    table: str
    row: int
    column: str
    readable: bool


def bad_cells(connection: Connection) -> Iterator[BadCell]:
    """Every cell of the kept tables that is not written as this program writes it. PostgreSQL itself refuses what is no value of
    a column's type, so there only texts of JSON are looked at."""
    lite = connection.dialect.name == "sqlite"
    for table in KEPT:
        columns = [c for c in table.c if c.name not in _STATE and (lite or isinstance(c.type, JSON))]
        # A town that was changed is found by what is then missing; asking for it by its name would only lose the row.
        query = select(table.c.id, *(part for column in columns for part in _as_bytes(column, lite)))
        query = query.join(records, records.c.id == versions.c.record_id) if table is versions else query
        mine = own(connection, table if table is not versions else records)
        for row in connection.execute(query.where(mine).execution_options(yield_per=200)):
            for place, column in enumerate(columns):
                kind, data = row[1 + 2 * place], row[2 + 2 * place]
                if (state := _state(column, kind, data)) != "right":
                    yield BadCell(table.name, row.id, column.name, state == "odd")


def integrity(connection: Connection) -> list[str]:
    """What SQLite itself finds wrong with the file and its indexes; the driver's words where it cannot be read at all."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    except DBAPIError as error:
        return [str(error.orig)]
    return [str(line) for line in found if line != "ok"]


def _as_bytes(column: Column[Any], lite: bool) -> tuple[Any, Any]:
    """Kind and bytes of a cell; a JSON text of PostgreSQL as text."""
    if not lite:
        return literal_column("'text'"), cast(column, Text)
    name = f"{column.table.name}.{column.name}"
    return func.typeof(column), literal_column(f"CAST({name} AS BLOB)")


def _state(column: Column[Any], kind: str, data: bytes | str | None) -> str:
    """``right``, ``odd`` (readable, but not as we write it) or ``unreadable``."""
    if data is None:
        return "right" if column.nullable else "unreadable"
    if isinstance(column.type, Boolean):
        return "right" if kind == "integer" and data in (b"0", b"1") else "unreadable"
    if isinstance(column.type, Integer):
        return "right" if kind == "integer" else "unreadable"
    if kind != "text":
        return "unreadable"
    try:
        text = data.decode() if isinstance(data, bytes) else data
        if isinstance(column.type, JSON):
            value = json.loads(text)
            _shape(column, value)
            return "right" if text in (json.dumps(value), json.dumps(value, ensure_ascii=False)) else "odd"
        if isinstance(column.type, Instant):
            datetime.fromisoformat(text)
            return "right" if _INSTANT.fullmatch(text) else "unreadable"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "unreadable"
    return "right"


def _shape(column: Column[Any], value: Any) -> None:
    """Raises what reading the row would raise."""
    if column.table is versions:
        from_json(value)
    elif column.table is records:
        from_json(dict.fromkeys(("site", "key", "kind", "url", "title", "body"), "") | {"published": None} | value)
    elif value is not None:
        Sealed(**value)
