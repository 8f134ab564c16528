"""Folding: one name however it is written, and the way back to the written characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import excerpt, fold, fold_plain, mask_address, mask_private, mask_shown, openable, simplify

NAME = "漫水河镇"

WRITTEN = [
    ("漫水河镇", "漫水河镇"),
    ("漫水河鎮", "漫水河鎮"),                                # traditional
    ("漫水河鎮(zhèn)人民政府", "漫水河鎮"),                  # a gloss after the name is not part of it
    ("漫(màn)水(shuǐ)河鎮", "漫(màn)水(shuǐ)河鎮"),          # one inside it is
    ("漫（man）水河镇", "漫（man）水河镇"),
    ("漫水河鎮(zhe\u0300n)", "漫水河鎮"),                    # the tone mark as a character of its own
    ("漫 水 河 镇", "漫 水 河 镇"),
    ("漫水\r\n  河镇", "漫水\r\n  河镇"),
    ("漫水\u3000河镇", "漫水\u3000河镇"),                    # ideographic space
    ("漫\u200b水\ufeff河\u00ad镇", "漫\u200b水\ufeff河\u00ad镇"),
    ("漫\u2f54河镇", "漫\u2f54河镇"),                        # a Kangxi radical that looks like 水
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_a_name_is_found_however_it_is_written(text: str, expected: str) -> None:
    text = f"…（霍山县）{text}。"
    folded = fold(text)
    at = folded.text.index(NAME)
    start, end = folded.span(at, at + len(NAME))
    assert text[start:end] == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("ＡＢＣ１２３", "abc123"),
    ("（全角）", "(全角)"),
    ("每日…一测", "每日...一测"),           # one written character may fold to several
    ("50㎡", "50m2"),
    ("公司(2019)号", "公司(2019)号"),       # a number in brackets is no gloss
    ("abc(def)", "abc(def)"),               # no gloss after a Latin letter
    ("", ""),
    (" \n\t", ""),
])
def test_folding(text: str, expected: str) -> None:
    assert fold_plain(text) == expected


def test_the_span_of_a_character_that_folds_to_several() -> None:
    folded = fold("甲…乙")
    assert folded.text == "甲...乙"
    assert [folded.span(at, at + 1) for at in range(5)] == [(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)]


MIXED = st.text(st.one_of(
    st.sampled_from("漫水河鎮镇六安霍山路 \n\t\u3000\u200b\ufe0f…㎡½ﬁＡａ(（)）"), st.characters(codec="utf-8"),
), max_size=60)


@given(MIXED)
def test_the_whole_span_folds_to_the_whole_text(text: str) -> None:
    folded = fold(text)
    if folded.text:
        start, end = folded.span(0, len(folded.text))
        assert fold_plain(text[start:end]) == fold_plain(text[:end]) == folded.text
        assert fold_plain(text[:start]) == ""


@given(MIXED, st.data())
def test_any_span_goes_there_and_back(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    written = folded.span(start, end)
    assert 0 <= written[0] < written[1] <= len(text)
    # A written character may bring more folded ones than were asked for, never fewer.
    assert folded.text[start:end] in fold_plain(text[slice(*written)])
    assert not text[written[0]].isspace()
    assert not text[written[1] - 1].isspace()


@given(MIXED)
def test_simplifying_keeps_every_offset(text: str) -> None:
    assert len(simplify(text)) == len(text)


@given(st.text(st.sampled_from("漫水河鎮霍山縣六安"), min_size=1, max_size=8))
def test_traditional_and_simplified_fold_alike(text: str) -> None:
    assert fold_plain(text) == fold_plain(simplify(text)) == simplify(text)


@pytest.mark.parametrize(("text", "expected"), [
    ("电话13812345678。", "电话138****5678。"),
    ("138-1234 5678", "138****5678"),
    ("11010519491231002X", "11" + "*" * 13 + "02X"),
    ("卡号6228480402564890018", "卡号" + "*" * 15 + "0018"),
    ("证号341525850101123", "证号34" + "*" * 10 + "123"),     # fifteen digits, before 1999
    ("索引号113708280043326001/2024-02411", "索引号113708280043326001/2024-02411"),   # an organisation's code
    ("一卡通账号：20597013057539440", "一卡通账号：*************9440"),
    # below its label in a table, and only there
    ("户主\t一卡通账号\t编号\n廖某\t10000000000000000012\t202600000000012\n合计\t3户", "户主\t一卡通账号\t编号\n廖某\t****************0012\t202600000000012\n合计\t3户"),
    ("序号  姓名  存折号\n1  廖某  100000000012\n项目编号\t100000000012", "序号  姓名  存折号\n1  廖某  ********0012\n项目编号\t100000000012"),
    ("农户\t编号\n廖某\t100000000012", "农户\t编号\n廖某\t100000000012"),
    ("座机0564-1234567", "座机0564-1234567"),      # an office number is meant to be public
])
def test_private_numbers_are_masked(text: str, expected: str) -> None:
    assert mask_private(text) == expected


def test_an_excerpt_says_where_it_was_cut() -> None:
    text = "甲" * 50 + "漫水河镇" + "乙" * 50
    assert excerpt(text, 50, 54, around=3) == "…甲甲甲漫水河镇乙乙乙…"
    assert excerpt("漫水河镇\n政府", 0, 4) == "漫水河镇 政府"


@pytest.mark.parametrize(("url", "shown"), [
    ("http://a.gov.cn/public/6596381/38160001.html", "http://a.gov.cn/public/6596381/38160001.html"),
    # A long number that is all of a page's name is the page's; an identity number is a person's wherever it stands.
    ("http://a.gov.cn/content/13812345678.html", "http://a.gov.cn/content/13812345678.html"),
    ("http://a.gov.cn/content/341525199003070018.html", "http://a.gov.cn/content/34*************018.html"),
    ("http://a.gov.cn/files/13812345678.pdf", "http://a.gov.cn/files/138****5678.pdf"),
    ("http://a.gov.cn/s?tel=13812345678&p=1", "http://a.gov.cn/s?tel=138****5678&p=1"),
    # A percent sign and two figures are a letter, not the beginning of a number.
    ("http://a.gov.cn/%E5%BC%A013812345678.xlsx", "http://a.gov.cn/张138****5678.xlsx"),
    ("http://a.gov.cn/%E5%BC%A0.xlsx", "http://a.gov.cn/%E5%BC%A0.xlsx"),
    ("", ""),
])
def test_an_address_as_it_may_be_told(url: str, shown: str) -> None:
    told = mask_address(url)
    assert told == shown
    assert openable(url) == (told == url) and mask_address(told) == told
    assert mask_shown(f"见（{url}，打不开），张三13912345678") == f"见（{told}，打不开），张三139****5678"


def test_a_number_in_a_name_among_letters() -> None:
    assert mask_private("sfz341525199003070018a.jpg") == "sfz34*************018a.jpg"
    # Names that portals give, and codes of organisations, are no persons.
    for name in ("W020240305512345678901.pdf", "P020260304512345678901.doc", "91341525MA2N012345.pdf", "mmexport1646458765432.jpg", "20240305143015.xlsx"):
        assert mask_private(name) == name
