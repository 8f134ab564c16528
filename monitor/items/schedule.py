"""When a periodic item is due: the cycles that its 公开时限 names, and the day by which each must be out.

A string that names a day is taken at its word (每季度首月15日前); one that names an end and a time from it too
(季度终了后15日内); of one that names neither a cycle is due twenty working days after its end (《政府信息公开条例》 art. 26), a bare
每年 by the year's last day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from core.calendar import Deadline, Period, WorkCalendar
from core.errors import CalendarHorizonError
from monitor.limit_words import LimitUnit
from monitor.limits import normalise, parse

STATUTORY_WORKDAYS = 20
"""《政府信息公开条例》第二十六条."""
_QUARTERS, _HALVES = "一二三四", ("上半年", "下半年")
_EARLY = 15
_MONTH_DAY = re.compile(r"(?<![\d个])(\d{1,2})月份?(?:(\d{1,2})[日号]|([初底末]))?")
_OF_QUARTER = re.compile(r"(?:(首月|第1个月|次月|下1?个?月)|(末月|最后1个月|第3个月)|第2个月)?的?(?<!\d)(\d{1,2})[日号](?=之?前|以前|内)")
_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})[日号](?=之?前|以前|内)")
_QUARTER_OF_YEAR = re.compile(r"第?([1-4])季度")


@dataclass(frozen=True, slots=True)
class Schedule:
    """``months``: the length of a calendar cycle (1, 3, 6 or 12); None: no calendar's, ``period`` after the newest item.
    ``days``: fixed days of a cycle as (month of it from 1, day, 0 for the month's last), ``following``: of the cycle after.
    ``after``: a time from the cycle's end. ``times``: how many a cycle must have."""

    months: int | None
    period: Period
    times: int = 1
    days: tuple[tuple[int, int], ...] = ()
    following: bool = False
    after: tuple[int, LimitUnit] | None = None

    @property
    def yearly_day(self) -> bool:
        """Whether it is the year's own day: then the year is the one in which that day lies, whatever year the item speaks of."""
        return self.months == 12 and bool(self.days)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle: its number among its kind, its name as staff say it, its days, and the day by which it must be out. ``needs``: how
    many it must have by then."""

    number: int
    name: str
    start: date
    end: date
    due: Deadline
    needs: int = 1


@lru_cache(maxsize=4096)
def schedule_of(raw: str) -> Schedule | None:
    """The schedule of a 公开时限; None where it is not periodic, or periodic without a period. Of several the longest counts."""
    rules = parse(raw)
    periods = [(rule, Period.parse(rule.period)) for rule in rules if rule.kind == "periodic" and rule.period]
    if not periods:
        return None
    rule, period = max(periods, key=lambda found: (found[1].months * 30 + found[1].days, -(found[0].n or 1)))
    months = period.months if not period.days and period.months in (1, 3, 6, 12) else None
    schedule = Schedule(months, period, rule.n or 1)
    if months is None:
        return schedule
    after = next(((r.n, r.unit) for r in rules if r.kind == "within" and r.trigger == "period_ended" and r.n and r.unit), None)
    days, following = ((), False) if after else _days(months, normalise(raw))
    if months == 12 and not after and not days:
        days = ((12, 0),)
    return Schedule(months, period, schedule.times, days, following, after)


def _days(months: int, text: str) -> tuple[tuple[tuple[int, int], ...], bool]:
    """Fixed days that a folded string names, and whether they lie in the cycle after."""
    if months == 12:
        return _days_of_year(text), False
    if months == 3:
        if match := _OF_QUARTER.search(text):
            last = bool(match[2])
            return ((3 if last else 2 if "第2个月" in match[0] else 1, int(match[3])),), not last
        return (((3, 0),), False) if re.search(r"季度?[底末]", text) else ((), False)
    if months == 1:
        if match := _OF_MONTH.search(text):
            return ((1, int(match[1])),), int(match[1]) <= _EARLY or "次月" in text
        return (((1, 0),), False) if re.search(r"月[底末]", text) else ((), False)
    return (), False


def _days_of_year(text: str) -> tuple[tuple[int, int], ...]:
    # 季度结束后, 第1个月 and the like are no days of the year.
    found = [(int(month), int(day or 0), part) for month, day, part in _MONTH_DAY.findall(text) if 1 <= int(month) <= 12]
    if found:
        return tuple((month, 10 if part == "初" else day) for month, day, part in found)
    quarters = tuple((int(quarter) * 3, 0) for quarter in _QUARTER_OF_YEAR.findall(text))
    if quarters:
        return quarters
    if re.search(r"年(?:度)?[底末]", text):
        return ((12, 0),)
    return ((3, 0),) if re.search(r"年(?:度)?初", text) else ()


def cycles(schedule: Schedule, calendar: WorkCalendar, first: date, last: date) -> Iterator[Cycle]:
    """The cycles due from ``first`` to ``last``, the earliest first."""
    months = schedule.months
    if months is None:
        return
    number = (first.year * 12 + first.month - 1) // months - 24 // months
    while True:
        for cycle in _of_number(schedule, calendar, months, number):
            if cycle.due.day > last:
                return
            if cycle.due.day >= first:
                yield cycle
        number += 1


def number_of(months: int, day: date) -> int:
    """The number of the calendar cycle in which a day lies."""
    return (day.year * 12 + day.month - 1) // months


def _of_number(schedule: Schedule, calendar: WorkCalendar, months: int, number: int) -> Iterator[Cycle]:
    start, end = _month_start(number * months), _month_start((number + 1) * months) - timedelta(days=1)
    name = _name(months, number)
    base = (number + schedule.following) * months
    fixed = sorted(_in_month(base + month - 1, day) for month, day in schedule.days)
    for place, day in enumerate(fixed, start=1):
        told = f"{name}（{day.month}月{day.day}日前）" if schedule.yearly_day else name
        yield Cycle(number, told, start, end, Deadline(day, False), place * schedule.times)
    if not fixed:
        due = after(end, *(schedule.after or (STATUTORY_WORKDAYS, "workday")), calendar)
        yield Cycle(number, name, start, end, due, schedule.times)


def after(day: date, n: int, unit: LimitUnit, calendar: WorkCalendar) -> Deadline:
    """The last day of a time that runs from ``day``: working days by the calendar; of others a last day off moves to the next
    working day (民法典 art. 203); hours run through and end on the day in which they end."""
    if unit == "workday":
        return calendar.add(day, n)
    if unit == "hour":
        return Deadline(day + timedelta(days=-(-n // 24)), False)
    last = Period(months=n).after(day) if unit == "month" else day + timedelta(days=n)
    try:
        while not calendar.is_workday(last):
            last += timedelta(days=1)
    except CalendarHorizonError:
        return Deadline(last, True)
    return Deadline(last, False)


def _name(months: int, number: int) -> str:
    year, place = divmod(number, 12 // months)
    if months == 12:
        return f"{year}年"
    return f"{year}年" + {1: f"{place + 1}月", 3: f"第{_QUARTERS[place % 4]}季度", 6: _HALVES[place % 2]}[months]


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _in_month(months: int, day: int) -> date:
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day or last, last))
