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
    # UCAP: list_2 is page two, and the script's own number may be the template's.
    ("<script>createPageHTML('page_div',3, 1,'list','shtml',13);</script>", "https://a.gov.cn/c1/list.shtml", "https://a.gov.cn/c1/list_2.shtml"),
    ("<script>createPageHTML('page_div',3, 1,'list','shtml',13);</script>", "https://a.gov.cn/c1/list_2.shtml", "https://a.gov.cn/c1/list_3.shtml"),
    ("<script>createPageHTML('page_div',3, 3,'list','shtml',13);</script>", "https://a.gov.cn/c1/list_3.shtml", None),
    # VSB counts down from the newest page.
    ("_simple_list_gotopage_fun(31,'u13_goto',2)", "https://a.gov.cn/zwgk/zcyzc.htm", "https://a.gov.cn/zwgk/zcyzc/30.htm"),
    ("_simple_list_gotopage_fun(31,&quot;u13_goto&quot;,2)", "https://a.gov.cn/zwgk/zcyzc/30.htm", "https://a.gov.cn/zwgk/zcyzc/29.htm"),
    ("_simple_list_gotopage_fun(31,'u13_goto',2)", "https://a.gov.cn/zwgk/zcyzc/1.htm", None),
    ("_simple_list_gotopage_fun(1,'u13_goto',2)", "https://a.gov.cn/zwgk/zcyzc.htm", None),
    ('<a href="list.jsp?PAGENUM=2&wbtreeid=1">下页</a>', "https://a.gov.cn/list.jsp?wbtreeid=1", "https://a.gov.cn/list.jsp?PAGENUM=2&wbtreeid=1"),
    # Numbers of links; page=1 may be the second page, which only its words tell.
    ('<a href="?page=1">2</a><a href="?page=2">3</a>', "https://a.gov.cn/x", "https://a.gov.cn/x?page=1"),
    ('<a href="?page=1">2</a><a href="?page=2">3</a>', "https://a.gov.cn/x?page=1", "https://a.gov.cn/x?page=2"),
    ('<a href="iList.jsp?node_id=1&cur_page=2">2</a>', "https://a.gov.cn/info/iList.jsp?node_id=1", "https://a.gov.cn/info/iList.jsp?node_id=1&cur_page=2"),
    # Families B and C of Anhui.
    ('<div id="page_list"><a href="/opennessTarget/?branch_id=5a&amp;page=2">2</a></div>', "https://a.gov.cn/opennessTarget/?branch_id=5a", "https://a.gov.cn/opennessTarget/?branch_id=5a&page=2"),
    ("var pageCount = 4;", "https://a.gov.cn/XxgkContent/showList/9/0/page_1.html", "https://a.gov.cn/XxgkContent/showList/9/0/page_2.html"),
    ("totalPage: 4", "https://a.gov.cn/content/channel/5a/page-4/", None),
    ("var totalPage = 4;", "https://a.gov.cn/content/channel/5a/page-3/", "https://a.gov.cn/content/channel/5a/page-4/"),
    ("var totalPage = 4;", "https://a.gov.cn/gk/column-index-1.shtml", "https://a.gov.cn/gk/column-index-2.shtml"),
    ("var pageCount = 3;", "https://a.gov.cn/l?id=1&pageNo=2&x=3", "https://a.gov.cn/l?id=1&pageNo=3&x=3"),
    # How many there are says nothing of where they are.
    ("var totalPage = 4;", "https://a.gov.cn/gk/index.html", None),
])
def test_next_pages(html: str, url: str, expected: str | None) -> None:
    assert after(html, url) == expected


def test_the_number_of_the_walk_tells_where_no_address_does() -> None:
    html = '<a href="/l/">1</a> <span>2</span> <a href="/l/p3/">3</a> <a href="/a/2/">2</a>'
    assert next_page(html, LexborHTMLParser(html), "https://a.gov.cn/l/p2/", 2) == "https://a.gov.cn/l/p3/"
    assert next_page(html, LexborHTMLParser(html), "https://a.gov.cn/l/p3/", 3) is None


@pytest.mark.parametrize(("html", "expected"), [
    ('<script>window.location="./fdzdgknr_1/"</script>', "https://a.gov.cn/x/fdzdgknr_1/"),
    ('<body><iframe src="/list.html"></iframe></body>', "https://a.gov.cn/list.html"),
    ("<body><p>正文</p></body>", None),
    ('<body><iframe src="/a"></iframe><iframe src="/b"></iframe></body>', None),
])
def test_shells(html: str, expected: str | None) -> None:
    assert shell_target(html, LexborHTMLParser(html), "https://a.gov.cn/x/") == expected
