"""What is not public is not asked: redirects, attachments, robots.txt, odd notations, names that change their mind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nouns import Outcome
from core.settings import Politeness, Site
from crawler.addresses import on_hosts, private_hosts, url_refusal
from crawler.fetch import fetch_pages
from crawler.platforms.base import Answer, Failure

ROOT = str(Path(__file__).parents[2])


class Server(ThreadingHTTPServer):
    """Answers 302 to what ``to`` says for a path, else a page; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.to: dict[str, str] = {}
        self.bodies: dict[str, bytes] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        to = self.server.to.get(self.path)
        self.send_response(302 if to else 200)
        if to:
            self.send_header("Location", to)
        body = self.server.bodies.get(self.path, b"ok")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield running
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.fixture
def town() -> Iterator[Server]:
    """The site that may be asked, as if it were public."""
    with server() as running:
        yield running


@pytest.fixture
def secret() -> Iterator[Server]:
    """What lies behind the wall."""
    with server() as running:
        yield running


def site_of(*hosts: str, allow_private: bool = True, robots: bool = False) -> Site:
    return Site(id="s", name="s", platform="generic", home=f"http://{hosts[0]}/", hosts=hosts, allow_private=allow_private,
                politeness=Politeness(requests_per_second=50.0, retries=1, timeout_seconds=5.0, obey_robots=robots))


@pytest.mark.parametrize(("target", "reason"), [
    ("http://{secret}/", "本机地址 127.0.0.1，未允许访问"),
    ("http://127.1:{port}/", "本机地址 127.1，未允许访问"),
    ("http://2130706433:{port}/", "本机地址 2130706433，未允许访问"),
    ("http://0x7f.0.0.1:{port}/", "本机地址 0x7f.0.0.1，未允许访问"),
    ("http://0177.0.0.1:{port}/", "本机地址 0177.0.0.1，未允许访问"),
    ("http://0:{port}/", "未指定地址 0，未允许访问"),
    ("http://localhost:{port}/", "本机地址 localhost，未允许访问"),
    ("http://a.localhost:{port}/", "本机地址 a.localhost，未允许访问"),
    ("http://[::1]:{port}/", "本机地址 ::1，未允许访问"),
    ("http://[::ffff:127.0.0.1]:{port}/", "本机地址 ::ffff:127.0.0.1，未允许访问"),
    ("http://10.0.0.1/", "内网地址 10.0.0.1，未允许访问"),
    ("http://169.254.169.254/latest/meta-data/", "云主机元数据地址 169.254.169.254，未允许访问"),
    ("http://u:p@{town}/x", "网址里有用户名或密码"),
    ("http://example.org/", "转到了站外地址 example.org"),
])
def test_a_redirect_to_what_is_not_public_is_not_followed(town: Server, secret: Server, target: str, reason: str) -> None:
    town.to["/a"] = target.format(secret=secret.host, port=secret.server_port, town=town.host)
    (got,) = fetch_pages(site_of(town.host), [f"http://{town.host}/a"])
    assert isinstance(got, Failure)
    assert (got.outcome, got.reason) == (Outcome.NOT_RUN, reason)
    assert (town.asked, secret.asked) == (["/a"], [])


def test_what_the_site_allows_is_asked(town: Server) -> None:
    town.to["/a"] = "/b"
    (got,) = fetch_pages(site_of(town.host), [f"http://{town.host}/a"])
    assert isinstance(got, Answer)
    assert town.asked == ["/a", "/b"]


def test_all_that_wait_for_robots_txt_are_told_what_it_says(town: Server) -> None:
    """Scrapy 2.19 lets all but the first of them through."""
    town.bodies["/robots.txt"] = b"User-agent: *\nDisallow: /b\n"
    got = fetch_pages(site_of(town.host, robots=True), [f"http://{town.host}/{path}" for path in ("a", "b1", "b2", "b3", "c")])
    assert [type(one) for one in got] == [Answer, Failure, Failure, Failure, Answer]
    assert sorted(town.asked) == ["/a", "/c", "/robots.txt"]


def test_robots_txt_leads_nobody_inside(town: Server, secret: Server) -> None:
    town.to["/robots.txt"] = f"http://{secret.host}/robots.txt"
    fetch_pages(site_of(town.host, robots=True), [f"http://{town.host}/a"])
    assert town.asked[0] == "/robots.txt"
    assert secret.asked == []


def test_a_source_address_that_was_typed_is_guarded_too(secret: Server) -> None:
    (got,) = fetch_pages(site_of(secret.host, allow_private=False, robots=True), [f"http://{secret.host}/"])
    assert isinstance(got, Failure)
    assert "本机地址" in got.reason
    assert secret.asked == []


REBINDING = """
import sys
from pathlib import Path
from scrapy.resolver import dnscache
from core.settings import Site
from crawler.fetch_spider import FetchSpider
from crawler.process import _run
from crawler.guard import PublicResolver

# The cache of Scrapy stands for a name server whose answer changes: public when looked at, loopback when used.
class Rebound(dict):
    limit, asked = 100, 0
    def __contains__(self, name):
        return True
    def __getitem__(self, name):
        self.asked += 1
        return "8.8.8.8" if self.asked == 1 else "127.0.0.1"

import scrapy.resolver
scrapy.resolver.dnscache = Rebound()
class Reactor:
    def getThreadPool(self): raise AssertionError
looked_at = []
PublicResolver(Reactor(), 100, 5).getHostByName("rebound.example").addCallback(looked_at.append)
assert looked_at == ["8.8.8.8"]
site = Site.model_validate_json(sys.argv[1])
_run(FetchSpider, (site,), site=site, asks=[{"url": sys.argv[2]}], out=Path(sys.argv[3]))
"""


def test_a_name_that_turns_inward_after_it_was_looked_at_is_refused(secret: Server, tmp_path: Path) -> None:
    name = f"rebound.example:{secret.server_port}"
    site = site_of(name, allow_private=False)
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-c", REBINDING, site.model_dump_json(by_alias=True), f"http://{name}/", str(out)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": ROOT}, check=True, capture_output=True, timeout=60)
    failure = json.loads(out.read_text())["failure"]
    assert failure["outcome"] == "not_run"
    assert failure["reason"] == "rebound.example 指向本机地址 127.0.0.1，未允许访问"
    assert secret.asked == []


def test_an_attachment_is_not_fetched_from_inside(watch: Any, secret: Server) -> None:
    """The page links to an address of the site, which sends on to what lies behind the wall."""
    portal = watch.town.portal
    watch.only("gzdt")
    watch.politeness(requests_per_second=200.0)
    item = portal.of_column("gzdt")[0]
    links = "".join(f'<p><a href="{to}">附件{n}.pdf</a></p>' for n, to in enumerate(
        [f"http://{secret.host}/a.pdf", f"http://localhost:{secret.server_port}/b.pdf", "http://169.254.169.254/c.pdf"]))
    portal.change_article(item.id, body=f"漫水河镇工作动态正文。{links}")
    assert watch.crawl()["gzdt"].new
    assert secret.asked == []


@pytest.mark.parametrize(("url", "hosts", "ok"), [
    ("http://a.gov.cn/x", ["a.gov.cn"], True), ("https://a.gov.cn:443/x", ["a.gov.cn"], True),
    ("http://a.gov.cn:22/", ["a.gov.cn"], False), ("https://a.gov.cn:80/", ["a.gov.cn"], False),
    ("http://a.gov.cn:8080/", ["a.gov.cn:8080"], True), ("http://a.gov.cn/", ["a.gov.cn:8080"], False),
    ("http://A.GOV.CN/", ["a.gov.cn"], True), ("http://b.a.gov.cn/", ["a.gov.cn"], False),
    ("http://a.gov.cn@evil.example/", ["a.gov.cn"], False), ("ftp://a.gov.cn/", ["a.gov.cn"], False),
    ("http://[::1]:80/", ["[::1]"], True), ("http://[bad/", ["a.gov.cn"], False), ("http://a.gov.cn:99999/", ["a.gov.cn"], False),
])
def test_on_hosts(url: str, hosts: list[str], ok: bool) -> None:
    assert on_hosts(url, hosts) is ok


def test_a_private_host_is_allowed_on_its_own_port_only() -> None:
    allowed = private_hosts([site_of("10.1.1.1:8080", "inner.example"), site_of("10.2.2.2", allow_private=False)])
    assert url_refusal("http://10.1.1.1:8080/", (), allowed) is None
    assert url_refusal("https://inner.example/", (), allowed) is None
    assert "内网地址" in (url_refusal("http://10.1.1.1:22/", (), allowed) or "")
    assert "内网地址" in (url_refusal("http://inner.example:22/", (), allowed) or "")
    assert "内网地址" in (url_refusal("http://10.2.2.2/", (), allowed) or "")


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: "http://" + text))
def test_no_url_breaks_the_guard(url: str) -> None:
    reason = url_refusal(url, ("a.gov.cn",))
    assert reason or on_hosts(url, ("a.gov.cn",))
