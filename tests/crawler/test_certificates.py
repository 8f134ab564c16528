"""Certificates of real servers on loopback, made by authorities of our own: each fault is said in its own words, and every page is
read all the same."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from core.clock import local_text
from core.nouns import Severity, Verdict
from core.settings import Politeness, Site, SiteRules, SourceSettings
from core.visits import INCOMPLETE, VisitOutcome
from crawler.certificate import certificate_of
from crawler.fetch import look
from crawler.handshake import served_chain
from crawler.platforms.base import Ask
from crawler.visits import read_visit, visit_site
from demo.serving import Request, RequestLog, Response, SiteServer
from monitor.site_health import Watched
from monitor.site_health import certificate as judged
from store.database import Engine, for_town, open_store

AT = datetime(2026, 11, 26, 1, tzinfo=UTC)
HOST = "127.0.0.1"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def make(
    name: str, by: Made | None = None, *, days: float = 300, since: float = -100, host: str = "", authority: bool = False, aia: bool = False
) -> Made:
    """A certificate signed by another, or by itself; its days from :data:`AT`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(by.certificate.subject if by else subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(AT + since * DAY).not_valid_after(AT + days * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if host:
        names = [x509.IPAddress(ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if aia:
        place = x509.UniformResourceIdentifier("http://ca.example/ca.cer")
        told = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([told]), critical=False)
    return Made(builder.sign(by.key if by else key, hashes.SHA256()), key)


ROOT = make("测试根证书", authority=True, days=3000, since=-3000)
OLD = make("旧中级机构", ROOT, authority=True, days=-1, since=-900)
BETWEEN = make("测试中级机构", ROOT, authority=True, aia=True)
PRIVATE = make("县政务内部CA", authority=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    yield for_town(engine, "town")
    engine.dispose()


def serve(folder: Path, chain: Sequence[Made]) -> tuple[SiteServer, str]:
    """A site behind a chain, its own certificate first."""
    folder.mkdir(exist_ok=True)
    file = folder / "chain.pem"
    private = chain[0].key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def answer(_: Request) -> Response:
        return Response(body="<html><title>门户</title><body><a href='/a.html'>通知</a><span>2026-11-20</span></body></html>".encode())

    server = SiteServer(answer, RequestLog(), address=HOST)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    server.start()
    return server, server.url.replace("http:", "https:")


GOOD = make("good", BETWEEN, host=HOST, aia=True)
CASES: list[tuple[str, list[Made], str, Verdict, Severity]] = [
    ("good", [GOOD, BETWEEN], "", Verdict.OK, Severity.WARN),
    ("good without an intermediate", [make("direct", ROOT, host=HOST)], "", Verdict.OK, Severity.WARN),
    ("soon to expire", [make("soon", BETWEEN, host=HOST, days=20), BETWEEN], "", Verdict.BAD, Severity.WARN),
    ("very soon", [make("soon", BETWEEN, host=HOST, days=3), BETWEEN], "", Verdict.BAD, Severity.ERROR),
    ("expired", [make("old", BETWEEN, host=HOST, days=-2), BETWEEN], "", Verdict.BAD, Severity.ERROR),
    ("not yet valid", [make("new", BETWEEN, host=HOST, since=2), BETWEEN], f"证书自{local_text(AT + 2 * DAY)}起才有效", Verdict.BAD, Severity.ERROR),
    ("self-signed", [make("own", host=HOST)], "证书是自签名的", Verdict.BAD, Severity.ERROR),
    ("wrong name", [make("other", BETWEEN, host="www.other.gov.cn"), BETWEEN], f"证书是发给 www.other.gov.cn 的，不是 {HOST}", Verdict.BAD, Severity.ERROR),
    ("private authority", [make("inner", PRIVATE, host=HOST)], "证书由“县政务内部CA”签发，不是浏览器信任的公共机构", Verdict.BAD, Severity.ERROR),
    ("private authority, sent with it", [make("inner", PRIVATE, host=HOST), PRIVATE], "证书由“县政务内部CA”签发，不是浏览器信任的公共机构", Verdict.BAD, Severity.ERROR),
    ("incomplete", [GOOD], "网站没有送出完整的证书链（缺“测试中级机构”的证书），部分浏览器和手机会拦截访问", Verdict.BAD, Severity.WARN),
    ("expired intermediate", [make("below", OLD, host=HOST), OLD], "签发证书的中级机构证书已过期", Verdict.BAD, Severity.ERROR),
    # Several at once: none hides another.
    ("expired and private", [make("inner", PRIVATE, host=HOST, days=-2)], "证书由“县政务内部CA”签发，不是浏览器信任的公共机构", Verdict.BAD, Severity.ERROR),
]  # fmt: skip


@pytest.mark.parametrize(("chain", "fault", "verdict", "severity"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_chain_has_its_own_words(chain: list[Made], fault: str, verdict: Verdict, severity: Severity) -> None:
    held = certificate_of(chain[0].der, HOST, AT, [one.der for one in chain], [ROOT.certificate])
    assert held is not None
    assert held.fault == fault
    assert held.until == chain[0].certificate.not_valid_after_utc


def site_of(*urls: str) -> Site:
    return Site(id="web", name="门户", platform="generic", home=urls[0], hosts=tuple(url.removeprefix("https://") for url in urls),
                allow_private=True, politeness=Politeness(requests_per_second=1000), source=(SourceSettings(id="s", name="来源", url=urls[0]),))


def test_a_site_is_read_whatever_its_certificate_and_the_finding_says_why(tmp_path: Path) -> None:
    """A server of each kind, all looked at by one process."""
    served = [serve(tmp_path / str(n), case[1]) for n, case in enumerate(CASES)]
    site = site_of(*(url for _, url in served))
    try:
        seen = look(site, [Ask(url=url) for _, url in served], chain=True)
    finally:
        for server, _ in served:
            server.stop()
    for (name, chain, fault, verdict, severity), one in zip(CASES, seen, strict=True):
        visit, home = read_visit(site, one, SiteRules(), at=AT, round_at=AT, roots=[ROOT.certificate])
        assert (visit.outcome, visit.secure, visit.reason) == (VisitOutcome.OK, True, "") and home is not None, name
        assert one.chain == tuple(made.der for made in chain), name
        said = judged(Watched(site=site, visits=[visit], doubtful=(), rules=SiteRules(), at=AT, own=True))
        assert (said.rule_id, said.verdict, said.severity) == ("site.certificate", verdict, severity), name
        assert fault in said.reason and ("，已过期" in said.reason) == (chain[0].certificate.not_valid_after_utc <= AT), name


def test_a_whole_visit_asks_for_the_chain(store: Engine, tmp_path: Path) -> None:
    server, url = serve(tmp_path, [GOOD])
    try:
        visit = visit_site(store, site_of(url), [], SiteRules(), round_at=AT, now=lambda: AT, roots=[ROOT.certificate]).visit
    finally:
        server.stop()
    assert visit.outcome is VisitOutcome.OK and visit.certificate is not None and visit.certificate.fault.startswith(INCOMPLETE)


def test_what_no_chain_is_known_of_is_judged_by_itself_alone() -> None:
    held = certificate_of(CASES[8][1][0].der, HOST, AT)
    assert held is not None and held.fault == ""
    assert certificate_of(b"nothing", HOST, AT) is None
    # By the public authorities a test's own is none.
    public = certificate_of(GOOD.der, HOST, AT, [GOOD.der, BETWEEN.der])
    assert public is not None and "测试根证书" in public.fault


def test_a_server_that_does_not_shake_hands_gives_no_chain(tmp_path: Path) -> None:
    plain = SiteServer(lambda _: Response(), RequestLog(), address=HOST)
    plain.start()
    try:
        assert served_chain(HOST, int(plain.url.rpartition(":")[2].strip("/")), HOST, 1.0) == []
    finally:
        plain.stop()
    assert served_chain(HOST, 1, HOST, 1.0) == []
