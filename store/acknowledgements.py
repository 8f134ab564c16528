"""What people answered to what they were told: 收到 (until it changes) and 静音 (until a day). Rows are ended, never removed:
they prove who knew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, insert, select, tuple_, update

from core.nouns import Severity
from store import tables
from store.bulk import portions
from store.database import Connection
from store.scope import own

_T = tables.acknowledgements


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """One person's answer about one thing, in the state in which it was told. ``until``: a silence, to the end of that
    day; None: received, until it changes. ``ended_at``: when it stopped to hold. ``id`` is None before it is stored."""

    recipient: str
    kind: Literal["finding", "case", "operation"]
    item: str
    state: Literal["open", "overdue", "resolved"]
    severity: Severity
    until: date | None
    who: str
    note: str
    at: datetime
    ended_at: datetime | None = None
    id: int | None = None


def add(connection: Connection, given: Sequence[Acknowledgement]) -> None:
    """Keep answers; each ends the same person's earlier one about the same thing: the last word holds."""
    for each in given:
        end_for(connection, each.recipient, each.kind, each.item, each.at)
    if given:
        names = [column.name for column in _T.columns if column.name not in ("id", "town")]
        connection.execute(insert(_T), [{name: getattr(each, name) for name in names} for each in given])


def holding(connection: Connection) -> list[Acknowledgement]:
    """Those that have not ended, oldest first."""
    query = select(_T).where(own(connection, _T), _T.c.ended_at.is_(None)).order_by(_T.c.id)
    return [_read(row) for row in connection.execute(query)]


def of_items(connection: Connection, recipient: str, items: Iterable[tuple[str, str]]) -> list[Acknowledgement]:
    """All that a person answered about these (kind, id), ended ones too, oldest first."""
    found: list[Acknowledgement] = []
    for portion in portions(items):
        mine = (own(connection, _T), _T.c.recipient == recipient, tuple_(_T.c.kind, _T.c.item).in_(list(portion)))
        found += [_read(row) for row in connection.execute(select(_T).where(*mine))]
    return sorted(found, key=lambda each: (each.at, each.id))


def end(connection: Connection, ids: Collection[int | None], at: datetime) -> None:
    """They hold no longer."""
    for portion in portions(ids):
        mine = (own(connection, _T), _T.c.id.in_(list(portion)), _T.c.ended_at.is_(None))
        connection.execute(update(_T).where(*mine).values(ended_at=at))


def end_for(connection: Connection, recipient: str, kind: str, item: str, at: datetime) -> bool:
    """What this person answered about this thing holds no longer; False where nothing did."""
    mine = (own(connection, _T), _T.c.recipient == recipient, _T.c.kind == kind, _T.c.item == item, _T.c.ended_at.is_(None))
    return connection.execute(update(_T).where(*mine).values(ended_at=at)).rowcount > 0


def _read(row: Row[Any]) -> Acknowledgement:
    values = {name: value for name, value in row._mapping.items() if name != "town"}
    return Acknowledgement(**values | {"severity": Severity(row.severity)})
