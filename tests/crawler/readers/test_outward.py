"""Which foreign hosts a page names, however it writes them."""

from __future__ import annotations

import time

import pytest

from crawler.readers.outward import outward

OWN = ("www.a.gov.cn", "www.a.gov.cn:8080")
NONE = outward(b"", OWN)
BET = outward(b"http://bet.example.com/", OWN)


@pytest.mark.parametrize("page", [
    b'<a href="http://bet.example.com/x">', b"<a href=//BET.example.com>", b"<script src='https://bet.example.com:99/a.js'>",
    b"<!-- https://bet.example.com -->", b"var u='http:\\/\\/bet.example.com'", "正文https://bet.example.com，后文".encode("gbk"),
    "见//bet.example.com。".encode(),
    b"<a href='&#104;ttp:&#47;&#x2f;bet.example.com'>", b"location='http%3A%2F%2Fbet.example.com'",
    b"<a href='http://www.a.gov.cn/'><a href='http://bet.example.com'>",
])
def test_a_foreign_host_is_seen_however_it_is_written(page: bytes) -> None:
    assert outward(page, OWN) == BET != NONE


@pytest.mark.parametrize("page", [b"", b"<p>text</p>", b'<a href="http://www.a.gov.cn/x">', b'<a href="/a//b">', b"// a comment. more", b"a//b", b"//1.2", "// 说明。".encode()])
def test_what_is_no_foreign_host(page: bytes) -> None:
    assert outward(page, OWN) == NONE == ""


def test_order_and_number_do_not_matter_and_a_second_host_does() -> None:
    one, two = b"//a.example.com", b"//b.example.com"
    assert outward(one + b" " + two + b" " + two, OWN) == outward(two + b" " + one, OWN) != outward(one, OWN)


@pytest.mark.parametrize("page", [b"/" * 5_000_000, b"//a." * 1_000_000, b"//" + b"a" * 5_000_000, b"//a" * 1_000_000 + b".", b"&#47;" * 1_000_000])
def test_a_hostile_page_costs_no_more_than_its_length(page: bytes) -> None:
    began = time.process_time()
    outward(page, OWN)
    assert time.process_time() - began < 8
