"""``townwatch alerts`` and ``townwatch digest`` as programs, with the configuration that is shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.run import plan_alerts
from core import clock
from core.configuration import load_settings
from demo.receivers import Webhook
from store.database import Engine, transaction
from store.findings import events
from tests.alerts.parts import add_finding

ROOT = Path(__file__).parents[2]
KEYS = {"id", "alert", "reason", "recipient", "channel", "status", "attempts", "created_at", "sent_at", "error"}


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as hook:
        yield hook


def townwatch(hook: Webhook, database: str, *words: str) -> subprocess.CompletedProcess[str]:
    staff = load_settings(ROOT / "config").staff
    names = [channel.url_env for person in staff for channel in person.channels if channel.url_env]
    command = [sys.executable, "-c", "from service.cli import main; main()", "--database", database, *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | dict.fromkeys(names, hook.apprise_url), capture_output=True, text=True,
        timeout=60, check=False,
    )


def output(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_the_outbox_is_listed_and_sent(sqlite_engine: Engine, sqlite_url: str, hook: Webhook) -> None:
    with transaction(sqlite_engine) as connection:
        add_finding(connection, owner="clerk", when=clock.now())
        made, = plan_alerts(connection, load_settings(ROOT / "config"), clock.now())
    listed = output(townwatch(hook, sqlite_url, "alerts", "list", "--json"))["deliveries"]
    assert [(each["id"], each["status"], each["reason"]) for each in listed] == [(made.id, "pending", "first")]
    assert set(listed[0]) == KEYS
    assert listed[0]["created_at"].endswith("+08:00")
    hook.answer_with(500, times=1)
    failed = townwatch(hook, sqlite_url, "alerts", "send", "--json")
    assert (failed.returncode, output(failed)["deliveries"][0]["status"]) == (1, "failed")
    with transaction(sqlite_engine) as connection:
        connection.exec_driver_sql("UPDATE deliveries SET next_try_at = NULL")
    sent = townwatch(hook, sqlite_url, "alerts", "send", "--json")
    assert (sent.returncode, output(sent)["deliveries"][0]["status"]) == (0, "sent")
    nothing = townwatch(hook, sqlite_url, "alerts", "send", "--json")
    assert (nothing.returncode, output(nothing)) == (0, {"deliveries": []})
    table = townwatch(hook, sqlite_url, "alerts", "list")
    assert (table.returncode, table.stdout) == (0, "")
    assert "已送达" in table.stderr


def test_one_persons_channels_are_tried(sqlite_engine: Engine, sqlite_url: str, hook: Webhook) -> None:
    good = townwatch(hook, sqlite_url, "alerts", "test", "clerk", "--json")
    assert good.returncode == 0
    assert [each["ok"] for each in output(good)["channels"]] == [True]
    assert "测试消息" in hook.messages[0].title
    hook.answer_with(403)
    assert townwatch(hook, sqlite_url, "alerts", "test", "clerk").returncode == 1
    unknown = townwatch(hook, sqlite_url, "alerts", "test", "ghost")
    assert unknown.returncode == 2
    assert "staff.toml" in unknown.stderr


def test_a_digest_is_written_and_sent_once(
    sqlite_engine: Engine, sqlite_url: str, hook: Webhook, tmp_path: Path
) -> None:
    page, figures = tmp_path / "a" / "digest.html", tmp_path / "digest.json"
    written = townwatch(hook, sqlite_url, "digest", "2026-03", "-o", str(page))
    assert written.returncode == 0, written.stderr
    assert "2026年3月月报" in page.read_text(encoding="utf-8")
    for _ in range(2):
        done = townwatch(hook, sqlite_url, "digest", "2026-03", "--for", "clerk", "--format", "json", "-o", str(figures),
                         "--send", "--json")
        assert [each["status"] for each in output(done)["deliveries"]] in (["pending"], ["sent"])
        assert townwatch(hook, sqlite_url, "alerts", "send").returncode == 0
    assert json.loads(figures.read_text(encoding="utf-8"))["month"] == "2026-03"
    assert [message.title for message in hook.messages] == ["【漫水河镇】2026年3月月报（政务公开经办人）"]
    wrong = townwatch(hook, sqlite_url, "digest", "2026-13")
    assert wrong.returncode == 1
    assert "2026-13" in wrong.stderr


def test_a_message_is_acknowledged_and_a_thing_silenced(sqlite_engine: Engine, sqlite_url: str, hook: Webhook) -> None:
    fingerprint, rules, at = "0123456789abcdef", load_settings(ROOT / "config"), clock.now()
    with transaction(sqlite_engine) as connection:
        add_finding(connection, fingerprint, owner="clerk", when=at)
        made, = plan_alerts(connection, rules, at)
    acknowledged = output(townwatch(hook, sqlite_url, "alerts", "ack", made.id, "--json"))["acknowledgements"]
    assert [(each["recipient"], each["item"], each["until"], each["who"]) for each in acknowledged] == [
        (made.recipient, fingerprint, None, made.recipient),
    ]
    until = (clock.local_date(at) + timedelta(days=9)).isoformat()
    words = ("alerts", "silence", f"finding:{fingerprint}", "--until", until, "--by", made.recipient, "--note", "等批复")
    silenced, = output(townwatch(hook, sqlite_url, *words, "--json"))["acknowledgements"]
    assert (silenced["until"], silenced["note"]) == (until, "等批复")
    assert silenced["at"].endswith("+08:00")
    with sqlite_engine.connect() as connection:
        assert [event.event for event in events(connection, fingerprint)] == ["acknowledged", "silenced"]


@pytest.mark.parametrize(("words", "status", "sentence"), [
    (("ack", "20990101-nothing"), 1, "没有编号为 20990101-nothing 的通知"),
    (("ack", "20990101-nothing", "--by", "nobody"), 2, "没有 “nobody” 这个人"),
    (("silence", "case:999", "--until", "2099-01-01", "--by", "clerk", "--note", "x"), 1, "没有这个未解决的事项"),
    (("silence", "路灯", "--until", "2099-01-01", "--by", "clerk", "--note", "x"), 2, "不是事项编号"),
    (("silence", "case:1", "--until", "2099-01-01", "--by", "nobody", "--note", "x"), 2, "没有 “nobody” 这个人"),
])
def test_an_answer_that_cannot_be_given_is_one_sentence(
    words: tuple[str, ...], status: int, sentence: str, sqlite_url: str, hook: Webhook
) -> None:
    done = townwatch(hook, sqlite_url, "alerts", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert sentence in "".join(done.stderr.split("\n")).replace("│", "").replace("  ", "")
