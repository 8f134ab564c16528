"""List pages: rows, proven empty, or not readable, in the templates of the field and by structure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.readers import listing
from crawler.readers.encoding import decode
from crawler.readers.listing import parse_date, read_list

URL = "https://www.example.gov.cn/public/column/1?catId=2"


def rows(html: str, url: str = URL) -> list[tuple[str, str, str | None]]:
    page = read_list(html, url=url)
    assert page.state == "rows", page.reason
    home = "https://www.example.gov.cn"
    return [(row.title, row.url.removeprefix(home), row.published.iso() if row.published else None) for row in page.rows]


NEWEST = """<ul class="xxgk_nav_list"><li><a href="/public/1/11.html" title="关于防汛工作的通知（全文）">关于防汛…</a>
<span class="date">
	2026-03-04 </span></li><li><a href="/public/1/12.html" title="二">二</a><span>2026-03-03</span></li></ul>"""
CLASSIC = """<div class="xxgk_nav_con"><div class="xxgk_navli"><ul><li class="mc">信息名称</li><li class="rq">发布日期</li></ul>
<ul><li class="mc"><a href="/public/1/11.html" title="一">一</a></li><li class="rq">2026-03-04</li></ul>
<ul><li class="mc"><a href="/public/1/12.html" title="二">二</a></li><li class="rq">2026-03-03</li></ul></div></div>"""
TABLE = """<table><tr><th>标题</th><th>日期</th></tr>
<tr><td>1</td><td><a href="/public/1/11.html">一号文件</a></td><td>2026年3月4日</td></tr>
<tr><td>2</td><td><a href="/public/1/12.html">二号文件</a></td><td>2026年3月3日</td></tr></table>"""
DIVS = """<div class="item"><h3><a href="/public/1/11.html">一号文件</a></h3><p class="t">2026/03/04 10:20</p></div>
<div class="item"><h3><a href="/public/1/12.html">二号文件</a></h3><p class="t">2026/03/03 09:00</p></div>"""


@pytest.mark.parametrize(("html", "first", "count"), [
    # The title attribute is whole where the text of the link is cut.
    (NEWEST, ("关于防汛工作的通知（全文）", "/public/1/11.html", "2026-03-04"), 2),
    (CLASSIC, ("一", "/public/1/11.html", "2026-03-04"), 2),
    (TABLE, ("一号文件", "/public/1/11.html", "2026-03-04"), 2),
    (DIVS, ("一号文件", "/public/1/11.html", "2026-03-04T10:20:00+08:00"), 2),
])
def test_rows_in_every_template(html: str, first: tuple[str, str, str], count: int) -> None:
    found = rows(html)
    assert found[0] == first
    assert len(found) == count


def test_a_page_of_menus_and_hot_articles_gives_its_list() -> None:
    menu = "".join(f'<li><a href="/c/{n}">栏目{n}</a></li>' for n in range(30))
    hot = '<div class="hot"><a href="/public/9/1.html">热门文章</a><i>2026-01-01</i></div>'
    assert len(rows(f"<ul>{menu}</ul>{hot}{NEWEST}")) == 2


def test_a_row_without_its_date_is_a_row_all_the_same() -> None:
    found = rows(NEWEST.replace("<span>2026-03-03</span>", "<span></span>"))
    assert [published for _, _, published in found] == ["2026-03-04", None]


def test_one_row_of_a_classic_column_on_a_page_of_menus() -> None:
    menu = "".join(f'<li><a href="/c/{n}">栏目{n}</a></li>' for n in range(30))
    one = CLASSIC.partition("<ul><li class=\"mc\"><a href=\"/public/1/12")[0] + "</div></div>"
    assert rows(f"<ul>{menu}</ul>{one}") == [("一", "/public/1/11.html", "2026-03-04")]


def test_the_last_page_of_a_list_may_hold_one_row() -> None:
    """21 articles at 20 a page. On a first page one dated link is a box beside a list that was not found."""
    menu = "".join(f'<li><a href="/c{n}/">栏目{n}</a></li>' for n in range(20))
    html = f'<ul>{menu}</ul><ul class="l"><li><a href="/c1/202603/t20260304_11.html">一号文件</a><span>2026-03-04</span></li></ul>'
    assert read_list(html, url=URL).state == "unreadable"
    assert [row.title for row in read_list(html, url=URL, later=True).rows] == ["一号文件"]
    other = html.replace("/c1/202603/t20260304_11.html", "/weather")
    assert read_list(other, url=URL, later=True).state == "unreadable"


def test_a_date_in_a_title_is_not_the_date_of_the_row() -> None:
    html = """<ul><li><a href="/a/1.html">2025年1月1日起施行的办法</a><span>2026-03-04</span></li>
<li><a href="/a/2.html">二</a><span>2026-03-03</span></li></ul>"""
    assert rows(html)[0][2] == "2026-03-04"


@pytest.mark.parametrize("html", [
    '<ul class="xxgk_nav_list"><li>暂无相关信息</li></ul>',
    '<div id="list"><p>暂无数据！</p></div>',
    "<div><span>没有找到相关信息</span></div>",
    '<div class="xxgk_navli"><ul><li class="mc">标题</li><li class="rq">发布日期</li></ul></div>',
    "暂无相关信息",
])
def test_empty_is_said_by_the_page_itself(html: str) -> None:
    assert read_list(html, url=URL).state == "empty"


@pytest.mark.parametrize("html", [
    "", "   ", "<html><body><div id='app'></div></body></html>",
    "<ul class='xxgk_nav_list'></ul>",
    # Words in an article or a footer are not the words of an empty list.
    "<p>我镇今年暂无相关信息需要说明，特此报告如下，请各村按时报送有关材料。</p>",
    "<html><body><a href='/'>首页</a><a href='/a'>走进霍山</a></body></html>",
])
def test_what_is_neither_is_not_readable(html: str) -> None:
    assert read_list(html, url=URL).state == "unreadable"


DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@given(st.lists(st.tuples(st.text("一二三四五六七八九十，（）", min_size=2, max_size=30), DAYS), min_size=2, max_size=40))
def test_every_row_that_is_printed_is_read_in_order(items: list[tuple[str, date]]) -> None:
    html = "".join(f'<li><a href="/p/{n}.html" title="{title}">{title}</a><span>{day}</span></li>'
                   for n, (title, day) in enumerate(items))
    page = read_list(f"<ul class='xxgk_nav_list'>{html}</ul>", url=URL)
    assert [row.url.rsplit("/", 1)[1] for row in page.rows] == [f"{n}.html" for n in range(len(items))]
    assert [(row.title, row.published and row.published.day) for row in page.rows] == items


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-3-4", "2026-03-04"), ("[2026.03.04]", "2026-03-04"), ("2026年3月4日 10:20", "2026-03-04T10:20:00+08:00"),
    ("2026-02-30", None), ("12026-03-04", None), ("03-04", None),
])
def test_dates(text: str, expected: str | None) -> None:
    found = parse_date(text)
    assert (found.iso() if found else None) == expected


# Real pages: rows where a list stands in the HTML; not readable where a script makes it, or where there is none.
REAL = {
    "gerapy_auto___list__dfa66_announcement.html": 10, "gerapy_auto___list__hrfund_announcement.html": 10,
    "gerapy_auto___list__hsqhfunds_announcement.html": 20, "gerapy_auto___list__rtfund_xxpl.html": 15,
    "gne__netease_forum__1.html": 25, "local_spider__甘肃省__1.html": 0, "gne__163__1.html": 0, "gne__163__2.html": 0,
}


@pytest.mark.shared
def test_real_list_pages(shared: Path) -> None:
    found = {}
    for path in sorted((shared / "data" / "pages" / "lists").glob("*.html")):
        page = read_list(decode(path.read_bytes()).text, url="https://list.example.cn/a/index.html")
        assert (page.state == "rows") == bool(page.rows), path.name
        assert page.state != "empty", path.name
        found[path.name] = len(page.rows)
    assert len(found) == 13
    assert {name: found[name] for name in REAL} == REAL


DATED = "<span>2026-03-04</span>"
NESTED: dict[str, Callable[[int], str]] = {
    # Every date stands in all that stand over it.
    "dates in dates": lambda n: f"<div>{DATED}" * n,
    "rows in rows": lambda n: f"<div>{DATED}<a href='/info/1/12345.htm'>某镇开展防火巡查</a>" * n,
    "lists in lists": lambda n: "<div class='gk_list'>" + f"<ul><li>{DATED}<a href='/info/1/12345.htm'>某镇开展防火巡查</a>" * n,
    # No date has a link, and all look for one in the same element.
    "many in one": lambda n: f"<div>{DATED * n}</div>",
}


@pytest.mark.parametrize("shape", NESTED)
def test_twice_the_page_is_twice_the_work(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted are the elements that are measured and the links that are looked at."""
    work = 0

    def counted(original: Any) -> Any:
        def count(*args: Any) -> Any:
            nonlocal work
            work += 1
            return original(*args)

        return count

    monkeypatch.setattr(listing, "_size", counted(listing._size))
    monkeypatch.setattr(listing, "_leads", counted(listing._leads))
    costs = []
    for size in (400, 800):
        work = 0
        read_list(NESTED[shape](size), url=URL)
        costs.append(work)
    assert 0 < costs[1] <= 2.2 * costs[0] + 10


def test_a_row_may_stand_as_deep_as_people_build() -> None:
    rows = "".join(f"<li><a href='/info/1/1234{n}.htm'>某镇开展第{n}次防火巡查</a>{DATED}</li>" for n in range(5))
    assert len(read_list(f"{'<div>' * 60}<ul>{rows}</ul>", url=URL).rows) == 5
