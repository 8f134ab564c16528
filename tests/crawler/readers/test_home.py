"""The newest date of a home page: of its items, never of its clock."""

from __future__ import annotations

import time
from datetime import date

import pytest

from crawler.readers.home import newest_date

TODAY = date(2026, 11, 26)


def newest(body: str, charset: str = "utf-8") -> date | None:
    html = f"<html><head><meta charset={charset}></head><body>{body}</body></html>"
    return newest_date(html.encode(charset), url="https://www.a.gov.cn/", today=TODAY)


def item(shown: str, href: str = "/zwgk/123456.html", title: str = "关于开展森林防火工作的通知") -> str:
    return f"<li><a href='{href}'>{title}</a><span>{shown}</span></li>"


@pytest.mark.parametrize(("body", "day"), [
    (f"<ul>{item('2026-11-20')}{item('2026-11-24')}</ul><ul>{item('[2026年11月23日]')}</ul>", date(2026, 11, 24)),
    # Without a year: of the last twelve months.
    (f"<ul>{item('11-24')}{item('(11/02)')}</ul>", date(2026, 11, 24)),
    (f"<ul>{item('12-30')}</ul>", date(2025, 12, 30)),
    # From the address alone, as TRS and others build it.
    ("<ul><li><a href='/zwgk/202611/t20261119_123.html'>通知公告标题</a></li></ul>", date(2026, 11, 19)),
    ("<ul><li><a href='/art/2026/11/18/art_1_2.html'>通知公告标题</a></li></ul>", date(2026, 11, 18)),
    # What is announced for next month was not published next month.
    (f"<ul>{item('2026-12-15')}{item('2026-11-10')}</ul>", date(2026, 11, 10)),
    # The clock and the weather are today's every day.
    (f"<div><span>今天是2026年11月26日 星期四</span><a href='/login'>用户登录入口页面</a></div><ul>{item('2026-10-01')}</ul>", date(2026, 10, 1)),
    (f"<div><span>2026-11-26</span> 晴 3℃ <a href='/tq'>查看七日天气预报</a></div><ul>{item('2026-10-01')}</ul>", date(2026, 10, 1)),
    # A date beside two small links of the head is of no item.
    (f"<div><em>2026-11-26</em><a href='/en'>EN</a><a href='/big5'>繁</a></div><ul>{item('2026-10-01')}</ul>", date(2026, 10, 1)),
    # Another site's article says nothing of this one.
    ("<ul><li><a href='https://www.gov.cn/zhengce/202611/t20261125_1.html'>国务院文件</a></li></ul>", None),
    ("<ul><li><a href='/a'>机构设置</a></li><li><a href='/b'>政务公开</a></li></ul>", None),
    ("<div id=app></div><script>var today='2026-11-26'</script>", None),
    (f"<ul>{item('2026-13-45')}</ul>", None),
    ("", None),
])
def test_the_newest_date(body: str, day: date | None) -> None:
    assert newest(body) == day


def test_an_old_charset() -> None:
    assert newest(f"<ul>{item('2026年11月21日')}</ul>", "gb2312") == date(2026, 11, 21)


def test_one_link_that_is_no_address_takes_no_date_along() -> None:
    body = f"<ul>{BAD}<li><a href='/a/1.html'>关于森林防火工作的通知</a><span>2026-11-20</span></li></ul>"
    assert newest_date(body.encode(), url="http://a.gov.cn/", today=date(2026, 11, 26)) == date(2026, 11, 20)


BAD = "<li><a href='http://[bad'>关于做好秋收工作的通知</a><span>2026-11-21</span></li>"


def test_elements_within_each_other_cost_seconds() -> None:
    began = time.process_time()
    newest_date(b"<div>2026-11-20" * 20_000, url="http://a.gov.cn/", today=date(2026, 11, 26))
    assert time.process_time() - began < 3
