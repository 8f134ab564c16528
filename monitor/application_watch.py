"""What the watch says of an application: its answer is near, or late. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from core.applications import Application
from core.calendar import WorkCalendar
from core.nouns import Judgement, Severity, Verdict
from monitor.applications import Clock, clock

RULE = "application.due"
_BASIS = "《政府信息公开条例》第三十三条"


def judge(application: Application, calendar: WorkCalendar, day: date) -> Judgement:
    """Whether its answer is on time on a day. Told three working days before, and as an error once it is late."""
    told = clock(application, calendar)
    due = told.due.day if told.due and application.open else None
    reason = _reason(told, calendar, day) if application.open else ""
    return Judgement(
        rule_id=RULE, subject=f"application:{application.id}", verdict=Verdict.BAD if reason else Verdict.OK,
        severity=Severity.ERROR if told.overdue(day) else Severity.INFO,
        title=f"依申请公开{application.number}{'逾期未答复' if told.overdue(day) else '即将到期'}", reason=reason,
        evidence={"due": due.isoformat() if due else None, "basis": _BASIS}, owner=application.owner,
    )


def _reason(told: Clock, calendar: WorkCalendar, day: date) -> str:
    if told.due is None:
        late = told.waits_until is not None and day > told.waits_until
        return f"申请人应于{told.waits_until}前补正，期限已过：请收下补正，或按逾期不补正办结" if late else ""
    if told.overdue(day):
        return f"应于{told.due.day}前答复，已逾期{(day - told.due.day).days}天；依据：{_BASIS}"
    if not told.near(day, calendar):
        return ""
    unsure = "（暂定，当年节假日安排未录入）" if told.due.provisional else ""
    return f"应于{told.due.day}前答复{unsure}，仍未办结；依据：{_BASIS}"


def as_of(application: Application, moment: datetime) -> Application | None:
    """The application as the register had it at a time past; None where it was not entered yet."""
    steps = tuple(step for step in application.steps if step.at <= moment)
    if not steps:
        return None
    closed = next((step for step in steps if step.action == "close"), None)
    return replace(
        application, steps=steps, closed_on=closed.day if closed else None, outcome=closed.data["outcome"] if closed else None,
    )
