"""One site on one loopback port: HTTP/1.1 with keep-alive, conditional answers, a request log, faults on order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.clock import now

HTML = "text/html; charset=utf-8"
IDLE_SECONDS = 30.0
MAX_BODY = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked. Header names are lower case; a query parameter given twice keeps its last value."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a site answers. ``conditional`` answers carry ETag and Last-Modified and become 304 when nothing changed.
    ``delay`` (seconds) and ``cut_after`` (bytes of body, then the connection is closed) are faults on order."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None
    conditional: bool = False
    delay: float = 0.0
    cut_after: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the request log."""

    at: datetime
    method: str
    path: str
    status: int
    host: str = ""


Answer = Callable[[Request], Response]
NOT_FOUND = Response(status=404, body="<html><body><h1>404</h1><p>您访问的页面不存在</p></body></html>".encode())


@dataclass(slots=True)
class RequestLog:
    """Every request that was answered, in order, by all sites of the town. Bounded: the oldest are dropped."""

    limit: int = 200_000
    lines: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, method: str, path: str, status: int, host: str = "") -> None:
        """Note one answer."""
        with self._lock:
            self.lines.append(Asked(now(), method, path, status, host))
            if len(self.lines) > self.limit:
                del self.lines[: self.limit // 10]

    def clear(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self.lines.clear()


def settle(request: Request, response: Response) -> Response:
    """Add validators to a conditional answer, and turn it into 304 where the client already has it (RFC 9110 section
    13: If-None-Match beats If-Modified-Since)."""
    if not response.conditional or response.status != 200:
        return response
    etag = f'"{md5(response.body, usedforsecurity=False).hexdigest()}"'
    validators: tuple[tuple[str, str], ...] = (("ETag", etag),)
    if response.modified is not None:
        validators += (("Last-Modified", format_datetime(response.modified.astimezone(UTC), usegmt=True)),)
    response = replace(response, headers=response.headers + validators)
    return replace(response, status=304, body=b"") if _unchanged(request, etag, response.modified) else response


def _unchanged(request: Request, etag: str, modified: datetime | None) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Answer, log: RequestLog) -> None:
        self.answer, self.log, self.stopping = answer, log, threading.Event()
        self.open_connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the town's; anything else is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "openresty", ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body

    def setup(self) -> None:
        super().setup()
        self.server.open_connections.add(self.connection)

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the request log has it."""

    def do_GET(self) -> None:
        """Answer any method the same way."""
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            method=self.command, target=self.path, path=parts.path, query=query, headers=headers, body=body
        )
        response = settle(request, self.server.answer(request))
        self.server.log.add(self.command, self.path, response.status, str(self.server.server_address[0]))
        if response.delay:
            self.server.stopping.wait(response.delay)
        self._send(response)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 -- the names that http.server calls

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        if response.status != 304:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers:
            self.send_header(name, value)
        cut = response.cut_after is not None
        if cut:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and response.status != 304:
            self.wfile.write(response.body[: response.cut_after])
        self.wfile.flush()
        self.close_connection = self.close_connection or cut


class SiteServer:
    """Serves one ``answer`` function on a loopback address. Port 0 takes a free one."""

    def __init__(self, answer: Answer, log: RequestLog, port: int = 0, address: str = "127.0.0.1") -> None:
        self._server = _Server((address, port), answer, log)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://{address}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection; waits for answers that are under way (bounded: delays are cut short)."""
        self._server.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        for connection in list(self._server.open_connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client closed it first
        self._server.server_close()
