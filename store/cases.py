"""The register of cases (舆情台账): one entry per record, and every step that was taken on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from core.nouns import Case, CaseState, CaseStep
from store import tables
from store.bulk import portions
from store.database import Connection
from store.scope import own

_CASES, _STEPS = tables.cases, tables.case_steps
_CHANGEABLE = frozenset({"category", "state", "owner", "due", "provisional", "title"})
_CLOSED = (CaseState.REPLIED, CaseState.CLOSED)


def register(
    connection: Connection, *, record_id: int, source: str, url: str, title: str, category: str, state: CaseState,
    owner: str | None, registered_at: datetime, due: date | None, provisional: bool, step: CaseStep,
) -> Case:
    """Enter a new case with its first step; the record must not have one yet."""
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
    query = select(_CASES).order_by(_CASES.c.due.is_(None), _CASES.c.due, _CASES.c.id)
    if open_only:
        query = query.where(_CASES.c.state.not_in(_CLOSED))
    if state is not None:
        query = query.where(_CASES.c.state == state)
    if owner is not None:
        query = query.where(_CASES.c.owner == owner)
    if since is not None:
        query = query.where(_CASES.c.registered_at >= since)
    if until is not None:
        query = query.where(_CASES.c.registered_at < until)
    return _with_steps(connection, query.limit(limit).offset(offset) if limit is not None or offset else query)


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
