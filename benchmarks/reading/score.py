"""How right a reading is: title exact or contained, date right, wrong or missing, body as F1 of 4-grams of characters."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from dataclasses import dataclass, field

_SPACE = re.compile(r"\s+")
NGRAM = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tool found on a page; None for what it does not offer or did not find. ``date`` is ``YYYY-MM-DD``."""

    title: str | None = None
    date: str | None = None
    body: str | None = None


@dataclass(slots=True)
class Tally:
    """The figures of one tool on one set of pages."""

    titles: int = 0
    exact: int = 0
    contained: int = 0
    dates: int = 0
    right: int = 0
    wrong: int = 0
    missing: int = 0
    f1: list[float] = field(default_factory=list)
    pages: int = 0
    seconds: float = 0.0
    raised: int = 0

    def add(self, label: dict[str, str], reading: Reading) -> None:
        """Count one page against its label."""
        if wanted := label.get("title"):
            self.titles += 1
            self.exact += squeeze(wanted) == squeeze(reading.title or "")
            self.contained += contains(wanted, reading.title or "")
        if day := label.get("published"):
            self.dates += 1
            self.right += reading.date == day[:10]
            self.missing += reading.date is None
            self.wrong += reading.date is not None and reading.date != day[:10]
        if wanted := label.get("text"):
            self.f1.append(body_f1(wanted, reading.body or ""))

    @property
    def mean_f1(self) -> float:
        """Mean over the pages with a labelled text."""
        return statistics.fmean(self.f1) if self.f1 else float("nan")


def squeeze(text: str) -> str:
    """Without any white space."""
    return _SPACE.sub("", text)


def contains(wanted: str, found: str) -> bool:
    """Whether one title holds the other (a found one of at least four characters)."""
    one, other = squeeze(wanted), squeeze(found)
    return one in other or (len(other) >= 4 and other in one)


def body_f1(wanted: str, found: str) -> float:
    """F1 of the 4-grams (a multiset) of two texts without white space."""
    one, other = _grams(wanted), _grams(found)
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if one and other else float(one == other)


def _grams(text: str) -> Counter[str]:
    text = squeeze(text)
    return Counter(text[i : i + NGRAM] for i in range(max(1, len(text) - NGRAM + 1)) if text)
