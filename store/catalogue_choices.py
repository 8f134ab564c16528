"""What people decided of catalogue items, one row an item: the last word holds, earlier ones stand in the audit log."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select

from core.catalogue import ItemChoice
from store import tables
from store.bulk import portions, upsert
from store.database import Connection
from store.scope import own

_T = tables.catalogue_choices
_SAID = ("columns", "owner", "applicable", "reason", "who", "at")


def choices(connection: Connection) -> list[ItemChoice]:
    """All that was decided, by item."""
    query = select(_T).where(own(connection, _T)).order_by(_T.c.item)
    return [
        ItemChoice(item=row.item, columns=None if row.columns is None else tuple(row.columns),
                   **{name: row._mapping[name] for name in _SAID if name != "columns"})
        for row in connection.execute(query)
    ]


def choose(connection: Connection, decided: Iterable[ItemChoice]) -> None:
    """Keep decisions; each replaces the earlier one about its item."""
    rows = [
        {"item": choice.item, **{name: getattr(choice, name) for name in _SAID}}
        | {"columns": None if choice.columns is None else list(choice.columns)}
        for choice in decided
    ]
    upsert(connection, _T, rows, ["town", "item"], _SAID)


def forget(connection: Connection, items: Iterable[str]) -> None:
    """Decisions about these items no longer hold: the configuration does."""
    for portion in portions(items):
        connection.execute(delete(_T).where(own(connection, _T), _T.c.item.in_(portion)))
