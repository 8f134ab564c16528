"""What people may do to a case, and in which state: the register's chain 登记 -> 研判 -> 交办 -> 回复 -> 办结."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from core.calendar import Deadline
from core.clock import local_date
from core.errors import TownwatchError
from core.nouns import Case, CaseState, CaseStep
from core.words import CASES
from monitor.cases import Change

Action = Literal["assess", "assign", "reply", "extend", "close", "note"]

NAMES: Mapping[str, str] = {
    "register": "登记", "assess": "研判", "assign": "交办", "reply": "回复", "extend": "延期", "close": "办结",
    "note": "备注", "update": "更新",
}
_ALLOWED: Mapping[CaseState, frozenset[Action]] = {
    CaseState.REGISTERED: frozenset({"assess", "assign", "reply", "extend", "close", "note"}),
    CaseState.ASSESSED: frozenset({"assess", "assign", "reply", "extend", "close", "note"}),
    CaseState.ASSIGNED: frozenset({"assess", "assign", "reply", "extend", "close", "note"}),
    # An answer that does not satisfy goes back (assign) or is completed (reply); a closed case stays closed.
    CaseState.REPLIED: frozenset({"assign", "reply", "close", "note"}),
    CaseState.CLOSED: frozenset({"note"}),
}


class CaseError(TownwatchError):
    """A step that a case does not allow; the command line answers exit status 1. ``field``: which of ``note``,
    ``category``, ``owner`` and ``due`` has to be filled in otherwise; empty where it is none of them."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)


def allowed(case: Case) -> frozenset[Action]:
    """The steps that the state of a case permits."""
    return _ALLOWED[case.state]


def assess(case: Case, *, who: str, at: datetime, category: str, note: str) -> Change:
    """A person's judgement of what it is (研判); it overrides the words' guess. An assigned case stays assigned."""
    _require(case, "assess", note, "研判意见")
    state = case.state if case.state is CaseState.ASSIGNED else CaseState.ASSESSED
    return _change("assess", who, at, note, {"state": state, "category": category})


def assign(case: Case, *, who: str, at: datetime, owner: str, note: str = "", due: date | None = None) -> Change:
    """Give it to a person (交办). ``due`` is the date on the county's 交办单, which wins where it is the earlier."""
    _require(case, "assign")
    columns: dict[str, Any] = {"state": CaseState.ASSIGNED, "owner": owner}
    if due is not None:
        if case.due is not None and due > case.due:
            raise CaseError(f"交办单日期{due}晚于现期限{case.due}：需要放宽期限时请办理延期并说明理由", field="due")
        columns |= {"due": due, "provisional": False}
    return _change("assign", who, at, note, columns)


def reply(case: Case, *, who: str, at: datetime, note: str) -> Change:
    """Record that it has been answered (回复), with the gist of the answer."""
    _require(case, "reply", note, "回复要点")
    return _change("reply", who, at, note, {"state": CaseState.REPLIED})


def extend(case: Case, *, who: str, at: datetime, due: date, cap: Deadline, note: str) -> Change:
    """A later due day (延期), with the reason; never past the hard cap (:func:`monitor.cases.hard_cap`)."""
    _require(case, "extend", note, "延期理由")
    if due <= (case.due or local_date(at)):
        raise CaseError(f"新期限{due}须晚于现期限{case.due or local_date(at)}", field="due")
    if due > cap.day:
        raise CaseError(f"新期限{due}超过最长办理期限{cap.day}", field="due")
    return _change("extend", who, at, note, {"due": due, "provisional": False}, before=case.due)


def close(case: Case, *, who: str, at: datetime, note: str) -> Change:
    """Finish it (办结). An unanswered case may be closed too, for a reason (for instance: it concerns another town)."""
    _require(case, "close", note, "办结说明")
    return _change("close", who, at, note, {"state": CaseState.CLOSED})


def remark(case: Case, *, who: str, at: datetime, note: str) -> Change:
    """A note (备注) that changes nothing."""
    _require(case, "note", note, "备注内容")
    return _change("note", who, at, note, {})


def _require(case: Case, action: Action, note: str | None = None, what: str = "") -> None:
    if action not in _ALLOWED[case.state]:
        raise CaseError(f"第{case.id}号{CASES[case.state]}，不能再{NAMES[action]}")
    if note is not None and not note.strip():
        raise CaseError(f"请填写{what}", field="note")


def _change(
    action: Action, who: str, at: datetime, note: str, columns: dict[str, Any], before: date | None = None
) -> Change:
    data = {key: str(value) for key, value in columns.items() if key != "provisional"}
    if before is not None:
        data["due_before"] = before.isoformat()
    return Change(step=CaseStep(at=at, who=who, action=action, note=note.strip(), data=data), columns=columns)
