"""Chinese working days against official and measured vectors (facts/rules.md sections 2.3 and 7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Deadline, Period, WorkCalendar
from core.errors import CalendarHorizonError

CALENDAR = WorkCalendar()
KNOWN_DAYS = st.dates(date(2018, 1, 1), date(2026, 6, 30))

GOLDEN = [
    ("2026-01-30", 20, "2026-03-05"),
    ("2026-02-13", 5, "2026-02-27"),   # Saturday 02-14 is worked
    ("2026-04-20", 20, "2026-05-20"),
    ("2026-09-18", 20, "2026-10-22"),
    ("2026-09-30", 3, "2026-10-10"),   # a Saturday that is worked is itself the due day
    ("2026-09-30", 5, "2026-10-13"),
    ("2025-09-26", 10, "2025-10-16"),
    ("2025-01-24", 20, "2025-02-27"),
    ("2026-11-23", 20, "2026-12-21"),
    ("2026-12-03", 20, "2026-12-31"),  # the last firm one of the known years
    ("2018-12-03", 20, "2018-12-29"),  # a Saturday, worked
    ("2019-01-25", 20, "2019-02-27"),
]
WORKED_WEEKENDS = [
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]
OFF_2026 = [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
            ("09-25", "09-27"), ("10-01", "10-07")]


@pytest.mark.parametrize(("start", "workdays", "due"), GOLDEN)
def test_the_nth_working_day_after_the_event(start: str, workdays: int, due: str) -> None:
    assert CALENDAR.add(date.fromisoformat(start), workdays) == Deadline(date.fromisoformat(due), provisional=False)
    assert CALENDAR.between(date.fromisoformat(start), date.fromisoformat(due)) == (workdays, False)


def test_past_the_known_years_a_deadline_is_provisional() -> None:
    # One day after the last firm vector: counted Monday to Friday in 2027, and said to be so.
    assert CALENDAR.add(date(2026, 12, 4), 20) == Deadline(date(2027, 1, 1), provisional=True)


def test_days_of_2025_and_2026() -> None:
    assert [day for day in WORKED_WEEKENDS if not CALENDAR.is_workday(date.fromisoformat(day))] == []
    off = {date.fromisoformat(f"2026-{first}") + timedelta(days=n) for first, last in OFF_2026
           for n in range((date.fromisoformat(f"2026-{last}") - date.fromisoformat(f"2026-{first}")).days + 1)}
    worked = {date.fromisoformat(day) for day in WORKED_WEEKENDS}
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    expected = [day in worked or (day.weekday() < 5 and day not in off) for day in year]
    assert [CALENDAR.is_workday(day) for day in year] == expected


def test_an_unknown_year_is_not_guessed() -> None:
    with pytest.raises(CalendarHorizonError, match=r"calendar/2027\.json"):
        CALENDAR.is_workday(date(2027, 1, 4))


def test_an_overlay_makes_a_year_known_and_beats_the_package() -> None:
    overlay = {date(2027, 1, 1): True, date(2027, 1, 2): False, date(2026, 11, 24): True}
    calendar = WorkCalendar(overlay, frozenset({2026, 2027}))
    assert calendar.horizon() == 2027
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 2))       # a Saturday made up
    assert not calendar.is_workday(date(2026, 11, 24))  # a Tuesday that the notice gives off
    assert calendar.add(date(2026, 12, 31), 1) == Deadline(date(2027, 1, 2), provisional=False)


def test_the_horizon_of_the_package() -> None:
    assert CALENDAR.horizon() >= 2026


def test_a_negative_number_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add(date(2026, 1, 5), -1)


@given(KNOWN_DAYS, st.integers(0, 60))
def test_adding_and_counting_agree(start: date, workdays: int) -> None:
    due = CALENDAR.add(start, workdays)
    assert CALENDAR.between(start, due.day) == (workdays, due.provisional)
    assert CALENDAR.between(due.day, start) == (-workdays, due.provisional)
    assert workdays == 0 or CALENDAR.is_workday(due.day)


@given(KNOWN_DAYS, st.integers(1, 30))
def test_a_day_later_is_never_due_earlier(start: date, workdays: int) -> None:
    assert CALENDAR.add(start + timedelta(days=1), workdays).day >= CALENDAR.add(start, workdays).day


PERIODS = [
    ("P14D", "2026-03-02", "2026-03-16", "14天"),
    ("P2W", "2026-03-02", "2026-03-16", "14天"),
    ("P6M", "2026-08-31", "2027-02-28", "6个月"),  # no 31 February: the month's last day
    ("P6M", "2023-08-31", "2024-02-29", "6个月"),  # leap year
    ("P1Y", "2024-02-29", "2025-02-28", "1年"),
    ("P3M", "2025-11-30", "2026-02-28", "3个月"),
    ("P1Y6M", "2026-01-15", "2027-07-15", "18个月"),
    ("P1M10D", "2026-01-31", "2026-03-10", "1个月10天"),  # months first, then days
]


@pytest.mark.parametrize(("text", "start", "end", "chinese"), PERIODS)
def test_calendar_periods(text: str, start: str, end: str, chinese: str) -> None:
    period = Period.parse(text)
    assert period.after(date.fromisoformat(start)) == date.fromisoformat(end)
    assert period.chinese() == chinese


@pytest.mark.parametrize("text", ["", "P", "14D", "PT1H", "P-1D", "P1D2M"])
def test_what_is_not_a_period(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        Period.parse(text)


def test_a_period_several_times_over() -> None:
    # Not the same as adding twice: 2 x P1M from 31 January is 31 March.
    assert Period.parse("P1M").times(2).after(date(2026, 1, 31)) == date(2026, 3, 31)
