"""The site on a loopback port: processes that share the port and do little else, so that whoever asks is what is measured."""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.day.site import Town, etag

PROCESSES = 2
FIELDS = ("requests", "not_modified", "bytes")


@dataclass(slots=True)
class Server:
    """A running server: its address, the stage that it shows, and what it has answered since it was last asked."""

    url: str
    stage: Any
    counters: Any

    def taken(self) -> dict[str, int]:
        """Requests, 304s and bytes sent (heads and bodies) since the last call."""
        found = {name: sum(self.counters[i :: len(FIELDS)]) for i, name in enumerate(FIELDS)}
        for place in range(len(self.counters)):
            self.counters[place] = 0
        return found


class _Answering(asyncio.Protocol):
    def __init__(self, town: Town, stage: Any, counters: Any, first: int, cache: dict[tuple[str, int], Any], validators: bool) -> None:
        self.town, self.stage, self.counters, self.first, self.cache = town, stage, counters, first, cache
        self.validators = validators
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        line, _, rest = head.partition(b"\r\n")
        path, lower = line.split(b" ")[1].decode().partition("?")[0], rest.lower()
        known = self._page(path)
        if known is None:
            answer = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n404"
        elif self.validators and known[0] in head:
            self.counters[self.first + 1] += 1
            answer = b"HTTP/1.1 304 Not Modified\r\nETag: " + known[0] + b"\r\n\r\n"
        else:
            answer = known[2] if b"gzip" in lower else known[1]
        self.counters[self.first] += 1
        self.counters[self.first + 2] += len(answer)
        self.transport.write(answer)

    def _page(self, path: str) -> tuple[bytes, bytes, bytes] | None:
        """Validator, whole answer, compressed answer."""
        place = (path, self.stage.value)
        if place not in self.cache:
            page = self.town.page(path, self.stage.value)
            if page is None:
                return None
            kind, body = page
            tag = etag(body).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"\r\n"
            head += b"ETag: " + tag + b"\r\n" if self.validators else b""
            small = gzip.compress(body, 6, mtime=0)
            self.cache[place] = (tag, head + b"Content-Length: %d\r\n\r\n" % len(body) + body,
                                 head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(small) + small)
        found: tuple[bytes, bytes, bytes] = self.cache[place]
        return found


def _serve(listener: socket.socket, town: Town, stage: Any, counters: Any, first: int, validators: bool) -> None:
    async def run() -> None:
        cache: dict[tuple[str, int], Any] = {}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(town, stage, counters, first, cache, validators), sock=listener)
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def serving(town: Town, validators: bool = True) -> Iterator[Server]:
    """The site served until the block ends. ``validators``: whether it answers with ETags, and "not modified"."""
    context = multiprocessing.get_context("fork")
    stage, counters = context.Value("i", 0), context.Array("q", PROCESSES * len(FIELDS), lock=False)
    first = _listener(0)
    port = first.getsockname()[1]
    children = []
    for number in range(PROCESSES):
        listener = first if number == 0 else _listener(port)
        arguments = (listener, town, stage, counters, number * len(FIELDS), validators)
        child = context.Process(target=_serve, args=arguments, daemon=True)
        child.start()
        children.append(child)
        listener.close()
    try:
        yield Server(f"http://127.0.0.1:{port}", stage, counters)
    finally:
        for child in children:
            child.terminate()
            child.join()


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


def fastest(server: Server, paths: list[str], seconds: float = 2.0, clients: int = 2) -> float:
    """Answers a second with nobody else asking: some clients that write requests in batches and throw the answers away."""
    context = multiprocessing.get_context("fork")
    results = context.Array("d", clients)
    children = [context.Process(target=_hammer, args=(server.url, paths, seconds, results, n)) for n in range(clients)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    server.taken()
    return sum(results)


def _hammer(url: str, paths: list[str], seconds: float, results: Any, number: int) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        batch = paths[:16]
        asked = b"".join(f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n".encode() for path in batch)
        for _ in range(2):  # the first time makes the pages
            connection.sendall(asked)
            size = _drain(connection, 2.0)
        done, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            connection.sendall(asked)
            left = size
            while left > 0:
                left -= len(connection.recv(1 << 20))
            done += len(batch)
        results[number] = done / (time.perf_counter() - begun)


def _drain(connection: socket.socket, quiet: float) -> int:
    connection.settimeout(quiet)
    size = 0
    try:
        while True:
            size += len(connection.recv(1 << 20))
    except TimeoutError:
        connection.settimeout(None)
        return size
