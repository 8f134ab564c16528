"""Attachments of gigabytes, by what the server says or by what it sends: the crawl leaves them after so much and reads on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from core.configuration import load_settings
from core.nouns import Outcome
from core.settings import Politeness, Settings, Site, SourceSettings
from crawler.run import crawl
from crawler.sizes import MAX_FILE
from store import tables
from store.database import for_town, open_store

AT = datetime(2026, 11, 26, 1, tzinfo=UTC)
CHUNK = bytes(1 << 16)
LIST = '<html><body><ul class="list"><li><a href="/c/202611/t20261120_1.html" title="公告">公告</a><span>2026-11-20</span></li></ul></body></html>'
ARTICLE = (
    '<html><head><meta name="ArticleTitle" content="公告"><meta name="PubDate" content="2026-11-20 09:00"></head><body><h1>公告</h1>'
    '<div class="TRS_Editor"><p>关于防汛工作的通知正文，请各村遵照执行，做好值班值守。</p>'
    '<p><a href="/c/big.zip">附件1.zip</a><a href="/c/endless.zip">附件2.zip</a><a href="/c/trickle.zip">附件3.zip</a>'
    '<a href="/c/ok.txt">附件4.txt</a></p></div></body></html>'
)


class Endless(BaseHTTPRequestHandler):
    """The site. ``sent``: bytes of body that each address took before its client left."""

    protocol_version = "HTTP/1.1"
    sent: dict[str, int]
    stop: threading.Event

    def do_GET(self) -> None:
        pages = {"/c/index.html": (LIST, "text/html"), "/c/202611/t20261120_1.html": (ARTICLE, "text/html"), "/c/ok.txt": ("漫水河", "text/plain")}
        if self.path in pages:
            text, kind = pages[self.path]
            self._head(200, kind, ("Content-Length", str(len(text.encode()))))
            self.wfile.write(text.encode())
        elif self.path == "/c/big.zip":
            self._head(200, "application/zip", ("Content-Length", str(2 << 30)))
            self._pour(CHUNK, 0)
        elif self.path == "/c/endless.zip":
            self._head(200, "application/zip", ("Transfer-Encoding", "chunked"))
            self._pour(b"%x\r\n" % len(CHUNK) + CHUNK + b"\r\n", 0)
        elif self.path == "/c/trickle.zip":
            self._head(200, "application/zip", ("Connection", "close"))
            self._pour(b"x", 0.1)
        else:
            self._head(404, "text/plain", ("Content-Length", "0"))

    def _head(self, status: int, kind: str, header: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header(*header)
        self.end_headers()

    def _pour(self, piece: bytes, pause: float) -> None:
        self.close_connection = True
        with suppress(OSError):
            while not self.stop.wait(pause) if pause else not self.stop.is_set():
                self.wfile.write(piece)
                self.sent[self.path] = self.sent.get(self.path, 0) + len(piece)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Settings, type[Endless]]]:
    handler = type("Handler", (Endless,), {"sent": {}, "stop": threading.Event()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    made = Site(
        id="site", name="站", platform="trs", home=f"http://{host}/", allow_private=True, hosts=(host,),
        politeness=Politeness(requests_per_second=1000, concurrency=8, timeout_seconds=4.0, retries=0),
        source=(SourceSettings(id="c", name="栏目", url=f"http://{host}/c/index.html"),),
    )
    yield load_settings(Path(__file__).parents[2] / "config").model_copy(update={"sites": (made,)}), handler
    handler.stop.set()
    server.shutdown()
    server.server_close()


def test_gigabytes_are_left_and_the_rest_is_read(site: tuple[Settings, type[Endless]], tmp_path: Path) -> None:
    settings, handler = site
    engine = for_town(open_store(f"sqlite:///{tmp_path / 'store.db'}"), "town")
    began = time.monotonic()
    run = crawl(settings, engine, tmp_path / "var", now=lambda: AT)
    assert time.monotonic() - began < 60
    with engine.connect() as connection:
        (detail,) = connection.execute(select(tables.records.c.detail)).scalars()
    engine.dispose()
    assert [result.outcome for result in run.sources] == [Outcome.NEW]
    big, endless, trickle, ok = detail["attachments"]
    assert [(one["state"], one["text"]) for one in (big, endless, trickle)] == [("not_fetched", "")] * 3
    assert "文件过大" in big["reason"] and "文件过大" in endless["reason"] and "超时" in trickle["reason"]
    assert (ok["state"], ok["text"]) == ("read", "漫水河")
    # What is said to be too large is not even had; what never ends, to the limit. The rest was under way in the sockets.
    assert handler.sent.get("/c/big.zip", 0) < 16 << 20
    assert handler.sent["/c/endless.zip"] < MAX_FILE + (16 << 20)
    archived = sum(path.stat().st_size for path in (tmp_path / "var").rglob("*.warc.gz"))
    assert archived < 100_000
