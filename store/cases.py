"""The register of cases (舆情台账): one entry per record, and every step that was taken on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy import text as sql

from core.nouns import Case, CaseState, CaseStep
from store import tables
from store.bulk import portions
from store.database import Connection
from store.lists import page
from store.scope import own

_CASES, _STEPS = tables.cases, tables.case_steps
_CHANGEABLE = frozenset({"category", "state", "owner", "due", "provisional", "title"})
_OPEN_STATES = (CaseState.REGISTERED, CaseState.ASSESSED, CaseState.ASSIGNED)
_OPEN = sql(tables.OPEN_CASES)
_FIRST_DUE = (_CASES.c.due.asc().nulls_last(), _CASES.c.id)


def register(
    connection: Connection, *, record_id: int, source: str, url: str, title: str, category: str, state: CaseState,
    owner: str | None, registered_at: datetime, due: date | None, provisional: bool, step: CaseStep,
) -> Case:
    """Enter a new case with its first step; the record must not have one yet. KeyError where there is no such record."""
    known = select(tables.records.c.id).where(tables.records.c.id == record_id, own(connection, tables.records))
    if connection.execute(known).first() is None:
        raise KeyError(record_id)
    values = {
        "record_id": record_id, "source": source, "url": url, "title": title, "category": category, "state": state,
        "owner": owner, "registered_at": registered_at, "due": due, "provisional": provisional,
    }
    case_id = connection.execute(insert(_CASES).values(values).returning(_CASES.c.id)).scalar_one()
    _insert_step(connection, case_id, step)
    return _existing(connection, case_id)


def add_step(connection: Connection, case_id: int, step: CaseStep, **changed_columns: Any) -> Case:
    """Take a step, and change what it changes: category, state, owner, due, provisional or title. KeyError where there
    is no such case."""
    if unknown := changed_columns.keys() - _CHANGEABLE:
        raise ValueError(f"a step cannot change {sorted(unknown)}")
    _existing(connection, case_id)
    if changed_columns:
        connection.execute(update(_CASES).where(_CASES.c.id == case_id, own(connection, _CASES)).values(changed_columns))
    _insert_step(connection, case_id, step)
    return _existing(connection, case_id)


def get(connection: Connection, case_id: int) -> Case | None:
    """A case with its steps, oldest first."""
    return _one(connection, select(_CASES).where(_CASES.c.id == case_id))


def by_record(connection: Connection, record_id: int) -> Case | None:
    """The case that a record opened, with its steps."""
    return _one(connection, select(_CASES).where(_CASES.c.record_id == record_id))


def by_records(connection: Connection, record_ids: Iterable[int]) -> dict[int, Case]:
    """The cases that some records opened, by record, with their steps."""
    return {
        case.record_id: case for portion in portions(record_ids)
        for case in _with_steps(connection, select(_CASES).where(_CASES.c.record_id.in_(portion)))
    }


def list_cases(
    connection: Connection, *, open_only: bool = False, state: CaseState | None = None, owner: str | None = None,
    since: datetime | None = None, until: datetime | None = None, limit: int | None = None, offset: int = 0,
) -> list[Case]:
    """Cases with their steps, the first due first, then those without a due day. ``since`` and ``until`` (not
    included) are times of registration."""
    query = select(_CASES).order_by(*_FIRST_DUE)
    if open_only:
        query = query.where(_OPEN)
    if state is not None:
        query = query.where(_CASES.c.state == state)
    if owner is not None:
        query = query.where(_CASES.c.owner == owner)
    if since is not None:
        query = query.where(_CASES.c.registered_at >= since)
    if until is not None:
        query = query.where(_CASES.c.registered_at < until)
    return _with_steps(connection, query.limit(limit).offset(offset) if limit is not None or offset else query)


def page_of_cases(
    connection: Connection, *, state: CaseState | None = None, category: str | None = None, owner: str | None = None,
    text: str = "", source: str | None = None, overdue_on: date | None = None, open_only: bool = False, number: int = 1,
    size: int = 50,
) -> tuple[list[Case], int | None]:
    """A page of the register without steps, ``number`` from 1, and how many cases there are in all (None: more than
    10,000). What waits for an answer comes with the first due first, anything else with the newest first.

    ``text``: part of the title. ``overdue_on``: only what was overdue on that day.
    """
    waiting = open_only or overdue_on is not None or state in _OPEN_STATES
    query = select(_CASES).where(own(connection, _CASES), *_wanted(state, category, owner, text, source))
    if overdue_on is not None:
        query = query.where(_CASES.c.due < overdue_on, _CASES.c.provisional.is_(False))
    newest = (_CASES.c.registered_at.desc(), _CASES.c.id.desc())
    query = query.where(_OPEN).order_by(*_FIRST_DUE) if waiting else query.order_by(*newest)
    rows, total = page(connection, query, number, size)
    return [_case(row._mapping, ()) for row in rows], total


def _wanted(
    state: CaseState | None, category: str | None, owner: str | None, text: str, source: str | None
) -> list[ColumnElement[bool]]:
    equal = {"state": state, "category": category, "owner": owner, "source": source}
    found = [_CASES.c[name] == value for name, value in equal.items() if value is not None]
    return [*found, _CASES.c.title.contains(text, autoescape=True)] if text else found


def _existing(connection: Connection, case_id: int) -> Case:
    case = get(connection, case_id)
    if case is None:
        raise KeyError(case_id)
    return case


def _one(connection: Connection, query: Select[Any]) -> Case | None:
    return next(iter(_with_steps(connection, query)), None)


def _with_steps(connection: Connection, query: Select[Any]) -> list[Case]:
    query = query.where(own(connection, _CASES))
    rows = connection.execute(query).mappings().all()
    steps: dict[int, list[CaseStep]] = {row["id"]: [] for row in rows}
    ids = query.with_only_columns(_CASES.c.id)
    taken = select(_STEPS).where(_STEPS.c.case_id.in_(ids)).order_by(_STEPS.c.at, _STEPS.c.id)
    for step in connection.execute(taken).mappings():
        steps[step["case_id"]].append(CaseStep(
            at=step["at"], who=step["who"], action=step["action"], note=step["note"], data=step["data"]
        ))
    return [_case(row, steps[row["id"]]) for row in rows]


def _case(row: Mapping[Any, Any], steps: Sequence[CaseStep]) -> Case:
    return Case(
        id=row["id"], record_id=row["record_id"], source=row["source"], url=row["url"], title=row["title"],
        category=row["category"], state=CaseState(row["state"]), owner=row["owner"],
        registered_at=row["registered_at"], due=row["due"], provisional=row["provisional"], steps=tuple(steps),
    )


def _insert_step(connection: Connection, case_id: int, step: CaseStep) -> None:
    connection.execute(insert(_STEPS).values(
        case_id=case_id, at=step.at, who=step.who, action=step.action, note=step.note, data=step.data
    ))
