"""What a channel's answer really says. Pure: it reads real HTTP answers, and sends nothing.

Most Chinese services answer an error inside a 200, and Apprise looks at the HTTP status alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from alerts.render import one_line

MAIL = frozenset({"mailto", "mailtos"})
# Where each service says yes, and the value that means it (measured: shared facts, peers 2.3; the services' own
# documents). Those not named here are taken by Apprise's verdict and the HTTP status.
_YES: dict[str, tuple[str, frozenset[Any]]] = {
    "wecombot": ("errcode", frozenset({0})),
    "wechat": ("errcode", frozenset({0})),
    "dingtalk": ("errcode", frozenset({0})),
    "feishu": ("code|StatusCode", frozenset({0})),
    "lark": ("code|StatusCode", frozenset({0})),
    "schan": ("code", frozenset({0})),
    "pushdeer": ("code", frozenset({0})),
    "pushdeers": ("code", frozenset({0})),
    "bark": ("code", frozenset({200})),
    "barks": ("code", frozenset({200})),
    "pushplus": ("code", frozenset({200})),
    "wxpusher": ("code", frozenset({1000})),
    "spugpush": ("code", frozenset({200})),
}
_PLAIN_YES = {"pushme": "success"}
# Answers that no retry mends: the address or its token is wrong, or the robot is gone.
_PERMANENT_STATUS = frozenset({400, 401, 403, 404, 405, 410})
_PERMANENT_CODES: dict[str, frozenset[Any]] = {
    "wecombot": frozenset({93000, 40001, 40014, 93008}),
    "wechat": frozenset({40001, 40013, 40014}),
    "dingtalk": frozenset({300001, 300005, 310000, 400013, 400101}),
    "feishu": frozenset({19001, 19021, 19022, 19024}),
    "lark": frozenset({19001, 19021, 19022, 19024}),
    "schan": frozenset({40001}),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message. ``text``: fit to be stored (no address, no token); ``permanent``: no retry helps."""

    ok: bool
    text: str
    permanent: bool = False


def verify(scheme: str, answers: Sequence[requests.Response]) -> Answer:
    """What a service's HTTP answers really say. ``answers`` in the order of arrival; the last one decides."""
    if not answers:
        if scheme in MAIL:
            return Answer(True, "邮件服务器已接收")
        return Answer(scheme not in _YES and scheme not in _PLAIN_YES, "没有看到服务的应答")
    last = answers[-1]
    status = last.status_code
    if 300 <= status < 400:
        return Answer(False, f"服务要求跳转到别处（HTTP {status}），没有跟随")
    if status >= 400:
        said = _code_and_words(_json_of(last))
        return Answer(False, f"服务应答 HTTP {status}{'，' + said if said else ''}", status in _PERMANENT_STATUS)
    if scheme in _PLAIN_YES:
        agreed = last.text.strip().lower() == _PLAIN_YES[scheme]
        return Answer(agreed, f"服务应答：{one_line(last.text)[:200]}")
    if scheme not in _YES:
        return Answer(True, f"HTTP {status}")
    data = _json_of(last)
    if data is None:
        return Answer(False, f"服务应答 HTTP {status}，但内容不是约定的格式：{one_line(last.text)[:80]}")
    names, good = _YES[scheme]
    code = next((data[name] for name in names.split("|") if name in data), None)
    if type(code) is int and code in good:
        return Answer(True, f"HTTP {status}，{_code_and_words(data)}")
    return Answer(False, f"服务拒收：{_code_and_words(data) or '没有给出结果代码'}",
                  code in _PERMANENT_CODES.get(scheme, frozenset()))


def redact(text: str, url: str) -> str:
    """A text fit for log and store: without the address, its user, password, tokens and parameters."""
    parts = urlsplit(url)
    secrets = {url, parts.netloc, parts.query, parts.path.strip("/"), parts.username or "", parts.password or ""}
    # Robots carry their token in the place of the host.
    secrets |= {parts.hostname or ""} | set(re.split(r"[/?&=:@]+", url.partition("://")[2]))
    for secret in sorted({s for part in secrets for s in (part, unquote(part))}, key=len, reverse=True):
        if len(secret) >= 6:
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    return text


def _json_of(response: requests.Response) -> dict[str, Any] | None:
    try:
        data = json.loads(response.content)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _code_and_words(data: dict[str, Any] | None) -> str:
    """The code and the words of an answer, whatever the service calls them."""
    if not data:
        return ""
    found = [f"{name}={one_line(str(data[name]))[:120]}"
             for name in ("errcode", "code", "StatusCode", "errmsg", "msg", "message", "error", "StatusMessage")
             if name in data]
    return "，".join(found)
