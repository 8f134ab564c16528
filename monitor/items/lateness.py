"""Records that came later than their item's own limit allows: the day of the event against the day of publication.

What art. 26 of the 条例 asks of everything (twenty working days after 成文) is judged where texts are scanned
(:mod:`monitor.accuracy.documents`); here is what an item asks beyond or instead of that, and then it alone decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.calendar import Deadline, WorkCalendar
from core.clock import day_start
from core.nouns import Judgement, Severity, Verdict
from core.settings import CatalogueItem
from core.text import fold_plain
from monitor.items.periods import name_of
from monitor.items.schedule import STATUTORY_WORKDAYS, after
from monitor.limits import LimitRule, parse
from store.record_rows import Head

RULE = "page.item_late"
COMMON = "page.text.accuracy.late"
WINDOW = timedelta(days=365)
"""How long after its publication a late record is told."""
_HISTORY = timedelta(days=366)
_TURN = timedelta(days=92)
_DATE = r"(?:(?P<{0}y>20\d\d)年)?(?P<{0}m>\d{{1,2}})月(?P<{0}d>\d{{1,2}})日"
_APPROVED = re.compile(
    _DATE.format("a") + r"[^。;]{0,60}?(?:人民代表大会|人大|常务?委?会|主席团)[^。;]{0,60}?(?:批准|通过)"
    r"|(?:人民代表大会|人大|常务?委?会|主席团)[^。;]{0,30}?" + _DATE.format("b") + r"[^。;]{0,30}?(?:批准|通过)"
    r"|(?:批准|批复|审批)(?:日期|时间)[:是为]?" + _DATE.format("c")
)
_MEETING = re.compile(_DATE.format("a") + r"[^。;]{0,40}?(?:召开|举行)|(?:召开|举行|会议)(?:日期|时间)[:是为]?" + _DATE.format("b"))
_QUOTED = re.compile(r"《([^《》]{4,80})》")
_OF_TEXT = {"approval": _APPROVED, "meeting_ended": _MEETING}
_OF_WRITTEN = ("formed_or_changed", "decision_made")
_EVENTS = {
    "formed_or_changed": "成文", "decision_made": "作出决定", "approval": "批准", "meeting_ended": "会议召开",
    "policy_published": "文件公开",
}
_UNITS = {"workday": "个工作日", "day": "日", "hour": "小时", "month": "个月"}

Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""The texts of records by id, as they stood."""
Published = Sequence[tuple[str, date]]
"""The policy files of the town: folded title and day of publication."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that decides for an item's records. ``override``: the string lets another statute's limit go before."""

    n: int
    unit: str
    trigger: str | None
    override: bool


@dataclass(frozen=True, slots=True)
class Late:
    """What was judged of one item's records: those too late, and which could not be judged and why."""

    bad: tuple[Judgement, ...]
    decided: frozenset[int]
    """Records for which this item's limit is the one that counts."""
    unknown: frozenset[int]
    why: str


def limits_of(item: CatalogueItem) -> tuple[Limit, ...]:
    """The item's own limits; empty where art. 26 says the same. 实时 allows a working day."""
    rules = parse(item.limit) if item.limit else ()
    override = any(rule.kind == "statute_override" for rule in rules)
    found = [_limit(rule, override) for rule in rules if rule.kind in ("within", "realtime") and rule.trigger != "period_ended"]
    statutory = all((limit.n, limit.unit, limit.trigger) == (STATUTORY_WORKDAYS, "workday", "formed_or_changed") for limit in found)
    return () if statutory and not override else tuple(found)


def _limit(rule: LimitRule, override: bool) -> Limit:
    if rule.kind == "realtime":
        return Limit(1, "workday", "formed_or_changed", override)
    return Limit(rule.n or 0, rule.unit or "day", rule.trigger, override)


def judge(
    item: CatalogueItem, records: Iterable[Head], texts: Texts, published: Published, calendar: WorkCalendar, day: date
) -> Late | None:
    """The item's records of the last year; None for an item without a limit of its own. Of several limits a record keeps one: which
    is meant of it the string does not say."""
    limits = limits_of(item)
    if not limits:
        return None
    first, end = day_start(day - WINDOW), day_start(day + timedelta(days=1))
    recent = [head for head in records if head.published and first <= head.published.at < end]
    wanted = {trigger for limit in limits if (trigger := limit.trigger) in _OF_TEXT}
    bodies = texts([head.id for head in recent]) if wanted and recent else {}
    bad: list[Judgement] = []
    decided: set[int] = set()
    unknown: set[int] = set()
    for head in recent:
        found = [(limit, event) for limit in limits if (event := _event(limit, head, bodies.get(head.id, ""), published))]
        # One limit that cannot be judged may be the one that is meant: then the record is not judged.
        if len(found) < len(limits):
            unknown.add(head.id)
            continue
        decided.add(head.id)
        if (judgement := _judged(item, head, found, calendar)) is not None:
            bad.append(judgement)
    return Late(tuple(bad), frozenset(decided), frozenset(unknown), _why(limits))


def _judged(item: CatalogueItem, head: Head, found: Sequence[tuple[Limit, date]], calendar: WorkCalendar) -> Judgement | None:
    """Bad where the record kept none of the limits."""
    assert head.published is not None
    late: list[tuple[Deadline, Limit, date]] = []
    for limit, event in found:
        # No time is shorter than so many days (an hour is at most one): the calendar is asked only of what may be late.
        if (head.published.day - event).days <= (1 if limit.unit == "hour" else limit.n):
            return None
        due = after(event, limit.n, limit.unit, calendar)  # type: ignore[arg-type]
        if due.provisional or head.published.day <= due.day or not event <= head.published.day <= event + _HISTORY:
            return None
        late.append((due, limit, event))
    due, limit, event = max(late, key=lambda each: each[0].day)
    return bad(item, head, due.day, limit, event)


def bad(item: CatalogueItem, head: Head, due: date, limit: Limit, event: date) -> Judgement:
    """What is said of a late record. Where another statute may give another time it is a hint, no more."""
    assert head.published is not None
    what = _EVENTS.get(limit.trigger or "", "成文")
    said = f"{event}{what}，{head.published.day}发布，应于{due}前公开（公开事项“{name_of(item)}”的时限：{limit.n}{_UNITS[limit.unit]}）"
    if limit.override:
        said += "；目录写明法律法规另有规定的从其规定，请核对是否适用其他期限"
    return Judgement(
        rule_id=RULE, subject=f"record:{head.id}", verdict=Verdict.BAD, severity=Severity.INFO if limit.override else Severity.WARN,
        title=f"未按公开事项的时限公开：{head.title or head.url}", reason=said,
        evidence={"url": head.url, "item": name_of(item), "event": event.isoformat(), "due": due.isoformat(), "basis": item.basis},
        owner=item.owner,
    )


def _event(limit: Limit, head: Head, body: str, published: Published) -> date | None:
    if limit.trigger in _OF_WRITTEN:
        return head.written
    if limit.trigger == "policy_published":
        return _policy_day(head, published)
    pattern = _OF_TEXT.get(limit.trigger or "")
    return None if pattern is None or head.published is None else _in_text(pattern, f"{head.title}。{body}", head.published.day)


def _policy_day(head: Head, published: Published) -> date | None:
    """When the file that a title quotes came out, the last time before this."""
    assert head.published is not None
    for name in _QUOTED.findall(head.title):
        folded = fold_plain(name)
        days = [day for title, day in published if folded in title and day <= head.published.day]
        if days:
            return max(days)
    return None


def _in_text(pattern: re.Pattern[str], text: str, published: date) -> date | None:
    """The last day of the event that a text gives and that is not after its publication."""
    days = []
    for match in pattern.finditer(fold_plain(text)):
        place = next(name for name in "abc" if match.groupdict().get(f"{name}d"))
        day = _day(match[f"{place}y"], int(match[f"{place}m"]), int(match[f"{place}d"]), published)
        days += [day] if day and day <= published else []
    return max(days, default=None)


def _day(year: str | None, month: int, day: int, published: date) -> date | None:
    try:
        found = date(int(year) if year else published.year, month, day)
        if year or found <= published:
            return found
        # A day without a year that is still to come is of a meeting to come; only soon after the New Year it is last year's.
        before = found.replace(year=found.year - 1)
        return before if published - before <= _TURN else None
    except ValueError:
        return None


def _why(limits: Sequence[Limit]) -> str:
    triggers = {limit.trigger for limit in limits}
    if triggers <= set(_OF_WRITTEN):
        return "页面没有成文日期"
    named = "、".join(_EVENTS[trigger] for trigger in _EVENTS if trigger in triggers and trigger not in _OF_WRITTEN)
    return f"页面没有写明{named}的日期" if named else "时限从何时起算，页面上看不出来"
