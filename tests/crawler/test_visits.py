"""Visits to real servers on loopback: slow, refused, broken, walled off, with every kind of certificate; and what is asked."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.clock import now
from core.errors import CrawlBusyError
from core.nouns import Outcome
from core.settings import Politeness, Site, SiteRules, SourceSettings
from core.visits import Address, LinkState, VisitOutcome
from crawler.certificate import certificate_of
from crawler.fetch import Seen, look
from crawler.platforms.base import Answer, Ask, Failure
from crawler.visits import read_address, read_visit, visit_site
from demo.misbehave import Misbehaviour
from demo.serving import Request, RequestLog, Response, SiteServer
from store import hosts
from store.database import Engine, for_town, open_store, transaction

AT = datetime(2026, 11, 26, 1, tzinfo=UTC)
RULES = SiteRules(timeout_seconds=1.0)
HOME = "<html><title>门户</title><body><ul><li><a href='/a/123456.html'>关于森林防火的通知</a><span>2026-11-20</span></li></ul></body></html>"
GONE = "<html><title>提示</title><body>您访问的页面不存在或已删除</body></html>"


class Web:
    """A site on loopback, its faults, and what was asked of it."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.log, self.faults = RequestLog(), Misbehaviour(slow_seconds=4.0)
        self.robots = "User-agent: *\nDisallow: /secret/\n"
        self.server = SiteServer(self.faults.around("web", self.answer), self.log, address=address)
        self.server.start()
        self.url = self.server.url

    def answer(self, request: Request) -> Response:
        """The pages."""
        if request.path == "/robots.txt":
            return Response(body=self.robots.encode(), content_type="text/plain")
        if request.path.startswith("/gone"):
            return Response(status=410)
        if request.path.startswith("/soft"):
            return Response(body=GONE.encode())
        if request.path == "/away":
            return Response(status=302, headers=(("Location", "http://127.0.0.9:1/"),))
        if request.path.endswith(".pdf"):
            body = b"%PDF-1.4" + b"x" * (5 * 1024 * 1024)
            part = body[:65536] if "range" in request.headers and "ranges" in request.path else body
            return Response(status=206 if len(part) < len(body) else 200, body=part, content_type="application/pdf")
        return Response(body=HOME.encode())

    @property
    def asked(self) -> list[str]:
        """The paths, robots.txt left out."""
        return [line.path for line in self.log.lines if line.path != "/robots.txt"]


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web()
    yield found
    found.server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = for_town(open_store(f"sqlite:///{tmp_path / 'townwatch.db'}"), "town")
    yield engine
    engine.dispose()


def site_of(url: str, **more: Any) -> Site:
    host = url.partition("//")[2].partition("/")[0]
    politeness = Politeness(requests_per_second=50, concurrency=8, timeout_seconds=1.0, retries=0)
    return Site(**({
        "id": "web", "name": "网站", "platform": "generic", "home": url + "/", "hosts": (host,), "allow_private": True,
        "politeness": politeness, "source": (SourceSettings(id="s", name="s", url=url + "/list"),),
    } | more))


def test_our_own_child_in_trouble_says_nothing_of_the_site(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (seen,) = look(site_of(web.url), [Ask(url=web.url + "/")])
    visit, home = read_visit(site_of(web.url), seen, RULES, at=AT, round_at=AT)
    assert (visit.outcome, home) == (VisitOutcome.UNCLEAR, None)
    assert read_address(Address(url=web.url, site="web"), seen, AT)[0].state is LinkState.UNCLEAR


def test_what_each_answer_says_of_a_home_page(web: Web) -> None:
    """One child for all: the answers are what matters here."""
    for fault in ("403", "412", "429", "500", "503", "521", "waf", "slow", "cut", "loop"):
        web.faults.set(f"/{fault} ", fault)
    paths = ["", "403", "412", "429", "500", "503", "521", "waf", "slow", "cut", "loop", "gone", "soft", "away", "secret/"]
    seen = look(site_of(web.url), [Ask(url=f"{web.url}/{path}") for path in paths])
    visits = {path: read_visit(site_of(web.url), one, RULES, at=AT, round_at=AT)[0] for path, one in zip(paths, seen, strict=True)}
    outcomes = {path: str(visit.outcome) for path, visit in visits.items()}
    assert outcomes == {
        "": "ok", "403": "blocked", "412": "blocked", "429": "blocked", "521": "blocked", "waf": "blocked",
        "500": "failed", "503": "failed", "slow": "failed", "cut": "failed", "loop": "failed", "gone": "failed", "soft": "failed",
        # Led elsewhere, or kept out by robots.txt: nobody was asked, and nothing is known.
        "away": "unclear", "secret/": "unclear",
    }
    assert (visits[""].newest, visits[""].status, visits[""].secure) == (date(2026, 11, 20), 200, False)
    assert 0 < visits[""].seconds < 1
    assert 0.9 < visits["slow"].seconds < 3
    assert "超时" in visits["slow"].reason
    assert "/secret/" not in web.asked


def test_a_page_that_comes_too_late_has_failed() -> None:
    """It came within the time that the request has, but not within that of the test: over several redirects, say."""
    seen = Seen(got=Answer(url="http://a.cn/", status=200, headers={}, body=HOME.encode()), seconds=1.01)
    late, home = read_visit(site_of("http://a.cn"), seen, RULES, at=AT, round_at=AT)
    assert (late.outcome, late.reason, home) == (VisitOutcome.FAILED, "1秒才打开", None)


def test_a_closed_port_and_a_name_that_is_none(store: Engine) -> None:
    closed = visit_site(store, site_of("http://127.0.0.1:9"), [], RULES, round_at=AT, now=lambda: AT)
    assert closed.visit.outcome is VisitOutcome.FAILED
    assert closed.visit.reason == "拒绝连接"
    assert closed.home is None


def certificate(folder: Path, name: str, days: int, *, signed_by_itself: bool = False, host: str = "127.0.0.1") -> tuple[Path, bytes]:
    """A key with its certificate in one file, and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    issuer = subject if signed_by_itself else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's authority")])
    names = [x509.IPAddress(ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
    until = now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now() - timedelta(days=400)).not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file, made.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(("days", "own"), [(20, False), (-3, True)])
def test_the_certificate_of_a_real_answer(web: Web, store: Engine, tmp_path: Path, days: int, own: bool) -> None:
    file, der = certificate(tmp_path, "site", days, signed_by_itself=own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    inner = web.server._server
    inner.socket = context.wrap_socket(inner.socket, server_side=True)
    url = web.url.replace("http:", "https:")
    visit = visit_site(store, site_of(url), [], RULES, round_at=AT, now=lambda: AT).visit
    # The site can be opened, expired or not: that browsers warn of it is the certificate's own finding.
    assert (visit.outcome, visit.secure) == (VisitOutcome.OK, True)
    assert visit.certificate is not None
    assert abs(visit.certificate.until - (now() + timedelta(days=days))) < timedelta(minutes=5)
    assert visit.certificate.fault == ("证书是自签名的" if own else "证书由“a test's authority”签发，不是浏览器信任的公共机构")
    assert certificate_of(der, "127.0.0.1", AT, [der]) == visit.certificate


def test_a_certificate_of_another_host(tmp_path: Path) -> None:
    _, der = certificate(tmp_path, "other", 20, host="www.other.gov.cn")
    held = certificate_of(der, "www.a.gov.cn", AT)
    assert held is not None
    assert held.fault == "证书是发给 www.other.gov.cn 的，不是 www.a.gov.cn"


def test_wildcards_stand_for_one_label(tmp_path: Path) -> None:
    _, der = certificate(tmp_path, "wild", 10, host="*.a.gov.cn")
    assert [bool(held and held.fault) for held in (certificate_of(der, host, AT) for host in ("www.a.gov.cn", "a.gov.cn", "x.www.a.gov.cn"))] == [
        False, True, True]
    assert certificate_of(b"nothing", "a", AT) is None


def address(url: str, **more: Any) -> Address:
    return Address(url=url, site="web", **more)


def test_links_are_looked_at_after_the_home_page_and_only_on_the_sites_hosts(web: Web, store: Engine) -> None:
    for fault in ("403", "404", "500", "slow"):
        web.faults.set(f"/{fault} ", fault)
    other = Web("127.0.0.3")
    paths = ("a.html", "gone", "soft", "404", "403", "500", "slow", "away", "file.pdf", "ranges.pdf", "secret/1")
    turn = [address(f"{web.url}/{path}") for path in paths] + [address(f"{other.url}/elsewhere")]
    try:
        got = visit_site(store, site_of(web.url), [], RULES, round_at=AT, now=lambda: AT, turn=lambda: turn)
    finally:
        other.server.stop()
    states = {each.url.removeprefix(web.url + "/"): str(each.state) for each, _ in got.addresses}
    # Another host is not asked, and is said to be none of this site's.
    assert states.pop(f"{other.url}/elsewhere") == "unclear"
    assert states == {
        "a.html": "ok", "file.pdf": "ok", "ranges.pdf": "ok", "gone": "dead", "soft": "dead", "404": "dead",
        # Refused, broken, out of reach, led away, kept out: not dead.
        "403": "unclear", "500": "unclear", "slow": "unclear", "away": "unclear", "secret/1": "unclear",
    }
    assert other.asked == []
    assert web.asked[0] == "/"
    assert [answer is not None for each, answer in got.addresses if each.url.endswith("a.html")] == [True]


def test_no_link_is_looked_at_where_the_home_page_does_not_open(web: Web, store: Engine) -> None:
    web.faults.set("^web / ", "500")
    got = visit_site(store, site_of(web.url), [], RULES, round_at=AT, now=lambda: AT, turn=lambda: [address(f"{web.url}/a.html")])
    assert (got.visit.outcome, got.addresses, web.asked) == (VisitOutcome.FAILED, (), ["/"])


def test_dead_twice_on_different_days() -> None:
    gone = Seen(got=Answer(url="http://a.cn/gone", status=404, headers={}, body=b""), seconds=0.1)
    there = Seen(got=Answer(url="http://a.cn/gone", status=200, headers={}, body=HOME.encode()), seconds=0.1)
    broken = Seen(got=Failure(outcome=Outcome.UNREACHABLE, reason="超时"), seconds=15)
    first, _ = read_address(address("http://a.cn/gone"), gone, AT)
    again, _ = read_address(first, gone, AT + timedelta(hours=3))
    next_day, _ = read_address(again, gone, AT + timedelta(days=1))
    assert [each.dead_days for each in (first, again, next_day)] == [1, 1, 2]
    # What cannot be seen is as it was; what is there again is forgotten.
    unclear, _ = read_address(next_day, broken, AT + timedelta(days=2))
    assert (unclear.state, unclear.dead_days) == (LinkState.UNCLEAR, 2)
    back, answer = read_address(unclear, there, AT + timedelta(days=3))
    assert (back.state, back.dead_days, back.dead_on, answer) == (LinkState.OK, 0, None, there.got)
    # A file longer than was wanted is there.
    long, none = read_address(first, Seen(got=broken.got, seconds=1, cut=True), AT)
    assert (long.state, none) == (LinkState.OK, None)


def test_two_visits_at_once_take_turns(web: Web, store: Engine) -> None:
    got: list[Any] = []

    def go() -> None:
        got.append(visit_site(store, site_of(web.url), [], RULES, round_at=AT, now=now, wait=30))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.visit.outcome for each in got] == [VisitOutcome.OK] * 2
    one, two = sorted(each.visit.at for each in got)
    assert two - one > timedelta(seconds=0.1)


def test_a_host_that_a_crawl_asks_is_left_to_it(web: Web, store: Engine) -> None:
    with transaction(store) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "a crawl", hosts.present(connection), 60)
    with pytest.raises(CrawlBusyError):
        visit_site(store, site_of(web.url), [], RULES, round_at=AT, now=now, wait=0)
    assert web.log.lines == []


KILLED = """
import sys
from pathlib import Path
from core.clock import now
from core.settings import Site, SiteRules
from crawler.visits import visit_site
from store.database import for_town, open_store
site = Site.model_validate_json(Path(sys.argv[2]).read_text())
visit_site(for_town(open_store(sys.argv[1]), "town"), site, [], SiteRules(timeout_seconds=30), round_at=now(), now=now)
"""


def test_a_visit_that_is_killed_asks_no_more_and_frees_its_host(web: Web, store: Engine, tmp_path: Path) -> None:
    web.faults.slow_seconds = 25.0
    web.faults.set("^web / ", "slow", 1)
    (tmp_path / "site.json").write_text(site_of(web.url).model_dump_json(by_alias=True), encoding="utf-8")
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, f"sqlite:///{tmp_path / 'townwatch.db'}", str(tmp_path / "site.json")], cwd=root,
        env={**os.environ, "PYTHONPATH": root}, start_new_session=True,
    )
    try:
        end = time.monotonic() + 30
        while "/" not in web.asked and time.monotonic() < end:
            time.sleep(0.05)
        assert web.asked == ["/"]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    # Its lease would hold for a minute; here it is let run out at once.
    with transaction(store) as connection:
        hosts.release(connection, _holder(store), None)
    after = visit_site(store, site_of(web.url), [], RULES, round_at=AT, now=now, wait=5)
    assert after.visit.outcome is VisitOutcome.OK
    assert web.asked == ["/", "/"]


def _holder(store: Engine) -> str:
    from sqlalchemy import select

    from store import tables

    with store.connect() as connection:
        return str(connection.execute(select(tables.host_leases.c.holder)).scalar_one())
