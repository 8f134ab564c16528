"""A list that only a script makes, read by a real Chromium: its rows, its walls, and what is said where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.nouns import Outcome
from core.settings import Politeness, Site, SourceSettings
from crawler import browser
from demo.serving import NOT_FOUND, Request, RequestLog, Response, SiteServer
from tests.crawler.conftest import by_source

ARTICLE = "<html><head><meta name='ArticleTitle' content='{0}号通知'><meta name='PubDate' content='2026-11-1{0} 09:00'></head>" \
          "<body><h1>{0}号通知</h1><div id='zoom'><p>现将有关事项通知如下，请认真贯彻执行。</p></div></body></html>"


class Spa:
    """A site whose list is made in the browser, from pieces that no endpoint gives; its script also asks a stranger."""

    def __init__(self, stranger: str) -> None:
        self.stranger = stranger
        self.agents: set[str] = set()

    def answer(self, request: Request) -> Response:
        self.agents.add(request.headers.get("user-agent", ""))
        if request.path == "/robots.txt":
            return NOT_FOUND
        if request.path == "/list/":
            return Response(body=self._page().encode())
        if request.path == "/part.js":
            return Response(body=b"window.days = [3, 2, 1];", content_type="text/javascript")
        return Response(body=ARTICLE.format(request.path[3:4]).encode()) if request.path.startswith("/a/") else NOT_FOUND

    def _page(self) -> str:
        return f"""<html><body><div id="app"></div><img src="/picture.png"><script src="/part.js"></script><script>
fetch("{self.stranger}/spy").catch(() => 0);
setTimeout(() => days.forEach(n => {{ const li = document.createElement("li");
 li.innerHTML = '<a href="/a/' + n + '.html">' + n + '号通知（全文）</a><span>2026-11-1' + n + '</span>';
 document.getElementById("app").append(li); }}), 200);
</script></body></html>"""


@pytest.fixture
def chromium() -> None:
    if browser.missing():
        assert not os.environ.get("CI"), browser.missing()
        pytest.skip(browser.missing())


@pytest.fixture
def stranger() -> Iterator[tuple[str, RequestLog]]:
    log = RequestLog()
    server = SiteServer(lambda _: Response(), log)
    server.start()
    yield server.url, log
    server.stop()


@pytest.fixture
def spa(stranger: tuple[str, RequestLog]) -> Iterator[tuple[Spa, str, RequestLog]]:
    site, log = Spa(stranger[0]), RequestLog()
    server = SiteServer(site.answer, log)
    server.start()
    yield site, server.url, log
    server.stop()


def only(watch: Any, url: str, **options: Any) -> None:
    """Leave one source in the configuration: the list of that site."""
    source = SourceSettings(id="spa", name="通知", url=f"{url}/list/", options=options)
    site = Site(id="spa", name="站", platform="generic", home=url, hosts=(url.removeprefix("http://"),), allow_private=True,
                source=(source,), politeness=Politeness(requests_per_second=100.0, retries=0, timeout_seconds=20.0))
    watch.settings = watch.settings.model_copy(update={"sites": (site,)})


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("options", [{}, {"row": "#app li"}])
def test_what_a_script_made_is_read(options: dict[str, Any], watch: Any, spa: tuple[Spa, str, RequestLog],
                                    stranger: tuple[str, RequestLog]) -> None:
    site, url, log = spa
    only(watch, url, browser=True, **options)
    result = watch.crawl()["spa"]
    assert (result.outcome, result.seen, result.new, result.error) == (Outcome.NEW, 3, 3, None)
    paths = [line.path for line in log.lines]
    assert paths[0] == "/robots.txt"
    assert {"/list/", "/part.js", "/a/1.html", "/a/2.html", "/a/3.html"} < set(paths)
    # Nobody reads pictures, the stranger stays a stranger, and who asks says so.
    assert "/picture.png" not in paths
    assert stranger[1].lines == []
    assert {agent.split("/")[0] for agent in site.agents} == {"Townwatch"}
    assert watch.crawl(1)["spa"].outcome is Outcome.ALL_KNOWN


def test_without_the_option_the_remedy_is_said(watch: Any, spa: tuple[Spa, str, RequestLog]) -> None:
    only(watch, spa[1])
    result = watch.crawl()["spa"]
    assert result.outcome is Outcome.REDESIGNED
    assert result.error is not None
    assert "browser = true" in result.error


def test_without_a_browser_that_is_said_and_nothing_is_asked(
    watch: Any, spa: tuple[Spa, str, RequestLog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    only(watch, spa[1], browser=True)
    result = by_source(watch.run())["spa"]
    assert (result.outcome, spa[2].lines) == (Outcome.NOT_RUN, [])
    assert result.error is not None
    assert "Chromium" in result.error or "townwatch[browser]" in result.error


def rules_of(host: str, *, private: bool) -> str:
    return browser.resolver_rules([Site(id="s", name="s", platform="generic", home=f"http://{host}/", hosts=(host,), allow_private=private)])


@pytest.mark.parametrize(("host", "private", "expected"), [
    ("127.0.0.1:8080", True, "MAP 127.0.0.1 127.0.0.1, MAP * ~NOTFOUND"),
    # What is not public, or no name at all, does not exist for the browser, whatever name leads to it.
    ("127.0.0.1:8080", False, "MAP * ~NOTFOUND"),
    ("localhost", False, "MAP * ~NOTFOUND"),
    ("8.8.8.8", False, "MAP 8.8.8.8 8.8.8.8, MAP * ~NOTFOUND"),
    ("a" * 64 + ".example", False, "MAP * ~NOTFOUND"),
])
def test_the_browser_knows_no_other_hosts(host: str, private: bool, expected: str) -> None:
    assert rules_of(host, private=private) == expected
