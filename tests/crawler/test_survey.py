"""A first look at every example site, over real requests, and at sites that cannot be looked at."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.configuration import load_settings
from core.errors import CrawlBusyError
from core.settings import Politeness, Settings
from crawler.platforms import check_options
from crawler.run import crawl
from crawler.site_file import site_id, survey_data, survey_toml
from crawler.survey import Survey, SurveyError, survey
from demo.configure import write_config
from demo.serving import HTML, NOT_FOUND, Request, RequestLog, Response, SiteServer
from demo.town import DemoTown
from store import hosts, tables
from store.database import Engine, for_town, open_store, transaction
from tests.crawler.conftest import START
from tests.crawler.example_sites import NAMES, ExampleSite

QUICK = Politeness(requests_per_second=200.0, concurrency=4, retries=0, timeout_seconds=5.0)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = for_town(open_store(f"sqlite:///{tmp_path / 'townwatch.db'}"), "town")
    yield engine
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A town's configuration without a site of its own."""
    with DemoTown(START.date()) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
    for path in (tmp_path / "config" / "sites").glob("*.toml"):
        path.unlink()
    (tmp_path / "config" / "catalogue.toml").write_text("", "utf-8")
    return load_settings(tmp_path / "config")


@contextmanager
def serving(answer: Callable[[Request], Response]) -> Iterator[tuple[str, RequestLog]]:
    log = RequestLog()
    server = SiteServer(answer, log)
    server.start()
    try:
        yield server.url + "/", log
    finally:
        server.stop()


def look(engine: Engine, settings: Settings, url: str, **options: Any) -> Survey:
    return survey(engine, settings, url, **{"politeness": QUICK, "allow_private": True, "wait": 0} | options)


def states(found: Survey) -> dict[str, tuple[str, int]]:
    return {column.link.name: (column.state, column.count) for column in found.columns}


# Columns of the example sites as a first look finds them: what is read, and how many rows its first page has.
FOUND = {
    "trs": {"政府信息公开": ("rows", 6), "通知公告": ("rows", 6), "政策文件": ("rows", 3), "领导之窗": ("unread", 0)},
    "vsb": {"信息公开": ("unread", 0), "通知公告": ("rows", 6), "法定主动公开内容": ("empty", 0), "镇情动态": ("rows", 4)},
    "hanweb": {"政府信息公开": ("rows", 4), "通知公告": ("rows", 6), "工作动态": ("rows", 5), "政策解读": ("empty", 0)},
    "ucap": {"政府信息公开": ("empty", 0), "通知公告": ("rows", 6), "公示公告": ("rows", 6)},
    "nfcms": {"政务公开": ("rows", 5), "通知公告": ("rows", 6)},
    "epoint": {"通知公告": ("rows", 5), "政府信息公开": ("rows", 20)},
    "lonsun": {"政府信息公开": ("rows", 6), "工作动态": ("rows", 5), "通知公告": ("empty", 0)},
    "generic": {"信息公开": ("rows", 5), "公告": ("rows", 4)},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_site_is_recognised_and_its_columns_are_read(name: str, engine: Engine, settings: Settings) -> None:
    site = ExampleSite(name)
    with serving(site.serve) as (url, log):
        found = look(engine, settings, url)
        data = survey_data("x", found)
        path = settings.directory / "sites" / "x.toml"
        path.write_text(survey_toml("x", found), encoding="utf-8")
    assert found.recognition.platform == site.platform_id
    assert found.recognition.confidence == ("none" if name == "generic" else "certain")
    assert states(found) == FOUND[name]
    # Every page is asked for once, robots.txt before.
    asked = [line.path for line in log.lines if line.method == "GET" and line.path != "/robots.txt"]
    assert len(asked) == len(set(asked))
    loaded = load_settings(settings.directory)
    assert check_options(loaded) == []
    (written,) = loaded.sites
    assert (written.platform, written.allow_private, written.to_fill) == (site.platform_id, True, tuple(data["confirm"]))
    readable = [column for column in found.columns if column.state != "unread"]
    assert [source.name for source in written.sources] == [column.link.name for column in readable]
    assert not any(source.confirmed for source in written.sources)
    assert json.loads(json.dumps(data)) == data


# Rows of every column to its last page, by its source.
WHOLE = {
    "trs": {"x-zwgk": 14, "x-tzgg": 14, "x-zcwj": 3},
    "vsb": {"x-tzgg": 14, "x-fdzdgknr": 0, "x-1024": 7},
    "hanweb": {"x-col1001": 6, "x-col1002": 14, "x-col1003": 7, "x-col1004": 0},
    "ucap": {"x-zfxxgk": 0, "x-c100186": 13, "x-c100187": 8},
    "nfcms": {"x-2811": 8, "x-tzgg": 9},
    "epoint": {"x-003017002": 26, "x-tzgg": 5},
    "lonsun": {"x-7065111": 14, "x-4700001": 8, "x-7065112": 0},
    "generic": {"x-3": 6, "x-list": 13},
}


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_can_be_crawled_once_it_is_confirmed(name: str, engine: Engine, settings: Settings, tmp_path: Path) -> None:
    """The file is no sketch: with nothing but confirmed = true and a faster pace every column is read to its end."""
    with serving(ExampleSite(name).serve) as (url, _):
        text = survey_toml("x", look(engine, settings, url)).replace("confirmed = false", "confirmed = true")
        text = text.replace("requests_per_second = 1.0", "requests_per_second = 200.0")
        (settings.directory / "sites" / "x.toml").write_text(text, encoding="utf-8")
        run = crawl(load_settings(settings.directory), engine, tmp_path / "var", now=lambda: START)
    assert {result.source: result.seen for result in run.sources} == WHOLE[name]
    # Most articles of an example are not saved: that they are gone is said, and no list failed.
    assert {str(result.outcome) for result in run.sources if not result.seen} <= {"empty"}


def test_a_column_that_is_given_itself_is_among_the_columns(engine: Engine, settings: Settings) -> None:
    with serving(ExampleSite("ucap").serve) as (url, _):
        found = look(engine, settings, url + "qyx/c100186/list.shtml")
    assert [(column.link.name, column.state, column.count) for column in found.columns] == [("通知公告", "rows", 6)]


def test_a_home_that_forwards_is_followed(engine: Engine, settings: Settings) -> None:
    site = ExampleSite("trs")
    home = Response(body=b'<script>window.location="/index/"</script>')

    def answer(request: Request) -> Response:
        if request.path == "/index/":
            return site.serve(Request(method="GET", target="/", path="/", query={}, headers={}))
        return home if request.path == "/" else site.serve(request)

    with serving(answer) as (url, _):
        found = look(engine, settings, url)
    assert found.home == url + "index/"
    assert states(found) == FOUND["trs"]


def test_no_more_columns_than_wanted_are_asked_for(engine: Engine, settings: Settings) -> None:
    with serving(ExampleSite("trs").serve) as (url, log):
        found = look(engine, settings, url, most=2)
    assert len(found.columns) == 2
    # Home and two columns, one of which forwards to the other.
    assert found.requests == len([line for line in log.lines if line.path != "/robots.txt"]) == 3


PDF = Response(body=b"%PDF-1.4\n\0\0", content_type="application/pdf")
WAF = Response(body="<html><head><script>var __jsl_clearance_s='x'</script></head><body>加速乐</body></html>".encode())


@pytest.mark.parametrize(("response", "words"), [
    (Response(status=403, body=b"<h1>Forbidden</h1>"), "被拒绝（403）；网站不接受程序访问"),
    (Response(status=412), "被拒绝（412）"),
    (Response(status=503), "服务器出错（503）"),
    (NOT_FOUND, "地址不存在（404）"),
    (WAF, "防火墙拦截页"),
    (PDF, "返回的不是网页（application/pdf）"),
    (Response(body=b'{"code": 0}', content_type="application/json"), "返回的不是网页（application/json）"),
    (Response(body=b"\x89PNG\r\n\x1a\n\0\0\0", content_type=HTML), "返回的不是网页"),
    (Response(status=302, headers=(("Location", "https://example.org/"),)), "站外地址 example.org；请直接用跳转后的网址"),
    (Response(body=b'<script>location.href="/"</script>'), "反复跳转"),
])
def test_a_site_that_cannot_be_looked_at_is_said(response: Response, words: str, engine: Engine, settings: Settings) -> None:
    with serving(lambda request: NOT_FOUND if request.path == "/robots.txt" else response) as (url, _), \
            pytest.raises(SurveyError) as error:
        look(engine, settings, url)
    assert words in str(error.value)


def test_a_dead_site_is_said(engine: Engine, settings: Settings) -> None:
    with serving(lambda request: NOT_FOUND) as (url, _):
        pass
    with pytest.raises(SurveyError, match="拒绝连接"):
        look(engine, settings, url)


def test_robots_are_obeyed(engine: Engine, settings: Settings) -> None:
    site = ExampleSite("trs")

    def answer(request: Request) -> Response:
        text = b"User-agent: *\nDisallow: /zwgk/zcwj/\n"
        return Response(body=text, content_type="text/plain") if request.path == "/robots.txt" else site.serve(request)

    with serving(answer) as (url, log):
        found = look(engine, settings, url)
    reasons = {column.link.name: column.reason for column in found.columns if column.state == "unread"}
    assert reasons == {"政策文件": "robots.txt 不允许访问", "领导之窗": "地址不存在（404）"}
    assert "/zwgk/zcwj/" not in [line.path for line in log.lines]


def test_a_private_address_is_refused_unless_it_is_allowed(engine: Engine, settings: Settings) -> None:
    with serving(ExampleSite("trs").serve) as (url, log), pytest.raises(SurveyError, match="--allow-private"):
        look(engine, settings, url, allow_private=False)
    assert log.lines == []


def test_a_crawl_of_the_host_is_waited_for(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "a crawl", hosts.present(connection), 60)
    with serving(ExampleSite("nfcms").serve) as (url, log):
        with pytest.raises(CrawlBusyError):
            look(engine, settings, url)
        assert log.lines == []

        def release() -> None:
            time.sleep(0.5)
            with transaction(engine) as connection:
                hosts.release(connection, "a crawl", None)

        other = threading.Thread(target=release)
        other.start()
        assert len(look(engine, settings, url, wait=30).columns) == 2
        other.join()
        with engine.connect() as connection:
            row = connection.execute(select(tables.host_leases)).one()
        assert (row.holder, row.asked_at is not None) == (None, True)


@pytest.mark.parametrize(("host", "expected"), [
    ("www.qingyuan.gov.cn", "qingyuan"), ("zwgk.QingYuan.gov.cn:8080", "zwgk-qingyuan"), ("127.0.0.1:9", "127-0-0-1"),
    ("www.gov.cn", "www-gov-cn"), ("[::1]:80", "1"),
])
def test_ids_of_sites(host: str, expected: str) -> None:
    assert site_id(host) == expected


def test_what_a_site_writes_stays_in_its_comment(engine: Engine, settings: Settings) -> None:
    """A title with a line's end in it, quotes, backslashes: the file loads, and says what the site said."""
    evil = '一\u2028id = "x"\\ "二" \x7f三\n[[source]]'
    page = f'<html><head><meta name="SiteName" content=\'{evil}\'></head><body><a href="/l/">公示公告</a></body></html>'
    rows = "".join(f'<li><a href="/a/{n}.html" title=\'{evil}\'>t</a><span>2026-01-0{n}</span></li>' for n in (1, 2, 3))

    def answer(request: Request) -> Response:
        return Response(body=(f"<ul>{rows}</ul>" if request.path == "/l/" else page).encode())

    with serving(answer) as (url, _):
        found = look(engine, settings, url)
    (settings.directory / "sites" / "evil.toml").write_text(survey_toml("evil", found), encoding="utf-8")
    (site,) = load_settings(settings.directory).sites
    assert [source.name for source in site.sources] == ["公示公告"]
    assert site.name == " ".join(evil.replace("\x7f", "").split())[:40]
