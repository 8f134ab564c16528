"""Faults that a sender meets, for real: killed processes, two senders, channels that hang or refuse, a locked store."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.run import send_due
from core import clock
from core.nouns import Delivery, DeliveryStatus, Reason
from core.settings import Settings
from demo.receivers import Mailbox, Webhook
from store import deliveries
from store.database import Engine, transaction
from tests.alerts.parts import channel, item, person, settings

ROOT = Path(__file__).parents[2]


def put(engine: Engine, channels: list[str]) -> list[Delivery]:
    made = [
        Delivery(
            id=f"20260304-{number:010x}", alert="a1", reason=Reason.NEW, recipient="clerk", channel=name, title="标题",
            body=f"正文\n编号 20260304-{number:010x}", items=(item(reason=Reason.NEW),), created_at=clock.now(),
            status=DeliveryStatus.PENDING, attempts=0,
        )
        for number, name in enumerate(channels)
    ]
    with transaction(engine) as connection:
        deliveries.add(connection, made)
    return made


def get(engine: Engine, name: str) -> Delivery:
    with engine.connect() as connection:
        found = deliveries.get(connection, name)
    assert found is not None
    return found


def ids_heard(hook: Webhook) -> Counter[str]:
    """How often each delivery id arrived."""
    return Counter(str(message.data["message"]).rpartition("编号 ")[2].strip() for message in hook.messages)


@contextmanager
def sender(
    database: str, hook: Webhook, *, channels: int = 1, later: int = 0, dies: str = ""
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.alerts.sender", database, hook.apprise_url, str(channels), str(later), dies]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def outcome(process: subprocess.Popen[str]) -> list[list[str]]:
    assert process.stdout is not None
    found: list[list[str]] = json.loads(process.stdout.readline())
    assert process.wait(timeout=30) == 0
    return found


def test_two_senders_at_once_send_each_delivery_once(engine: Engine, store_url: str) -> None:
    made = put(engine, [f"robot{number}" for number in range(30)])
    with Webhook() as hook, sender(store_url, hook, channels=30) as one, sender(store_url, hook, channels=30) as two:
        hook.answer_with(200, b"{}", delay=0.01)
        go(one)
        go(two)
        shares = [outcome(one), outcome(two)]
    assert ids_heard(hook) == dict.fromkeys((each.id for each in made), 1)
    # Both had a part in it: the two really ran at once.
    assert all(shares)
    assert sum(map(len, shares)) == 30


def test_killed_after_the_answer_and_before_the_mark_repeats_once_with_the_same_id(
    engine: Engine, store_url: str, tmp_path: Path
) -> None:
    made, = put(engine, ["robot0"])
    flag = tmp_path / "answered"
    with Webhook() as hook:
        hook.after = lambda _: flag.touch()
        with sender(store_url, hook, dies=str(flag)) as process:
            go(process)
            assert process.wait(timeout=30) == -signal.SIGKILL
        assert get(engine, made.id).status is DeliveryStatus.CLAIMED
        # Before the claim is old nobody takes it; after that it is sent again, and only once.
        for later, total in ((0, 1), (11, 2), (30, 2)):
            with sender(store_url, hook, later=later) as process:
                go(process)
                outcome(process)
            assert ids_heard(hook) == {made.id: total}
    assert get(engine, made.id).status is DeliveryStatus.SENT
    assert get(engine, made.id).attempts == 2


def test_killed_before_the_answer_is_sent_after_the_restart(engine: Engine, store_url: str) -> None:
    made, = put(engine, ["robot0"])
    with Webhook() as hook:
        with sender(store_url, hook) as process:
            hook.after = lambda _: os.kill(process.pid, signal.SIGKILL)
            go(process)
            assert process.wait(timeout=30) == -signal.SIGKILL
        hook.after = None
        with engine.connect() as connection:
            assert deliveries.said(connection) == []
        with sender(store_url, hook, later=11) as process:
            go(process)
            assert outcome(process) == [[made.id, "sent"]]
    assert ids_heard(hook) == {made.id: 2}
    with engine.connect() as connection:
        assert [each.item for each in deliveries.said(connection)] == ["f1"]


def one_channel(url: str) -> Settings:
    return settings(staff=(person("clerk", "clerk", channel("robot0", url)),), retry_minutes=(1.0, 5.0))


def try_once(engine: Engine, url: str) -> Delivery:
    made, = put(engine, ["robot0"])
    send_due(one_channel(url), engine, environment={})
    return get(engine, made.id)


@pytest.mark.parametrize(("status", "words"), [(500, "HTTP 500"), (429, "HTTP 429"), (503, "HTTP 503")])
def test_a_channel_in_trouble_is_tried_again_later(engine: Engine, status: int, words: str) -> None:
    with Webhook() as hook:
        hook.answer_with(status, b"trouble")
        failed = try_once(engine, hook.apprise_url)
        assert failed.status is DeliveryStatus.FAILED
        assert words in str(failed.error)
        assert failed.next_try_at is not None
        assert timedelta(seconds=50) < failed.next_try_at - clock.now() < timedelta(seconds=61)
        hook.answer_with(200, b"{}")
        send_due(one_channel(hook.apprise_url), engine, environment={})
        assert len(hook.messages) == 1     # its time has not come
        in_two_minutes = clock.now() + timedelta(minutes=2)
        send_due(one_channel(hook.apprise_url), engine, now=lambda: in_two_minutes, environment={})
    assert get(engine, failed.id).status is DeliveryStatus.SENT


def test_a_channel_that_hangs_costs_its_time_limit_and_no_more(sqlite_engine: Engine) -> None:
    with Webhook() as hook:
        hook.answer_with(200, b"{}", delay=30)
        begun = clock.now()
        failed = try_once(sqlite_engine, f"{hook.apprise_url}?rto=0.3")
        assert failed.status is DeliveryStatus.FAILED
        assert clock.now() - begun < timedelta(seconds=3)


def test_nobody_listens(sqlite_engine: Engine) -> None:
    with Webhook() as hook:
        url = hook.apprise_url
    assert try_once(sqlite_engine, url).status is DeliveryStatus.FAILED


@pytest.mark.parametrize(("answer", "status"), [
    ("451 4.3.0 try later", DeliveryStatus.FAILED),
    ("550 5.1.1 no such mailbox", DeliveryStatus.DEAD),
])
def test_a_mail_server_that_refuses(sqlite_engine: Engine, answer: str, status: DeliveryStatus) -> None:
    with Mailbox() as box:
        box.refuse_with = answer
        refused = try_once(sqlite_engine, box.url)
    assert refused.status is status
    assert answer[:3] in str(refused.error)
    assert "clerk@demo.example" not in str(refused.error)


def test_a_mail_arrives_as_text_and_html(sqlite_engine: Engine) -> None:
    with Mailbox() as box:
        assert try_once(sqlite_engine, box.url).status is DeliveryStatus.SENT
    mail = box.messages[0].data
    assert "栏目 f1 逾期未更新" in mail.get_body(("html",)).get_content()
    assert "栏目 f1 逾期未更新" in mail.get_body(("plain",)).get_content()


def test_the_store_is_locked_while_a_message_is_under_way(sqlite_engine: Engine, sqlite_url: str) -> None:
    """Somebody else writes for half a second between the answer and the mark: one message, and it is marked."""
    held = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    with Webhook() as hook:
        def lock(_: object) -> None:
            held.execute("BEGIN IMMEDIATE")
            threading.Timer(0.5, held.execute, ["ROLLBACK"]).start()

        hook.after = lock
        assert try_once(sqlite_engine, hook.apprise_url).status is DeliveryStatus.SENT
        assert len(hook.messages) == 1
    held.close()


def test_a_mark_that_the_store_refuses_leaves_the_claim_and_repeats(sqlite_engine: Engine, sqlite_url: str) -> None:
    """The disk takes nothing more: the error is seen, the message repeats later."""
    made, = put(sqlite_engine, ["robot0"])
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    refuse = "CREATE TRIGGER full BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
    with Webhook() as hook:
        hook.after = lambda _: other.execute(refuse)
        with pytest.raises(Exception, match="disk is full"):
            send_due(one_channel(hook.apprise_url), sqlite_engine, environment={})
        hook.after = None
        other.execute("DROP TRIGGER full")
        other.close()
        assert get(sqlite_engine, made.id).status is DeliveryStatus.CLAIMED
        later = clock.now() + timedelta(minutes=11)
        send_due(one_channel(hook.apprise_url), sqlite_engine, now=lambda: later, environment={})
        assert ids_heard(hook) == {made.id: 2}
    assert get(sqlite_engine, made.id).status is DeliveryStatus.SENT
