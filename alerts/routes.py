"""Who hears an item, and on which channels. Pure: settings and the day are passed in.

The first route that fits decides, unless it says ``also_next``. An item that nobody would hear goes to the technician
(else the clerk, else anybody) together with what is wrong: never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.nouns import AlertItem
from core.settings import Channel, Route, Settings, StaffMember

NOBODY = "nobody"
"""Recipient and channel of last resort: it fails visibly in the outbox, where no person can be reached at all."""

_FALLBACK = Route(id="fallback", to=(NOBODY,))
_RESCUERS = ("technician", "clerk", "leader", "supervisor", "reader")


@dataclass(frozen=True, slots=True)
class Hearer:
    """One person on one channel, by which route, and at which level: 0 the route's own people, 1 and up its escalation
    steps, one name of ``escalate_to`` each."""

    person: str
    channel: str
    route: Route
    level: int = 0

    @property
    def address(self) -> tuple[str, str]:
        """Recipient and channel, the key of memory and outbox."""
        return self.person, self.channel


@dataclass(frozen=True, slots=True)
class Routing:
    """Who hears an item; ``problem`` says in Chinese why it had to go to others than its routes say."""

    hearers: tuple[Hearer, ...]
    problem: str = ""


def route_item(
    item: AlertItem, settings: Settings, today: date, broken: frozenset[tuple[str, str]] = frozenset()
) -> Routing:
    """The hearers of an item on a day, escalation steps included (the plan leaves out those not reached). ``broken``:
    (person, channel) pairs that have been given up; what the service says of itself goes round them."""
    routes = fitting(item, settings.alerts.routes)
    found = _unique(hearer for route in routes for hearer in _of_route(route, item, settings, today))
    if item.kind == "operation":
        found = tuple(hearer for hearer in found if hearer.address not in broken)
    if any(hearer.level == 0 for hearer in found):
        return Routing(found)
    return Routing((*_rescue(settings, broken), *found), _problem(item, routes))


def fitting(item: AlertItem, routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes that decide about an item, in order."""
    chosen: list[Route] = []
    for route in routes:
        if _fits(item, route):
            chosen.append(route)
            if not route.also_next:
                break
    return tuple(chosen)


def live_channels(person: StaffMember) -> tuple[Channel, ...]:
    """The channels that carry alerts: those for digests only are left out."""
    return tuple(channel for channel in person.channels if not channel.digest_only)


def present(person_id: str, settings: Settings, today: date) -> str | None:
    """The person, or whoever stands in on that day; None for an unknown name. Where the chain of stand-ins ends or
    closes without anybody present, the person is told after all."""
    staff = {person.id: person for person in settings.staff}
    seen: list[str] = []
    current = staff.get(person_id)
    while current is not None and current.id not in seen:
        if not _away(current, today):
            return current.id
        seen.append(current.id)
        current = staff.get(current.stand_in) if current.stand_in else None
    return person_id if person_id in staff else None


def _fits(item: AlertItem, route: Route) -> bool:
    return (
        (not route.kinds or item.kind in route.kinds)
        and (not route.severities or item.severity in route.severities)
        and (not route.rules or any(_names(rule, item.rule_id) for rule in route.rules))
    )


def _names(rule: str, rule_id: str) -> bool:
    """A rule by its id, or a family of rules by its beginning with the dot (``source.``)."""
    return rule_id == rule or (rule.endswith(".") and rule_id.startswith(rule))


def _of_route(route: Route, item: AlertItem, settings: Settings, today: date) -> Iterable[Hearer]:
    steps = [(name, 0) for name in route.to]
    steps += [(name, level) for level, name in enumerate(route.escalate_to, start=1)]
    for name, level in steps:
        person_id = present((item.owner or "") if name == "owner" else name, settings, today)
        if person_id is not None:
            for channel in live_channels(settings.person(person_id)):
                yield Hearer(person_id, channel.name, route, level)


def _unique(hearers: Iterable[Hearer]) -> tuple[Hearer, ...]:
    """Each person, channel and level once; the first route stays."""
    kept: dict[tuple[str, str, int], Hearer] = {}
    for hearer in hearers:
        kept.setdefault((*hearer.address, hearer.level), hearer)
    return tuple(kept.values())


def _rescue(settings: Settings, broken: frozenset[tuple[str, str]]) -> tuple[Hearer, ...]:
    """The first people by role who have a channel that works; a broken one rather than none."""
    by_role = sorted(settings.staff, key=lambda person: _RESCUERS.index(person.role))
    options = [
        [Hearer(person.id, channel.name, _FALLBACK) for channel in live_channels(person)] for person in by_role
    ]
    for hearers in options:
        if working := [hearer for hearer in hearers if hearer.address not in broken]:
            return tuple(working)
    for hearers in options:
        if hearers:
            return tuple(hearers)
    person = by_role[0].id if by_role else NOBODY
    return (Hearer(person, NOBODY, _FALLBACK),)


def _problem(item: AlertItem, routes: Sequence[Route]) -> str:
    if not routes:
        return "alerts.toml 中没有适用于此项的路由，故转告您，请补上路由"
    names = "、".join(route.id for route in routes)
    if "owner" in {name for route in routes for name in route.to} and not item.owner:
        return f"此项没有责任人（路由 {names}），故转告您，请指定责任人"
    return f"路由 {names} 所指的人没有可用的通知渠道，故转告您，请检查 staff.toml"


def _away(person: StaffMember, today: date) -> bool:
    return person.away_until is not None and today <= date.fromisoformat(person.away_until)
