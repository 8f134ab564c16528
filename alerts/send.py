"""The only user of Apprise: one message to one channel, confirmed by the channel's own answer.

Apprise looks at the HTTP status alone for most Chinese services, which answer an error inside a 200. So every answer is
read here as well (:func:`verify`), redirects are not followed, and an answer that says nothing known is a failure where
the service is known to say something.
"""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from types import FunctionType, MethodType
from typing import Any
from urllib.parse import urlsplit

import apprise
import requests

from alerts.answers import MAIL, Answer, redact, verify
from alerts.render import clean, one_line, split_bytes

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 10.0
_LOG = logging.getLogger("apprise")
# Apprise logs addresses, tokens included; what it says of a failure is read from its result instead.
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False
_LOG.setLevel(logging.DEBUG)

# Measured in bytes (peers 2.3); Apprise counts characters.
_BYTES = {"wecombot": 2048, "wechat": 2048, "dingtalk": 19985, "feishu": 19985, "lark": 19985, "pushplus": 20000,
          "bark": 3000, "barks": 3000}
_PER_MINUTE = {"wecombot": 20, "dingtalk": 20}
_PLAIN = (("refused", "连接被拒绝"), ("timed out", "连接超时"), ("resolve", "域名解析不到"), ("(535,", "邮箱账号或密码不对"),
          ("(550,", "收件人地址无效"))
_UNKNOWN = "渠道地址不能识别，请检查地址的写法"


@dataclass(slots=True)
class Outbound:
    """A channel opened for one message: a fresh Apprise object, and what its service answered."""

    plugin: Any
    scheme: str
    url: str
    answers: list[requests.Response] = field(default_factory=list)

    @property
    def is_mail(self) -> bool:
        """Whether the channel shows HTML."""
        return self.scheme in MAIL

    @property
    def bytes_limit(self) -> int:
        """How many UTF-8 bytes one message may have."""
        return _BYTES.get(self.scheme, max(int(self.plugin.body_maxlen), 80))

    @property
    def per_minute(self) -> int | None:
        """How many messages a minute the service takes from one robot; None where it names no limit."""
        return _PER_MINUTE.get(self.scheme)

    def parts(self, title: str, body: str, label: str) -> list[str]:
        """The texts to send, in order. Services without titles get it as the first line."""
        text = body if self.plugin.title_maxlen > 0 else f"{title}\n{body}"
        # The title shares the room where a service puts it into the text itself.
        room = self.bytes_limit - (len(title.encode()) + 8 if self.plugin.title_maxlen > 0 else 0)
        return split_bytes(text, max(room, 80), label)


def open_channel(url: str) -> Outbound | None:
    """The channel of an Apprise URL; None where Apprise does not understand it."""
    _load_services()
    asset = apprise.AppriseAsset(http_redirects=False, async_mode=False)
    plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        return None
    # The budget of messages is kept by the outbox, for all senders; Apprise's own wait (5.5 s) knows one object only.
    plugin.request_rate_per_sec = 0
    if not _names_timeout(url):
        plugin.socket_connect_timeout, plugin.socket_read_timeout = _CONNECT_SECONDS, _READ_SECONDS
    scheme = urlsplit(url).scheme.lower()
    if scheme in ("http", "https"):
        # A robot's own web address, as people copy it; Apprise knows whose it is.
        known: Any = plugin.secure_protocol
        scheme = known if isinstance(known, str) else str(known[0])
    channel = Outbound(plugin, scheme, url)
    _listen(channel)
    return channel


def address_problem(url: str) -> str | None:
    """What is wrong with a channel's address as far as can be told without sending; None where nothing is."""
    return None if open_channel(url) is not None else _UNKNOWN


def send(
    url: str, *, title: str, body: str, html: str, label: str, deadline: float = 60.0,
    prepare: Callable[[Outbound], None] | None = None,
) -> Answer:
    """Send one message, in parts where it is too long for the channel, and wait for its confirmation at most
    ``deadline`` seconds in all. Blocking: call it off an event loop. ``prepare`` may set the object's own address
    (a relay inside the government network, a loopback server in tests)."""
    probe = open_channel(url)
    if probe is None:
        return Answer(False, _UNKNOWN, permanent=True)
    mail = probe.is_mail
    answer = Answer(False, "没有可发送的内容", permanent=True)
    ends = monotonic() + deadline
    for text in [html] if mail else probe.parts(title, body, label):
        channel = open_channel(url)
        assert channel is not None
        if prepare is not None:
            prepare(channel)
        shown = title[: channel.plugin.title_maxlen] if channel.plugin.title_maxlen > 0 else ""
        answer = _send_one(channel, clean(shown), text, mail, max(ends - monotonic(), 0.0))
        if not answer.ok:
            return answer
    return answer


@cache
def _load_services() -> None:
    """Apprise imports all its services at the first use, and what some of them import is deprecated in Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise.instantiate("json://localhost")


def _send_one(channel: Outbound, title: str, text: str, mail: bool, deadline: float) -> Answer:
    """One message within its deadline. The thread cannot be ended: a service that drips its answer for ever leaves it
    behind (a daemon, so the program can end), and the message may yet arrive: it will be repeated with the same id."""
    results: list[Any] = []
    form = apprise.NotifyFormat.HTML if mail else apprise.NotifyFormat.TEXT
    if mail:
        channel.plugin.notify_format = apprise.NotifyFormat.HTML
    sender = apprise.Apprise(asset=channel.plugin.asset)
    sender.add(channel.plugin)

    def work() -> None:
        results.append(sender.notify(title=title, body=text, body_format=form, log_level=logging.DEBUG))

    thread = threading.Thread(target=work, name="townwatch-send", daemon=True)
    thread.start()
    thread.join(deadline)
    if not results:
        return Answer(False, "规定时间内没有得到确认")
    answer = verify(channel.scheme, channel.answers)
    if not results[0] and (answer.ok or not channel.answers):
        answer = _complaint(results[0])
    return Answer(answer.ok, clean(redact(answer.text, channel.url))[:500], answer.permanent)


def _listen(channel: Outbound) -> None:
    """Let this one object note every HTTP answer it gets.

    Apprise 2.2 has no hook for answers: its plugins call ``requests.post`` by the name ``requests`` of their module.
    The functions of this object that use that name are bound anew with a stand-in that adds the response hook of
    ``requests`` itself. Neither ``requests`` nor Apprise nor any other object is changed.
    """
    plugin = channel.plugin
    for owner in type(plugin).__mro__:
        for name, function in vars(owner).items():
            if isinstance(function, FunctionType) and "requests" in function.__code__.co_names:
                if name in vars(plugin):
                    continue
                known = function.__globals__ | {"requests": _Requests(channel.answers)}
                heard = FunctionType(function.__code__, known, name, function.__defaults__, function.__closure__)
                heard.__kwdefaults__ = function.__kwdefaults__
                setattr(plugin, name, MethodType(heard, plugin))


class _Requests:
    """The module ``requests``, whose verbs note the answers."""

    def __init__(self, answers: list[requests.Response]) -> None:
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        value = getattr(requests, name)
        if name not in ("get", "post", "put", "patch", "delete", "request"):
            return value

        def noting(*args: Any, **kwargs: Any) -> requests.Response:
            response: requests.Response = value(*args, hooks={"response": self._note}, **kwargs)
            return response

        return noting

    def _note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._answers.append(response)


def _complaint(result: Any) -> Answer:
    """Why Apprise itself failed, from the log that it keeps of this call."""
    entries = list(result.logs())
    words = [entry.message for entry in entries if entry.message.startswith("Socket Exception")]
    words += [entry.message for entry in entries if entry.level in ("WARNING", "ERROR")]
    text = one_line("；".join(dict.fromkeys(words)))
    text = next((f"{plain}（{text}）" for sign, plain in _PLAIN if sign in text), text)
    # SMTP: bad password, no such mailbox, sender not allowed.
    return Answer(False, f"发送失败：{text or '没有说明原因'}", bool(re.search(r"\((535|550|551|553),", text)))


def _names_timeout(url: str) -> bool:
    return bool(re.search(r"[?&](rto|cto)=", url))
