"""The register as screens and files list it: by everything that a person may ask for, and any number of cases in a stream.
Steps are never read here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy import text as sql

from core.nouns import Case, CaseState
from store import tables
from store.database import Connection
from store.lists import page
from store.scope import own

_C = tables.cases.c
_NAMES = (
    "id", "record_id", "source", "url", "title", "category", "state", "owner", "registered_at", "due", "provisional",
)
_OPEN = sql(tables.OPEN_CASES)
_WAITING = (CaseState.REGISTERED, CaseState.ASSESSED, CaseState.ASSIGNED)
_PORTION = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases: everything given must hold. ``since`` and ``until`` (not included) are times of registration; ``text``
    is part of the title; ``overdue_on``: only what was overdue on that day; ``unowned``: given to nobody yet;
    ``not_of``: given to someone, but not to this person; ``ids``: only these."""

    state: CaseState | None = None
    category: str | None = None
    owner: str | None = None
    source: str | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    overdue_on: date | None = None
    open_only: bool = False
    unowned: bool = False
    not_of: str | None = None
    ids: Collection[int] | None = None

    @property
    def waits(self) -> bool:
        """Whether only what waits for an answer is asked for."""
        return self.open_only or self.overdue_on is not None or self.state in _WAITING


def page_of(connection: Connection, wanted: Wanted, *, number: int = 1, size: int = 50) -> tuple[list[Case], int | None]:
    """A page, ``number`` from 1, and how many cases there are in all (None: more than 10,000). What waits for an answer
    comes with the first due first, anything else with the newest first."""
    rows, total = page(connection, _query(connection, wanted), number, size)
    return [_case(row) for row in rows], total


def stream(connection: Connection, wanted: Wanted) -> Iterator[Case]:
    """All of them in the order of :func:`page_of`, as they stood at one moment, a thousand in memory at a time."""
    found = connection.execute(_query(connection, wanted), execution_options={"yield_per": _PORTION})
    yield from (_case(row) for row in found)


def hold(connection: Connection, case_id: int) -> None:
    """Let nobody else take a step on a case before this transaction ends: of two at once, the second sees the first's."""
    mine = select(_C.id).where(_C.id == case_id, own(connection, tables.cases))
    connection.execute(mine.with_for_update())


def _query(connection: Connection, wanted: Wanted) -> Select[Any]:
    query = select(*(_C[name] for name in _NAMES)).where(own(connection, tables.cases), *_conditions(wanted))
    if wanted.waits:
        return query.where(_OPEN).order_by(_C.due.asc().nulls_last(), _C.id)
    return query.order_by(_C.registered_at.desc(), _C.id.desc())


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    equal = {"state": wanted.state, "category": wanted.category, "owner": wanted.owner, "source": wanted.source}
    yield from (_C[name] == value for name, value in equal.items() if value is not None)
    if wanted.text:
        yield _C.title.contains(wanted.text, autoescape=True)
    if wanted.since is not None:
        yield _C.registered_at >= wanted.since
    if wanted.until is not None:
        yield _C.registered_at < wanted.until
    if wanted.overdue_on is not None:
        yield _C.due < wanted.overdue_on
        yield _C.provisional.is_(False)
    if wanted.unowned:
        yield _C.owner.is_(None)
    if wanted.not_of is not None:
        yield _C.owner != wanted.not_of
    if wanted.ids is not None:
        yield _C.id.in_(wanted.ids)


def _case(row: Row[Any]) -> Case:
    return Case(**{**row._mapping, "state": CaseState(row.state)})
