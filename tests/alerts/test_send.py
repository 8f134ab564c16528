"""One message to one channel, through Apprise to a real server: what counts as confirmed, and what never leaks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from alerts.answers import Answer, redact
from alerts.send import Outbound, address_problem, open_channel, send
from core import clock
from demo.receivers import Webhook

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "a" * 64
URLS = {
    "wecombot": f"wecombot://{KEY}",
    "dingtalk": f"dingtalk://{TOKEN}",
    "feishu": f"feishu://{KEY}",
    "lark": f"lark://{KEY}",
    "schan": f"schan://{TOKEN}",
    "spugpush": f"spugpush://{TOKEN[:32]}",
    "pushme": f"pushme://{TOKEN[:20]}",
    "pushplus": f"pushplus://{TOKEN[:32]}",
    "wxpusher": "wxpusher://AT_appid1234567890/123456",
}
YES = {
    "wecombot": b'{"errcode": 0, "errmsg": "ok"}', "dingtalk": b'{"errcode": 0, "errmsg": "ok"}',
    "feishu": b'{"code": 0, "msg": "success"}', "lark": b'{"StatusCode": 0, "StatusMessage": "success"}',
    "schan": b'{"code": 0, "message": ""}', "spugpush": b'{"code": 200}', "pushme": b"success",
    "pushplus": b'{"code": 200}', "wxpusher": b'{"code": 1000}', "bark": b'{"code": 200}', "pushdeer": b'{"code": 0}',
}
NO = {
    "wecombot": b'{"errcode": 45009, "errmsg": "api freq out of limit"}',
    "dingtalk": b'{"errcode": 130101, "errmsg": "send too fast"}',
    "feishu": b'{"code": 9499, "msg": "too many request"}', "lark": b'{"code": 11232, "msg": "limited"}',
    "schan": b'{"code": 40001, "message": "bad pushtoken"}', "spugpush": b'{"code": 400, "msg": "no"}',
    "pushme": b"push failed", "pushplus": b'{"code": 903, "msg": "no"}', "wxpusher": b'{"code": 1001, "msg": "no"}',
    "bark": b'{"code": 400, "message": "no device"}', "pushdeer": b'{"code": 80501, "error": "no"}',
}


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with Webhook() as hook:
        yield hook


def at_loopback(hook: Webhook) -> Callable[[Outbound], None]:
    """Point the object at the test's server by its own address attributes."""
    def prepare(channel: Outbound) -> None:
        for name in ("api_url", "webhook_url"):
            if hasattr(channel.plugin, name):
                setattr(channel.plugin, name, hook.url)
        channel.plugin.notify_url = hook.url
    return prepare


def to(scheme: str, hook: Webhook) -> str:
    host = hook.url.removeprefix("http://").partition("/")[0]
    own = {"bark": f"bark://{host}/device12345", "pushdeer": f"pushdeer://{host}/{TOKEN[:20]}"}
    return own.get(scheme) or URLS[scheme]


def try_service(scheme: str, hook: Webhook) -> Answer:
    prepare = at_loopback(hook) if scheme in URLS else None
    return send(to(scheme, hook), title="标题", body="正文", html="<p>正文</p>", label="编号 1", prepare=prepare)


SERVICES = sorted(YES)


@pytest.mark.parametrize("scheme", SERVICES)
def test_yes_is_yes(scheme: str, hook: Webhook) -> None:
    hook.answer_with(200, YES[scheme])
    answer = try_service(scheme, hook)
    assert answer.ok, answer
    assert hook.messages


@pytest.mark.parametrize("scheme", SERVICES)
@pytest.mark.parametrize(("status", "body"), [
    (200, None),                                  # an error code inside a 200: Apprise says success
    (200, b"<html><body>login</body></html>"),    # a gateway's page
    (200, b""),
    (200, b"[]"),
    (200, b'{"result": "fine"}'),                 # nothing that this service is known to say
    (302, b""),                                   # somewhere else: not followed, not a yes
    (500, b""),
])
def test_no_is_no(scheme: str, status: int, body: bytes | None, hook: Webhook) -> None:
    hook.answer_with(status, NO[scheme] if body is None else body)
    answer = try_service(scheme, hook)
    assert not answer.ok
    assert answer.text
    assert len(hook.messages) == 1


@pytest.mark.parametrize(("scheme", "status", "body", "permanent"), [
    ("wecombot", 200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', True),
    ("wecombot", 200, b'{"errcode": 45009, "errmsg": "freq"}', False),
    ("dingtalk", 200, b'{"errcode": 310000, "errmsg": "sign not match"}', True),
    ("feishu", 200, b'{"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}', True),
    ("feishu", 403, b"", True),
    ("bark", 404, b"", True),
    ("bark", 429, b"", False),
    ("bark", 503, b"", False),
])
def test_what_no_retry_mends_is_told_apart(
    scheme: str, status: int, body: bytes, permanent: bool, hook: Webhook
) -> None:
    hook.answer_with(status, body)
    answer = try_service(scheme, hook)
    assert (answer.ok, answer.permanent) == (False, permanent)


@pytest.mark.parametrize("url", ["nonsense://x", "wecombot://", "不是地址", ""])
def test_an_address_that_is_none(url: str) -> None:
    assert address_problem(url)
    answer = send(url, title="t", body="b", html="", label="1")
    assert (answer.ok, answer.permanent) == (False, True)


def test_the_web_address_of_a_robot_as_people_copy_it_is_that_robot() -> None:
    channel = open_channel(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}")
    assert channel is not None
    assert (channel.scheme, channel.bytes_limit, channel.per_minute) == ("wecombot", 2048, 20)


def test_nothing_secret_is_in_what_is_stored(hook: Webhook, capfd: pytest.CaptureFixture[str]) -> None:
    url = hook.apprise_url.replace("//", "//robot:Passw0rd99@").replace("/hook", "/hook/t0kenvalue?+X-Key=s3cretkey")
    hook.answer_with(500, b'{"error": "bad token t0kenvalue for s3cretkey"}')
    stored = send(url, title="t", body="b", html="", label="1").text
    hook.stop()
    stored += send(url, title="t", body="b", html="", label="1").text
    stored += send(url.replace("json", "jsom"), title="t", body="b", html="", label="1").text
    logged = capfd.readouterr()
    for secret in ("Passw0rd99", "t0kenvalue", "s3cretkey"):
        assert secret not in stored
        assert secret not in logged.out + logged.err
    assert "HTTP 500" in stored


def test_redaction_knows_escaped_and_host_tokens() -> None:
    assert redact(f"no robot {KEY}", f"wecombot://{KEY.upper()}") == "no robot ***"
    assert redact("user p@ss-word!", "mailto://user:p%40ss-word%21@mail.example") == "user ***"
    assert redact("HTTP 500", f"wecombot://{KEY}") == "HTTP 500"


def test_a_long_message_goes_in_numbered_parts_of_at_most_2048_bytes(hook: Webhook) -> None:
    body = "".join(f"{number}. 栏目逾期未更新，请尽快处理\n" for number in range(1, 120))
    answer = send(URLS["wecombot"], title="【漫水河镇】提醒", body=body, html="", label="编号 20260304-x",
                  prepare=at_loopback(hook))
    assert answer.ok
    texts = [message.data["text"]["content"] for message in hook.messages]
    assert len(texts) == 3
    assert all(len(text.encode()) <= 2048 for text in texts)
    assert [text.splitlines()[0] for text in texts] == [f"（{number}/3，编号 20260304-x）" for number in (1, 2, 3)]
    assert sum(text.count("请尽快处理") for text in texts) == 119


def test_parts_after_one_that_failed_are_not_sent(hook: Webhook) -> None:
    hook.answer_with(200, NO["wecombot"], times=1)
    body = "一行内容\n" * 400
    assert not send(URLS["wecombot"], title="t", body=body, html="", label="1", prepare=at_loopback(hook)).ok
    assert len(hook.messages) == 1


def test_ten_messages_to_one_robot_are_not_throttled_by_apprise(hook: Webhook) -> None:
    hook.answer_with(200, YES["wecombot"])
    begun = clock.now()
    assert all(try_service("wecombot", hook).ok for _ in range(10))
    assert clock.now() - begun < timedelta(seconds=5)


def test_the_whole_has_a_deadline_even_where_every_read_is_in_time(hook: Webhook) -> None:
    """The server answers within the limits of a read, but later than we wait."""
    hook.answer_with(200, YES["bark"], delay=1.0)
    begun = clock.now()
    answer = send(to("bark", hook), title="t", body="b", html="", label="1", deadline=0.2)
    assert (answer.ok, answer.permanent) == (False, False)
    assert clock.now() - begun < timedelta(seconds=0.9)


def test_listening_changes_nothing_but_the_one_object(hook: Webhook) -> None:
    """Apprise by itself still believes the error: what listens is bound to our object alone."""
    hook.answer_with(200, NO["wecombot"])
    ours, theirs = open_channel(URLS["wecombot"]), open_channel(URLS["wecombot"])
    assert ours is not None
    assert theirs is not None
    plain = type(theirs.plugin)(key=KEY)
    for plugin in (ours.plugin, plain):
        plugin.api_url = hook.url
    assert plain.send("x") is True
    assert ours.answers == theirs.answers == []
    assert ours.plugin.send("x") is True
    assert len(ours.answers) == 1
    assert theirs.answers == []


def test_apprise_never_writes_to_the_logs_of_others(hook: Webhook) -> None:
    heard: list[logging.LogRecord] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record)

    ear = Ear()
    logging.getLogger().addHandler(ear)
    try:
        hook.answer_with(500)
        send(hook.apprise_url, title="t", body="b", html="", label="1")
    finally:
        logging.getLogger().removeHandler(ear)
    assert [record for record in heard if record.name.startswith("apprise")] == []
