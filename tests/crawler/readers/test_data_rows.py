"""What data endpoints answer: rows, proven empty, or not readable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.readers.data_rows import read_data

URL = "https://www.example.gov.cn/col/col1/index.html"
TWO = [{"title": "一号通知", "url": "/a/1.html", "publishedTimeStr": "2026-03-04 10:00:00"},
       {"title": "二号通知", "url": "//www.example.gov.cn/a/2.html", "publishedTimeStr": "2026-03-03 10:00:00"}]
RECORDS = "<datastore><totalrecord>9</totalrecord><recordset><record><![CDATA[<tr><td><a href='/a/1.html'>一号</a></td>" \
          "<td>2026-03-04</td></tr>]]></record></recordset></datastore>"


@pytest.mark.parametrize(("text", "state", "count", "total"), [
    (json.dumps({"data": {"results": TWO, "total": 2}}), "rows", 2, 2),
    # A menu of columns in the same answer is no list: it has no dates.
    (json.dumps({"menu": [{"name": n, "url": f"/{n}"} for n in "abc"], "list": TWO}), "rows", 2, None),
    ("callback(" + json.dumps(TWO) + ");", "rows", 2, None),
    ("\ufeff" + json.dumps({"code": 200, "data": {"list": TWO}}), "rows", 2, None),
    (json.dumps({"custom": {"data": TWO, "total": "40"}, "status": {"code": 1}}), "rows", 2, 40),
    (RECORDS, "rows", 1, 9),
    ("jsonp1(" + json.dumps({"result": RECORDS}) + ")", "rows", 1, 9),
    (json.dumps({"data": {"html": "<ul><li><a href='/a/1.html'>一</a><i>2026-01-02</i></li></ul>"}}), "rows", 1, None),
    ("<li><a href='/a/1.html'>一号通知</a><span>2026-01-02</span></li>", "rows", 1, None),
    (json.dumps({"data": {"results": [], "total": 0}}), "empty", 0, 0),
    (json.dumps({"data": {"html": "<p>暂无信息</p>"}}), "empty", 0, None),
    ("<recordset></recordset>", "empty", 0, 0),
    # Forty there are, none is shown: that is not an empty list.
    (json.dumps({"data": {"results": [], "total": 40}}), "unreadable", 0, 40),
    (json.dumps({"code": 500, "msg": "系统繁忙", "data": []}), "unreadable", 0, None),
    (json.dumps({"success": False, "rows": []}), "unreadable", 0, None),
    (json.dumps({"data": {"name": "x"}}), "unreadable", 0, None),
    ("<html><body>请登录</body></html>", "unreadable", 0, None),
    ("", "unreadable", 0, None),
    ("<record><![CDATA[<li>无链接</li>]]></record><recordset>", "unreadable", 0, None),
])
def test_answers(text: str, state: str, count: int, total: int | None) -> None:
    page = read_data(text, url=URL)
    assert (page.state, len(page.rows), page.total) == (state, count, total)
    assert bool(page.reason) == (state != "rows")


def test_a_row_s_words_and_address() -> None:
    (row,) = read_data(json.dumps([{"realtitle": "关于<em>防汛</em>的通知", "title": "截断…", "infourl": "../a/1.html#top",
                                    "create_time": 1772589600}]), url=URL).rows
    assert (row.title, row.url, row.published and row.published.iso()) == (
        "关于防汛的通知", "https://www.example.gov.cn/col/a/1.html", "2026-03-04T10:00:00+08:00")


def test_a_day_stored_as_midnight_is_a_day() -> None:
    (row,) = read_data(json.dumps([{"title": "一", "url": "/1", "date": 1772553600000}]), url=URL).rows
    assert row.published is not None
    assert row.published.iso() == "2026-03-04"


@pytest.mark.parametrize("text", [
    "<recordset>" + "<record>" * 400_000, "cb(" * 300_000, "cb(" + ")" * 1_000_000, "[" * 100_000 + "]" * 1000,
    "<recordset>" + "</record><record><![CDATA[" * 100_000,
])
def test_a_hostile_answer_is_no_more_than_unreadable(text: str) -> None:
    """Each would take hours, were it read in more than one pass."""
    assert read_data(text, url=URL).state == "unreadable"


@pytest.mark.parametrize("link", ["javascript:void(0)", "", None, 7, "mailto:a@example.org"])
def test_a_row_that_leads_nowhere_is_none(link: Any) -> None:
    assert read_data(json.dumps({"rows": [{"title": "一", "url": link}]}), url=URL).rows == ()


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
                        ["title", "url", "data", "total", "code", "date", "html", "list"]), inner, max_size=4), max_leaves=20)


@given(JSON)
def test_no_json_breaks_the_reader(data: Any) -> None:
    page = read_data(json.dumps(data), url=URL)
    assert (page.state == "rows") == bool(page.rows)
