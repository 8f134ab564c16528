"""One page of a list, and how many rows the list has: counted no further than anybody will turn pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal, select

from store.database import Connection

COUNT_CAP = 10_000


def page(connection: Connection, query: Select[Any], number: int, size: int) -> tuple[Sequence[Row[Any]], int | None]:
    """The rows of a page of an ordered query, ``number`` from 1, and the number of rows in all; None: more than
    :data:`COUNT_CAP`."""
    before = (number - 1) * size
    rows = connection.execute(query.limit(size).offset(before)).all()
    if len(rows) < size and (rows or not before):
        return rows, before + len(rows)
    some = query.order_by(None).with_only_columns(literal(1).label("one"), maintain_column_froms=True)
    counted = connection.execute(select(func.count()).select_from(some.limit(COUNT_CAP + 1).subquery())).scalar_one()
    return rows, None if counted > COUNT_CAP else counted
