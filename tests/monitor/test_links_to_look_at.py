"""Which links of a page are looked at in turn, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.visits import PageLink
from monitor.page_scans import links_to_look_at

Make = Callable[..., Any]
DAY = date(2026, 11, 26)
# Numbers of the form only: the check digits are right, nobody has them.
IDENTITY = "11010519491231002X"


def looked_at(stored: Any, url: str, text: str = "附件") -> list[PageLink]:
    return links_to_look_at(stored, [PageLink(url=url, text=text)], ("a.gov.cn",), DAY)


@pytest.mark.parametrize(("path", "kept"), [
    ("/1.html", True),
    ("/P020260315103045612345.pdf", True),
    ("/202403/15/202403151030456.pdf", True),  # a moment with one digit more, as portals name files
    ("/13912345678/1.html", True),  # eleven digits of a path are an article's
    ("/cx?phone=13912345678", False),
    (f"/cx?id={IDENTITY}", False),
    (f"/{IDENTITY}.pdf", False),
    (f"/%E8%AF%81{IDENTITY}.pdf", False),
])  # fmt: skip
def test_an_address_with_a_private_number_is_not_kept(record: Make, stored: Make, path: str, kept: bool) -> None:
    page = stored(record(url="http://a.gov.cn/page.html"))
    assert bool(looked_at(page, f"http://a.gov.cn{path}")) is kept


def test_numbers_in_its_words_are_masked(record: Make, stored: Make) -> None:
    page = stored(record(url="http://a.gov.cn/page.html"))
    (link,) = looked_at(page, "http://a.gov.cn/1.html", f"张三 13912345678 {IDENTITY}")
    assert link.text == "张三 139****5678 11*************02X"


def test_what_is_elsewhere_or_the_page_itself_is_left_out(record: Make, stored: Make) -> None:
    page = stored(record(url="http://a.gov.cn/page.html"))
    for url in ("http://b.gov.cn/1.html", "http://a.gov.cn:81/1.html", "ftp://a.gov.cn/1", "tel:13912345678", "http://a.gov.cn/page.html#1"):
        assert looked_at(page, url) == []
