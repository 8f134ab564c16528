"""Bytes to text: what is declared, what is there, and that doubt is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.readers.encoding import decode

TEXT = "霍山县漫水河镇人民政府关于进一步做好防汛工作的通知，请各村认真贯彻落实，加强值班值守。"
RARE = TEXT + "㙍村、𡐓组、喆、镕、堃"
BIG5 = "霍山縣漫水河鎮人民政府關於進一步做好防汛工作的通知，請各村認真貫徹落實，加強值班值守。"


def html(text: str, encoding: str, declared: str | None) -> bytes:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    return f"<html><head>{meta}<title>{text}</title></head><body><p>{text * 3}</p></body></html>".encode(encoding)


# (how it is encoded, what the page declares, what the header declares, the text that must come back)
CASES = [
    *[("utf-8", declared, header, TEXT) for declared in ("utf-8", None, "gb2312", "gbk", "big5") for header in
      (None, "text/html", "text/html; charset=utf-8")],
    *[("gb18030", declared, header, TEXT) for declared in ("gb2312", "gbk", None, "utf-8", "GB18030") for header in
      (None, "text/html", "text/html; charset=gb2312")],
    # Declared GB2312, with characters that only GB18030 has: real sites do it every day.
    *[("gb18030", declared, None, RARE) for declared in ("gb2312", "gbk", None)],
    *[("big5", declared, None, BIG5) for declared in ("big5", None)],
    ("utf-8-sig", "gb2312", None, TEXT),
    ("gb18030", "utf-8", "text/html; charset=utf-8", TEXT),
    ("utf-8", "gb2312", "text/html; charset=gb2312", TEXT),
    ("utf-16", None, None, TEXT),
]


@pytest.mark.parametrize(("encoding", "declared", "header", "text"), CASES)
def test_the_text_comes_back_or_doubt_is_said(encoding: str, declared: str | None, header: str | None, text: str) -> None:
    decoded = decode(html(text, encoding, declared), header)
    assert text in decoded.text or decoded.doubtful
    assert "\ufffd" not in decoded.text or decoded.doubtful


def test_most_cases_are_read_right_and_not_only_doubted() -> None:
    assert len(CASES) >= 30
    right = [text in decode(html(text, encoding, declared), header).text for encoding, declared, header, text in CASES]
    assert sum(right) >= len(CASES) - 1


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_cut_character_at_the_end_spoils_nothing_before_it(cut: int) -> None:
    assert TEXT in decode(html(TEXT, "utf-8", "utf-8")[:-18] + "镇".encode()[:cut], None).text


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=gbk", "text/html; charset=nonsense"]))
def test_no_bytes_raise(data: bytes, header: str | None) -> None:
    assert isinstance(decode(data, header).text, str)
