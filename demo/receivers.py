"""Where the demo's messages arrive: a real web hook and a real mail server on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from core.clock import now
from demo.serving import Request, RequestLog, Response, SiteServer

LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as it arrived: a web hook's body or a mail's text."""

    at: datetime
    title: str
    text: str
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    data: Any = None
    to: tuple[str, ...] = ()


class Webhook:
    """An HTTP receiver. ``url`` is plain http, ``apprise_url`` the same for Apprise's JSON notification. Keeps the
    first 1,000 messages, also those that it refuses."""

    def __init__(self, port: int = 0) -> None:
        self._server = SiteServer(self._answer, RequestLog(limit=LIMIT), port)
        self._lock = threading.Lock()
        self._messages: list[Received] = []
        self._orders: list[Response] = []
        self._standing = Response(body=b'{"errcode":0,"errmsg":"ok"}', content_type="application/json")
        self.after: Callable[[Received], None] | None = None
        self.url = f"{self._server.url}/hook"
        self.apprise_url = self.url.replace("http://", "json://", 1)

    @property
    def messages(self) -> tuple[Received, ...]:
        """What arrived, in order."""
        with self._lock:
            return tuple(self._messages)

    def answer_with(
        self, status: int = 200, body: bytes = b"", *, delay: float = 0.0, times: int | None = None
    ) -> None:
        """Answer so from now on, or only the next ``times`` messages; ``delay`` hangs that long (a stop cuts it)."""
        response = Response(status=status, body=body, content_type="application/json", delay=delay)
        with self._lock:
            if times is None:
                self._standing = response
            else:
                self._orders += [response] * times

    def _answer(self, request: Request) -> Response:
        text = request.body.decode("utf-8", "replace")
        try:
            data = json.loads(text) if text else None
        except ValueError:
            data = None
        title = str(data.get("title", "")) if isinstance(data, dict) else ""
        message = Received(
            at=now(), title=title, text=text, path=request.target, headers=dict(request.headers), data=data
        )
        with self._lock:
            if len(self._messages) < LIMIT:
                self._messages.append(message)
            response = self._orders.pop(0) if self._orders else self._standing
        if self.after is not None:
            self.after(message)
        return response

    def start(self) -> Webhook:
        """Begin to receive."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()

    def __enter__(self) -> Webhook:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Loopback(Controller):
    """aiosmtpd's controller on a free port: it must be asked for only after it was bound."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Mailbox:
    """A mail server. ``url`` is Apprise's address of it, without a recipient list beyond ``clerk@demo.example``."""

    def __init__(self, port: int = 0) -> None:
        self._controller = _Loopback(self, hostname="127.0.0.1", port=port, ready_timeout=10.0)
        self._lock = threading.Lock()
        self._messages: list[Received] = []
        self.refuse_with: str | None = None
        """An SMTP answer such as ``451 4.3.0 稍后再试`` that refuses every message while it is set."""

    @property
    def port(self) -> int:
        """Where it listens, once started."""
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """Apprise's address (no password: a loopback relay)."""
        return f"mailto://127.0.0.1:{self.port}?from=townwatch@demo.example&to=clerk@demo.example&mode=insecure"

    @property
    def messages(self) -> tuple[Received, ...]:
        """What arrived, in order."""
        with self._lock:
            return tuple(self._messages)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        """Take one message (called by aiosmtpd)."""
        if self.refuse_with is not None:
            return self.refuse_with
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain", "html"))
        message = Received(
            at=now(),
            title=str(mail["Subject"] or ""),
            text=body.get_content() if body else "",
            headers={name.lower(): str(value) for name, value in mail.items()},
            data=mail,
            to=tuple(envelope.rcpt_tos),
        )
        with self._lock:
            if len(self._messages) < LIMIT:
                self._messages.append(message)
        return "250 2.0.0 OK"

    def start(self) -> Mailbox:
        """Begin to receive."""
        self._controller.start()
        return self

    def stop(self) -> None:
        """Close the port."""
        self._controller.stop()

    def __enter__(self) -> Mailbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
