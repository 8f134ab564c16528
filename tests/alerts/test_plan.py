"""Why a person hears something now: the decision table, escalation, grouping, replacing, and two properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.plan import Memory, Plan, decide, level_reached, plan
from alerts.routes import Hearer
from core.calendar import WorkCalendar
from core.clock import SHANGHAI
from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from core.settings import Route, Settings
from store.acknowledgements import Acknowledgement
from store.deliveries import Said
from tests.alerts.parts import WEDNESDAY, at, channel, item, person, settings

ROUTE = Route(id="all", to=("clerk",), remind_workdays=2, escalate_workdays=3, escalate_to=("boss", "county"))
STAFF = (
    person("clerk", "clerk", channel("robot")), person("boss", "leader", channel("robot")),
    person("county", "supervisor", channel("mail")),
)
RULES = settings(staff=STAFF, routes=(ROUTE,))


def said(state: str = "open", when: datetime = WEDNESDAY, level: int = 0, **more: object) -> Said:
    values: dict[str, object] = {
        "recipient": "clerk", "channel": "robot", "kind": "finding", "item": "f1", "state": state, "level": level,
        "reason": Reason.NEW, "first_said_at": when, "said_at": when, "delivery": "20260304-x",
    }
    return Said(**values | more)  # type: ignore[arg-type]


def sent(delivery: Delivery, when: datetime) -> list[Said]:
    """What the store remembers once the channel has confirmed."""
    return [
        Said(recipient=delivery.recipient, channel=delivery.channel, kind=line.kind, item=line.id, state=line.state,
             reason=line.reason or delivery.reason, level=line.level, first_said_at=when, said_at=when,
             delivery=delivery.id)
        for line in delivery.items
    ]


def run(
    items: list[AlertItem], memory: Memory | None = None, when: datetime = WEDNESDAY, *,
    resolved: tuple[AlertItem, ...] = (), rules: Settings = RULES,
) -> Plan:
    return plan(items, resolved, memory or Memory(), rules, when, "t")


def lines(planned: Plan) -> list[tuple[str, str, str, Reason | None]]:
    return [(each.recipient, each.channel, line.id, line.reason) for each in planned.deliveries for line in each.items]


VETO = Severity.VETO


@pytest.mark.parametrize(("told", "now", "state", "severity", "level", "spoken", "expected"), [
    (None, at(4), "open", Severity.WARN, 0, False, Reason.FIRST),
    (None, at(4), "open", Severity.WARN, 0, True, Reason.NEW),
    # News does not wait for Monday: only pressing does.
    (None, at(7), "open", Severity.WARN, 0, True, Reason.NEW),
    (said(), at(4), "open", Severity.WARN, 0, True, None),
    (said(), at(5), "open", Severity.WARN, 0, True, None),
    # Two working days later, the day of the message not counted.
    (said(), at(6), "open", Severity.WARN, 0, True, Reason.REMINDER),
    # Said on Thursday: Friday is one, Saturday and Sunday are none, Monday is two.
    (said(when=at(5)), at(7), "open", Severity.WARN, 0, True, None),
    (said(when=at(5)), at(9), "open", Severity.WARN, 0, True, Reason.REMINDER),
    # Due on Friday but the check did not run: not on Saturday, though two working days have gone by.
    (said(when=at(4)), at(7), "open", Severity.WARN, 0, True, None),
    # A veto does not keep office hours.
    (said(when=at(5)), at(7), "open", VETO, 0, True, Reason.REMINDER),
    # A Saturday that the State Council made a working day (2026-02-14) counts and may be reminded on.
    (said(when=at(12, 2)), at(14, 2), "open", Severity.WARN, 0, True, Reason.REMINDER),
    # Spring Festival (15 to 23 February 2026): eleven days gone, one working day.
    (said(when=at(13, 2)), at(23, 2), "open", Severity.WARN, 0, True, None),
    # Overdue is another state: said at once, even on a Sunday and just after a reminder.
    (said(when=at(7)), at(8), "overdue", Severity.ERROR, 0, True, Reason.NEW),
    # An extension makes overdue open again: said, or the next overdue would not be.
    (said("overdue"), at(4), "open", Severity.WARN, 0, True, Reason.NEW),
    # Open again after it was resolved.
    (said("resolved"), at(4), "open", Severity.WARN, 0, True, Reason.NEW),
    # The step is reached: the boss has not been told of it, or only as a route's own hearer.
    (None, at(9), "open", Severity.WARN, 1, False, Reason.ESCALATED),
    (said(), at(9), "open", Severity.WARN, 1, True, Reason.ESCALATED),
    # Escalated once per level; after that it is reminded like any other.
    (said(when=at(9), level=1), at(10), "open", Severity.WARN, 1, True, None),
    (said(when=at(9), level=1), at(11), "open", Severity.WARN, 1, True, Reason.REMINDER),
    (said(when=at(9), level=1), at(10), "open", Severity.WARN, 2, True, Reason.ESCALATED),
    # Escalated, resolved, open again: the level was forgotten with the resolution.
    (said("resolved", level=2), at(10), "open", Severity.WARN, 1, True, Reason.ESCALATED),
])
def test_decision_table(
    told: Said | None, now: datetime, state: str, severity: Severity, level: int, spoken: bool, expected: Reason | None
) -> None:
    thing = item(state=state, severity=severity)
    assert decide(thing, Hearer("clerk", "robot", ROUTE, level), told, not spoken, WorkCalendar(), now) == expected


def test_a_route_without_reminders_never_reminds() -> None:
    quiet = Hearer("clerk", "robot", ROUTE.model_copy(update={"remind_workdays": None}))
    assert decide(item(), quiet, said(), False, WorkCalendar(), at(30)) is None


@pytest.mark.parametrize(("day", "level"), [
    (at(4), 0), (at(6), 0),
    (at(9), 1),    # Thursday, Friday, Monday: the third working day
    (at(11), 1), (at(12), 2),
    (at(30), 2),   # the ladder has two steps
])
def test_escalation_steps(day: datetime, level: int) -> None:
    assert level_reached(item(), ROUTE, WorkCalendar(), day.date()) == level


def test_escalation_is_counted_where_nobody_could_be_told() -> None:
    """It counts from the opening, not from the first message: a dead channel must not keep the boss in the dark."""
    planned = run([item()], when=at(9))
    assert lines(planned) == [("boss", "robot", "f1", Reason.ESCALATED), ("clerk", "robot", "f1", Reason.FIRST)]
    assert [each.level for each in planned.deliveries] == [1, 0]


def test_a_step_reached_on_a_day_off_waits_but_the_routes_own_people_do_not() -> None:
    both = settings(staff=STAFF, routes=(ROUTE.model_copy(update={"to": ("clerk", "boss")}),))
    saturday = at(14)
    assert lines(run([item()], when=saturday, rules=both)) == [
        ("boss", "robot", "f1", Reason.FIRST), ("clerk", "robot", "f1", Reason.FIRST),
    ]
    assert {reason for _, _, _, reason in lines(run([item(severity=VETO)], when=saturday, rules=both))} == {
        Reason.ESCALATED, Reason.FIRST,
    }


def test_a_baseline_is_one_message_per_person_and_channel() -> None:
    planned = run([item(f"f{number:02}") for number in range(45)])
    delivery, = planned.deliveries
    assert delivery.reason is Reason.FIRST
    assert len(delivery.items) == 45
    assert "另有 25 项" in delivery.body
    assert "\n20. " in delivery.body
    assert "\n21. " not in delivery.body
    assert delivery.body.count("首次") == 1


def test_a_message_bears_its_strongest_reason_and_orders_its_lines() -> None:
    memory = Memory(said=[said(item="old", when=at(4)), said(item="gone"), said(item="late")])
    planned = run(
        [item("old", opened_at=at(6)), item("fresh", opened_at=at(6)), item("late", state="overdue", opened_at=at(6),
                                                                           severity=Severity.ERROR)],
        memory, at(6), resolved=(item("gone", state="resolved"),),
    )
    delivery, = planned.deliveries
    assert [(line.id, line.reason) for line in delivery.items] == [
        ("late", Reason.NEW), ("fresh", Reason.NEW), ("old", Reason.REMINDER), ("gone", Reason.RESOLVED),
    ]
    assert delivery.reason is Reason.NEW


@pytest.mark.parametrize(("memory", "routes", "expected"), [
    (Memory(said=[said()]), (ROUTE,), [("clerk", "robot", "f1", Reason.RESOLVED)]),
    (Memory(said=[said("overdue")]), (ROUTE,), [("clerk", "robot", "f1", Reason.RESOLVED)]),
    (Memory(said=[said("resolved")]), (ROUTE,), []),   # said once
    (Memory(), (ROUTE,), []),                           # who was never told that it was open is not told that it ended
    (Memory(said=[said()]), (ROUTE.model_copy(update={"say_resolved": False}),), []),
    # The route goes to somebody else by now: who was told still hears the end.
    (Memory(said=[said()]), (Route(id="new", to=("boss",)),), [("clerk", "robot", "f1", Reason.RESOLVED)]),
    # That channel is no more.
    (Memory(said=[said(channel="fax")]), (ROUTE,), []),
])
def test_resolved(memory: Memory, routes: tuple[Route, ...], expected: list[object]) -> None:
    rules = settings(staff=STAFF, routes=routes)
    assert lines(run([], memory, resolved=(item(state="resolved"),), rules=rules)) == expected


def answered(recipient: str = "clerk", until: date | None = None, **more: object) -> Acknowledgement:
    values: dict[str, object] = {
        "recipient": recipient, "kind": "finding", "item": "f1", "state": "open", "severity": Severity.WARN, "until": until,
        "who": recipient, "note": "", "at": at(4, hour=10),
    }
    return Acknowledgement(**values | more)  # type: ignore[arg-type]


QUIET = date(2026, 3, 20)
CLERK_REMINDED = ("clerk", "robot", "f1", Reason.REMINDER)
BOSS_ESCALATED = ("boss", "robot", "f1", Reason.ESCALATED)


@pytest.mark.parametrize(("given", "told", "thing", "when", "expected"), [
    ([], [said()], item(), at(6), [CLERK_REMINDED]),
    ([answered()], [said()], item(), at(6), []),
    # What one person has received says nothing for another.
    ([answered("boss")], [said()], item(), at(6), [CLERK_REMINDED]),
    ([answered(item="f2")], [said()], item(), at(6), [CLERK_REMINDED]),
    ([answered(kind="case")], [said()], item(), at(6), [CLERK_REMINDED]),
    # The clerk is spared; the step above is told all the same.
    ([answered()], [said()], item(), at(9), [BOSS_ESCALATED]),
    ([answered(until=QUIET)], [said()], item(), at(9), [BOSS_ESCALATED]),
    ([answered("boss", until=QUIET), answered()], [said()], item(), at(9), [BOSS_ESCALATED]),
    # The boss has received the escalation: no more reminders of this step.
    ([answered("boss"), answered()], [said(), said(recipient="boss", level=1, when=at(9))], item(), at(11), []),
    # It falls overdue: news, whatever was answered; and the reminders after it come again.
    ([answered()], [said()], item(state="overdue"), at(5), [("clerk", "robot", "f1", Reason.NEW)]),
    ([answered(until=QUIET)], [said()], item(state="overdue"), at(5), [("clerk", "robot", "f1", Reason.NEW)]),
    ([answered()], [said("overdue")], item(state="overdue"), at(6), [CLERK_REMINDED]),
    # Worse than when it was received.
    ([answered()], [said()], item(severity=Severity.ERROR), at(6), [CLERK_REMINDED]),
    # Silenced before any message went out: a person has seen it; from the day after they hear of it.
    ([answered(until=at(5).date())], [], item(), at(5), []),
    ([answered(until=at(5).date())], [], item(), at(6), [("clerk", "robot", "f1", Reason.FIRST)]),
    # Merely received on one channel: the other one still says it once.
    ([answered()], [said(channel="fax")], item(), at(5), [("clerk", "robot", "f1", Reason.FIRST)]),
])
def test_what_was_answered(
    given: list[Acknowledgement], told: list[Said], thing: AlertItem, when: datetime, expected: list[object]
) -> None:
    assert lines(run([thing], Memory(said=told, answered=given), when)) == expected


def test_the_end_of_what_was_silenced_is_said() -> None:
    memory = Memory(said=[said()], answered=[answered(until=QUIET)])
    assert lines(run([], memory, at(6), resolved=(item(state="resolved"),))) == [("clerk", "robot", "f1", Reason.RESOLVED)]


def waiting(*things: AlertItem, **more: object) -> Delivery:
    delivery, = (each for each in run(list(things), when=at(4)).deliveries if each.recipient == "clerk")
    return replace(delivery, **more)  # type: ignore[arg-type]


def test_what_waits_is_replaced_by_the_newest_state_and_nothing_in_it_is_lost() -> None:
    old = waiting(item("a"), item("b", kind="case", id="7"), status=DeliveryStatus.FAILED, attempts=4,
                  next_try_at=at(5, hour=12), error="HTTP 500")
    planned = run([item("a"), item("b", kind="case", id="7", state="overdue"), item("c")],
                  Memory(unfinished=[old]), at(5))
    delivery, = planned.deliveries
    assert planned.superseded == (old.id,)
    assert {(line.id, line.state) for line in delivery.items} == {("a", "open"), ("7", "overdue"), ("c", "open")}
    # The channel's tries and back-off go on: a channel that is given news daily must still be given up one day.
    assert (delivery.attempts, delivery.next_try_at, delivery.error) == (4, at(5, hour=12), "HTTP 500")


def test_a_reminder_that_could_not_be_sent_on_friday_is_not_forgotten_on_saturday() -> None:
    memory = Memory(said=[said(when=at(4))])
    friday, = run([item()], memory, at(6)).deliveries
    saturday = run([item(), item("new")], replace(memory, unfinished=[friday]), at(7))
    assert [(line.id, line.reason) for line in saturday.deliveries[0].items] == [
        ("new", Reason.NEW), ("f1", Reason.REMINDER),
    ]


@pytest.mark.parametrize(("attempts", "expected"), [
    (0, []),                                                  # never tried: nobody heard that it was open
    (1, [("clerk", "robot", "f1", Reason.RESOLVED)]),         # tried: it may have been read though not confirmed
])
def test_what_is_resolved_while_it_waits(attempts: int, expected: list[object]) -> None:
    old = waiting(item(), attempts=attempts, status=DeliveryStatus.FAILED)
    planned = run([], Memory(unfinished=[old]), at(5), resolved=(item(state="resolved"),))
    assert planned.superseded == (old.id,)
    assert lines(planned) == expected


def test_an_unsent_all_clear_is_dropped_when_the_thing_is_open_again() -> None:
    memory = Memory(said=[said()])
    old, = run([], memory, at(4), resolved=(item(state="resolved"),)).deliveries
    planned = run([item()], replace(memory, unfinished=[old]), at(4))
    assert (lines(planned), planned.superseded) == ([], (old.id,))


def test_what_is_being_sent_counts_as_said_and_is_not_replaced() -> None:
    claimed = waiting(item(), status=DeliveryStatus.CLAIMED, claimed_at=at(4))
    planned = run([item(), item("f2")], Memory(unfinished=[claimed]))
    assert lines(planned) == [("clerk", "robot", "f2", Reason.NEW)]
    assert planned.superseded == ()


def test_what_waits_and_is_not_known_to_this_plan_stays() -> None:
    """The plan of the service's own troubles knows nothing of findings."""
    old = waiting(item())
    planned = run([item("tech/robot", kind="operation")], Memory(unfinished=[old]))
    assert {line.id for line in planned.deliveries[0].items} == {"f1", "tech/robot"}


def test_an_item_without_a_hearer_says_so_in_its_message() -> None:
    planned = run([item()], rules=settings(staff=STAFF, routes=(Route(id="cases", kinds=("case",), to=("boss",)),)))
    assert lines(planned) == [("clerk", "robot", "f1", Reason.FIRST)]
    assert "没有适用于此项的路由" in planned.deliveries[0].body
    assert planned.problems


NAMES = [f"f{number}" for number in range(6)]
THINGS = st.lists(
    st.builds(
        item, st.sampled_from(NAMES), state=st.sampled_from(["open", "overdue"]), severity=st.sampled_from(Severity),
        kind=st.sampled_from(["finding", "case", "operation"]), owner=st.sampled_from([None, "boss", "gone"]),
        opened_at=st.integers(1, 28).map(at), due=st.sampled_from([None, date(2026, 3, 20)]),
    ),
    max_size=8, unique_by=lambda thing: (thing.kind, thing.id),
)
ROUTES = st.lists(
    st.builds(
        Route, id=st.just("r"), kinds=st.sampled_from([(), ("case",), ("finding", "operation")]),
        severities=st.sampled_from([(), (Severity.VETO, Severity.ERROR)]),
        to=st.sampled_from([("clerk",), ("owner",), ("boss", "clerk")]), also_next=st.booleans(),
        remind_workdays=st.sampled_from([None, 1, 3]), escalate_workdays=st.sampled_from([None, 1, 5]),
        escalate_to=st.sampled_from([(), ("boss",), ("boss", "county")]), say_resolved=st.booleans(),
    ),
    min_size=1, max_size=3,
).map(tuple)
MEMORIES = st.lists(
    st.builds(
        said, st.sampled_from(["open", "overdue", "resolved"]), st.integers(1, 28).map(at), st.integers(0, 2),
        item=st.sampled_from(NAMES), recipient=st.sampled_from(["clerk", "boss"]),
        kind=st.sampled_from(["finding", "case"]),
    ),
    max_size=6, unique_by=lambda told: (told.recipient, told.kind, told.item),
)
NOWS = st.integers(0, 60 * 24).map(lambda hours: datetime(2026, 2, 10, tzinfo=SHANGHAI) + timedelta(hours=hours))


@given(THINGS, ROUTES, MEMORIES, NOWS, st.sampled_from(["pending", "failed", "claimed", "sent"]))
def test_planning_twice_at_one_instant_says_nothing_the_second_time(
    things: list[AlertItem], routes: tuple[Route, ...], told: list[Said], now: datetime, status: str
) -> None:
    """Whatever became of the first plan's deliveries in between."""
    rules = settings(staff=STAFF, routes=routes)
    first = run(things, Memory(said=told), now, rules=rules)
    known = {(each.recipient, each.channel, each.kind, each.item): each for each in told}
    unfinished: list[Delivery] = []
    for delivery in first.deliveries:
        if status == "sent":
            known |= {(each.recipient, each.channel, each.kind, each.item): each for each in sent(delivery, now)}
        else:
            unfinished.append(replace(delivery, status=DeliveryStatus(status), claimed_at=now))
    second = run(things, Memory(said=list(known.values()), unfinished=unfinished), now + timedelta(0), rules=rules)
    assert second == Plan(problems=second.problems)


ANSWERS = st.lists(
    st.builds(
        answered, st.sampled_from(["clerk", "boss"]), st.none(), item=st.sampled_from(NAMES), at=st.integers(1, 28).map(at),
        state=st.sampled_from(["open", "overdue"]), severity=st.sampled_from(Severity), kind=st.sampled_from(["finding", "case"]),
    ),
    max_size=6,
)


@given(THINGS, ROUTES, MEMORIES, ANSWERS, NOWS)
def test_nothing_open_is_ever_unsaid(
    things: list[AlertItem], routes: tuple[Route, ...], told: list[Said], given: list[Acknowledgement], now: datetime
) -> None:
    """Every open thing has, after the plan, somebody who was told its present state or is being told it, whatever people
    have acknowledged."""
    planned = run(things, Memory(said=told, answered=given), now, rules=settings(staff=STAFF, routes=routes))
    heard = {(each.kind, each.item, each.state) for each in told}
    heard |= {(line.kind, line.id, line.state) for delivery in planned.deliveries for line in delivery.items}
    assert {(thing.kind, thing.id, thing.state) for thing in things} <= heard
