"""Periodic items by period: named in titles or told by the day, missing, late, due, and what is not known."""

from __future__ import annotations

from datetime import date

import pytest

from core.catalogue import ItemStatus
from monitor.items.judging import judge
from monitor.items.periods import status_of
from store.record_rows import Head
from tests.monitor.items.parts import CALENDAR, heads, item, view

QUARTERS = heads(
    ("漫水河镇2026年第二季度财政专项资金拨付情况", date(2026, 7, 20)), ("漫水河镇2026年第一季度财政专项资金拨付情况", date(2026, 4, 21)),
    ("漫水河镇2025年第四季度财政专项资金拨付情况", date(2026, 1, 19)), ("财政专项资金管理办法", date(2026, 10, 12)),
)
WITHOUT = [head for head in QUARTERS if "第一季度" not in head.title]
MONTHS = heads(*((f"{month}月安全生产检查情况", date(2026, month, 20)) for month in range(1, 11)))
UNNAMED = heads(*(("村级财务收支公开", date(2026, month, 16)) for month in (1, 4, 7)))
REPORTS = heads(("漫水河镇人民政府2024年政府信息公开工作年度报告", date(2025, 2, 11)), ("2023年政府信息公开工作年度报告", date(2024, 1, 20)))


def standing(limit: str, records: list[Head], day: date, doubt: str | None = None) -> ItemStatus:
    found = status_of(item(limit=limit), records, CALENDAR, day, warn_days=7, doubt=doubt)
    assert found is not None
    return found


CASES = [
    # The third quarter is due twenty working days after its end, on 3 November: fresh, due, overdue, and delinquent when the
    # fourth quarter's day is past too. The method that came in October is no quarter's.
    ("每季度公开一次", QUARTERS, date(2026, 10, 20), "fresh", "2026年第三季度", ()),
    ("每季度公开一次", QUARTERS, date(2026, 10, 28), "due", "2026年第三季度", ()),
    ("每季度公开一次", QUARTERS, date(2026, 11, 3), "due", "2026年第三季度", ()),
    ("每季度公开一次", QUARTERS, date(2026, 11, 4), "overdue", "2026年第三季度", ("2026年第三季度",)),
    # The fourth quarter's day lies where no holiday is known yet: provisional, and so not late.
    ("每季度公开一次", QUARTERS, date(2027, 2, 20), "delinquent", "2026年第三季度", ("2026年第三季度",)),
    # One left out in the middle is missed, whatever came after.
    ("每季度公开一次", WITHOUT, date(2026, 9, 1), "delinquent", "2026年第一季度", ("2026年第一季度",)),
    # Before its first record an item cannot be asked for anything.
    ("每季度公开一次", QUARTERS[1:2], date(2026, 8, 1), "fresh", "2026年第三季度", ()),
    # Titles name the month without the year.
    ("每月公开", MONTHS, date(2026, 11, 24), "fresh", "2026年11月", ()),
    ("每月公开", [h for h in MONTHS if "8月" not in h.title], date(2026, 11, 24), "delinquent", "2026年8月", ("2026年8月",)),
    # No title names a period: one publication in each quarter, or by the day on which the quarter before is due. One of July may
    # be the second's or the third's; whoever publishes in the quarter itself has kept the third.
    ("每季度公开一次", UNNAMED, date(2026, 10, 30), "fresh", "2026年第四季度", ()),
    ("每季度公开一次", UNNAMED[1:], date(2026, 10, 30), "due", "2026年第三季度", ()),
    ("每季度公开一次", UNNAMED[1:], date(2026, 11, 4), "overdue", "2026年第三季度", ("2026年第三季度",)),
    # 1—9月 is the third quarter's.
    ("每季度公开一次", [*QUARTERS, *heads(("2026年1—9月财政专项资金拨付情况", date(2026, 10, 9)))], date(2026, 11, 20), "fresh", "2026年第四季度", ()),
    ("每季度公开一次", [*QUARTERS, *heads(("2026年三季度财政专项资金情况", date(2026, 10, 9)))], date(2026, 11, 20), "fresh", "2026年第四季度", ()),
    # A report that came late, in February, was last year's: this year's is missing from 1 February on.
    ("每年1月31日前", REPORTS, date(2025, 6, 1), "fresh", "2026年（1月31日前）", ()),
    ("每年1月31日前", REPORTS, date(2026, 1, 26), "due", "2026年（1月31日前）", ()),
    ("每年1月31日前", REPORTS, date(2026, 2, 1), "overdue", "2026年（1月31日前）", ("2026年（1月31日前）",)),
    # What speaks of next year came early.
    ("每年3月底前", heads(("2025年工作计划", date(2025, 3, 2)), ("2026年工作计划", date(2025, 12, 29))), date(2026, 6, 1), "fresh",
     "2027年（3月31日前）", ()),
    ("每年公开", heads(("2025年政府决算公开", date(2026, 9, 12)), ("2024年政府决算公开", date(2025, 9, 12))), date(2026, 11, 1), "fresh",
     "2027年（12月31日前）", ()),
    ("每周更新", heads(("用工信息", date(2026, 11, 20))), date(2026, 11, 24), "fresh", "2026-11-20之后7天", ()),
    ("每周更新", heads(("用工信息", date(2026, 11, 2))), date(2026, 11, 10), "overdue", "2026-11-02之后7天", ("2026-11-02之后7天",)),
    ("每周更新", heads(("用工信息", date(2026, 11, 2))), date(2026, 11, 24), "delinquent", "2026-11-02之后7天", ("2026-11-02之后7天",)),
    # Two in a year: one is not enough when the second's day is past.
    ("每年6月底前、12月底前", heads(("检查情况", date(2026, 5, 2))), date(2026, 12, 1), "fresh", "2026年（12月31日前）", ()),
]


@pytest.mark.parametrize(("limit", "records", "day", "state", "period", "missing"), CASES)
def test_states(limit: str, records: list[Head], day: date, state: str, period: str, missing: tuple[str, ...]) -> None:
    found = standing(limit, records, day)
    assert (found.status, found.period, found.missing) == (state, period, missing)


def test_what_may_be_there_unseen_is_not_called_missing() -> None:
    found = standing("每季度公开一次", QUARTERS, date(2026, 11, 20), doubt="来源“x”尚未采集过")
    assert (found.status, found.reason) == ("cannot_judge", "来源“x”尚未采集过")


def test_without_a_date_nothing_is_known() -> None:
    undated = [Head(1, "u", "情况", None, "h", QUARTERS[0].first_seen_at, None)]
    assert standing("每季度公开一次", undated, date(2026, 11, 20)).status == "cannot_judge"


def test_the_words_name_the_quarter_and_its_day() -> None:
    found = {j.rule_id: j for _, j in judge(view(date(2026, 11, 24), [item(limit="每季度公开一次")], {"money": QUARTERS}))}
    period = found["item.period"]
    assert (period.verdict, period.severity, period.owner) == ("bad", "warn", "clerk")
    assert period.reason == (
        "没有找到2026年第三季度的信息：应于2026-11-03前公开，已超过21天；最近一次发布于2026-10-12；公开时限：每季度公开一次"
    )
    assert (found["item.column"].verdict, found["item.missing"].verdict) == ("ok", "ok")


def test_what_came_at_last_closes_explicitly() -> None:
    there = [*QUARTERS, *heads(("漫水河镇2026年第三季度财政专项资金拨付情况", date(2026, 11, 23)))]
    found = {j.rule_id: j for _, j in judge(view(date(2026, 11, 24), [item(limit="每季度公开一次")], {"money": there}))}
    assert found["item.period"].verdict == "ok"
