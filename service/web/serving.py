"""Listening, and the server in front of the app."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from litestar import Litestar

from core.errors import TownwatchError
from service.web.app import make_app
from service.web.workbench import Workbench


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises TownwatchError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio does this for sockets made with an explicit protocol only. Without it an answer's second part waits 40 ms
        # for the first to be acknowledged (Nagle against delayed ACK). Connections inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise TownwatchError(f"不能在 {host} 的端口 {port} 上打开工作台：{error.strerror or error}") from error
    return listener


def address(listener: socket.socket) -> str:
    """The address under which a browser on this machine reaches it."""
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- read, not bound
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def make_server(app: Litestar) -> uvicorn.Server:
    """The server of an app; run it with ``server.run(sockets=[listener])``. The app itself believes or does not believe
    what a proxy says, and has its own log, so uvicorn does neither."""
    return uvicorn.Server(uvicorn.Config(
        app, log_level="warning", access_log=False, proxy_headers=False, server_header=False, timeout_keep_alive=15,
        timeout_graceful_shutdown=5, lifespan="off", ws="none",
    ))


def serve(bench: Workbench, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; ``announce`` is told the address once it can be asked for."""
    server = make_server(make_app(bench))
    with listen(host, port) as listener:
        announce(address(listener))
        server.run(sockets=[listener])
