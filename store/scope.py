"""Whose rows a connection may see: those of its town, or everyone's where it speaks for none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, true

from store.database import Connection, town_of


def own(connection: Connection, table: Any) -> ColumnElement[bool]:
    """The condition under which a row of a table (or an alias of it) is the connection's to see or to change."""
    town = town_of(connection)
    condition: ColumnElement[bool] = true() if town is None else table.c.town == town
    return condition
