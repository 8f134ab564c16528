"""Faults on request: how a site refuses, stalls, breaks off or hides behind a WAF, per URL pattern.

Shapes after facts/government-sites.md section 1.6 (加速乐) and message-board.md section 5 (创宇盾, empty body).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from demo.serving import Answer, Request, Response

_PAGE = "<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center><hr></body></html>"

_WAF = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>网站防火墙</title></head><body>
<div class="wrap"><h2>您的请求疑似攻击行为！</h2><p>疑似黑客攻击，当前访问已被 创宇盾 拦截。</p>
<p>如果您是网站管理员，请登录知道创宇云安全查看详情。</p>
<p>事件编号：00000000-demo</p><p>加速乐 · 网站安全防护</p></div></body></html>"""

_CHALLENGE = """<script>document.cookie=('_')+('_')+('jsl_clearance_s')+('=')+('demo')+(';max-age=3600;path=/');
location.href=location.pathname+location.search</script>"""

_REDESIGNED = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>全新改版</title></head><body>
<div id="app"></div><script src="/static/js/chunk-vendors.js"></script>
<script src="/static/js/app.js"></script></body></html>"""


def _status(status: int, title: str, *headers: tuple[str, str]) -> Callable[[Request], Response]:
    body = _PAGE.format(title=f"{status} {title}").encode()
    return lambda _request: Response(status=status, body=body, headers=headers)


_INSTEAD: dict[str, Callable[[Request], Response]] = {
    "403": _status(403, "Forbidden"),
    "404": _status(404, "Not Found"),
    "412": _status(412, "Precondition Failed"),
    "429": _status(429, "Too Many Requests", ("Retry-After", "1")),
    "500": _status(500, "Internal Server Error"),
    "503": _status(503, "Service Temporarily Unavailable"),
    "521": lambda _request: Response(
        status=521, body=_CHALLENGE.encode(), headers=(("Set-Cookie", "__jsluid_s=demo; path=/"),)
    ),
    "waf": lambda _request: Response(body=_WAF.encode(), headers=(("Set-Cookie", "__jsluid_s=demo; path=/"),)),
    "empty": lambda _request: Response(),
    "redesign": lambda _request: Response(body=_REDESIGNED.encode()),
    "loop": lambda request: Response(status=302, headers=(("Location", request.target),)),
}

MODES = (*_INSTEAD, "slow", "cut")


@dataclass(slots=True)
class _Order:
    pattern: re.Pattern[str]
    mode: str
    left: int | None


@dataclass(slots=True)
class Misbehaviour:
    """The faults in force. ``slow_seconds``: how long a slow answer takes (a stop of the town cuts it short)."""

    slow_seconds: float = 20.0
    _orders: dict[str, _Order] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, pattern: str, mode: str | None, times: int | None = None) -> None:
        """Order a fault for every URL in which ``pattern`` (a regular expression) is found, for the next ``times``
        requests or until ``mode`` None lifts it. The text searched is ``site path?query body``."""
        if mode is not None and mode not in MODES:
            raise ValueError(f"unknown fault {mode!r}; known: {', '.join(MODES)}")
        with self._lock:
            if mode is None:
                self._orders.pop(pattern, None)
            else:
                self._orders[pattern] = _Order(re.compile(pattern), mode, times)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            self._orders.clear()

    def mode_for(self, text: str) -> str | None:
        """The fault for one request, counted down."""
        with self._lock:
            for order in reversed(self._orders.values()):
                if order.left != 0 and order.pattern.search(text):
                    order.left = None if order.left is None else order.left - 1
                    return order.mode
        return None

    def around(self, site: str, answer: Answer) -> Answer:
        """The site's answers, with the faults in force."""

        def faulty(request: Request) -> Response:
            text = f"{site} {request.target} {request.body.decode('utf-8', 'replace')}"
            mode = self.mode_for(text) if self._orders else None
            if mode is None:
                return answer(request)
            if mode in _INSTEAD:
                return _INSTEAD[mode](request)
            whole = answer(request)
            if mode == "slow":
                return replace(whole, delay=self.slow_seconds)
            return replace(whole, conditional=False, cut_after=len(whole.body) // 2)

        return faulty
