"""Charts as SVG made here: no script, no style attribute, readable by ear through title and desc."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from core.clock import local_text
from core.nouns import SourceResult
from core.words import COLUMNS, OUTCOMES

_GOOD, _WARN, _BAD = "c-good", "c-warn", "c-bad"
TONES: Mapping[str, str] = {
    "new": _GOOD, "unchanged": _GOOD, "all_known": _GOOD, "all_filtered": _GOOD, "empty": _WARN, "redesigned": _BAD,
    "blocked": _BAD, "unreachable": _BAD, "not_run": _WARN,
    "fresh": _GOOD, "due": _WARN, "cannot_judge": _WARN, "overdue": _BAD, "delinquent": _BAD, "blank": _BAD,
}
_BAR, _GAP, _HIGH = 7, 2, 24


def looks(results: Sequence[SourceResult], most: int = 30) -> Markup:
    """The last looks at a source as bars, the oldest on the left: tall where it was really looked at, short where not; its
    colour says whether that is as it should be."""
    shown = list(reversed(results[:most]))
    words = "、".join(OUTCOMES[result.outcome] for result in shown) or "还没有巡查过"
    bars = [
        Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
            TONES[result.outcome], place * (_BAR + _GAP), 0 if result.outcome.looked else _HIGH // 2, _BAR,
            _HIGH if result.outcome.looked else _HIGH // 2, _bar_title(result),
        )
        for place, result in enumerate(shown)
    ]
    width = max(most * (_BAR + _GAP), 1)
    return _svg(width, _HIGH, f"最近 {len(shown)} 次巡查", words, Markup("").join(bars))


def states(counts: Mapping[str, int]) -> Markup:
    """How many columns stand in each state, as one bar cut into parts."""
    total, x, parts = sum(counts.values()), 0.0, []
    for state in COLUMNS:
        number = counts.get(state, 0)
        if number:
            width = 600 * number / total
            parts.append(Markup('<rect class="{}" x="{:.1f}" y="0" width="{:.1f}" height="22"><title>{} {}</title></rect>').format(
                TONES[state], x, max(width - 1, 1), COLUMNS[state], number))
            x += width
    told = "，".join(f"{COLUMNS[state]} {counts[state]}" for state in COLUMNS if counts.get(state))
    return _svg(600, 22, f"共 {total} 个栏目", told or "没有栏目", Markup("").join(parts))


def months(counts: Sequence[tuple[str, int]], title: str) -> Markup:
    """A column per month with its number above it; ``counts``: ("2026-03", 12)."""
    # Narrow enough for a phone, where a wider one would be shrunk and its words with it.
    high, width, tallest = 120, 30, max((number for _, number in counts), default=0) or 1
    bars = []
    for place, (month, number) in enumerate(counts):
        tall = round(high * number / tallest)
        middle = place * width + width / 2
        bars.append(Markup(
            '<rect class="c-info" x="{}" y="{}" width="20" height="{}"></rect>'
            '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}" text-anchor="middle">{}</text>'
        ).format(place * width + 5, high - tall + 16, tall, middle, high - tall + 12, number, middle, high + 32, f"{int(month[5:])}月"))
    told = "，".join(f"{month} {number}" for month, number in counts)
    return _svg(max(len(counts), 1) * width, high + 38, title, told, Markup("").join(bars))


def _bar_title(result: SourceResult) -> str:
    return f"{local_text(result.checked_at)[:10]} {OUTCOMES[result.outcome]}".strip()


def _svg(width: float, height: float, title: str, told: str, inside: Markup) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {:g} {:g}" width="{:g}" height="{:g}" role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(width, height, width, height, f"{title}：{told}", escape(title), escape(told), inside)
