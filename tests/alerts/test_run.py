"""The outbox from plan to mark, on both databases with a real channel: said, given up, mended, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from alerts import quiet
from alerts.acknowledging import AnswerError
from alerts.run import next_try_at, plan_alerts, send_due
from core.nouns import CaseState, CaseStep, Delivery, DeliveryStatus, Reason
from core.settings import Channel, Route, Settings
from demo.receivers import Webhook
from store import acknowledgements, deliveries
from store.cases import add_step
from store.database import Engine, transaction
from store.findings import events, handle
from tests.alerts.parts import add_case, add_finding, at, channel, item, person, resolve_finding, settings

ROUTE = Route(id="all", to=("clerk",), remind_workdays=2)
OPS = Route(id="ops", kinds=("operation",), to=("tech",), remind_workdays=None)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as hook:
        yield hook


def rules(hook: Webhook, **alerts: object) -> Settings:
    robot = channel("robot", hook.apprise_url)
    return settings(
        staff=(person("clerk", "clerk", robot), person("tech", "technician", channel("mail", hook.apprise_url))),
        routes=(OPS, ROUTE), **alerts,
    )


def plan(engine: Engine, town: Settings, when: datetime) -> list[Delivery]:
    with transaction(engine) as connection:
        return plan_alerts(connection, town, when)


def send(engine: Engine, town: Settings, when: datetime, **environment: str) -> list[Delivery]:
    return send_due(town, engine, now=lambda: when, environment=environment)


def reasons(planned: list[Delivery]) -> list[tuple[str, str | None]]:
    return [(line.id, line.reason) for delivery in planned for line in delivery.items]


def test_the_life_of_a_finding(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
    assert reasons(plan(engine, town, at(4))) == [("f1", Reason.FIRST)]
    # Waiting counts as being said; said counts as said.
    assert plan(engine, town, at(4)) == []
    sent, = send(engine, town, at(4))
    assert (sent.status, sent.attempts, sent.sent_at) == (DeliveryStatus.SENT, 1, at(4))
    assert plan(engine, town, at(4)) == []
    assert send(engine, town, at(4)) == []
    assert plan(engine, town, at(5)) == []
    assert reasons(plan(engine, town, at(6))) == [("f1", Reason.REMINDER)]
    send(engine, town, at(6))
    with transaction(engine) as connection:
        resolve_finding(connection, "f1", at(7))
    assert reasons(plan(engine, town, at(7))) == [("f1", Reason.RESOLVED)]
    send(engine, town, at(7))
    assert plan(engine, town, at(9)) == []
    with transaction(engine) as connection:
        resolve_finding(connection, "f1", None)  # type: ignore[arg-type]
    assert reasons(plan(engine, town, at(9))) == [("f1", Reason.NEW)]
    assert [message.title for message in hook.messages] == [
        "【漫水河镇】巡检提醒：首次 1 项", "【漫水河镇】巡检提醒：催办 1 项", "【漫水河镇】巡检提醒：已解决 1 项",
    ]


def test_a_case_that_falls_overdue_is_said_and_its_answer_too(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        case_id = add_case(connection, due=date(2026, 3, 5))
    plan(engine, town, at(4))
    send(engine, town, at(4))
    assert plan(engine, town, at(5)) == []          # the due day itself is not over
    overdue, = plan(engine, town, at(6))
    assert [(line.state, line.reason) for line in overdue.items] == [("overdue", Reason.NEW)]
    assert "2026-03-05（已逾期）" in overdue.body
    send(engine, town, at(6))
    with transaction(engine) as connection:
        done = CaseStep(at=at(6), who="clerk", action="reply")
        add_step(connection, case_id, done, state=CaseState.REPLIED)
    assert reasons(plan(engine, town, at(6, hour=10))) == [(str(case_id), Reason.RESOLVED)]


def test_a_column_past_its_day_is_said_though_its_finding_is_the_same(engine: Engine, hook: Webhook) -> None:
    """"Soon due" was said; "overdue" is another state of the same finding."""
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection, evidence={"due": "2026-03-05", "latest_url": "http://town.example/a"})
    first, = plan(engine, town, at(4))
    assert "查看：http://town.example/a" in first.body
    send(engine, town, at(4))
    assert plan(engine, town, at(5)) == []
    assert [line.state for line in plan(engine, town, at(6))[0].items] == ["overdue"]


def test_a_plan_whose_transaction_fails_says_nothing(engine: Engine, hook: Webhook) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as connection:
        add_finding(connection)
        assert plan_alerts(connection, rules(hook), at(4))
        raise RuntimeError
    assert plan(engine, rules(hook), at(4)) == []


def test_what_waits_is_replaced_and_arrives_whole(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    hook.answer_with(500)
    with transaction(engine) as connection:
        add_finding(connection, "f1")
    first, = plan(engine, town, at(4))
    send(engine, town, at(4))
    with transaction(engine) as connection:
        add_finding(connection, "f2")
    second, = plan(engine, town, at(4, hour=10))
    assert (second.attempts, second.id != first.id) == (1, True)
    hook.answer_with(200, b"{}")
    send(engine, town, at(4, hour=11))
    with engine.connect() as connection:
        rows = {each.id: each.status for each in deliveries.list_deliveries(connection)}
        told = {each.item for each in deliveries.said(connection)}
    assert rows == {first.id: DeliveryStatus.SUPERSEDED, second.id: DeliveryStatus.SENT}
    assert told == {"f1", "f2"}


def test_a_channel_given_up_is_told_to_the_technician_and_its_news_is_said_again(engine: Engine, hook: Webhook) -> None:
    town = rules(hook, give_up_after=3, retry_minutes=(1.0, 5.0))
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    dead_hook = town.model_copy(update={"staff": (
        person("clerk", "clerk", channel("robot", "json://127.0.0.1:1")), town.staff[1],
    )})
    moments = [at(4), at(4) + timedelta(minutes=1), at(4) + timedelta(minutes=6)]
    outcomes = [send(engine, dead_hook, when) for when in moments]
    assert [each.status for each in outcomes[0]] == [DeliveryStatus.FAILED]
    assert [each.status for each in outcomes[1]] == [DeliveryStatus.FAILED]
    # The third try gives up, and the technician hears of it in the same go, over another channel.
    assert [(each.recipient, each.status) for each in outcomes[2]] == [
        ("clerk", DeliveryStatus.DEAD), ("tech", DeliveryStatus.SENT),
    ]
    assert "通知送不到：clerk的 robot 渠道" in hook.messages[-1].data["message"]
    assert send(engine, dead_hook, moments[2]) == []
    # The next check says it again: what was given up was not heard.
    again = plan(engine, town, at(5))
    assert [(each.recipient, each.reason) for each in again] == [("clerk", Reason.FIRST)]
    # The channel works again, and the technician is told that too.
    assert [(each.recipient, each.reason) for each in send(engine, town, at(5))] == [
        ("clerk", Reason.FIRST), ("tech", Reason.RESOLVED),
    ]


def test_what_no_retry_mends_is_given_up_at_once(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    hook.answer_with(403, times=1)
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    assert [(each.recipient, each.status) for each in send(engine, town, at(4))] == [
        ("clerk", DeliveryStatus.DEAD), ("tech", DeliveryStatus.SENT),
    ]


def test_a_channel_without_its_address_fails_clearly_and_is_tried_when_it_has_it(engine: Engine, hook: Webhook) -> None:
    robot = Channel(name="robot", url_env="CLERK_ROBOT")
    town = settings(staff=(person("clerk", "clerk", robot),))
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    failed, = send(engine, town, at(4))
    assert failed.status is DeliveryStatus.FAILED
    assert "CLERK_ROBOT" in str(failed.error)
    sent, = send(engine, town, at(4, hour=10), CLERK_ROBOT=hook.apprise_url)
    assert sent.status is DeliveryStatus.SENT


def test_a_person_without_any_channel_shows_in_the_outbox(engine: Engine) -> None:
    town = settings(staff=(person("clerk"),))
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    failed, = send(engine, town, at(4))
    assert failed.status is DeliveryStatus.FAILED
    assert "没有这个人的这个渠道" in str(failed.error)


def test_behind_each_delivery_of_a_channel_the_next_goes_out(engine: Engine, hook: Webhook) -> None:
    made = [
        Delivery(id=f"d{number}", alert="a", reason=Reason.NEW, recipient="clerk", channel="robot", title="t",
                 body=f"{number}", items=(item(reason=Reason.NEW),), status=DeliveryStatus.PENDING, attempts=0,
                 created_at=at(4) + timedelta(seconds=number))
        for number in range(5)
    ]
    with transaction(engine) as connection:
        deliveries.add(connection, made)
    assert [each.id for each in send(engine, rules(hook), at(5))] == ["d0", "d1", "d2", "d3", "d4"]
    assert [message.data["message"] for message in hook.messages] == ["0", "1", "2", "3", "4"]


def test_a_robot_gets_no_more_than_its_messages_of_a_minute(engine: Engine) -> None:
    """Twenty were tried in this minute, over two people who share the robot: the next one waits, unsent and due."""
    robot = channel("robot", "wecombot://0123456789-shared-robot")
    town = settings(staff=(person("clerk", "clerk", robot), person("boss", "leader", robot)))
    row = Delivery(id="d", alert="a", reason=Reason.NEW, recipient="boss", channel="robot", title="t", body="正文",
                   items=(), status=DeliveryStatus.SENT, attempts=1, created_at=at(4))
    with transaction(engine) as connection:
        deliveries.add(connection, [replace(row, id=f"d{number}") for number in range(20)])
        for number in range(20):
            deliveries.mark_sent(connection, replace(row, id=f"d{number}"), at(4), "HTTP 200")
        add_finding(connection)
    waiting, = plan(engine, town, at(4))
    assert send(engine, town, at(4) + timedelta(seconds=59)) == []
    with engine.connect() as connection:
        assert deliveries.due(connection, at(4) + timedelta(seconds=59), at(3)) == [waiting.id]
        spent = deliveries.bodies_tried_since(connection, [("boss", "robot"), ("clerk", "robot")], at(4))
    assert spent == []     # a minute later the robot is free


@pytest.mark.parametrize(("attempts", "permanent", "minutes"), [
    (1, False, 1), (2, False, 5), (3, False, 5),   # the last wait is repeated
    (4, False, None),                              # given up
    (1, True, None),                               # no retry mends it
])
def test_waits_between_tries(attempts: int, permanent: bool, minutes: int | None) -> None:
    town = settings(retry_minutes=(1.0, 5.0), give_up_after=4)
    expected = None if minutes is None else at(4) + timedelta(minutes=minutes)
    assert next_try_at(town, attempts, permanent, at(4)) == expected


def test_a_handled_finding_is_silent_until_it_is_not(engine: Engine, hook: Webhook) -> None:
    """Said to be mended: nobody is reminded. Still bad at the next check: its owner hears of it anew."""
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    send(engine, town, at(4))
    with transaction(engine) as connection:
        handle(connection, "f1", handling="fixed", until=None, event="fixed", who="clerk", note="", at=at(4))
    assert plan(engine, town, at(9)) == [], "the reminder is not sent"
    with transaction(engine) as connection:
        handle(connection, "f1", handling="", until=None, event="undo", who="clerk", note="", at=at(9))
    assert reasons(plan(engine, town, at(9))) == [("f1", Reason.FIRST)]


def test_a_finding_handled_before_it_was_said_is_never_said(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
        handle(connection, "f1", handling="accepted", until=date(2026, 3, 10), event="accepted", who="leader", note="等批复", at=at(4))
    assert plan(engine, town, at(10)) == []
    assert reasons(plan(engine, town, at(11))) == [("f1", Reason.FIRST)], "the day until which it was put off has passed"


def acknowledge(engine: Engine, town: Settings, delivery: Delivery, when: datetime) -> None:
    with transaction(engine) as connection:
        quiet.acknowledge(connection, town, delivery, who="clerk", at=when)


def outbox(engine: Engine) -> list[Delivery]:
    with engine.connect() as connection:
        return deliveries.list_deliveries(connection)


def history(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [(event.event, event.note) for event in events(connection, "f1")]


def test_what_was_received_is_not_pressed_until_it_changes(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection, evidence={"due": "2026-03-10"})
    plan(engine, town, at(4))
    sent, = send(engine, town, at(4))
    acknowledge(engine, town, sent, at(4, hour=10))
    assert plan(engine, town, at(6)) == []
    # Two working days after the news that it is overdue it is pressed again: that was not received.
    assert reasons(plan(engine, town, at(11))) == [("f1", Reason.NEW)]
    send(engine, town, at(11))
    assert reasons(plan(engine, town, at(13))) == [("f1", Reason.REMINDER)]
    assert history(engine) == [("acknowledged", "clerk")]
    with pytest.raises(AnswerError, match="没有需要确认收到的事项"):
        acknowledge(engine, town, sent, at(13))   # the old message, of a state that is over


def test_what_was_received_is_over_when_the_finding_is_resolved(engine: Engine, hook: Webhook) -> None:
    """Found again it is another episode: its reminders come."""
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    sent, = send(engine, town, at(4))
    acknowledge(engine, town, sent, at(4, hour=10))
    for until in (at(5), None):
        with transaction(engine) as connection:
            resolve_finding(connection, "f1", until)  # type: ignore[arg-type]
        assert len(plan(engine, town, at(5))) == 1
        send(engine, town, at(5))
    assert reasons(plan(engine, town, at(9))) == [("f1", Reason.REMINDER)]
    with engine.connect() as connection:
        given, = acknowledgements.of_items(connection, "clerk", [("finding", "f1")])
    assert given.ended_at == at(5)


def test_a_silence_ends_on_its_day_and_can_be_taken_back(engine: Engine, hook: Webhook) -> None:
    town, key = rules(hook), ("case", "1")
    with transaction(engine) as connection:
        key = ("case", str(add_case(connection)))
    plan(engine, town, at(4))
    send(engine, town, at(4))
    with transaction(engine) as connection:
        quiet.silence(connection, town, key, "clerk", until=at(10).date(), who="clerk", note="等批复", at=at(4, hour=10))
    sent, = (each for each in outbox(engine) if each.recipient == "clerk")
    with pytest.raises(AnswerError, match="已经静音"):   # 收到 does not cut a silence short
        acknowledge(engine, town, sent, at(5))
    assert plan(engine, town, at(10)) == []
    assert reasons(plan(engine, town, at(11))) == [(key[1], Reason.REMINDER)]
    with transaction(engine) as connection:
        with pytest.raises(AnswerError, match="没有静音"):   # its day ended it
            quiet.speak_again(connection, town, key, "clerk", who="clerk", at=at(11))
        quiet.silence(connection, town, key, "clerk", until=at(20).date(), who="clerk", note="再等", at=at(11))
        quiet.speak_again(connection, town, key, "clerk", who="clerk", at=at(11))
        assert acknowledgements.holding(connection) == []


def test_the_services_own_trouble_can_be_received(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
    plan(engine, town, at(4))
    hook.answer_with(410)
    send(engine, town, at(4))
    with transaction(engine) as connection:
        about, = (each for each in deliveries.list_deliveries(connection) if each.items[0].kind == "operation")
        given, = quiet.acknowledge(connection, town, about, who="tech", at=at(4, hour=10))
    assert (given.kind, given.item) == ("operation", "clerk/robot")


def test_what_a_person_has_handled_is_nobodys_to_silence(engine: Engine, hook: Webhook) -> None:
    town = rules(hook)
    with transaction(engine) as connection:
        add_finding(connection)
        handle(connection, "f1", handling="false_alarm", until=None, event="false_alarm", who="clerk", note="x", at=at(4))
        with pytest.raises(AnswerError, match="没有这个未解决的事项"):
            quiet.silence(connection, town, ("finding", "f1"), "clerk", until=at(10).date(), who="clerk", note="x", at=at(4))
        assert plan_alerts(connection, town, at(4)) == []
