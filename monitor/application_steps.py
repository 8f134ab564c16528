"""What people may enter of an application, and in which order. Pure: the sentence of a refusal is for the person who tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from core.applications import Applicant, Application, ApplicationStep, Consulted, StepAction
from core.errors import TownwatchError
from monitor.annual.tables import LABELS, LINES
from monitor.applications import LONGEST_EXTENSION
from monitor.privacy.masking import mask_text

NAMES: Mapping[str, str] = {
    "receive": "收到申请", "ask_correction": "通知补正", "correct": "收到补正", "consult": "征求意见", "consulted": "意见返回",
    "extend": "延长期限", "delay": "延迟答复", "close": "答复办结", "note": "备注",
}
ACTIONS = {name: word for name, word in NAMES.items() if name != "receive"}
APPLICANTS: Mapping[str, str] = {
    "person": "自然人", "business": "商业企业", "research": "科研机构", "charity": "社会公益组织", "legal": "法律服务机构",
    "other": "其他组织",
}
CHANNELS: Mapping[str, str] = {"in_person": "当面", "post": "信函", "online": "网上", "fax": "传真"}
WHOM: Mapping[str, str] = {"third_party": "第三方", "co_maker": "共同制作机关", "fee": "缴纳信息处理费"}
OUTCOMES: Mapping[str, str] = {line.key: LABELS[line.key] for line in LINES if line.result}
"""How an application ends: the outcomes of table 3."""


class ApplicationError(TownwatchError):
    """Something that cannot be entered of this application. ``field``: which field of the form is wrong, if one is."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step as a person asked for it; which fields count depends on ``action``. ``day``: when it happened."""

    action: str
    day: date
    note: str = ""
    until: date | None = None
    whom: str = ""
    workdays: int | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A new application as a person entered it."""

    number: str
    title: str
    applicant: str
    channel: str
    received: date
    owner: str | None = None


def received(entry: Entry, *, who: str, at: datetime, today: date) -> tuple[dict[str, Any], ApplicationStep]:
    """The columns of a new application and its first step. Long numbers are masked: the paper file has them."""
    if not entry.number.strip() or not entry.title.strip():
        raise ApplicationError("请填写编号和申请内容", field="number" if not entry.number.strip() else "title")
    if entry.applicant not in APPLICANTS:
        raise ApplicationError("请选择申请人类别", field="applicant")
    if entry.channel not in CHANNELS:
        raise ApplicationError("请选择收到方式", field="channel")
    if entry.received > today:
        raise ApplicationError(f"收到日期{entry.received}在今天之后", field="received")
    columns = {
        "number": entry.number.strip(), "title": mask_text(entry.title.strip()), "applicant": Applicant(entry.applicant),
        "channel": entry.channel, "received": entry.received, "owner": entry.owner, "registered_at": at,
    }
    return columns, ApplicationStep(day=entry.received, at=at, who=who, action="receive")


def allowed(application: Application) -> tuple[str, ...]:
    """The steps that its state permits, in the order of :data:`ACTIONS`."""
    if not application.open:
        return ("note",)
    if _awaits_correction(application):
        return ("correct", "close", "note")
    asked = bool(_unanswered(application))
    return tuple(a for a in ACTIONS if a != "correct" and (a != "consulted" or asked))


def decide(application: Application, asked: Asked, *, who: str, at: datetime, today: date) -> ApplicationStep:
    """The step, where the application allows it; raises ApplicationError."""
    if asked.action not in ACTIONS:
        raise ApplicationError("没有这种办理方式")
    if asked.action not in allowed(application):
        raise ApplicationError(f"{application.number}现在不能{NAMES[asked.action]}")
    if asked.day > today:
        raise ApplicationError(f"日期{asked.day}在今天之后", field="day")
    last = max(step.day for step in application.steps if step.action != "note")
    if asked.action != "note" and asked.day < last:
        raise ApplicationError(f"日期{asked.day}早于上一步的{last}", field="day")
    data = _DATA[asked.action](application, asked) if asked.action in _DATA else {}
    if asked.action in ("extend", "delay", "note") and not asked.note.strip():
        raise ApplicationError("请填写说明" if asked.action == "note" else "请填写理由和告知申请人的情况", field="note")
    action = cast(StepAction, asked.action)
    return ApplicationStep(day=asked.day, at=at, who=who, action=action, note=mask_text(asked.note.strip()), data=data)


def _until(application: Application, asked: Asked) -> dict[str, Any]:
    if asked.until is None or asked.until <= asked.day:
        what = "补正期限" if asked.action == "ask_correction" else "延迟答复的日期"
        raise ApplicationError(f"请填写{what}，应在{asked.day}之后", field="until")
    return {"until": asked.until.isoformat()}


def _consult(application: Application, asked: Asked) -> dict[str, Any]:
    if asked.whom not in WHOM:
        raise ApplicationError("请选择征求谁的意见", field="whom")
    if asked.whom in _unanswered(application):
        raise ApplicationError(f"已在等待{WHOM[asked.whom]}", field="whom")
    return {"whom": asked.whom}


def _consulted(application: Application, asked: Asked) -> dict[str, Any]:
    if asked.whom not in _unanswered(application):
        raise ApplicationError("请选择谁已答复", field="whom")
    return {"whom": asked.whom}


def _extend(application: Application, asked: Asked) -> dict[str, Any]:
    given = sum(int(step.data["workdays"]) for step in application.steps if step.action == "extend")
    days = asked.workdays or 0
    if not 1 <= days <= LONGEST_EXTENSION - given:
        left = f"，已延长{given}个" if given else ""
        raise ApplicationError(f"延长不得超过{LONGEST_EXTENSION}个工作日{left}（条例第三十三条）", field="workdays")
    return {"workdays": days}


def _close(application: Application, asked: Asked) -> dict[str, Any]:
    if asked.outcome not in OUTCOMES:
        raise ApplicationError("请选择办理结果", field="outcome")
    # Art. 30: whoever does not correct in the given time, without good reason, is taken to have given up; not before.
    if _awaits_correction(application) and asked.outcome == "not_corrected":
        until = next(step.data["until"] for step in reversed(application.steps) if step.action == "ask_correction")
        if asked.day <= date.fromisoformat(until):
            raise ApplicationError(f"补正期限到{until}，期满后才能按逾期不补正办结", field="outcome")
    return {"outcome": asked.outcome}


_DATA: Mapping[str, Callable[[Application, Asked], dict[str, Any]]] = {
    "ask_correction": _until, "delay": _until, "consult": _consult, "consulted": _consulted, "extend": _extend, "close": _close,
}


def _awaits_correction(application: Application) -> bool:
    turns = [step.action for step in application.steps if step.action in ("ask_correction", "correct")]
    return bool(turns) and turns[-1] == "ask_correction"


def _unanswered(application: Application) -> list[Consulted]:
    waiting: list[Consulted] = []
    for step in application.steps:
        if step.action == "correct":
            waiting = []
        elif step.action == "consult":
            waiting.append(step.data["whom"])
        elif step.action == "consulted":
            waiting.remove(step.data["whom"])
    return waiting
