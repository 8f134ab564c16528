"""The register of applications (依申请公开台账), and the reviews and lawsuits about disclosure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update

from core.applications import Applicant, Application, ApplicationStep, Channel, Contest, ContestKind, ContestResult
from store import tables
from store.bulk import portions
from store.database import Connection
from store.scope import own

_A, _STEPS, _CONTESTS = tables.applications, tables.application_steps, tables.contests


def add(
    connection: Connection, *, number: str, title: str, applicant: Applicant, channel: Channel, received: date,
    owner: str | None, registered_at: datetime, step: ApplicationStep,
) -> Application:
    """Enter an application with its first step; its number must not be taken (:func:`taken`)."""
    values = {
        "number": number, "title": title, "applicant": applicant, "channel": channel, "received": received, "owner": owner,
        "registered_at": registered_at,
    }
    application_id = connection.execute(insert(_A).values(values).returning(_A.c.id)).scalar_one()
    _insert_step(connection, application_id, step)
    return _existing(connection, application_id)


def taken(connection: Connection, number: str) -> bool:
    """Whether an application has this number."""
    return connection.execute(select(_A.c.id).where(own(connection, _A), _A.c.number == number)).first() is not None


def hold(connection: Connection, application_id: int) -> None:
    """Let nobody else take a step on an application before this transaction ends."""
    connection.execute(select(_A.c.id).where(_A.c.id == application_id, own(connection, _A)).with_for_update())


def add_step(connection: Connection, application_id: int, step: ApplicationStep) -> Application:
    """Take a step; ``close`` also ends the application. KeyError where there is none."""
    _existing(connection, application_id)
    if step.action == "close":
        ended = {"outcome": step.data["outcome"], "closed_on": step.day}
        connection.execute(update(_A).where(_A.c.id == application_id, own(connection, _A)).values(ended))
    _insert_step(connection, application_id, step)
    return _existing(connection, application_id)


def get(connection: Connection, application_id: int) -> Application | None:
    """An application with its steps in the order in which they were taken."""
    return next(iter(_load(connection, _A.c.id == application_id)), None)


def list_applications(
    connection: Connection, *, open_only: bool = False, since: date | None = None, until: date | None = None
) -> list[Application]:
    """Applications with their steps, the last received first. With ``since`` and ``until`` (both included) those that were
    in hand at any time between."""
    conditions: list[ColumnElement[bool]] = [_A.c.closed_on.is_(None)] if open_only else []
    if until is not None:
        conditions.append(_A.c.received <= until)
    if since is not None:
        conditions.append(or_(_A.c.closed_on.is_(None), _A.c.closed_on >= since, _A.c.received >= since))
    return _load(connection, *conditions)


def add_contest(
    connection: Connection, *, kind: ContestKind, number: str, title: str, accepted: date, application_id: int | None = None,
    note: str = "",
) -> Contest:
    """Enter a review or a lawsuit. KeyError where there is no such application, ValueError where kind and number are taken."""
    if application_id is not None:
        _existing(connection, application_id)
    same = and_(own(connection, _CONTESTS), _CONTESTS.c.kind == kind, _CONTESTS.c.number == number)
    if connection.execute(select(_CONTESTS.c.id).where(same)).first() is not None:
        raise ValueError(f"{kind} {number} stands already")
    values = {
        "kind": kind, "number": number, "title": title, "accepted": accepted, "application_id": application_id, "note": note,
    }
    row = connection.execute(insert(_CONTESTS).values(values).returning(_CONTESTS)).one()
    return _contest(row)


def end_contest(connection: Connection, contest_id: int, result: ContestResult, decided_on: date) -> Contest:
    """Write how it ended. KeyError where there is none."""
    mine = and_(_CONTESTS.c.id == contest_id, own(connection, _CONTESTS))
    ended = {"result": result, "decided_on": decided_on}
    row = connection.execute(update(_CONTESTS).where(mine).values(ended).returning(_CONTESTS)).first()
    if row is None:
        raise KeyError(contest_id)
    return _contest(row)


def get_contest(connection: Connection, contest_id: int) -> Contest | None:
    """A review or a lawsuit."""
    row = connection.execute(select(_CONTESTS).where(_CONTESTS.c.id == contest_id, own(connection, _CONTESTS))).first()
    return _contest(row) if row is not None else None


def list_contests(connection: Connection) -> list[Contest]:
    """Every review and lawsuit, the last accepted first."""
    query = select(_CONTESTS).where(own(connection, _CONTESTS)).order_by(_CONTESTS.c.accepted.desc(), _CONTESTS.c.id.desc())
    return [_contest(row) for row in connection.execute(query)]


def _existing(connection: Connection, application_id: int) -> Application:
    found = get(connection, application_id)
    if found is None:
        raise KeyError(application_id)
    return found


def _load(connection: Connection, *conditions: ColumnElement[bool]) -> list[Application]:
    query = select(_A).where(own(connection, _A), *conditions).order_by(_A.c.received.desc(), _A.c.id.desc())
    rows = connection.execute(query).all()
    steps: dict[int, list[ApplicationStep]] = {row.id: [] for row in rows}
    for portion in portions(steps):
        taken_steps = select(_STEPS).where(_STEPS.c.application_id.in_(portion)).order_by(_STEPS.c.id)
        for step in connection.execute(taken_steps):
            steps[step.application_id].append(ApplicationStep(
                day=step.day, at=step.at, who=step.who, action=step.action, note=step.note, data=step.data
            ))
    return [_application(row, steps[row.id]) for row in rows]


def _application(row: Row[Any], steps: list[ApplicationStep]) -> Application:
    return Application(
        id=row.id, number=row.number, title=row.title, applicant=Applicant(row.applicant), channel=row.channel,
        received=row.received, owner=row.owner, registered_at=row.registered_at, outcome=row.outcome,
        closed_on=row.closed_on, steps=tuple(steps),
    )


def _insert_step(connection: Connection, application_id: int, step: ApplicationStep) -> None:
    connection.execute(insert(_STEPS).values(
        application_id=application_id, day=step.day, at=step.at, who=step.who, action=step.action, note=step.note, data=step.data
    ))


def _contest(row: Row[Any]) -> Contest:
    return Contest(
        id=row.id, kind=ContestKind(row.kind), number=row.number, title=row.title, accepted=row.accepted,
        result=ContestResult(row.result) if row.result else None, decided_on=row.decided_on, application_id=row.application_id,
        note=row.note,
    )
