"""The certificates that a server sends, from a handshake of its own: what a crawl's answer tells is the first of them alone."""

from __future__ import annotations

import select
import socket
import time

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from core.addresses import literal

SECONDS = 5.0


def served_chain(address: str, port: int, host: str, seconds: float = SECONDS) -> list[bytes]:
    """The certificates (DER) that the server at ``address`` sends for ``host``, its own first; none where it does not come to that.
    ``address`` is one that an answer came from: nothing is looked up, so that nothing else can be connected to."""
    deadline = time.monotonic() + seconds
    try:
        with socket.create_connection((address, port), timeout=seconds) as plain:
            plain.setblocking(False)
            connection = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), plain)
            if literal(host) is None:
                connection.set_tlsext_host_name(host.encode("ascii"))
            connection.set_connect_state()
            _shake_hands(connection, plain, deadline)
            return [one.public_bytes(Encoding.DER) for one in connection.get_peer_cert_chain(as_cryptography=True) or ()]
    except (OSError, SSL.Error, ValueError):
        return []


def _shake_hands(connection: SSL.Connection, plain: socket.socket, deadline: float) -> None:
    while True:
        try:
            connection.do_handshake()
            return
        except SSL.WantReadError:
            ready, left = [plain], deadline - time.monotonic()
            if left <= 0 or not select.select(ready, [], [], left)[0]:
                raise TimeoutError from None
        except SSL.WantWriteError:
            ready, left = [plain], deadline - time.monotonic()
            if left <= 0 or not select.select([], ready, [], left)[1]:
                raise TimeoutError from None
