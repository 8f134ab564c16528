"""The server in front of the app."""

from __future__ import annotations

import socket

from service.web.serving import listen


def test_an_answer_is_not_held_back() -> None:
    """Without TCP_NODELAY every answer of two parts waits 40 ms on loopback, more elsewhere."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
