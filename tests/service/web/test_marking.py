"""Hostile text stays text, and the marks stand where the mentions are."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.differences import changes
from core.nouns import Mention
from service.web.marking import compared, linked, marked, marked_line, unlinked


def mention(start: int, end: int, field: str = "body") -> Mention:
    return Mention(subject="镇", term="镇", text="", start=start, end=end, field=field, confidence="certain")


@pytest.mark.parametrize(("text", "spans", "expected"), [
    ("霍山漫水河镇修路", [(2, 6)], "<p>霍山<mark>漫水河镇</mark>修路</p>"),
    ("甲\n\n 乙", [], "<p>甲</p>\n<p> 乙</p>"),
    ("甲乙丙丁", [(0, 2), (1, 3)], "<p><mark>甲乙丙</mark>丁</p>"),  # Overlapping names are one mark.
    ("甲乙\n丙丁", [(1, 4)], "<p>甲<mark>乙</mark></p>\n<p><mark>丙</mark>丁</p>"),  # A name broken over two lines.
    ("甲", [(-3, 99), (5, 6), (1, 1)], "<p><mark>甲</mark></p>"),
    ("<script>alert(1)</script>", [(0, 8)], "<p><mark>&lt;script&gt;</mark>alert(1)&lt;/script&gt;</p>"),
    ("", [(0, 1)], ""),
])
def test_marks(text: str, spans: list[tuple[int, int]], expected: str) -> None:
    assert marked(text, [mention(*span) for span in spans]) == expected


def test_only_the_mentions_of_the_field_are_marked() -> None:
    assert marked_line("甲乙", [mention(0, 1, "title"), mention(1, 2)]) == "<mark>甲</mark>乙"


class Reader(HTMLParser):
    """What a browser would take for text and for tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.attributes: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


texts = st.text("甲乙<>&\"'/ \nscriptimg=onerror{}", max_size=60)
spans = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6)


@given(texts, spans)
def test_the_text_is_the_text_and_the_tags_are_ours(text: str, spans: list[tuple[int, int]]) -> None:
    reader = Reader()
    reader.feed(str(marked(text, [mention(*span) for span in spans])))
    reader.close()
    assert reader.tags <= {"p", "mark"} and not reader.attributes
    assert reader.text.split("\n") == ([line for line in text.split("\n") if line.strip()] or [""])


@given(texts, texts)
def test_what_changed_is_escaped_too(old: str, new: str) -> None:
    for change in changes(old, new):
        reader = Reader()
        reader.feed(str(compared(change)))
        reader.close()
        assert reader.tags <= {"del", "ins"} and reader.text == "".join(piece.text for piece in change.pieces)


@pytest.mark.parametrize(("text", "shown", "short"), [
    ("见《甲》（https://a.example/1.html）。", '见《甲》（<a href="https://a.example/1.html" rel="noreferrer noopener" '
     'target="_blank">打开</a>）。', "见《甲》。"),
    # An address in running text is part of what was written, and other schemes lead nowhere.
    ("附件：http://192.168.1.2/a", "附件：http://192.168.1.2/a", "附件：http://192.168.1.2/a"),
    ("（javascript:alert(1)）", "（javascript:alert(1)）", "（javascript:alert(1)）"),
    ('（https://a.example/"onclick="x）<b>', "（https://a.example/&#34;onclick=&#34;x）&lt;b&gt;", '（https://a.example/"onclick="x）<b>'),
])
def test_addresses_in_brackets_can_be_followed(text: str, shown: str, short: str) -> None:
    assert (linked(text), unlinked(text)) == (shown, short)
