"""The outbox on both databases: claims, order, memory, what is broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from store import deliveries
from store.database import Engine, transaction
from tests.alerts.parts import WEDNESDAY, item

NOW = WEDNESDAY
MINUTE = timedelta(minutes=1)
NEVER_STALE = NOW - timedelta(days=99)


def delivery(name: str = "d1", when: datetime = NOW, *items: AlertItem, **more: object) -> Delivery:
    values: dict[str, object] = {
        "id": name, "alert": "a1", "reason": Reason.NEW, "recipient": "clerk", "channel": "robot", "title": "标题",
        "body": "正文", "items": items or (item(reason=Reason.NEW),), "status": DeliveryStatus.PENDING, "attempts": 0,
        "created_at": when,
    }
    return Delivery(**values | more)  # type: ignore[arg-type]


def put(engine: Engine, *rows: Delivery) -> None:
    with transaction(engine) as connection:
        deliveries.add(connection, rows)


def claim(engine: Engine, name: str, now: datetime = NOW, stale: datetime = NEVER_STALE) -> Delivery | None:
    with transaction(engine) as connection:
        return deliveries.claim(connection, name, now, stale)


def finish(
    engine: Engine, taken: Delivery, now: datetime = NOW, *, error: str = "", retry: datetime | None = None
) -> None:
    with transaction(engine) as connection:
        if error:
            deliveries.mark_failed(connection, taken, now, error, retry)
        else:
            deliveries.mark_sent(connection, taken, now, "HTTP 200")


def due(engine: Engine, now: datetime = NOW, stale: datetime = NEVER_STALE) -> list[str]:
    with engine.connect() as connection:
        return deliveries.due(connection, now, stale)


def get(engine: Engine, name: str = "d1") -> Delivery:
    with engine.connect() as connection:
        found = deliveries.get(connection, name)
    assert found is not None
    return found


def test_a_delivery_comes_back_as_it_was_put(engine: Engine) -> None:
    full = item(state="overdue", severity=Severity.VETO, detail="详情", url="http://x/", owner="clerk", rule_id="r",
                due=date(2026, 3, 5), reason=Reason.ESCALATED, level=2)
    row = delivery("d1", NOW, full, item("f2", opened_at=None), level=2, next_try_at=NOW)
    put(engine, row)
    assert get(engine) == row


def test_a_claim_is_taken_once_and_counts_the_try(engine: Engine) -> None:
    put(engine, delivery())
    first = claim(engine, "d1")
    assert first is not None
    assert (first.status, first.attempts, first.claimed_at) == (DeliveryStatus.CLAIMED, 1, NOW)
    assert claim(engine, "d1") is None


def test_a_claim_of_a_dead_process_is_due_again(engine: Engine) -> None:
    put(engine, delivery())
    claim(engine, "d1")
    assert due(engine, NOW + 20 * MINUTE, NOW - MINUTE) == []
    assert due(engine, NOW + 20 * MINUTE, NOW + MINUTE) == ["d1"]
    again = claim(engine, "d1", NOW + 20 * MINUTE, NOW + MINUTE)
    assert again is not None
    assert again.attempts == 2


def test_the_slow_process_neither_overwrites_the_newer_claim_nor_loses_what_it_has_sent(engine: Engine) -> None:
    put(engine, delivery())
    slow = claim(engine, "d1")
    fast = claim(engine, "d1", NOW + 20 * MINUTE, NOW + MINUTE)
    assert slow is not None
    assert fast is not None
    finish(engine, slow, NOW + 21 * MINUTE, error="超时", retry=NOW + 22 * MINUTE)
    assert get(engine).status is DeliveryStatus.CLAIMED
    finish(engine, slow, NOW + 21 * MINUTE)
    assert get(engine).status is DeliveryStatus.SENT
    # The late failure of the other does not take back what was heard.
    finish(engine, fast, NOW + 22 * MINUTE, error="超时")
    assert get(engine).status is DeliveryStatus.SENT


def test_a_failed_try_waits_and_one_without_a_next_is_dead(engine: Engine) -> None:
    put(engine, delivery())
    taken = claim(engine, "d1")
    assert taken is not None
    finish(engine, taken, error="HTTP 500", retry=NOW + 5 * MINUTE)
    assert due(engine, NOW + 4 * MINUTE) == []
    assert due(engine, NOW + 5 * MINUTE) == ["d1"]
    taken = claim(engine, "d1", NOW + 5 * MINUTE)
    assert taken is not None
    finish(engine, taken, error="HTTP 403")
    assert (get(engine).status, get(engine).error) == (DeliveryStatus.DEAD, "HTTP 403")
    with engine.connect() as connection:
        log = deliveries.attempts_of(connection, "d1")
    assert [(each.ok, each.answer) for each in log] == [(False, "HTTP 500"), (False, "HTTP 403")]


def test_news_does_not_overtake_what_came_before_it(engine: Engine) -> None:
    """On one channel of one person; other channels and people do not wait."""
    put(engine, delivery("d1"), delivery("d2", NOW + MINUTE), delivery("d3", NOW + MINUTE, channel="mail"),
        delivery("d0", NOW))
    later = NOW + 2 * MINUTE
    assert due(engine, later) == ["d0", "d3"]     # d0 and d1 are of one instant: by id
    assert claim(engine, "d2", later) is None
    taken = claim(engine, "d0", later)
    assert due(engine, later) == ["d3"]           # being sent is not yet sent
    assert taken is not None
    finish(engine, taken, later)
    assert due(engine, later) == ["d1", "d3"]


def test_sent_is_remembered_with_its_first_time(engine: Engine) -> None:
    def tell(name: str, state: str, when: datetime) -> deliveries.Said:
        put(engine, delivery(name, when, item(state=state, reason=Reason.NEW, level=1)))
        taken = claim(engine, name, when)
        assert taken is not None
        finish(engine, taken, when)
        with engine.connect() as connection:
            told, = deliveries.said(connection)
        return told

    first = tell("d1", "open", NOW)
    assert (first.state, first.level, first.first_said_at, first.delivery) == ("open", 1, NOW, "d1")
    second = tell("d2", "overdue", NOW + MINUTE)
    assert (second.state, second.first_said_at, second.said_at) == ("overdue", NOW, NOW + MINUTE)
    tell("d3", "resolved", NOW + 2 * MINUTE)
    # Open again: its first time is now.
    assert tell("d4", "open", NOW + 3 * MINUTE).first_said_at == NOW + 3 * MINUTE


def test_what_failed_is_not_remembered_as_said(engine: Engine) -> None:
    put(engine, delivery())
    taken = claim(engine, "d1")
    assert taken is not None
    finish(engine, taken, error="HTTP 500", retry=NOW)
    with engine.connect() as connection:
        assert deliveries.said(connection) == []


def test_a_message_of_a_thousand_items_is_remembered(engine: Engine) -> None:
    put(engine, delivery("d1", NOW, *(item(f"f{number}") for number in range(1000))))
    taken = claim(engine, "d1")
    assert taken is not None
    finish(engine, taken)
    with engine.connect() as connection:
        assert len(deliveries.said(connection)) == 1000


def test_superseding_spares_what_is_being_sent(engine: Engine) -> None:
    put(engine, delivery("d1"), delivery("d2", channel="mail"))
    claim(engine, "d1")
    with transaction(engine) as connection:
        deliveries.supersede(connection, ["d1", "d2"])
    assert get(engine, "d1").status is DeliveryStatus.CLAIMED
    assert get(engine, "d2").status is DeliveryStatus.SUPERSEDED
    assert due(engine) == []


def test_unfinished_leaves_digests_out(engine: Engine) -> None:
    put(engine, delivery("d1"), delivery("d2", reason=Reason.DIGEST), delivery("d3", status=DeliveryStatus.SENT))
    with engine.connect() as connection:
        assert [each.id for each in deliveries.unfinished(connection)] == ["d1"]


def test_add_once_keeps_what_is_there_and_revives_what_was_given_up(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert deliveries.add_once(connection, delivery(title="一")).title == "一"
        assert deliveries.add_once(connection, delivery(title="二")).title == "一"
    taken = claim(engine, "d1")
    assert taken is not None
    finish(engine, taken, error="HTTP 403")
    with transaction(engine) as connection:
        deliveries.add_once(connection, delivery(title="三"))
    assert (get(engine).title, get(engine).status) == ("三", DeliveryStatus.PENDING)


def test_a_channel_is_broken_until_something_gets_through(engine: Engine) -> None:
    def broken() -> list[tuple[str, str, str]]:
        with engine.connect() as connection:
            return [(each.recipient, each.channel, each.error) for each in deliveries.broken_channels(connection)]

    put(engine, delivery("d1"))
    taken = claim(engine, "d1")
    assert taken is not None
    finish(engine, taken, error="HTTP 403")
    assert broken() == [("clerk", "robot", "HTTP 403")]
    put(engine, delivery("d2", NOW + MINUTE))
    taken = claim(engine, "d2", NOW + MINUTE)
    assert taken is not None
    finish(engine, taken, NOW + 2 * MINUTE)
    assert broken() == []


def test_lists_are_newest_first_and_narrowed(engine: Engine) -> None:
    put(engine, delivery("d1"), delivery("d2", NOW + MINUTE, recipient="boss"),
        replace(delivery("d3", NOW + 2 * MINUTE), status=DeliveryStatus.SENT))
    with engine.connect() as connection:
        def names(**more: object) -> list[str]:
            return [each.id for each in deliveries.list_deliveries(connection, **more)]  # type: ignore[arg-type]

        assert names() == ["d3", "d2", "d1"]
        assert names(status=DeliveryStatus.PENDING) == ["d2", "d1"]
        assert names(recipient="boss") == ["d2"]
        assert names(since=NOW + MINUTE, until=NOW + 2 * MINUTE) == ["d2"]
        assert names(limit=1, offset=1) == ["d2"]


def test_failed_tries_are_counted_by_person_and_without_digests(engine: Engine) -> None:
    put(engine, delivery("d1"), delivery("d2", recipient="boss"), delivery("d3", channel="mail", reason=Reason.DIGEST))
    for name in ("d1", "d2", "d3"):
        taken = claim(engine, name)
        assert taken is not None
        finish(engine, taken, error="HTTP 500", retry=NOW + MINUTE)
    with engine.connect() as connection:
        assert deliveries.count_failed_tries(connection, NOW, NOW + MINUTE) == 2
        assert deliveries.count_failed_tries(connection, NOW, NOW + MINUTE, "boss") == 1
        assert deliveries.count_failed_tries(connection, NOW + MINUTE, NOW + 2 * MINUTE) == 0
