"""What people decided of catalogue items, one row an item: the last word holds. All that was said of it stands in the history, by
which a day past is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from core.catalogue import ItemChoice
from store import tables
from store.bulk import portions, upsert
from store.database import Connection
from store.scope import own

_T, _H = tables.catalogue_choices, tables.catalogue_choice_history
_SAID = ("columns", "owner", "applicable", "reason", "who", "at")


def choices(connection: Connection, before: datetime | None = None) -> list[ItemChoice]:
    """All that was decided, by item; ``before``: as it was decided before a time."""
    if before is None:
        return [_choice(row) for row in connection.execute(select(_T).where(own(connection, _T)).order_by(_T.c.item))]
    last = select(func.max(_H.c.id)).where(own(connection, _H), _H.c.at < before).group_by(_H.c.item)
    query = select(_H).where(own(connection, _H), _H.c.id.in_(last), _H.c.forgotten.is_(False)).order_by(_H.c.item)
    return [_choice(row) for row in connection.execute(query)]


def choose(connection: Connection, decided: Iterable[ItemChoice]) -> None:
    """Keep decisions; each replaces the earlier one about its item."""
    rows = [
        {"item": choice.item, **{name: getattr(choice, name) for name in _SAID}}
        | {"columns": None if choice.columns is None else list(choice.columns)}
        for choice in decided
    ]
    upsert(connection, _T, rows, ["town", "item"], _SAID)
    for portion in portions(rows):
        connection.execute(insert(_H), [row | {"forgotten": False} for row in portion])


def forget(connection: Connection, items: Iterable[str], who: str, at: datetime) -> None:
    """Decisions about these items no longer hold: from now on the configuration does."""
    items = list(items)
    for portion in portions(items):
        connection.execute(delete(_T).where(own(connection, _T), _T.c.item.in_(portion)))
        said: dict[str, Any] = {"columns": None, "owner": None, "applicable": None, "reason": "", "who": who, "at": at, "forgotten": True}
        connection.execute(insert(_H), [said | {"item": item} for item in portion])


def move(connection: Connection, ids: Mapping[str, str]) -> None:
    """Items go on under other ids, with all that was ever decided of them."""
    for old, new in ids.items():
        for table in (_T, _H):
            connection.execute(delete(table).where(own(connection, table), table.c.item == new))
            connection.execute(update(table).where(own(connection, table), table.c.item == old).values(item=new))


def _choice(row: Row[Any]) -> ItemChoice:
    return ItemChoice(item=row.item, columns=None if row.columns is None else tuple(row.columns),
                      **{name: row._mapping[name] for name in _SAID if name != "columns"})  # fmt: skip
