"""Data endpoints: named by the page or not at all, and asked for pages as their servers count."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.readers.endpoints import (
    Endpoint,
    epoint,
    epoint_script,
    find_endpoint,
    gkmlpt,
    jpaas,
    jpage,
    truecms,
    ucap,
    xxgk,
)

COLUMN = "https://www.example.gov.cn/col/col1002/index.html"
OTHER = "ajaxParam:{columnid:7,unitid:'1'}, ajaxParam : { columnid:1002, unitid:'2', webname:'清源县' }"
GUID = "7eb5f7f1-9041-43ad-8e13-8fcb82ea0000"


@given(st.integers(1, 500), st.integers(1, 100))
def test_pages_are_counted_as_their_servers_do(number: int, size: int) -> None:
    endpoint = Endpoint("/l?p={page}&z={page0}&s={start}&e={end}&n={size}", '{"a": {page0}}', size)
    url, body = endpoint.page(number)
    asked = {key: int(values[0]) for key, values in parse_qs(urlsplit(url).query).items()}
    assert asked["p"] == asked["z"] + 1 == number
    assert asked["e"] - asked["s"] + 1 == asked["n"] == size
    assert asked["s"] == (number - 1) * size + 1
    assert json.loads(body) == {"a": number - 1}


@pytest.mark.parametrize("find", [find_endpoint, jpage, truecms, xxgk, jpaas, ucap])
@pytest.mark.parametrize("html", [
    "", "<p>正文</p>", "<script src='/js/jpage.js'></script>",
    # The widget without its parameters, a module without its area, a unit without its page.
    "<script>proxyUrl:'/module/web/jpage/dataproxy.jsp'</script>", "<iframe src='/module/xxgk/tree.jsp'></iframe>",
    "/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1", "/messageController/getMessage.do", "/common/search/abc",
])
def test_a_page_that_names_no_endpoint_has_none(find, html: str) -> None:  # type: ignore[no-untyped-def]
    assert find(html, COLUMN) is None


@pytest.mark.parametrize("html", ["/a" * 1_000_000, "<meta " * 500_000, "ajaxParam:{" * 300_000, "dataproxy.jsp?" * 200_000])
def test_a_hostile_page_names_nothing(html: str) -> None:
    assert find_endpoint(html, COLUMN) is None


def test_of_several_widgets_the_column_s_own_is_taken() -> None:
    found = jpage(f"proxyUrl:'/module/web/jpage/dataproxy.jsp', perPage:20, {OTHER}", COLUMN)
    assert found is not None
    assert ("columnid=1002" in found.url, "unitid=2" in found.url, found.size) == (True, True, 20)


def test_the_link_to_the_next_group_serves_where_there_is_no_widget() -> None:
    link = '<a href="/module/jpage/dataproxy.jsp?page=2&amp;columnid=9&amp;unitid=3&amp;perpage=5">更多</a>'
    found = jpage(link, COLUMN)
    assert found is not None
    query = parse_qs(urlsplit(found.page(4)[0]).query)
    assert (query["page"], query["perpage"], query["startrecord"]) == (["4"], ["5"], ["16"])


def test_an_area_s_disclosure_is_narrowed_to_the_column() -> None:
    found = xxgk('<iframe src="/module/xxgk/tree.jsp?area=002276772"></iframe>', COLUMN)
    assert found is not None
    assert (found.keep, "area=002276772" in found.body, found.url) == (
        "art_1002_", True, "https://www.example.gov.cn/module/xxgk/search.jsp")


def test_truecms_is_told_which_page_asks() -> None:
    found = truecms("proxyUrl:'/TrueCMS/messageController/getMessage.do', ajaxParam:{columnId:'a-1'}", COLUMN)
    assert found is not None
    assert ("Referer", COLUMN) in found.headers


@pytest.mark.parametrize(("html", "url", "category", "expected"), [
    ("SID: '755031'", "https://a.gov.cn/kjj/gkmlpt/index", "2811", "https://a.gov.cn/kjj/gkmlpt/api/all/2811?page=1&sid=755031"),
    # No category in the address: which list is meant is not known.
    ("SID: '755031'", "https://a.gov.cn/gkmlpt/index", "", None),
    ("", "https://a.gov.cn/gkmlpt/index", "2811", None),
    ("SID: '1'", "https://a.gov.cn/tzgg/index.html", "2811", None),
])
def test_gkmlpt(html: str, url: str, category: str, expected: str | None) -> None:
    found = gkmlpt(html, url, category)
    assert (found.page(1)[0] if found else None) == expected


def test_epoint_takes_its_project_from_the_script() -> None:
    column = "https://a.gov.cn/dynamic/openlist.html?categorynum=001"
    found = epoint(f'{{"siteGuid":"{GUID}","projectName":"/EWB_YK_Mid"}}', "https://a.gov.cn/js/ajaxReq.js", column)
    assert found is not None
    url, body = found.page(1)
    assert url == "https://a.gov.cn/EWB_YK_Mid/rest/lightfrontaction/getgovinfolist"
    assert json.loads(body) == {"deptcode": "", "categorynum": "001", "siteGuid": GUID, "pageIndex": 0, "pageSize": 20}
    assert epoint(f'"siteGuid":"{GUID}"', column, "https://a.gov.cn/list.html") is None
    assert epoint_script('<script src="../js/ajaxReq.js?v=2"></script>', column) == "https://a.gov.cn/js/ajaxReq.js?v=2"
