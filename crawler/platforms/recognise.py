"""Which platform a site runs on, by what its pages betray. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.platforms import PLATFORMS
from crawler.platforms.base import Platform
from crawler.platforms.generic import Generic

_CERTAIN, _LEAD = 5, 3


@dataclass(frozen=True, slots=True)
class Sign:
    """A clue that was found: its words, what it was found in, and where."""

    words: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """``certain``: several clues, and no other platform near; ``possible``: few; ``none``: no clue, so ``generic``.
    ``others``: platforms that some clue speaks for too."""

    platform: str
    confidence: Literal["certain", "possible", "none"]
    signs: tuple[Sign, ...] = ()
    others: tuple[str, ...] = ()


def recognise(pages: Sequence[tuple[str, str]]) -> Recognition:
    """The platform of some pages, each its address and its HTML."""
    found = {platform.id: _signs(platform, pages) for platform in PLATFORMS.values() if platform.clues}
    ranked = sorted(((weight, name) for name, (weight, _) in found.items() if weight), reverse=True)
    if not ranked:
        return Recognition(Generic.id, "none")
    best, name = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0
    # One hint alone (a folder's name, a class) is no platform: read as any site it loses nothing.
    if best < 2:
        return Recognition(Generic.id, "none", found[name][1], tuple(other for _, other in ranked))
    confidence: Literal["certain", "possible"] = "certain" if best >= _CERTAIN and best - second >= _LEAD else "possible"
    return Recognition(name, confidence, found[name][1], tuple(other for _, other in ranked[1:]))


def _signs(platform: type[Platform], pages: Sequence[tuple[str, str]]) -> tuple[int, tuple[Sign, ...]]:
    """The weight of all clues that were found, each counted once."""
    weight, signs = 0, []
    for one in platform.clues:
        for url, html in pages:
            if match := one.pattern.search(url) or one.pattern.search(html):
                weight += one.weight
                signs.append(Sign(one.words, " ".join(match[0].split())[:80], url))
                break
    return weight, tuple(signs)
