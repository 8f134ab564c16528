"""What a digest needs beyond the store: the columns as they stood at the end of a month that is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.digest import period_of
from core.catalogue import ColumnStatus
from core.clock import local_date
from core.settings import Settings
from monitor.run import check
from store.database import Engine


def columns_at_end(settings: Settings, engine: Engine, month: str, now: datetime) -> tuple[ColumnStatus, ...] | None:
    """The columns on the month's last day; None while the month runs, when the last check speaks for them. Raises
    TownwatchError for what is no month or has not begun."""
    period = period_of(month, now)
    if period.as_of != period.end:
        return None
    last = local_date(period.end - timedelta(microseconds=1))
    return check(settings, engine, now=now, as_of=last, scope="catalogue").columns
