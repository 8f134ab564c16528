"""Which platform a page betrays: real pages, and the rules of weighing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.settings import Site, SourceSettings
from crawler.platforms import platform_of
from crawler.platforms.base import Answer, Listing
from crawler.platforms.recognise import recognise
from crawler.readers.encoding import decode

GANSU = "local_spider__甘肃省__1.html"


@pytest.mark.parametrize(("html", "platform", "confidence"), [
    ("<p>正文</p>", "generic", "none"),
    # A folder's name is no platform.
    ('<a href="/group1/M00/8F/56/a.pdf">', "generic", "none"),
    ('<a href="/content/column/47">', "lonsun", "possible"),
    ('<a href="/content/column/47"><script>Ls.pagination({', "lonsun", "certain"),
    # Two platforms speak up alike: a person decides.
    ('<div class="TRS_Editor"></div>createPageHTML(3, 0,"index"<div id="vsb_content"></div>urltype=tree.TreeTempUrl', "vsb", "possible"),
    ("<script>createPageHTML('page_div',3, 1,'list','shtml');</script>", "ucap", "possible"),
    ('<script>createPageHTML(3, 1,"index","html");</script>', "trs", "possible"),
])
def test_clues_are_weighed(html: str, platform: str, confidence: str) -> None:
    found = recognise([("https://www.example.gov.cn/", html)])
    assert (found.platform, found.confidence) == (platform, confidence)


def test_a_clue_counts_once_however_many_pages_have_it_and_says_where() -> None:
    page = '<a href="/content/column/47">'
    found = recognise([(f"https://www.example.gov.cn/{n}", page) for n in range(9)])
    assert found.confidence == "possible"
    assert [(sign.text, sign.url) for sign in found.signs] == [("/content/column/47", "https://www.example.gov.cn/0")]


@pytest.mark.shared
def test_real_articles_show_their_platform(shared: Path) -> None:
    pages = shared / "data" / "pages"
    lines = [json.loads(line) for line in (pages / "index.jsonl").read_text("utf-8").splitlines()]
    found = {}
    for line in lines:
        if (url := line.get("url") or "") and ".gov.cn" in url and line["file"].startswith(("gov/", "mixed/", "handmade/")):
            found[url] = recognise([(url, decode((pages / line["file"]).read_bytes()).text)]).platform
    wanted = {"/content/post_": "nfcms", "/art/2": "hanweb", "/t2": "trs"}
    known = {url: platform for url in found for part, platform in wanted.items() if part in url}
    assert len(known) >= 20
    assert {url: found[url] for url in known} == known


@pytest.mark.shared
def test_a_real_list_that_a_linked_script_fills_is_asked_of_its_channel(shared: Path) -> None:
    """Its rows stand in a comment, where nobody sees them."""
    url = "http://jyt.gansu.gov.cn/jyt/c110634/zwgklist.shtml"
    body = (shared / "data" / "pages" / "lists" / GANSU).read_bytes()
    found = recognise([(url, decode(body).text)])
    assert (found.platform, found.confidence) == ("ucap", "certain")
    site = Site(id="s", name="s", platform="ucap", home=url, hosts=("jyt.gansu.gov.cn",))
    platform, source = platform_of(site), SourceSettings(id="s", name="s", url=url)
    (ask,) = platform.streams(source)
    listing = platform.read_list(source, ask, Answer(url=url, status=200, headers={}, body=body))
    assert isinstance(listing, Listing)
    assert listing.next is not None
    assert listing.next.url.startswith("http://jyt.gansu.gov.cn/common/search/e5eb2abb5014415399847ba2bb99b31f?")
