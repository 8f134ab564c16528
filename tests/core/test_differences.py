"""What changed between two versions, as a person would say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.differences import Change, Piece, changes, paragraphs


def said(old: str, new: str) -> list[str]:
    """Each change as one line: [-removed-]{+added+}."""
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return ["".join(marks[piece.kind].format(piece.text) for piece in change.pieces) for change in changes(old, new)]


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("一段。\n二段。", "一段。\n二段。", []),
    ("　　一段。\n\n二段。  ", "一段。\n二段。", []),  # White space is no change.
    ("补贴标准为每人每月720元。", "补贴标准为每人每月750元。", ["补贴标准为每人每月[-720-]{+750+}元。"]),  # A number is one word.
    ("会议于3月5日召开。", "会议于3月15日召开。", ["会议于3月[-5-]{+15+}日召开。"]),
    ("甲\n乙\n丙", "甲\n丙", ["[-乙-]"]),
    ("甲\n丙", "甲\n新的一段\n丙", ["{+新的一段+}"]),
    ("原来的完全不同的内容", "ABC", ["[-原来的完全不同的内容-]", "{+ABC+}"]),  # Unlike paragraphs are not mixed.
    ("", "有了正文", ["{+有了正文+}"]),
])
def test_what_changed(old: str, new: str, expected: list[str]) -> None:
    assert said(old, new) == expected


def test_paragraphs_are_numbered_in_their_own_text() -> None:
    assert changes("甲\n乙元1\n丙", "新\n甲\n乙元2\n丙") == [
        Change(None, 1, (Piece("added", "新"),)),
        Change(2, 3, (Piece("same", "乙元"), Piece("removed", "1"), Piece("added", "2"))),
    ]


texts = st.text("甲乙丙丁 。\n12ab", max_size=60)


@given(texts, texts)
def test_nothing_is_lost_or_invented(old: str, new: str) -> None:
    """The old text's paragraphs can be put together from what is the same and what was removed, the new one's likewise."""
    found = changes(old, new)
    for kind, text, place in (("removed", old, "old"), ("added", new, "new")):
        lines = paragraphs(text)
        for change in found:
            number = getattr(change, place)
            if number is not None:
                assert "".join(p.text for p in change.pieces if p.kind in ("same", kind)) == lines[number - 1]
    assert (found == []) is (paragraphs(old) == paragraphs(new))
