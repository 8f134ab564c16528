"""The work list: what falls due in the days to come."""

from __future__ import annotations

from datetime import date

from core.catalogue import ColumnStatus
from monitor.items.judging import judge
from monitor.items.upcoming import titled, upcoming
from tests.monitor.items.parts import heads, item, view

DAY = date(2026, 10, 20)


def status(key: str, state: str, due: date | None) -> ColumnStatus:
    return ColumnStatus(id=key, name=key, status=state, latest=None, due=due, count=1, owner="clerk", reason="")  # type: ignore[arg-type]


def test_what_is_due_in_order_and_nothing_else() -> None:
    items = [
        item(id="q", limit="每季度公开一次"), item("年度报告", id="r", limit="每年1月31日前", columns=("r",)),
        item("检查", id="m", limit="每月15日前", columns=("m",)),
    ]
    listed = {
        "money": heads(("2026年第二季度拨付情况", date(2026, 7, 1))), "r": heads(("2025年年度报告", date(2026, 1, 5))),
        "m": heads(("2026年8月检查", date(2026, 9, 10))),
    }
    standings = [standing for standing, _ in judge(view(DAY, items, listed)) if standing]
    columns = [status("soon", "fresh", date(2026, 11, 1)), status("late", "overdue", date(2026, 10, 1)), status("far", "fresh", date(2027, 1, 1)),
               status("today", "due", DAY), status("unknown", "cannot_judge", None)]
    found = upcoming(columns, standings, items, DAY)
    assert [(titled(due), due.due, due.column) for due in found] == [
        ("栏目“today”更新", DAY, "today"), ("栏目“soon”更新", date(2026, 11, 1), "soon"),
        ("财政预决算—财政专项资金：2026年第三季度", date(2026, 11, 3), "money"),
        # September's is late already; October's is still to come.
        ("财政预决算—检查：2026年10月", date(2026, 11, 15), "m"),
    ]
    assert "另缺2026年9月" in found[-1].reason
    assert [due.name for due in upcoming(columns, standings, items, DAY, 7)] == ["today"]


def test_the_annual_report_is_on_the_list_where_no_item_speaks_of_it() -> None:
    assert [(due.name, due.due) for due in upcoming([], [], [], date(2027, 1, 4))] == [("2026年政府信息公开工作年度报告", date(2027, 1, 31))]
    assert upcoming([], [], [], date(2027, 2, 1)) == []
    assert upcoming([], [], [item("政府信息公开年度报告", limit="每年1月31日前")], date(2027, 1, 4)) == []
