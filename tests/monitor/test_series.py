"""What is missing from a series."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.clock import Moment
from monitor.series import missing_issue, yearly_missing
from store.record_rows import Head

DAY = date(2026, 11, 24)


def heads(*rows: tuple[str, date]) -> list[Head]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Head(n, f"http://a/{n}", title, Moment.of(day.year, day.month, day.day), "h", at, None) for n, (title, day) in enumerate(rows)]


PLAN = "漫水河镇{}年政务公开工作计划"
YEARLY = [
    ([(PLAN.format(2024), date(2024, 3, 12)), (PLAN.format(2025), date(2025, 3, 12))], [1]),
    # this year's has come
    ([(PLAN.format(year), date(year, 3, 12)) for year in (2024, 2025, 2026)], []),
    # once is no habit, and two years apart is none
    ([(PLAN.format(2025), date(2025, 3, 12))], []),
    ([(PLAN.format(2023), date(2023, 3, 12)), (PLAN.format(2025), date(2025, 3, 12))], []),
    # not due yet: sixty days after its day
    ([(PLAN.format(2024), date(2024, 10, 12)), (PLAN.format(2025), date(2025, 10, 12))], []),
    # a report of the year before, published in January, not due before March
    ([("漫水河镇2024年年度报告", date(2025, 1, 20)), ("漫水河镇2025年年度报告", date(2026, 1, 20))], []),
    # months and quarters have rhythms of their own
    ([("2024年3月补贴发放", date(2024, 3, 1)), ("2025年3月补贴发放", date(2025, 3, 1))], []),
    # given up years ago: said for a year, not for ever
    ([(PLAN.format(2021), date(2021, 3, 12)), (PLAN.format(2022), date(2022, 3, 12))], []),
]


@pytest.mark.parametrize(("rows", "expected"), YEARLY)
def test_a_yearly_item_that_did_not_come(rows: list[tuple[str, date]], expected: list[int]) -> None:
    assert [head.id for head, _ in yearly_missing(heads(*rows), DAY)] == expected


def meetings(*numbers: int, year: int = 2026) -> list[tuple[str, date]]:
    return [(f"召开第{n}次镇长办公会议", date(year, 1, min(28, n + 1))) for n in numbers]


@pytest.mark.parametrize(("rows", "expected"), [
    (meetings(1, 2, 4, 5), [2]),
    (meetings(1, 2, 3, 4), []),
    (meetings(5, 6, 7, 8), []),  # the first are older than what is on the site
    (meetings(1, 9, 17, 25), []),  # numbers that are not published one by one
    (meetings(1, 3), []),  # too few to be a series
    (meetings(1, 2, 3) + meetings(1, 2, 3, year=2025), []),  # counted anew each year
    ([(f"政务公开简报第{n}期", date(2026, 2, 1)) for n in ("一", "二", "四", "五")], [2]),
])  # fmt: skip
def test_a_number_left_out(rows: list[tuple[str, date]], expected: list[int]) -> None:
    assert [head.id for head, _ in missing_issue(heads(*rows), DAY)] == expected


def test_a_gap_is_told_with_its_unit() -> None:
    [(_, reason)] = missing_issue(heads(*meetings(1, 2, 4, 5)), DAY)
    assert reason.startswith("系列信息缺少第3次：前有“召开第2次")
