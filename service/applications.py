"""What people enter into the register of applications, checked and written in one transaction."""

from __future__ import annotations

from datetime import date, datetime

from core.applications import Application, Contest, ContestKind, ContestResult
from monitor import application_steps as steps
from monitor.privacy.masking import mask_text
from store import applications as store
from store.database import Connection


def add(connection: Connection, entry: steps.Entry, *, who: str, at: datetime, today: date) -> Application:
    """Enter a new application; raises ApplicationError."""
    columns, first = steps.received(entry, who=who, at=at, today=today)
    if store.taken(connection, columns["number"]):
        raise steps.ApplicationError(f"编号{columns['number']}已登记过", field="number")
    return store.add(connection, **columns, step=first)


def take(connection: Connection, application_id: int, asked: steps.Asked, *, who: str, at: datetime, today: date) -> Application:
    """Take a step; raises ApplicationError, also where there is no such application."""
    store.hold(connection, application_id)
    found = existing(connection, application_id)
    step = steps.decide(found, asked, who=who, at=at, today=today)
    return store.add_step(connection, application_id, step)


def existing(connection: Connection, application_id: int) -> Application:
    """An application; raises ApplicationError where there is none."""
    found = store.get(connection, application_id) if 0 < application_id < 2**31 else None
    if found is None:
        raise steps.ApplicationError(f"没有登记第{application_id}件依申请公开")
    return found


def contest(
    connection: Connection, *, kind: str, number: str, title: str, accepted: date, application_id: int | None, today: date
) -> Contest:
    """Enter a review or a lawsuit; raises ApplicationError."""
    if kind not in set(ContestKind):
        raise steps.ApplicationError("请选择复议或诉讼的类别", field="kind")
    if not number.strip() or not title.strip():
        raise steps.ApplicationError("请填写案号和案由", field="number" if not number.strip() else "title")
    if accepted > today:
        raise steps.ApplicationError(f"受理日期{accepted}在今天之后", field="accepted")
    if application_id is not None:
        existing(connection, application_id)
    try:
        return store.add_contest(
            connection, kind=ContestKind(kind), number=number.strip(), title=mask_text(title.strip()), accepted=accepted,
            application_id=application_id,
        )
    except ValueError as error:
        raise steps.ApplicationError(f"{number.strip()}已登记过", field="number") from error


def end_contest(connection: Connection, contest_id: int, *, result: str, decided_on: date, today: date) -> Contest:
    """Write how a review or a lawsuit ended; raises ApplicationError."""
    found = store.get_contest(connection, contest_id) if 0 < contest_id < 2**31 else None
    if found is None:
        raise steps.ApplicationError(f"没有登记第{contest_id}件复议诉讼")
    if result not in set(ContestResult):
        raise steps.ApplicationError("请选择结果", field="result")
    if not found.accepted <= decided_on <= today:
        raise steps.ApplicationError(f"审结日期应在受理日期{found.accepted}与今天之间", field="decided_on")
    return store.end_contest(connection, contest_id, ContestResult(result), decided_on)
