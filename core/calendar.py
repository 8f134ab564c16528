"""Chinese working days (调休 and 法定节假日 included) and calendar periods.

Years known to ``chinesecalendar`` are taken from it; an overlay file per year (the State Council's notice, typed in by
the town) beats it. A day past both is not guessed: :class:`core.errors.CalendarHorizonError` inside, a provisional
deadline outside. Counting: the day of the event is not counted (民法典 arts. 201, 203); "N 个工作日" is the Nth
official working day after it.
"""

from __future__ import annotations

import calendar as _gregorian
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from core.errors import CalendarHorizonError

_PERIOD = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due day. ``provisional``: holidays before it are not all known, so it warns early and is never overdue."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days from the package plus overlays: ``overlay[day]`` is True where the notice makes it a day off, False
    where it makes it a working day; ``overlay_years`` are the years whose notice has been typed in."""

    overlay: dict[date, bool] = field(default_factory=dict)
    overlay_years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day; raises CalendarHorizonError where no notice is known."""
        if day.year in self.overlay_years:
            off = self.overlay.get(day)
            return day.weekday() < 5 if off is None else not off
        try:
            return _announced(day)
        except NotImplementedError as error:
            raise CalendarHorizonError(
                f"{day.year} 年的节假日安排尚未录入：请按国务院办公厅通知填写 config/calendar/{day.year}.json"
            ) from error

    def add(self, start: date, workdays: int) -> Deadline:
        """The Nth working day after ``start``. Past the known years Monday to Friday are counted and the answer is
        provisional. ``workdays`` is at least 0; 0 gives ``start`` itself. Raises OverflowError past the year 9999."""
        if workdays < 0:
            raise ValueError(f"workdays must not be negative: {workdays}")
        if workdays > (date.max - start).days:
            raise OverflowError(f"{workdays} working days after {start} is no date")
        day, left, provisional = start, workdays, False
        while left:
            day += timedelta(days=1)
            works, known = self._works(day)
            provisional = provisional or not known
            left -= works
        return Deadline(day, provisional)

    def between(self, start: date, end: date) -> tuple[int, bool]:
        """How many working days lie after ``start`` up to and including ``end`` (negative when ``end`` is earlier), and
        whether that count is provisional."""
        if end < start:
            count, provisional = self.between(end, start)
            return -count, provisional
        count, provisional, day = 0, False, start
        while day < end:
            day += timedelta(days=1)
            works, known = self._works(day)
            provisional = provisional or not known
            count += works
        return count, provisional

    def horizon(self) -> int:
        """The last year whose working days are known."""
        package_years = [holiday.year for holiday in chinese_calendar.constants.holidays]
        return max([*package_years, *self.overlay_years])

    def _works(self, day: date) -> tuple[bool, bool]:
        try:
            return self.is_workday(day), True
        except CalendarHorizonError:
            return day.weekday() < 5, False


@lru_cache(maxsize=8192)
def _announced(day: date) -> bool:
    """As the package has it; a check asks for the same days thousands of times, and it looks through all years each time."""
    return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period such as P14D, P6M or P1Y."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """From ISO 8601 (years, months, weeks, days); raises ValueError otherwise."""
        match = _PERIOD.fullmatch(text)
        if match is None or not any(match.groups()):
            raise ValueError(f"不是 ISO 8601 时间段（例如 P14D、P6M、P1Y）：{text!r}")
        number = {key: int(value or 0) for key, value in match.groupdict().items()}
        return cls(number["years"] * 12 + number["months"], number["weeks"] * 7 + number["days"])

    def after(self, day: date) -> date:
        """The day one period later; the last day of a short month where the day does not exist."""
        years, month = divmod(day.month - 1 + self.months, 12)
        year = day.year + years
        last = _gregorian.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)

    def times(self, n: int) -> Period:
        """The period n times over."""
        return Period(self.months * n, self.days * n)

    def chinese(self) -> str:
        """As staff say it: 14天, 6个月, 1年."""
        if self.months and self.months % 12 == 0 and not self.days:
            return f"{self.months // 12}年"
        months = f"{self.months}个月" if self.months else ""
        return months + (f"{self.days}天" if self.days or not self.months else "")
