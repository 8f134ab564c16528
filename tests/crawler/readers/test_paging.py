"""Where the next page is, by the page's own words."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.readers.paging import LonsunPager, lonsun_pager, next_page, shell_target

COLUMN = "https://www.example.gov.cn/public/column/6596221?type=4&catId=7065111"
SCRIPT = """<script>$(function(){ Ls.pagination({ id: "#page_public_info", pageCount: 7, total: 92, "url": "/wuhu/site/label/8888",
 data : { siteId: 6786551, catId: '7065111', result: "暂无相关信息", file: '/c3/hs/publicInfoList_newest', length: 50,
 x: null } }); });</script>"""


def after(html: str, url: str) -> str | None:
    return next_page(html, LexborHTMLParser(html), url)


def test_the_lonsun_block_gives_address_and_parameters() -> None:
    pager = lonsun_pager(SCRIPT, COLUMN)
    assert pager is not None
    assert (pager.pages, pager.total) == (7, 92)
    query = dict(parse_qsl(urlsplit(pager.page(3)).query))
    assert pager.page(3).startswith("https://www.example.gov.cn/wuhu/site/label/8888?")
    assert (query["pageIndex"], query["siteId"], query["file"]) == ("3", "6786551", "/c3/hs/publicInfoList_newest")
    assert query["result"] == "暂无相关信息"


@pytest.mark.parametrize("html", ["", "<script>Ls.pagination(</script>", "<script>Ls.pagination({pageCount: 3})</script>"])
def test_no_block_no_pager(html: str) -> None:
    assert lonsun_pager(html, COLUMN) is None


@given(st.dictionaries(st.from_regex(r"[a-zA-Z]{1,8}", fullmatch=True), st.text("漫水河{}:,a1 /&=?", max_size=12), max_size=6))
def test_any_parameters_come_through(data: dict[str, str]) -> None:
    own = {"url", "data", "pageCount", "total"}
    data = {f"p{key}": value for key, value in data.items() if key not in own}
    block = ", ".join(f'{key}: "{value}"' for key, value in data.items())
    pager = lonsun_pager(f'Ls.pagination({{ url: "/l", data: {{ {block} }}, pageCount: 2 }})', COLUMN)
    assert pager is not None
    assert pager.data == data
    sent = dict(parse_qsl(urlsplit(pager.page(1)).query, keep_blank_values=True))
    assert {key: sent[key] for key in data} == data


@given(st.integers(1, 10_000))
def test_the_same_page_has_the_same_address(number: int) -> None:
    pager = LonsunPager("https://a.gov.cn/l?_=0.123&pageIndex=1", {"catId": "7", "_": "9"})
    assert pager.page(number) == pager.page(number)
    assert "_=" not in pager.page(number).replace("pageIndex=", "").replace("_index", "")


@pytest.mark.parametrize(("html", "url", "expected"), [
    # TRS: index_1.html is page two.
    ('<script>createPageHTML(3, 0,"index","html");</script>', "https://a.gov.cn/x/index.html", "https://a.gov.cn/x/index_1.html"),
    ('<script>createPageHTML(3, 0,"index","html");</script>', "https://a.gov.cn/x/", "https://a.gov.cn/x/index_1.html"),
    ('<script>createPageHTML(3, 2,"index","html");</script>', "https://a.gov.cn/x/index_2.html", None),
    # The template's number is not the page's own.
    ('<script>createPageHTML(4, 0,"index","shtml");</script>', "https://a.gov.cn/x/index_1.shtml", "https://a.gov.cn/x/index_2.shtml"),
    ("<script>var countPage = 3; var currentPage = 0;</script>", "https://a.gov.cn/x/index.html", "https://a.gov.cn/x/index_1.html"),
    ('<a href="?pageIndex=1">1</a><a href="?pageIndex=2">2</a>', "https://a.gov.cn/content/column/5", "https://a.gov.cn/content/column/5?pageIndex=2"),
    ('<a href="?pageIndex=2">2</a><a href="?pageIndex=3">3</a>', "https://a.gov.cn/c/5?pageIndex=3", None),
    ('<a href="list_2.html">下一页</a>', "https://a.gov.cn/list.html", "https://a.gov.cn/list_2.html"),
    ('<a href="javascript:next()">下一页</a>', "https://a.gov.cn/list.html", None),
    ('<a href="#">下一页</a>', "https://a.gov.cn/list.html", None),
    ('<a href="list.html">下一页</a>', "https://a.gov.cn/list.html", None),
])
def test_next_pages(html: str, url: str, expected: str | None) -> None:
    assert after(html, url) == expected


@pytest.mark.parametrize(("html", "expected"), [
    ('<script>window.location="./fdzdgknr_1/"</script>', "https://a.gov.cn/x/fdzdgknr_1/"),
    ('<body><iframe src="/list.html"></iframe></body>', "https://a.gov.cn/list.html"),
    ("<body><p>正文</p></body>", None),
    ('<body><iframe src="/a"></iframe><iframe src="/b"></iframe></body>', None),
])
def test_shells(html: str, expected: str | None) -> None:
    assert shell_target(html, LexborHTMLParser(html), "https://a.gov.cn/x/") == expected
