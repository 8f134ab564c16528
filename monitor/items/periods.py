"""Periodic items by period: which cycles are there, which are missing, which is due next (每季度的信息在季度终了后未按期公开)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.calendar import WorkCalendar
from core.catalogue import ItemStatus
from core.clock import day_start, local_date
from core.settings import CatalogueItem
from core.text import fold_plain
from monitor.items.schedule import Cycle, Schedule, cycles, number_of, schedule_of
from monitor.numerals import with_digits
from store.record_rows import Head

_BACK = timedelta(days=366)
_BACK_YEARS = timedelta(days=2 * 366)
_AHEAD, _AHEAD_YEARS = timedelta(days=250), timedelta(days=800)
_SPEAKS = re.compile(r"[月季]|半年|20\d\d")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:年|年度)")
_QUARTER = re.compile(r"(?:(20\d\d)年?度?)?(?:第|前)?([1-4])季度?")
_HALF = re.compile(r"(?:(20\d\d)年?度?)?(上半年|下半年)")
_MONTHS = re.compile(r"(?:(20\d\d)年)?(?<!\d)(\d{1,2})(?:月份?)?(?:[-—~至]|到)(\d{1,2})月(?!\d)")
_MONTH = re.compile(r"(?:(20\d\d)年)?(?<!\d)(\d{1,2})月份?(?!\d{1,2}[日号])")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a title says of its time: a year, or the last month of what it names (1—9月 is the third quarter's)."""

    year: int | None
    month: int | None


def name_of(item: CatalogueItem) -> str:
    """As staff call it: the field and the levels, each once."""
    parts = dict.fromkeys(part for part in (item.field, item.level1, item.level2, item.level3) if part)
    return "—".join(parts) or item.id


def status_of(
    item: CatalogueItem, records: Sequence[Head], calendar: WorkCalendar, day: date, *, warn_days: int, doubt: str | None
) -> ItemStatus | None:
    """How a periodic item stands; None for one that is not. ``records``: its own that stand; ``doubt``: why its columns may hold
    more than is known."""
    schedule = schedule_of(item.limit)
    if schedule is None:
        return None
    end = day_start(day + timedelta(days=1))
    dated = [head for head in records if head.published is not None and head.published.at < end]
    newest = max((head.published.at for head in dated if head.published), default=None)
    latest = local_date(newest) if newest else None
    if latest is None:
        return _unknown(item, doubt or "没有注明发布时间的信息，不能判断是否按期", None)
    if schedule.months is None:
        return _rolling(item, schedule, latest, day, warn_days, doubt)
    return _by_cycle(item, schedule, dated, latest, calendar, day, warn_days, doubt)


def _rolling(
    item: CatalogueItem, schedule: Schedule, latest: date, day: date, warn_days: int, doubt: str | None
) -> ItemStatus:
    """Weeks, ten days, two years: counted from the newest item."""
    due, last, told = schedule.period.after(latest), schedule.period.times(2).after(latest), schedule.period.chinese()
    period = f"{latest}之后{told}"
    if day > due:
        if doubt:
            return _unknown(item, doubt, latest)
        reason = f"应每{told}公开一次，最近一次发布于{latest}，应于{due}前再次公开，已超过{(day - due).days}天"
        return _status(item, "delinquent" if day > last else "overdue", period, due, (period,), latest, reason)
    state = "due" if (due - day).days <= min(warn_days, schedule.period.days // 3 or warn_days) else "fresh"
    return _status(item, state, period, due, (), latest, f"最近一次发布于{latest}，应于{due}前再次公开", coming=(period, due))


def _by_cycle(
    item: CatalogueItem, schedule: Schedule, dated: Sequence[Head], latest: date, calendar: WorkCalendar, day: date, warn_days: int,
    doubt: str | None,
) -> ItemStatus:
    begun = local_date(min(head.published.at for head in dated if head.published))
    back, ahead = (_BACK_YEARS, _AHEAD_YEARS) if schedule.months == 12 else (_BACK, _AHEAD)
    known = [c for c in cycles(schedule, calendar, day - back, day + ahead) if _later(schedule, c, begun)]
    there = counts(schedule, dated, known)
    missing = [c for c in known if c.due.day < day and not c.due.provisional and there[c.number] < c.needs]
    coming = next((c for c in known if (c.due.day >= day or c.due.provisional) and there[c.number] < c.needs), None)
    following = (coming.name, coming.due.day) if coming else ("", None)
    if missing:
        if doubt:
            return _unknown(item, doubt, latest)
        return _missing(item, missing, known, latest, day, following)
    if coming is None:
        return _status(item, "fresh", "", None, (), latest, f"最近一次发布于{latest}")
    left, about = (coming.due.day - day).days, "（暂定）" if coming.due.provisional else ""
    state = "due" if left <= warn_days else "fresh"
    reason = f"{coming.name}的信息应于{coming.due.day}{about}前公开" + (f"，还剩{left}天" if left >= 0 else "")
    return _status(item, state, coming.name, coming.due.day, (), latest, reason, coming.due.provisional, following)


def _later(schedule: Schedule, cycle: Cycle, begun: date) -> bool:
    """Whether a cycle is one of those that the item can be asked for: from that of its first record on."""
    if schedule.yearly_day:
        return cycle.number >= begun.year
    return cycle.end >= begun


def _missing(
    item: CatalogueItem, missing: Sequence[Cycle], known: Sequence[Cycle], latest: date, day: date, coming: tuple[str, date | None]
) -> ItemStatus:
    oldest, names = missing[0], tuple(dict.fromkeys(cycle.name for cycle in missing))
    after = next((c.due.day for c in known if c.number > oldest.number), None)
    state = "delinquent" if after is not None and day > after else "overdue"
    reason = f"没有找到{'、'.join(names)}的信息：应于{oldest.due.day}前公开，已超过{(day - oldest.due.day).days}天；最近一次发布于{latest}"
    return _status(item, state, oldest.name, oldest.due.day, names, latest, reason, coming=coming)


def counts(schedule: Schedule, dated: Iterable[Head], known: Sequence[Cycle]) -> Counter[int]:
    """How many records each cycle has. Where titles name the cycle, only those that do count; where none does, the day of
    publication says it, and a record that came before the day of the cycle before may be that one's."""
    assert schedule.months is not None
    heads = [head for head in dated if head.published]
    if schedule.yearly_day:
        return Counter(_due_year(head) for head in heads)
    named = [number for head in heads if (number := _named(schedule.months, head)) is not None]
    if named:
        return Counter(named)
    due = {cycle.number: cycle.due.day for cycle in known}
    return Counter(number for head in heads for number in _by_day(schedule.months, head, due))


def _by_day(months: int, head: Head, due: dict[int, date]) -> Iterator[int]:
    assert head.published is not None
    number = number_of(months, head.published.day)
    yield number
    if head.published.day <= due.get(number - 1, date.min):
        yield number - 1


def _named(months: int, head: Head) -> int | None:
    """The cycle that a title names; one that names only a year says nothing of a shorter cycle."""
    assert head.published is not None
    said = _said(head.title) if _SPEAKS.search(head.title) else None
    if said is None or (said.month is None and months < 12):
        return None
    if said.month is None:
        return said.year
    if (year := said.year) is None:
        year = head.published.day.year - (said.month > head.published.day.month)
    return (year * 12 + said.month - 1) // months


def _said(title: str) -> _Said | None:
    text = with_digits(fold_plain(title).replace("季度", "季"))
    if match := _HALF.search(text):
        return _Said(_year(match[1], text), 6 if match[2] == "上半年" else 12)
    if match := _QUARTER.search(re.sub(r"([一二三四])(?=季)", lambda m: str("一二三四".index(m[1]) + 1), text)):
        return _Said(_year(match[1], text), int(match[2]) * 3)
    if (match := _MONTHS.search(text)) and 1 <= int(match[2]) <= int(match[3]) <= 12:
        return _Said(_year(match[1], text), int(match[3]))
    if (match := _MONTH.search(text)) and 1 <= int(match[2]) <= 12:
        return _Said(_year(match[1], text), int(match[2]))
    years = {int(year) for year in _YEAR.findall(text)}
    return _Said(max(years), None) if years else None


def _year(said: str | None, text: str) -> int | None:
    if said:
        return int(said)
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def _due_year(head: Head) -> int:
    """The year whose day a record keeps: that of its publication, but what speaks of the next year came early, and what speaks of
    a year long past came late."""
    assert head.published is not None
    year = head.published.day.year
    said = {int(found) for found in _YEAR.findall(fold_plain(head.title))}
    if said and max(said) == year + 1:
        return year + 1
    return max(said) + 1 if said and max(said) < year - 1 else year


def covered(items: Collection[CatalogueItem]) -> set[str]:
    """The items whose years are judged here, so that the habit of their column is not judged beside."""
    return {item.id for item in items if (schedule := schedule_of(item.limit)) is not None and schedule.months == 12}


def _unknown(item: CatalogueItem, reason: str, latest: date | None) -> ItemStatus:
    return _status(item, "cannot_judge", "", None, (), latest, reason)


def _status(
    item: CatalogueItem, state: str, period: str, due: date | None, missing: tuple[str, ...], latest: date | None, reason: str,
    provisional: bool = False, coming: tuple[str, date | None] = ("", None),
) -> ItemStatus:
    reason += f"；公开时限：{item.limit}" if state in ("due", "overdue", "delinquent") else ""
    return ItemStatus(
        id=item.id, name=name_of(item), status=state, period=period, due=due, missing=missing, latest=latest, owner=item.owner,  # type: ignore[arg-type]
        reason=reason, provisional=provisional, next_period=coming[0], next_due=coming[1],
    )
