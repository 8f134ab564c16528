"""Bytes to text: what is declared, what is there, and that doubt is said."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.readers import read_page
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


def test_parts_in_two_encodings_are_each_read_and_doubt_is_said() -> None:
    """A head in GBK that is included in a page in UTF-8, and the other way round: both happen when templates are moved."""
    for one, other in (("gbk", "utf-8"), ("utf-8", "gbk")):
        head = f"<div class='top'><a href='/'>霍山县人民政府</a><a href='/zw'>政务公开目录</a><p>{BIG}</p></div>".encode(one)
        rest = f"<div><h1>{TEXT}</h1><p>{TEXT}</p></div></body></html>".encode(other)
        decoded = decode(b"<html><head><meta charset='utf-8'></head><body>" + head + rest)
        assert (decoded.encoding, decoded.doubtful) == ("utf-8+gb18030", True)
        assert "霍山县人民政府" in decoded.text
        assert TEXT in decoded.text
        assert "\ufffd" not in decoded.text


BIG = "欢迎您访问本站，请使用新版浏览器。"


def test_bytes_compressed_once_or_twice_too_often() -> None:
    page = html(TEXT, "gb18030", "gb2312")
    assert TEXT in decode(gzip.compress(page)).text
    assert TEXT in decode(gzip.compress(gzip.compress(page))).text
    # Cut off on the way: what came is read.
    long = html(TEXT * 200, "utf-8", "utf-8")
    assert TEXT in decode(gzip.compress(long)[:-20]).text


def test_a_compressed_bomb_gives_a_limited_text_in_a_moment() -> None:
    bomb = gzip.compress(gzip.compress(b"<p>" * 200_000_000, 9), 9)
    assert len(decode(bomb).text) <= 32 * 1024 * 1024


SPOILT = {
    # UTF-8 read as Latin-1 or Windows-1252, and written as UTF-8 again.
    "latin-1": TEXT.encode().decode("latin-1"),
    "windows-1252": TEXT.encode().decode("cp1252", "ignore"),
    # UTF-8 read as GBK.
    "gbk": TEXT.encode().decode("gbk", "ignore"),
    # Characters lost on the way, twice over.
    "锟斤拷": "霍山县锟斤拷锟斤拷人民政府",
    "replaced": "霍山县\ufffd\ufffd\ufffd\ufffd人民政府",
}


@pytest.mark.parametrize("name", SPOILT)
def test_text_spoilt_before_it_was_published_is_said_to_be_doubtful(name: str) -> None:
    assert decode(html(SPOILT[name], "utf-8", "utf-8")).doubtful


@pytest.mark.parametrize(
    "text",
    ["Café, naïve façade, Zürich, Århus, señor, ça va, æther, œuvre — très bien à Besançon", "锛（bēn）是一种工具，也作人名用字。",
     "Ελληνικά και русский текст в одной строке"],
)
def test_other_languages_are_no_mojibake(text: str) -> None:
    decoded = decode(html(text, "utf-8", "utf-8"))
    assert text in decoded.text
    assert not decoded.doubtful


def test_seven_bit_encodings() -> None:
    assert TEXT in decode(html(TEXT, "hz", "hz-gb-2312")).text
    assert TEXT in decode(html(TEXT, "hz", None)).text
    # HZ's marks in a script are not HZ.
    assert decode(b"<script>var a=~{x:1}; b=~{y:2}; c=~{z:3};~}</script><p>ok</p>").encoding == "utf-8"
    shifted = bytes(byte & 0x7F for byte in TEXT.encode("gb2312"))
    decoded = decode(b"<html><p>" + b"\x1b$)A\x0e" + shifted + b"\x0f</p></html>")
    assert (decoded.encoding, TEXT in decoded.text) == ("iso-2022-cn", True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(encoding: str) -> None:
    assert TEXT in decode(html(TEXT, encoding, "utf-16")).text


def test_nul_and_control_characters_go() -> None:
    data = html(TEXT, "gb18030", "gbk").replace(b"<p>", b"<p>\x00\x01\x08\x7f")
    assert TEXT in decode(data).text
    assert "\x00" not in decode(data).text


PRIVATE = [
    # GB 18030-2005 and -2022 give these real places; Python's table (2000) leaves them in the private use area.
    (b"\xa6\xd9", "\ufe10"), (b"\xfe\x59", "\u9fb4"), (b"\xfe\xa0", "\u9fbb"), (b"\xfe\x51", "\U00020087"), (b"\xfe\x91", "\U000241fe"),
    (b"\xa8\xbc", "\u1e3f"), (b"\xa3\xa0", "\u3000"),
    # For users: it means what its font says, and is kept.
    (b"\xaa\xa1", "\ue000"), (b"\xf8\xa1", "\ue234"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "char"), PRIVATE)
def test_private_use_characters_are_moved_where_the_standard_says_so_and_else_kept(data: bytes, char: str) -> None:
    assert decode(html(TEXT, "gb18030", "gbk").replace(b"<p>", b"<p>" + data)).text.count(char) == 1


def page(text: str) -> bytes:
    return f"<html><head><meta charset='utf-8'><title>{text}</title></head><body><h1>{text}</h1><p>{TEXT}{text}</p><p>{TEXT}</p></body></html>".encode()


def test_private_use_characters_in_what_is_read_are_a_doubt() -> None:
    article = read_page(page("漫水河\ue5f1村通知公告"))
    assert any("私用区" in doubt and "U+E5F1" in doubt for doubt in article.doubts)
    # Those of an icon font in a menu concern nobody.
    menu = page("漫水河村通知公告").replace(b"<body>", "<body><div class='nav'><a href='/'>\ue601 首页</a></div>".encode())
    assert read_page(menu).doubts == ()


ENTITIES = [
    ("&#28459;&#27700;&#27827;", "漫水河"), ("&#x6F2B;&#x6C34;", "漫水"), ("甲&nbsp;乙", "甲 乙"), ("甲&amp;乙", "甲&乙"),
    ("&ldquo;甲&rdquo;&mdash;&mdash;乙", "“甲”——乙"), ("甲&amp;nbsp;乙", "甲 乙"), ("&amp;ldquo;甲&amp;rdquo;", "“甲”"), ("甲&amp;#8212;乙", "甲—乙"),
    # Broken ones: without the semicolon, of Windows' own numbers, of nothing at all.
    ("甲&nbsp乙", "甲 乙"), ("甲&#150;乙", "甲–乙"), ("甲&nosuch;乙", "甲&nosuch;乙"), ("甲&#xD800;乙", "甲乙"), ("甲&#0;乙", "甲乙"), ("AT&T甲", "AT&T甲"),
    # Full width is kept as it is written.
    ("ＡＢＣ１２３（甲）", "ＡＢＣ１２３（甲）"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "read"), ENTITIES)
def test_entities(written: str, read: str) -> None:
    data = f"<html><body><h1>关于防汛的通知</h1><p>{TEXT}{written}，请知悉。</p><p>{TEXT}</p></body></html>".encode()
    assert f"{TEXT}{read}，请知悉。" in read_page(data).body.replace("\ufffd", "")


def test_full_width_and_half_width_titles_agree() -> None:
    head = "<title>x</title><meta name='ArticleTitle' content='漫水河镇2026年第1号公告(试行)'>"
    data = f"<html><head><meta charset='utf-8'>{head}</head><body><h1>漫水河镇２０２６年第１号公告（试行）</h1><p>{TEXT}</p></body></html>"
    assert not [doubt for doubt in read_page(data.encode()).doubts if doubt.startswith("标题")]
