"""What a digest needs beyond the store: the columns as they stood at the end of a month that is over, and what falls due in the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from alerts import digest as digests
from alerts.digest import period_of
from alerts.figures import Coming, Digest, Period
from core.clock import local_date
from core.settings import Settings
from monitor.items.upcoming import Due, titled, upcoming
from monitor.run import check
from service.web.coming import due_soon
from store import findings
from store.database import Engine


def digest_of(settings: Settings, engine: Engine, month: str, for_staff: str | None, now: datetime) -> Digest:
    """The digest of a month for the town or one staff member: of a month that is over as its last day was, while it runs as the last
    check found things. Raises TownwatchError for what is no month or has not begun, and for who is not on the staff."""
    period = period_of(month, now)
    columns, due = None, list[Due]()
    if period.as_of == period.end:
        last = local_date(period.end - timedelta(microseconds=1))
        report = check(settings, engine, now=now, as_of=last, scope="catalogue")
        columns = report.columns
        due = upcoming(report.columns, report.items, report.catalogue, last, _days_left(period, last))
    with engine.connect() as connection:
        if columns is None:
            today = local_date(now)
            due = due_soon(connection, settings, findings.column_statuses(connection), today, _days_left(period, today))
        coming = list(_coming(due, period, settings))
        return digests.build(connection, settings, month, for_staff, columns=columns, coming=coming, now=lambda: now)


def _days_left(period: Period, day: date) -> int:
    """From a day to the last of the month after the period."""
    first = local_date(period.end)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (following - day).days - 1


def _coming(due: Iterable[Due], period: Period, settings: Settings) -> Iterator[Coming]:
    """Of the work list what falls due in the month after."""
    names = {column.id: column.name for column in settings.columns}
    for one in due:
        if one.due >= local_date(period.end):
            yield Coming(
                due=one.due, what=titled(one), column=names.get(one.column or "", one.column or ""), owner=one.owner, reason=one.reason,
                provisional=one.provisional,
            )
