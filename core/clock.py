"""Times: aware everywhere, UTC in the store, Asia/Shanghai for people.

Nothing here asks for the current time but :func:`now`, which only the edge may call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The current time in UTC. Only the edge (command line, run.py, send.py) calls it; the rest is given it."""
    return datetime.now(UTC)  # noqa: TID251 -- the one permitted call


def require_aware(moment: datetime) -> datetime:
    """The same instant in UTC; a time without a zone is a programming error."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment!r}")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def local_date(moment: datetime) -> date:
    """The calendar day in China on which an instant falls."""
    return require_aware(moment).astimezone(SHANGHAI).date()


def local_text(moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant as staff read it; empty for None."""
    return "" if moment is None else require_aware(moment).astimezone(SHANGHAI).strftime(form)


def day_start(day: date) -> datetime:
    """Midnight in China at the start of a day, as UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A time as a page gives it: a day, or a day with a time of day (always China's).

    ``at`` is an aware UTC instant (midnight in China where the page gives only a day); ``has_time`` tells which.
    """

    at: datetime
    has_time: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", require_aware(self.at))

    @classmethod
    def of(cls, year: int, month: int, day: int, hour: int | None = None, minute: int = 0, second: int = 0) -> Moment:
        """A moment from China's wall clock; raises ValueError for an impossible date."""
        local = datetime(year, month, day, hour or 0, minute, second, tzinfo=SHANGHAI)
        return cls(local.astimezone(UTC), hour is not None)

    @classmethod
    def parse(cls, text: str) -> Moment:
        """The inverse of :meth:`iso`; also takes any ISO 8601 time with a zone."""
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return cls(day_start(date.fromisoformat(text)), has_time=False)
        return cls(datetime.fromisoformat(text))

    @property
    def day(self) -> date:
        """The day in China."""
        return local_date(self.at)

    def iso(self) -> str:
        """ISO 8601: ``2026-03-04T10:20:00+08:00``, or ``2026-03-04`` where no time is given."""
        if not self.has_time:
            return self.day.isoformat()
        return self.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
