"""What is open + what was last said + the routes + now -> deliveries, or silence. Pure.

Per item and hearer :func:`decide` gives a reason or None; per hearer all lines become one delivery. What waits unsent
is replaced by the newest state, and nothing in it is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from alerts import render
from alerts.acknowledging import quiets
from alerts.routes import Hearer, fitting, live_channels, route_item
from core.calendar import WorkCalendar
from core.clock import local_date, local_text
from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from core.settings import Route, Settings
from store.acknowledgements import Acknowledgement
from store.deliveries import Said

Address = tuple[str, str]
Key = tuple[str, str]

_STRENGTH = (Reason.ESCALATED, Reason.FIRST, Reason.NEW, Reason.REMINDER, Reason.RESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known to have been said (``said``), what people answered to it, what is under way, and which channels were
    given up."""

    said: Sequence[Said] = ()
    answered: Sequence[Acknowledgement] = ()
    unfinished: Sequence[Delivery] = ()
    broken: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """New deliveries, the ids of the waiting ones that they replace, and what is wrong with routes (in Chinese)."""

    deliveries: tuple[Delivery, ...] = ()
    superseded: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Hearing:
    """What one person on one channel has heard, is being told and is to be told."""

    told: dict[Key, Said] = field(default_factory=dict)
    waiting: list[Delivery] = field(default_factory=list)
    lines: dict[Key, AlertItem] = field(default_factory=dict)

    @property
    def never_spoken_to(self) -> bool:
        return not self.told


def plan(
    open_items: Sequence[AlertItem], resolved: Sequence[AlertItem], memory: Memory, settings: Settings,
    now: datetime, salt: str = "",
) -> Plan:
    """One delivery per person and channel with everything that is to be said to them now.

    ``open_items`` and ``resolved`` are of state open or overdue, and resolved; what is in neither stays as it was
    said. ``salt`` (four characters) keeps the ids of two plans of one second apart.
    """
    today = local_date(now)
    hearings = _hearings(memory)
    answers: dict[tuple[str, Key], Acknowledgement] = {
        (given.recipient, (given.kind, given.item)): given for given in memory.answered
    }
    problems = []
    for item in open_items:
        routing = route_item(item, settings, today, memory.broken)
        if routing.problem:
            problems.append(f"{item.title}：{routing.problem}")
            item = replace(item, detail=f"{item.detail}（{routing.problem}）")
        for hearer in _reached(routing.hearers, item, hearings, settings.calendar, today):
            hearing = hearings.setdefault(hearer.address, _Hearing())
            reason = decide(item, hearer, hearing.told.get(_key(item)), hearing.never_spoken_to, settings.calendar, now)
            given = answers.get((hearer.person, _key(item)))
            if reason is not None and not quiets(given, item, reason, today):
                hearing.lines[_key(item)] = replace(item, reason=reason, level=hearer.level)
    _say_resolved(resolved, hearings, settings)
    current = {_key(item): item for item in (*resolved, *open_items)}
    alert = f"{local_text(now, '%Y%m%d-%H%M%S')}-{salt}"
    made = [_combine(address, hearing, current, alert, settings, now) for address, hearing in sorted(hearings.items())]
    return Plan(
        tuple(delivery for delivery, _ in made if delivery is not None),
        tuple(delivery_id for _, replaced in made for delivery_id in replaced),
        tuple(problems),
    )


def decide(
    item: AlertItem, hearer: Hearer, told: Said | None, never_spoken_to: bool, calendar: WorkCalendar, now: datetime
) -> Reason | None:
    """Why this hearer hears an open item now, or None for silence. News is said at once; nobody is reminded on a day
    off, unless of a veto, whose days are all counted."""
    if told is None or told.state == "resolved":
        if hearer.level:
            return Reason.ESCALATED
        return Reason.FIRST if never_spoken_to else Reason.NEW
    if hearer.level > told.level:
        return Reason.ESCALATED
    if told.state != item.state:
        return Reason.NEW
    today, said_on = local_date(now), local_date(told.said_at)
    if hearer.route.remind_workdays is None or not _may_press(item, calendar, today):
        return None
    waited = (today - said_on).days if item.severity is Severity.VETO else calendar.between(said_on, today)[0]
    return Reason.REMINDER if waited >= hearer.route.remind_workdays else None


def level_reached(item: AlertItem, route: Route, calendar: WorkCalendar, today: date) -> int:
    """How many escalation steps an item has reached: one per ``escalate_workdays`` working days that it is open."""
    if route.escalate_workdays is None or item.opened_at is None:
        return 0
    workdays, _ = calendar.between(local_date(item.opened_at), today)
    return min(max(workdays, 0) // route.escalate_workdays, len(route.escalate_to))


def strongest(reasons: Iterable[Reason | None]) -> Reason:
    """The reason that a message with these lines bears."""
    return min((reason for reason in reasons if reason in _STRENGTH), key=_STRENGTH.index)


def _hearings(memory: Memory) -> dict[Address, _Hearing]:
    """Memory by hearer. What is claimed is being said at this moment, so it counts as said."""
    hearings: dict[Address, _Hearing] = {}
    for said in memory.said:
        hearings.setdefault((said.recipient, said.channel), _Hearing()).told[said.kind, said.item] = said
    for delivery in memory.unfinished:
        hearing = hearings.setdefault((delivery.recipient, delivery.channel), _Hearing())
        if delivery.status is DeliveryStatus.CLAIMED:
            hearing.told |= {_key(item): _as_said(delivery, item) for item in delivery.items}
        else:
            hearing.waiting.append(delivery)
    return hearings


def _as_said(delivery: Delivery, item: AlertItem) -> Said:
    at = delivery.claimed_at or delivery.created_at
    return Said(
        recipient=delivery.recipient, channel=delivery.channel, kind=item.kind, item=item.id, state=item.state,
        reason=item.reason or delivery.reason, level=item.level, first_said_at=at, said_at=at, delivery=delivery.id,
    )


def _may_press(item: AlertItem, calendar: WorkCalendar, today: date) -> bool:
    """Whether people may be reminded or called in on that day: a working day, or any day for a veto."""
    return item.severity is Severity.VETO or calendar.between(today - timedelta(days=1), today)[0] == 1


def _reached(
    hearers: Iterable[Hearer], item: AlertItem, hearings: Mapping[Address, _Hearing], calendar: WorkCalendar,
    today: date,
) -> Iterable[Hearer]:
    """Each person and channel once, at the highest level that the item has reached. A step that was not yet told waits
    for a working day; who hears the item at a lower level too does not wait for that."""
    may_press = _may_press(item, calendar, today)
    highest: dict[Address, Hearer] = {}
    for hearer in hearers:
        hearing = hearings.get(hearer.address)
        told = hearing.told.get(_key(item)) if hearing is not None else None
        known = 0 if told is None or told.state == "resolved" else told.level
        limit = level_reached(item, hearer.route, calendar, today) if may_press else known
        if hearer.level <= limit and hearer.level >= highest.get(hearer.address, hearer).level:
            highest[hearer.address] = hearer
    return highest.values()


def _say_resolved(resolved: Sequence[AlertItem], hearings: Mapping[Address, _Hearing], settings: Settings) -> None:
    """Resolved is said once, and only to who was told that it was open, as long as that channel exists."""
    channels = {(person.id, channel.name) for person in settings.staff for channel in live_channels(person)}
    for item in resolved:
        routes = fitting(item, settings.alerts.routes)
        if routes and not any(route.say_resolved for route in routes):
            continue
        for address, hearing in hearings.items():
            told = hearing.told.get(_key(item))
            if address in channels and told is not None and told.state != "resolved":
                hearing.lines[_key(item)] = replace(item, reason=Reason.RESOLVED, level=told.level)


def _combine(
    address: Address, hearing: _Hearing, current: Mapping[Key, AlertItem], alert: str, settings: Settings, now: datetime
) -> tuple[Delivery | None, list[str]]:
    """The delivery for one hearer, and the waiting ones that it replaces."""
    lines = _ordered(_carried(hearing, current) | hearing.lines)
    waiting = hearing.waiting
    if len(waiting) == 1 and waiting[0].items == lines:
        return None, []
    replaced = [delivery.id for delivery in waiting]
    if not lines:
        return None, replaced
    delivery_id = _delivery_id(settings.town.id, alert, address, lines)
    title, body = render.message(lines, settings, delivery_id, now)
    latest = waiting[-1] if waiting else None
    return Delivery(
        id=delivery_id, alert=alert, reason=strongest(item.reason for item in lines), recipient=address[0],
        channel=address[1], title=title, body=body, items=lines, status=DeliveryStatus.PENDING, created_at=now,
        # The channel's tries and its back-off go on, or a channel that is always given news would never be given up.
        attempts=max((delivery.attempts for delivery in waiting), default=0),
        next_try_at=latest.next_try_at if latest else None, error=latest.error if latest else None,
        level=max(item.level for item in lines),
    ), replaced


def _carried(hearing: _Hearing, current: Mapping[Key, AlertItem]) -> dict[Key, AlertItem]:
    """What waits unsent and must still be said, in its newest state."""
    carried: dict[Key, AlertItem] = {}
    for delivery in hearing.waiting:
        for line in delivery.items:
            newest = current.get(_key(line), line)
            if newest.state != "resolved" and line.state != "resolved":
                carried[_key(line)] = replace(newest, reason=line.reason, level=line.level)
            elif newest.state == "resolved" and (line.state == "resolved" or delivery.attempts):
                # A try that was not confirmed may have been read all the same: then its end must be said too.
                carried[_key(line)] = replace(newest, reason=Reason.RESOLVED, level=line.level)
            else:
                carried.pop(_key(line), None)
    return carried


def _ordered(lines: Mapping[Key, AlertItem]) -> tuple[AlertItem, ...]:
    """Strongest reason first, then the worst, then the earliest due; what one page has wrong together."""
    return tuple(sorted(lines.values(), key=lambda item: (
        _STRENGTH.index(item.reason or Reason.NEW), item.severity.rank, item.due or date.max, item.kind, item.url, item.id,
    )))


def _delivery_id(town: str, alert: str, address: Address, lines: Sequence[AlertItem]) -> str:
    """Short enough to be read out: the day, and ten characters of what is said to whom in which plan of which
    town."""
    content = [town, alert, *address, *(f"{item.kind}:{item.id}:{item.state}:{item.reason}" for item in lines)]
    return f"{alert[:8]}-{sha256(chr(0x1F).join(content).encode()).hexdigest()[:10]}"


def _key(item: AlertItem) -> Key:
    return item.kind, item.id
