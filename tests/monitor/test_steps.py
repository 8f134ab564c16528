"""The register's chain: which steps a case permits, and what they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.calendar import Deadline
from core.nouns import Case, CaseState
from monitor import steps
from monitor.cases import Change
from monitor.steps import CaseError

AT = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
CAP = Deadline(date(2026, 5, 28), provisional=False)
CASE = Case(
    id=3, record_id=1, source="board.county", url="http://board.example/1", title="路", category="其他",
    state=CaseState.REGISTERED, owner=None, registered_at=AT, due=date(2026, 3, 9), provisional=True,
)
TAKE: dict[str, Callable[[Case], Change]] = {
    "assess": lambda case: steps.assess(case, who="clerk", at=AT, category="投诉", note="属实"),
    "assign": lambda case: steps.assign(case, who="clerk", at=AT, owner="duty"),
    "reply": lambda case: steps.reply(case, who="duty", at=AT, note="已答复"),
    "extend": lambda case: steps.extend(case, who="duty", at=AT, due=date(2026, 3, 20), cap=CAP, note="需现场查勘"),
    "close": lambda case: steps.close(case, who="clerk", at=AT, note="已办结"),
    "note": lambda case: steps.remark(case, who="clerk", at=AT, note="电话联系不上"),
}
# State -> step -> the state after it; what is not here is refused.
CHAIN = {
    "registered": {"assess": "assessed", "assign": "assigned", "reply": "replied", "extend": "registered",
                   "close": "closed", "note": "registered"},
    "assessed": {"assess": "assessed", "assign": "assigned", "reply": "replied", "extend": "assessed",
                 "close": "closed", "note": "assessed"},
    # an assigned case may be assessed anew and stays with whom it was given to
    "assigned": {"assess": "assigned", "assign": "assigned", "reply": "replied", "extend": "assigned",
                 "close": "closed", "note": "assigned"},
    # an answer may be sent back
    "replied": {"assign": "assigned", "reply": "replied", "close": "closed", "note": "replied"},
    "closed": {"note": "closed"},
}


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("action", TAKE)
def test_the_chain(state: CaseState, action: str) -> None:
    case = replace(CASE, state=state)
    after = CHAIN[state].get(action)
    if after is None:
        with pytest.raises(CaseError, match=r"第3号.*不能再"):
            TAKE[action](case)
    else:
        change = TAKE[action](case)
        assert change.step.action == action
        assert change.columns.get("state", state) == after
    assert (action in steps.allowed(case)) is (after is not None)


@pytest.mark.parametrize(("due", "columns"), [
    (None, {"state": CaseState.ASSIGNED, "owner": "duty"}),
    (date(2026, 3, 6), {"state": CaseState.ASSIGNED, "owner": "duty", "due": date(2026, 3, 6), "provisional": False}),
])
def test_the_date_of_the_county_wins(due: date | None, columns: dict[str, Any]) -> None:
    assert steps.assign(CASE, who="clerk", at=AT, owner="duty", due=due).columns == columns


def test_a_later_date_of_the_county_is_an_extension() -> None:
    with pytest.raises(CaseError, match="延期"):
        steps.assign(CASE, who="clerk", at=AT, owner="duty", due=date(2026, 3, 10))


@pytest.mark.parametrize(("due", "problem"), [
    (date(2026, 3, 9), "须晚于"),     # the present due day itself
    (date(2026, 3, 10), None),
    (date(2026, 5, 28), None),        # the cap itself
    (date(2026, 5, 29), "超过最长"),
])
def test_an_extension_lies_between_the_due_day_and_the_cap(due: date, problem: str | None) -> None:
    if problem:
        with pytest.raises(CaseError, match=problem):
            steps.extend(CASE, who="duty", at=AT, due=due, cap=CAP, note="查勘")
    else:
        change = steps.extend(CASE, who="duty", at=AT, due=due, cap=CAP, note="查勘")
        assert change.columns == {"due": due, "provisional": False}
        assert change.step.data["due_before"] == "2026-03-09"


@pytest.mark.parametrize("take", [
    lambda: steps.assess(CASE, who="a", at=AT, category="投诉", note=" "),
    lambda: steps.reply(CASE, who="a", at=AT, note=""),
    lambda: steps.extend(CASE, who="a", at=AT, due=date(2026, 3, 20), cap=CAP, note=""),
    lambda: steps.close(CASE, who="a", at=AT, note=""),
    lambda: steps.remark(CASE, who="a", at=AT, note=""),
])
def test_a_step_says_why(take: Callable[[], Change]) -> None:
    with pytest.raises(CaseError, match="请填写"):
        take()
