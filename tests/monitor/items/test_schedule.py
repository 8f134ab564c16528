"""When a periodic item is due."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.items.schedule import after, cycles, schedule_of
from tests.monitor.items.parts import CALENDAR

# 公开时限 -> the first two cycles due from 1 June 2026 on.
DUE = [
    # No day named: twenty working days after the end (the National Day week among them).
    ("每季度公开", [("2026年第二季度", date(2026, 7, 28)), ("2026年第三季度", date(2026, 11, 3))]),
    ("每季度首月15日前", [("2026年第二季度", date(2026, 7, 15)), ("2026年第三季度", date(2026, 10, 15))]),
    ("每季度末月25日前", [("2026年第二季度", date(2026, 6, 25)), ("2026年第三季度", date(2026, 9, 25))]),
    ("季度终了后15日内", [("2026年第二季度", date(2026, 7, 15)), ("2026年第三季度", date(2026, 10, 15))]),
    # A last day off moves to the next working day: 10 October 2026 is a Saturday that is worked.
    ("季度终了后10日内", [("2026年第二季度", date(2026, 7, 10)), ("2026年第三季度", date(2026, 10, 10))]),
    ("每季度结束后15个工作日内", [("2026年第二季度", date(2026, 7, 21)), ("2026年第三季度", date(2026, 10, 27))]),
    ("季度结束后次月10日前", [("2026年第二季度", date(2026, 7, 10)), ("2026年第三季度", date(2026, 10, 10))]),
    # A day early in a month is for the month before, a late one for the month itself.
    ("每月10日前", [("2026年5月", date(2026, 6, 10)), ("2026年6月", date(2026, 7, 10))]),
    ("每月25日前", [("2026年6月", date(2026, 6, 25)), ("2026年7月", date(2026, 7, 25))]),
    ("次月5日前", [("2026年5月", date(2026, 6, 5)), ("2026年6月", date(2026, 7, 5))]),
    ("每月月底", [("2026年6月", date(2026, 6, 30)), ("2026年7月", date(2026, 7, 31))]),
    ("每半年", [("2026年上半年", date(2026, 7, 28)), ("2026年下半年", date(2027, 1, 28))]),
    ("每年3月底前", [("2027年（3月31日前）", date(2027, 3, 31)), ("2028年（3月31日前）", date(2028, 3, 31))]),
    ("次年1月31日前", [("2027年（1月31日前）", date(2027, 1, 31)), ("2028年（1月31日前）", date(2028, 1, 31))]),
    ("每年2月底前", [("2027年（2月28日前）", date(2027, 2, 28)), ("2028年（2月29日前）", date(2028, 2, 29))]),
    ("每年", [("2026年（12月31日前）", date(2026, 12, 31)), ("2027年（12月31日前）", date(2027, 12, 31))]),
    ("每年6月底前、12月底前", [("2026年（6月30日前）", date(2026, 6, 30)), ("2026年（12月31日前）", date(2026, 12, 31))]),
    # 公示期7日 is no day of the quarter.
    ("每季度公开一次，公示期7日", [("2026年第二季度", date(2026, 7, 28)), ("2026年第三季度", date(2026, 11, 3))]),
    # Of several periods the longest binds: which record keeps which the string does not say.
    ("一般事项每季度公开一次；财务往来较多的每月公开一次；重大事项随时公开",
     [("2026年第二季度", date(2026, 7, 28)), ("2026年第三季度", date(2026, 11, 3))]),
]


@pytest.mark.parametrize(("limit", "expected"), DUE)
def test_cycles(limit: str, expected: list[tuple[str, date]]) -> None:
    schedule = schedule_of(limit)
    assert schedule is not None
    found = cycles(schedule, CALENDAR, date(2026, 6, 1), date(2029, 1, 1))
    assert [(cycle.name, cycle.due.day) for _, cycle in zip(range(2), found, strict=False)] == expected


@pytest.mark.parametrize("limit", ["信息形成之日起20个工作日内", "长期公开", "定期公开", "随时更新", "", "公示期7天"])
def test_what_has_no_period(limit: str) -> None:
    assert schedule_of(limit) is None


@pytest.mark.parametrize("limit", ["每周一次", "每旬", "每日更新", "每两年一次", "两年一次"])
def test_what_no_calendar_cycle_fits_is_counted_from_the_newest(limit: str) -> None:
    schedule = schedule_of(limit)
    assert schedule is not None and schedule.months is None


def test_past_the_known_holidays_a_deadline_is_provisional() -> None:
    schedule = schedule_of("每季度公开")
    assert schedule is not None
    last = [cycle for cycle in cycles(schedule, CALENDAR, date(2026, 12, 1), date(2027, 3, 1)) if cycle.name == "2026年第四季度"]
    assert [cycle.due.provisional for cycle in last] == [True]


@pytest.mark.parametrize(("day", "n", "unit", "due"), [
    (date(2026, 2, 13), 5, "workday", date(2026, 2, 27)),  # 春节; 14 and 28 February are worked, a Saturday each
    (date(2026, 9, 12), 20, "day", date(2026, 10, 8)),  # 2 October lies in the National Day week
    (date(2026, 3, 1), 1, "month", date(2026, 4, 1)),
    (date(2026, 1, 31), 1, "month", date(2026, 2, 28)),
    (date(2026, 3, 1), 24, "hour", date(2026, 3, 2)), (date(2026, 3, 1), 2, "hour", date(2026, 3, 2)),
])
def test_a_time_from_a_day(day: date, n: int, unit: str, due: date) -> None:
    assert after(day, n, unit, CALENDAR).day == due  # type: ignore[arg-type]
