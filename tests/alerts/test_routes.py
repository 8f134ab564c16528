"""Who hears what: routes, owners, stand-ins, and nothing that nobody hears."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.routes import NOBODY, present, route_item
from core.nouns import AlertItem, Severity
from core.settings import Route, Settings
from tests.alerts.parts import channel, item, person, settings

DAY = date(2026, 3, 4)
STAFF = (
    person("clerk", "clerk", channel("robot"), channel("mail"), channel("paper", digest_only=True)),
    person("boss", "leader", channel("mail")),
    person("tech", "technician", channel("robot"), channel("mail")),
    person("mute", "reader"),
)


def heard(thing: AlertItem, rules: Settings, **more: object) -> list[tuple[str, str, int]]:
    routing = route_item(thing, rules, DAY, **more)  # type: ignore[arg-type]
    return [(*hearer.address, hearer.level) for hearer in routing.hearers]


def with_routes(*routes: Route) -> Settings:
    return settings(staff=STAFF, routes=routes)


CASES = Route(id="cases", kinds=("case",), to=("boss",))
VETO = Route(id="veto", severities=(Severity.VETO,), to=("boss",), also_next=True)
STALE = Route(id="stale", rules=("page.link", "column."), to=("owner",))
REST = Route(id="rest", to=("clerk",), escalate_to=("boss",))


@pytest.mark.parametrize(("thing", "routes", "expected"), [
    # The first fitting route decides, the later ones are not asked.
    (item(kind="case"), (CASES, REST), [("boss", "mail", 0)]),
    # A route that does not fit is passed over; a channel for digests only is silent; steps are listed for the plan.
    (item(), (CASES, REST), [("clerk", "robot", 0), ("clerk", "mail", 0), ("boss", "mail", 1)]),
    # also_next: the veto reaches the boss and whoever would hear it anyway; the boss's step stays apart from it.
    (item(severity=Severity.VETO), (VETO, REST),
     [("boss", "mail", 0), ("clerk", "robot", 0), ("clerk", "mail", 0), ("boss", "mail", 1)]),
    # A rule is named exactly or by its family.
    (item(rule_id="column.stale", owner="boss"), (STALE, REST), [("boss", "mail", 0)]),
    (item(rule_id="page.link", owner="boss"), (STALE, REST), [("boss", "mail", 0)]),
    (item(rule_id="page.links", owner="boss"), (STALE, REST),
     [("clerk", "robot", 0), ("clerk", "mail", 0), ("boss", "mail", 1)]),
    (item(rule_id="page.phone", owner="boss"), (STALE, REST),
     [("clerk", "robot", 0), ("clerk", "mail", 0), ("boss", "mail", 1)]),
    # The route decides but its owner is nobody: the technician hears it, never silence.
    (item(rule_id="column.stale"), (STALE, REST), [("tech", "robot", 0), ("tech", "mail", 0)]),
    # An owner who left the staff is nobody too.
    (item(rule_id="column.stale", owner="gone"), (STALE, REST), [("tech", "robot", 0), ("tech", "mail", 0)]),
    # No route fits at all.
    (item(), (CASES,), [("tech", "robot", 0), ("tech", "mail", 0)]),
    # The person has no channel.
    (item(), (Route(id="quiet", to=("mute",)),), [("tech", "robot", 0), ("tech", "mail", 0)]),
    # The same person twice in one route hears it once.
    (item(owner="boss"), (Route(id="two", to=("owner", "boss")),), [("boss", "mail", 0)]),
])
def test_routes(thing: AlertItem, routes: tuple[Route, ...], expected: list[tuple[str, str, int]]) -> None:
    assert heard(thing, with_routes(*routes)) == expected


@pytest.mark.parametrize(("thing", "route", "word"), [
    (item(), CASES, "没有适用"),
    (item(rule_id="column.stale"), STALE, "没有责任人"),
    (item(), Route(id="quiet", to=("mute",)), "路由 quiet"),
])
def test_what_goes_to_others_says_why(thing: AlertItem, route: Route, word: str) -> None:
    assert word in route_item(thing, with_routes(route), DAY).problem


def test_without_a_technician_the_clerk_is_told_and_without_anybody_the_outbox_shows_it() -> None:
    only_clerk = settings(staff=(STAFF[0], STAFF[3]), routes=(CASES,))
    assert heard(item(), only_clerk) == [("clerk", "robot", 0), ("clerk", "mail", 0)]
    nobody_reachable = settings(staff=(STAFF[3],), routes=(CASES,))
    assert heard(item(), nobody_reachable) == [("mute", NOBODY, 0)]
    assert heard(item(), settings(staff=(), routes=(CASES,))) == [(NOBODY, NOBODY, 0)]


def test_what_the_service_says_of_itself_goes_round_the_channel_that_broke() -> None:
    rules = with_routes(Route(id="ops", kinds=("operation",), to=("tech",)))
    broken = frozenset({("tech", "robot")})
    assert heard(item(kind="operation"), rules, broken=broken) == [("tech", "mail", 0)]
    # Both of the technician's channels are down: the clerk, who can call somebody.
    broken |= {("tech", "mail")}
    assert heard(item(kind="operation"), rules, broken=broken) == [("clerk", "robot", 0), ("clerk", "mail", 0)]
    # A finding still goes to its own people: their channel may be mended by the time of the try.
    assert heard(item(), with_routes(REST), broken=frozenset({("clerk", "robot")}))[0] == ("clerk", "robot", 0)


@pytest.mark.parametrize(("away", "expected"), [
    ({"clerk": ("2026-03-04", "boss")}, "boss"),            # the last day of the absence still counts
    ({"clerk": ("2026-03-03", "boss")}, "clerk"),           # back since yesterday
    ({"clerk": ("2026-03-04", None)}, "clerk"),             # nobody stands in: the person is told all the same
    ({"clerk": ("2026-03-04", "boss"), "boss": ("2026-03-05", "tech")}, "tech"),   # the stand-in is away too
    ({"clerk": ("2026-03-04", "boss"), "boss": ("2026-03-05", "clerk")}, "clerk"),  # a ring of absent people
])
def test_stand_ins(away: dict[str, tuple[str, str | None]], expected: str) -> None:
    staff = tuple(
        person(name, "clerk", channel("mail"), away_until=away.get(name, (None, None))[0],
               stand_in=away.get(name, (None, None))[1])
        for name in ("clerk", "boss", "tech")
    )
    assert present("clerk", settings(staff=staff), DAY) == expected


def test_an_unknown_name_is_nobody() -> None:
    assert present("ghost", settings(staff=STAFF), DAY) is None
