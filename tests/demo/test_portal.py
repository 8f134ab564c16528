"""The demo's portal answers as 龙讯 Lonsun "Ex" does (facts/government-sites.md sections 1 and 2)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import docx
import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from python_calamine import CalamineWorkbook

from demo.portal import TOWN_ORGAN
from demo.portal_pages import TEMPLATES
from demo.town import DemoTown

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def town() -> Iterator[DemoTown]:
    with DemoTown(TODAY) as town:
        yield town


def get(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        answer: HTTPResponse = urlopen(Request(quote(url, safe=":/?=&%"), headers=headers), timeout=10)
    except HTTPError as error:
        with error:
            return error.code, error.read(), {k.lower(): v for k, v in error.headers.items()}
    with answer:
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.headers.items()}


def soup(url: str) -> BeautifulSoup:
    status, body, headers = get(url)
    assert status == 200
    charset = "gb18030" if "gb2312" in headers["content-type"] else "utf-8"
    return BeautifulSoup(body.decode(charset), "lxml")


def column_url(town: DemoTown, cat: int, organ: int = TOWN_ORGAN) -> str:
    return f"{town.portal_url}/public/column/{organ}?type=4&action=list&nav=3&catId={cat}"


def label(town: DemoTown, **changed: object) -> str:
    query = {
        "IsAjax": 1,
        "dataType": "html",
        "labelName": "publicInfoList",
        "siteId": 6786551,
        "pageSize": 15,
        "pageIndex": 1,
        "action": "list",
        "isDate": "true",
        "dateFormat": "yyyy-MM-dd",
        "length": 50,
        "organId": TOWN_ORGAN,
        "type": 4,
        "catId": 7065201,
        "cId": "",
        "result": "暂无相关信息",
        "file": TEMPLATES["newest"],
    } | changed
    return get(f"{town.portal_url}/site/label/8888?{urlencode(query)}")[1].decode()


def links(html: str) -> list[str]:
    return [str(a["href"]) for a in BeautifulSoup(html, "lxml").select("a[title][href]")]


def test_the_column_page_tells_how_to_ask_for_the_rest(town: DemoTown) -> None:
    items = town.portal.of_column("gzdt")
    html = str(soup(column_url(town, 7065201)))
    script = html[html.index("Ls.pagination(") :]
    total = re.search(r"total: (\d+)", script)
    pages = re.search(r"pageCount: (\d+)", script)
    assert total and pages
    assert int(total[1]) == len(items)
    assert int(pages[1]) == -(-len(items) // 15)
    found = [link for page in range(1, int(pages[1]) + 1) for link in links(label(town, pageIndex=page))]
    assert found == [town.portal.article_path(item.id) for item in items]
    first = [str(a["href"]) for a in soup(column_url(town, 7065201)).select("ul.clearfix.xxgk_nav_list > li a[title]")]
    assert first == found[:15]


def test_a_short_column_has_no_pagination(town: DemoTown) -> None:
    assert len(town.portal.of_column("xxgkzn")) == 3
    assert "Ls.pagination" not in str(soup(column_url(town, 7065104)))


@pytest.mark.parametrize(
    "changed",
    [
        {"organId": 1},
        {"catId": 1},
        {"siteId": 1},
        {"pageIndex": 99},
        {"organId": ""},
        {"catId": 7065107},
    ],
)
def test_what_is_unknown_or_empty_gives_the_empty_text(town: DemoTown, changed: dict[str, object]) -> None:
    html = label(town, **changed)
    assert links(html) == []
    assert "暂无相关信息" in html


def test_page_size_and_length_are_honoured(town: DemoTown) -> None:
    assert len(links(label(town, pageSize=50))) == 50
    anchors = BeautifulSoup(label(town, length=8), "lxml").select("a[title]")
    assert all(a.get_text() == str(a["title"])[:8] + "..." for a in anchors)


def test_a_long_title_is_cut_in_the_anchor_only(town: DemoTown) -> None:
    item = next(item for item in town.portal.of_column("tzgg") if item.mark == "L15")
    anchor = soup(column_url(town, 7065202)).select_one(f'a[href="{town.portal.article_path(item.id)}"]')
    assert anchor is not None
    assert anchor["title"] == item.title
    assert anchor.get_text() == item.title[:50] + "..."


def test_the_classic_template_has_a_header_row(town: DemoTown) -> None:
    page = BeautifulSoup(label(town, catId=7065202, file=TEMPLATES["classic"]), "lxml")
    dates = [li.get_text() for li in page.select("div.xxgk_nav_con div.xxgk_navli ul li.rq")]
    assert dates[0] == "发布日期"
    assert all(re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", text) for text in dates[1:])
    assert len(page.select("li.mc a[title]")) == len(dates) - 1


def test_an_article_carries_the_standard_tags_and_its_table_twice(town: DemoTown) -> None:
    item = next(item for item in town.portal.of_column("zcwj") if item.mark == "D17")
    page = soup(town.portal_url + town.portal.article_path(item.id))
    tags = {str(meta["name"]): str(meta["content"]) for meta in page.select("meta[name]")}
    assert tags["SiteIDCode"] == "3415250000"
    assert tags["ArticleTitle"] == item.title
    assert tags["PubDate"] == f"{item.published:%Y-%m-%d %H:%M}"
    tables = page.select("div.div_table_suoyin > table.table_suoyin")
    assert len(tables) == 2
    assert str(tables[0]) == str(tables[1])
    labels = {re.sub(r"[\s：]", "", th.get_text()) for th in tables[0].select("th")}
    assert {"索引号", "发布机构", "成文日期", "发布日期", "发文字号", "名称"} <= labels
    assert any(" " in th.get_text() for th in tables[0].select("th"))
    body = page.select_one(".wzcon.j-fontContent")
    assert body is not None
    assert "一户一宅" in body.get_text()
    title = page.select_one("h1")
    assert isinstance(title, Tag)
    assert title.get_text() == item.title


def test_a_time_may_hold_a_no_break_space_and_a_page_may_be_gbk(town: DemoTown) -> None:
    item = next(item for item in town.portal.of_column("cwgk"))
    status, body, headers = get(town.portal_url + town.portal.article_path(item.id))
    assert status == 200
    assert headers["content-type"] == "text/html; charset=gb2312"
    with pytest.raises(UnicodeDecodeError):
        body.decode("gbk")  # 㳇 is in GB18030 only
    text = body.decode("gb18030")
    assert "㳇河" in text
    assert f"{item.published:%Y-%m-%d}\xa0{item.published:%H:%M}" in text


def test_an_undated_article_shows_no_date_anywhere(town: DemoTown) -> None:
    item = next(item for item in town.portal.articles if item.undated)
    page = soup(town.portal_url + town.portal.article_path(item.id))
    assert page.select_one('meta[name="PubDate"]') is None
    assert f"{item.published:%Y-%m-%d}" not in page.get_text()


@pytest.mark.parametrize(
    "path", ["/public/column/6598801?type=4&action=list&nav=3&catId=7065201", "/content/column/6791901"]
)
def test_a_list_is_not_modified_until_it_is(path: str) -> None:
    with DemoTown(TODAY) as town:
        _, _, headers = get(town.portal_url + path)
        assert get(town.portal_url + path, **{"If-None-Match": headers["etag"]})[0] == 304
        assert get(town.portal_url + path, **{"If-Modified-Since": headers["last-modified"]})[0] == 304
        town.portal.add_article("gzdt" if "7065201" in path else "xzcz")
        assert get(town.portal_url + path, **{"If-None-Match": headers["etag"]})[0] == 200
        assert get(town.portal_url + path, **{"If-Modified-Since": headers["last-modified"]})[0] == 200


def test_an_article_changes_and_goes() -> None:
    with DemoTown(TODAY) as town:
        item = town.portal.of_column("tzgg")[0]
        url = town.portal_url + town.portal.article_path(item.id)
        _, before, headers = get(url)
        assert get(url, **{"If-None-Match": headers["etag"]})[0] == 304
        town.portal.change_article(item.id)
        status, after, _ = get(url, **{"If-None-Match": headers["etag"]})
        assert (status, after == before) == (200, False)
        town.portal.remove_article(item.id)
        assert get(url)[0] == 404
        assert item.id not in {other.id for other in town.portal.of_column("tzgg")}


def attachment_links(town: DemoTown, column: str, mark: str) -> list[tuple[str, str]]:
    item = next(item for item in town.portal.of_column(column) if item.mark == mark)
    page = soup(town.portal_url + town.portal.article_path(item.id))
    return [(town.portal_url + str(a["href"]), a.get_text()) for a in page.select('a[href^="/group3/M00/"]')]


def test_attachments_are_real_files_with_readable_names(town: DemoTown) -> None:
    ((url, name),) = attachment_links(town, "gknb", "D14")
    assert name == "漫水河镇2025年政府信息公开工作年度报告.pdf"
    _, data, headers = get(url)
    assert headers["content-type"] == "application/pdf"
    pdf = pypdfium2.PdfDocument(data)
    page = pdf[0]
    text_page = page.get_textpage()
    assert "全镇主动公开政府信息742条" in text_page.get_text_range()
    text_page.close()
    page.close()
    pdf.close()
    assert get(url, **{"If-None-Match": headers["etag"]})[0] == 304

    ((url, name),) = attachment_links(town, "shjz", "D12")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(get(url)[1])).get_sheet_by_index(0).to_python()
    assert rows[1][2] == "341525190001010010"

    ((url, name),) = attachment_links(town, "tzgg", "L06")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(get(url)[1])).paragraphs)
    assert "半小时内报告" in text


def test_a_dead_attachment_is_linked_and_missing(town: DemoTown) -> None:
    ((url, _),) = attachment_links(town, "yjs", "D10")
    assert get(url)[0] == 404


def test_all_organs_and_an_organs_tree_can_be_discovered(town: DemoTown) -> None:
    organs = {
        a["title"]: str(a["href"])
        for a in soup(f"{town.portal_url}/public/column/6598001?action=rel").select("ul.clearfix li a[title]")
    }
    assert len(organs) > 30
    menu = soup(town.portal_url + organs["漫水河镇"]).select("div#fdzd_gknr a")
    assert {a.get_text() for a in menu} >= {"工作动态", "通知公告", "社会救助", "建议提案办理"}
    for anchor in menu:
        assert soup(town.portal_url + str(anchor["href"])).select_one("#xxgk_list") is not None


def test_robots_disallows_something_but_nothing_that_is_watched(town: DemoTown) -> None:
    robots = get(f"{town.portal_url}/robots.txt")[1].decode()
    assert "Disallow: /site/search/" in robots
    assert "/site/label" not in robots


def test_the_news_column_pages(town: DemoTown) -> None:
    items = town.portal.of_column("xzcz")
    found: list[str] = []
    for number in (1, 2, 3, 4):
        page = soup(f"{town.portal_url}/content/column/6791901?pageIndex={number}")
        found += [str(a["href"]) for a in page.select("ul.doc_list li a.left")]
    assert found == [town.portal.article_path(item.id) for item in items]


def test_the_static_column_counts_its_pages_from_zero(town: DemoTown) -> None:
    first = soup(f"{town.media_url}/xwzx/xzdt/index.html")
    assert 'createPageHTML(2, 0,"index","html")' in str(first)
    assert len(first.select("div.list li a")) == 20
    assert (
        len(soup(f"{town.media_url}/xwzx/xzdt/index_1.html").select("div.list li a"))
        == len(town.media.stories["trs"]) - 20
    )
    assert get(f"{town.media_url}/xwzx/xzdt/index_2.html")[0] == 404
    assert get(f"{town.media_url}/xwzx/xzdt/index_0.html")[0] == 404
    story = town.media.stories["trs"][0]
    assert story.title in str(soup(town.media_url + story.path))


@pytest.mark.parametrize("part", ["/local/", "/bbs/"])
def test_plain_lists_lead_to_their_pages(town: DemoTown, part: str) -> None:
    links = [str(a["href"]) for a in soup(town.media_url + part).select("h3 a")]
    assert links
    assert all(get(town.media_url + link)[0] == 200 for link in links)
