"""Near-duplicate texts: the signature of a content, and whether two contents are one text put out twice. Pure.

A frame that is filled in anew (monthly notices with other names and figures) is right and is no duplicate. What staff expect:

| titles | bodies | |
|---|---|---|
| the same, in one column | whatever | said as page.repeated_title |
| the same, in two columns | the same | one article where both need it: right |
| the same, in two columns, within a week | over 95 % the same, a name, figure or word differs | one article in two versions: told |
| others | the same, or with a sentence more | one text put out twice: told |
| others | a name, place or figure in another's stead | a frame: right |
| others, naming what differs (各村、各月) | a word in another's stead | a frame: right |
| others, without what differs | over 95 % the same, a word or two put otherwise, no name or place | put out twice with other words: told |
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import numpy as np
from datasketch import MinHash

from core.nouns import Record
from core.text import fold_plain
from monitor.privacy.texts import SURNAMES

PERMUTATIONS = 64
SHORTEST = 80
"""A folded text shorter than this is a sentence: 见附件, 本月无此类信息."""
LONGEST = 4_000
"""How much of two texts is laid side by side; the rest only has to be equal in its figures."""
_SHINGLE = 4
_CANDIDATE = 0.6
"""How alike two signatures must be before the texts are compared. The estimate of 64 permutations is off by at most 0.2."""
ALIKE = 0.85
_WORD = re.compile(r"[^\W_]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?|[〇零一二三四五六七八九十百千万两]{1,}(?=[年月日号元户人个件次名亩吨公里米])")
_PLACE = re.compile(r"^.{0,2}(?:村|组|镇|乡|社区|路|街|小学|中学|公司|所|站|县|市)")
_SLOT = 8
SAME = 0.95
"""From here on a word or two in another's stead is no frame."""
_REWORDED = 2
_PLACED = re.compile(r"(?:村|组|镇|乡|社区|路|街|小学|中学|公司|所|站|县|市|某|氏)$")


def signature(body: str) -> bytes | None:
    """64 MinHash values of the text's shingles of four characters, 256 bytes; None for a text that is too short to tell."""
    text = _letters(body)
    if len(text) < SHORTEST:
        return None
    found = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    found.update_batch({text[at : at + _SHINGLE].encode() for at in range(len(text) - _SHINGLE + 1)})
    return np.asarray(found.hashvalues, dtype="<u4").tobytes()


def minhash(kept: bytes) -> MinHash:
    """The signature as datasketch has it."""
    values = np.frombuffer(kept, dtype="<u4")
    return MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32", hashvalues=values)


def candidates(one: bytes, other: bytes) -> bool:
    """Whether two signatures are alike enough to look at the texts."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4"))) >= _CANDIDATE


def same_text(one: Record, other: Record) -> float | None:
    """How alike two pages are where they are one text put out twice, or one article in two versions, 0.85 to 1; None where they are not
    surely."""
    if _other_files(one, other) or _series(one.title, other.title):
        return None
    first, second = _letters(one.body), _letters(other.body)
    versions = fold_plain(one.title) == fold_plain(other.title) != ""
    if min(len(first), len(second)) < SHORTEST or not (versions or _figures_agree(first, second)):
        return None
    if first == second:
        return 1.0
    first, second = first[:LONGEST], second[:LONGEST]
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < ALIKE or (ratio := matcher.ratio()) < ALIKE:
        return None
    slots = [
        (first[i:j], second[k:m], second[m : m + 4]) for i, j, k, m in _replaced(matcher.get_opcodes())
        if _filled_in(first[i:j], second[k:m], second[m : m + 4], second[max(0, k - 2) : k])
    ]
    if slots and (ratio < SAME or not (versions or _reworded(slots, fold_plain(one.title), fold_plain(other.title)))):
        return None
    # 1 is kept for what is the same.
    return min(round(ratio, 3), 0.999)


def _reworded(slots: Sequence[tuple[str, str, str]], one: str, other: str) -> bool:
    """Whether what stands in another's stead (and what follows it) is a word put otherwise: neither a name, a place nor a figure, and
    nothing that the titles tell of their texts."""
    def is_word(text: str, after: str) -> bool:
        named = text[0] in SURNAMES or _PLACED.search(text) or _PLACE.match(after) or _FIGURE.search(text + after[:1])
        return 1 < len(text) <= _SLOT and not named and not re.search(r"[a-z\d]", text)

    return len(slots) <= _REWORDED and all(
        is_word(old, after) and is_word(new, after) and old not in one and new not in other for old, new, after in slots
    )


def _letters(body: str) -> str:
    """Without punctuation: it is the first thing that a clerk changes."""
    return "".join(_WORD.findall(fold_plain(body)))


def _figures_agree(one: str, other: str) -> bool:
    """Whether the figures of the one are all in the other: a text may be longer than its copy, not tell other numbers."""
    first, second = Counter(_FIGURE.findall(one)), Counter(_FIGURE.findall(other))
    return not first - second or not second - first


def _series(one: str, other: str) -> bool:
    """Titles that differ in a figure alone: parts of a series (2026年1月, 2026年2月), whose frame is the same."""
    first, second = fold_plain(one), fold_plain(other)
    return first != second and re.sub(_NUMBERED, "", first) == re.sub(_NUMBERED, "", second)


_NUMBERED = r"[\d〇零一二三四五六七八九十百上下]+"


def _other_files(one: Record, other: Record) -> bool:
    """Whether both carry files and these are not the same ones: then what is published lies there."""
    first, second = ({file.sha256 or file.name for file in record.attachments} for record in (one, other))
    return bool(first and second) and not first & second


def _replaced(opcodes: Iterable[tuple[str, int, int, int, int]]) -> list[list[int]]:
    """Passages of the one in whose stead others stand in the other. Where only a few characters between two changes are the same,
    they are so by chance: it is one passage."""
    spans: list[list[int]] = []
    for tag, i, j, k, m in opcodes:
        if tag == "equal":
            continue
        if spans and i - spans[-1][1] < _SHINGLE:
            spans[-1][1], spans[-1][3] = j, m
        else:
            spans.append([i, j, k, m])
    return [span for span in spans if span[0] < span[1] and span[2] < span[3]]


def _filled_in(old: str, new: str, after: str, before: str) -> bool:
    """Whether a replaced passage may be a slot: a name, a place, a word in another's stead."""
    if max(len(old), len(new)) == 1:
        named = any(letter in SURNAMES for letter in (old, new, before[-1:])) or _PLACE.match(after) is not None
        return named or not (old + new).isalpha()
    return min(len(old), len(new)) <= _SLOT
