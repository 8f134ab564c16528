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
_MOST_PAIRS = 900
"""In larger blocks (a page written anew) paragraphs are compared in turn: the cost grows with the product."""
_SHORTEST_MOVE = 6
"""Shorter lines (a heading, a cell) stand in many places: they are taken out and put in."""
_SHORTEST_SAME = 2
LONGEST = 4000
"""A paragraph longer than this is shown as a whole, old and new."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a paragraph, and whether they stand in both texts, only the old or only the new."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph that is not as it was. ``old`` and ``new`` count paragraphs from 1; None: it is in one text only. ``moved``: it
    stands elsewhere, itself unchanged or nearly so."""

    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]
    moved: bool = False


def changes(old: str, new: str) -> list[Change]:
    """The paragraphs in which two texts differ, in reading order. White space at the ends of paragraphs and empty lines
    do not count."""
    before, after = paragraphs(old), paragraphs(new)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += _block(before, after, (i1, i2), (j1, j2))
    return _with_moves(found, before, after)


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs without the white space around them."""
    return [line for raw in text.splitlines() if (line := raw.strip(" \t\u3000\u00a0"))]


def _block(before: list[str], after: list[str], old: tuple[int, int], new: tuple[int, int]) -> Iterator[Change]:
    """Paragraphs that took each other's place are compared in pairs where they are alike."""
    for i, j in _pairs(before, after, range(*old), range(*new)):
        if i is not None and j is not None:
            yield Change(i + 1, j + 1, tuple(_pieces(before[i], after[j])))
        elif i is not None:
            yield Change(i + 1, None, (Piece("removed", before[i]),))
        elif j is not None:
            yield Change(None, j + 1, (Piece("added", after[j]),))


def _pairs(before: list[str], after: list[str], old: range, new: range) -> Iterator[tuple[int | None, int | None]]:
    """Which paragraph became which, in order, so that as much as can be is kept: one put in at the top must not have each of
    the others compared with its neighbour."""
    if len(old) * len(new) > _MOST_PAIRS:
        yield from _in_turn(before, after, old, new)
        return
    likeness = [[_likeness(before[i], after[j]) for j in new] for i in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from ((each, None) for each in old[i:])
    yield from ((None, each) for each in new[j:])


def _in_turn(before: list[str], after: list[str], old: range, new: range) -> Iterator[tuple[int | None, int | None]]:
    for i, j in zip_longest(old, new):
        if i is not None and j is not None and _likeness(before[i], after[j]):
            yield i, j
        else:
            yield from ((each, None) for each in (i,) if each is not None)
            yield from ((None, each) for each in (j,) if each is not None)


def _with_moves(found: list[Change], before: list[str], after: list[str]) -> list[Change]:
    """A paragraph taken out here and put in there has moved. It is told where it now stands."""
    gone = {before[c.old - 1]: c for c in reversed(found) if c.old and not c.new}
    moved: dict[int, Change] = {}
    for place, change in enumerate(found):
        text = after[change.new - 1] if change.new and not change.old else ""
        if len(text) >= _SHORTEST_MOVE and (was := gone.pop(text, None)):
            moved[place] = Change(was.old, change.new, (Piece("same", text),), moved=True)
            moved[found.index(was)] = moved[place]
    kept = [moved.get(place, change) for place, change in enumerate(found)]
    return [change for place, change in enumerate(kept) if not change.moved or found[place].new]


def _likeness(one: str, other: str) -> float:
    """How alike two paragraphs are, 0 to 1; 0 where too little for them to be one."""
    if max(len(one), len(other)) > LONGEST:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= _ALIKE else 0.0


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    kept: list[tuple[str, str, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, is_ = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal" and kept and len(was) < _SHORTEST_SAME and i2 < len(before) and j2 < len(after):
            # A single character between two changes reads as confetti: it goes with them.
            kept[-1] = ("replace", kept[-1][1] + was, kept[-1][2] + is_)
        elif kept and kept[-1][0] != "equal" and tag != "equal":
            kept[-1] = ("replace", kept[-1][1] + was, kept[-1][2] + is_)
        else:
            kept.append((tag, was, is_))
    for kind, was, is_ in kept:
        if kind == "equal":
            yield Piece("same", was)
            continue
        if was:
            yield Piece("removed", was)
        if is_:
            yield Piece("added", is_)
