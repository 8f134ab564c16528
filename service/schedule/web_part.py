"""The workbench's server as a part that is kept alive."""

from __future__ import annotations

import socket
import threading

from litestar import Litestar

from service.web.serving import make_server
from store.failures import reason


class WebPart:
    """Serves ``app`` on a socket that outlives its server: a browser that asks during a restart waits, and is answered."""

    def __init__(self, app: Litestar, listener: socket.socket) -> None:
        self._app, self._listener = app, listener
        self._server = make_server(app)
        self._thread: threading.Thread | None = None
        self._why = ""

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._server, self._why = make_server(self._app), ""
        self._thread = threading.Thread(target=self._run, daemon=True, name="web")
        self._thread.start()

    def failure(self) -> str | None:
        """Why no request is answered; None while they are."""
        if self._thread is not None and self._thread.is_alive():
            return None
        return self._why or "服务器线程已结束"

    def stop(self, patience: float) -> None:
        """Answer what was asked, and nothing more."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=patience)

    def _run(self) -> None:
        try:
            # A copy: the server closes what it is given.
            self._server.run(sockets=[self._listener.dup()])
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- the supervisor says it and starts it again
            self._why = reason(error)
