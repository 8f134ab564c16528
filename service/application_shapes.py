"""Applications and contests as the command line and the pages show them."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.applications import Application, Contest
from core.calendar import WorkCalendar
from monitor.application_steps import OUTCOMES, WHOM
from monitor.applications import Clock, clock

CONTESTS = {"review": "行政复议", "direct_suit": "行政诉讼（未经复议）", "suit_after_review": "行政诉讼（复议后）"}
RESULTS = {"upheld": "结果维持", "corrected": "结果纠正", "other": "其他结果"}


def application_json(found: Application, calendar: WorkCalendar, today: date) -> dict[str, Any]:
    """An application with its clock."""
    told = clock(found, calendar)
    return {
        "id": found.id, "number": found.number, "title": found.title, "applicant": str(found.applicant),
        "channel": found.channel, "received": found.received, "owner": found.owner, "outcome": found.outcome,
        "closed_on": found.closed_on, "due": told.due.day if told.due else None,
        "provisional": bool(told.due and told.due.provisional), "overdue": found.open and told.overdue(today),
        "waits_for": told.waits_for or None, "waits_until": told.waits_until,
        "correction_by": told.correction_by.day if told.correction_by else None, "breaches": list(told.breaches),
        "steps": [
            {"day": step.day, "at": step.at, "who": step.who, "action": step.action, "note": step.note, "data": step.data}
            for step in found.steps
        ],
    }


def contest_json(found: Contest) -> dict[str, Any]:
    """A review or a lawsuit."""
    return {
        "id": found.id, "kind": str(found.kind), "number": found.number, "title": found.title, "accepted": found.accepted,
        "result": found.result, "decided_on": found.decided_on, "application": found.application_id, "note": found.note,
    }


def standing(found: Application, told: Clock, today: date, calendar: WorkCalendar) -> tuple[str, str]:
    """Where an application stands, as a state of the style sheet and in words."""
    if not found.open:
        return "closed", f"已办结：{OUTCOMES.get(found.outcome or '', '')}"
    if told.waits_for == "correction":
        over = told.waits_until is not None and today > told.waits_until
        return ("due", f"补正期限{told.waits_until}已过") if over else ("replied", f"待补正，至{told.waits_until}")
    if told.overdue(today) and told.due:
        return "overdue", f"逾期{(today - told.due.day).days}天"
    if told.waits_for and told.waits_until and today <= told.waits_until:
        return "assigned", f"待{WHOM[told.waits_for]}，至{told.waits_until}"
    return ("due", "快到期") if told.near(today, calendar) else ("registered", "办理中")


def due_text(told: Clock) -> str:
    """The due day in words; empty where none runs."""
    return f"{told.due.day}{'（暂定）' if told.due.provisional else ''}" if told.due else ""
