"""Two texts as a person would compare them: paragraph by paragraph, and within a changed paragraph the words that changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

# A word is a run of letters or digits, or one character: Chinese has no spaces to cut at.
_WORDS = re.compile(r"[0-9]+(?:[.,:：/-][0-9]+)*|[A-Za-z]+|\s+|.", re.DOTALL)
_ALIKE = 0.4
LONGEST = 4000
"""A paragraph longer than this is shown as a whole, old and new."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a paragraph, and whether they stand in both texts, only the old or only the new."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that is not as it was. ``old`` and ``new`` count paragraphs from 1; None: it is in one text only."""

    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]


def changes(old: str, new: str) -> list[Change]:
    """The paragraphs in which two texts differ, in reading order. White space at the ends of paragraphs and empty lines
    do not count."""
    before, after = paragraphs(old), paragraphs(new)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += _block(before, after, (i1, i2), (j1, j2))
    return found


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs without the white space around them."""
    return [line for raw in text.splitlines() if (line := raw.strip(" \t\u3000\u00a0"))]


def _block(before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int]) -> Iterator[Change]:
    """Paragraphs that took each other's place are compared in pairs where they are alike."""
    pairs = zip_longest(range(*old), range(*new))
    for i, j in pairs:
        if i is not None and j is not None and _alike(before[i], after[j]):
            yield Change(i + 1, j + 1, tuple(_pieces(before[i], after[j])))
            continue
        if i is not None:
            yield Change(i + 1, None, (Piece("removed", before[i]),))
        if j is not None:
            yield Change(None, j + 1, (Piece("added", after[j]),))


def _alike(one: str, other: str) -> bool:
    if max(len(one), len(other)) > LONGEST:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[i1:i2]))
            continue
        if i2 > i1:
            yield Piece("removed", "".join(before[i1:i2]))
        if j2 > j1:
            yield Piece("added", "".join(after[j1:j2]))
