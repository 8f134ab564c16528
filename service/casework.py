"""What people do to a case, from the fields that they filled in to the step and back to the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import local_date
from core.nouns import Case
from core.settings import Settings
from monitor import steps
from monitor.cases import Change, hard_cap

ACTIONS: Mapping[str, str] = {name: steps.NAMES[name] for name in ("assess", "assign", "reply", "extend", "close", "note")}


# The county gives a case to someone and may remark on it; the town's own work is the town's.
_COUNTY = frozenset({"assign", "note"})


class StaleCaseError(steps.CaseError):
    """The case has been worked on since the form was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step as a person asked for it; which fields count depends on ``action``. ``seen``: how many steps the case had when
    the form was shown; None: not said."""

    action: str
    note: str = ""
    category: str = ""
    owner: str = ""
    due: date | None = None
    seen: int | None = None


def decide(case: Case, asked: Asked, settings: Settings, who: str, at: datetime) -> Change:
    """The change that a step makes. Raises CaseError, its sentence meant for the person who asked. Pure."""
    if asked.seen is not None and asked.seen != len(case.steps):
        raise StaleCaseError("这件舆情在您填写时已有新的办理记录，请看过办理经过后再提交")
    take = _STEPS.get(asked.action)
    if take is None:
        raise steps.CaseError("没有这种办理方式")
    return take(case, asked, settings, who, at)


def _assess(case: Case, asked: Asked, settings: Settings, who: str, at: datetime) -> Change:
    if asked.category not in categories(settings):
        raise steps.CaseError("请选择类别", field="category")
    return steps.assess(case, who=who, at=at, category=asked.category, note=asked.note)


def _assign(case: Case, asked: Asked, settings: Settings, who: str, at: datetime) -> Change:
    if asked.owner not in {person.id for person in settings.staff}:
        raise steps.CaseError("请选择交给谁办", field="owner")
    return steps.assign(case, who=who, at=at, owner=asked.owner, note=asked.note, due=_day(asked.due, at))


def _extend(case: Case, asked: Asked, settings: Settings, who: str, at: datetime) -> Change:
    due = _day(asked.due, at)
    if due is None:
        raise steps.CaseError("请填写新期限", field="due")
    cap = hard_cap(case, settings.cases, settings.calendar)
    return steps.extend(case, who=who, at=at, due=due, cap=cap, note=asked.note)


_STEPS: Mapping[str, Callable[[Case, Asked, Settings, str, datetime], Change]] = {
    "assess": _assess, "assign": _assign, "extend": _extend,
    "reply": lambda case, asked, _, who, at: steps.reply(case, who=who, at=at, note=asked.note),
    "close": lambda case, asked, _, who, at: steps.close(case, who=who, at=at, note=asked.note),
    "note": lambda case, asked, _, who, at: steps.remark(case, who=who, at=at, note=asked.note),
}


def open_to(role: str) -> frozenset[str]:
    """The steps that a person of a role who works on cases at all may take."""
    return _COUNTY if role == "supervisor" else frozenset(ACTIONS)


def categories(settings: Settings) -> list[str]:
    """The categories that a case may have, in the order of the rules."""
    return list(dict.fromkeys([*(rule.name for rule in settings.cases.categories), settings.cases.default_category]))


def _day(due: date | None, at: datetime) -> date | None:
    if due is not None and due < local_date(at):
        raise steps.CaseError(f"期限 {due} 已经过去，请填写今天或以后的日期", field="due")
    return due
