"""The demo town: the county's portal, the message board and a media site, each on a loopback port of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import TracebackType

from demo.board import Board
from demo.corpus_pages import CorpusPages
from demo.media import Media
from demo.misbehave import Misbehaviour
from demo.portal import Portal
from demo.serving import NOT_FOUND, Asked, Request, RequestLog, Response, SiteServer
from demo.threads import corpus_threads, own_threads


class DemoTown:
    """Starts and stops the sites. The same ``today`` gives the same pages, byte for byte. ``corpus`` is the folder
    ``shared/data``: then the board also serves its messages, and the media site its government pages. ``addresses``: the
    loopback addresses of the three sites; three different ones make them three hosts, as the real ones are."""

    def __init__(
        self, today: date, *, corpus: Path | None = None, port: int = 0,
        addresses: tuple[str, str, str] = ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
    ) -> None:
        self.today = today
        self.portal = Portal(today)
        self.board = Board([*own_threads(today), *(corpus_threads(corpus) if corpus else ())])
        self.media = Media(today)
        self._corpus_pages = CorpusPages(corpus) if corpus else None
        self._log = RequestLog()
        self.faults = Misbehaviour()
        ports = (port, port + 1, port + 2) if port else (0, 0, 0)
        answers = (("portal", self.portal.answer), ("board", self.board.answer), ("media", self._media))
        self._servers = [
            SiteServer(self.faults.around(name, answer), self._log, number, address)
            for (name, answer), number, address in zip(answers, ports, addresses, strict=True)
        ]
        self.portal_url, self.board_url, self.media_url = (server.url for server in self._servers)
        self.url = self.portal_url

    @property
    def requests(self) -> list[Asked]:
        """The request log of all three sites, in order: (at, method, path, status)."""
        return list(self._log.lines)

    def forget_requests(self) -> None:
        """Empty the request log."""
        self._log.clear()

    def misbehave(self, pattern: str, mode: str | None, times: int | None = None) -> None:
        """Order a fault (see :mod:`demo.misbehave`) where the regular expression is found in ``site path?query body``,
        site being portal, board or media; None lifts it."""
        self.faults.set(pattern, mode, times)

    def _media(self, request: Request) -> Response:
        if request.path.startswith("/corpus/"):
            return self._corpus_pages.answer(request) if self._corpus_pages else NOT_FOUND
        return self.media.answer(request)

    def start(self) -> DemoTown:
        """Begin to answer."""
        for server in self._servers:
            server.start()
        return self

    def stop(self) -> None:
        """Close the ports and every connection."""
        for server in self._servers:
            server.stop()

    def __enter__(self) -> DemoTown:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
