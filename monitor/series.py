"""What is missing from a series: the year's item that came every year before, the issue between its neighbours. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.text import fold_plain
from monitor.numerals import number
from store.record_rows import Head

_YEAR = re.compile(r"(20\d\d)年?(?:度)?")
_ISSUE = re.compile(r"第\s*(\d{1,3}|[一二三四五六七八九十百]{1,4})\s*([期次号批])")
_YEAR_LENGTH, _GRACE = timedelta(days=365), timedelta(days=60)
_FEWEST = 4
_LARGEST_GAP = 2


def yearly_missing(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """An item that came in each of the two years before and is sixty days late this year (年度专项工作计划未公开: 裕安区 2024Q2).
    The finding is the last year's page's."""
    for by_year in _by_year(records).values():
        last = max(by_year)
        newest, before = by_year[last], by_year.get(last - 1)
        if before is None or newest.published is None:
            continue
        due = newest.published.day + _YEAR_LENGTH + _GRACE
        if due < day <= due + _YEAR_LENGTH:
            yield newest, f"往年每年都发布，最近一次是{newest.published.day}的“{newest.title}”，此后没有发布同类信息"


def missing_issue(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """A number left out between two of a series in one year; the finding is that of the page after the gap."""
    series: dict[tuple[str, int], dict[int, Head]] = defaultdict(dict)
    units: dict[tuple[str, int], str] = {}
    for head in _standing(records):
        match = _ISSUE.search(head.title)
        issue = _value(match[1]) if match else None
        if match is not None and issue and head.published is not None:
            stem = fold_plain(_ISSUE.sub(match[2], _YEAR.sub("", head.title), count=1))
            series[stem, head.published.day.year].setdefault(issue, head)
            units[stem, head.published.day.year] = match[2]
    for key, issues in series.items():
        if len(issues) < _FEWEST:
            continue
        for issue in sorted(issues):
            gap = [n for n in range(max(1, issue - _LARGEST_GAP), issue) if n not in issues]
            before = issue - len(gap) - 1
            if gap and before in issues:
                names = "、".join(f"第{n}{units[key]}" for n in gap)
                yield issues[issue], f"系列信息缺少{names}：前有“{issues[before].title}”，后有“{issues[issue].title}”"


def _by_year(records: Sequence[Head]) -> dict[str, dict[int, Head]]:
    """Pages that name one year in their title, by the title without it."""
    found: dict[str, dict[int, Head]] = defaultdict(dict)
    for head in _standing(records):
        years = set(_YEAR.findall(head.title))
        if len(years) == 1 and head.published is not None and not re.search(r"月|季度|第.{1,3}[期次号批]|上半年|下半年", head.title):
            found[fold_plain(_YEAR.sub("", head.title))].setdefault(int(years.pop()), head)
    return found


def _standing(records: Sequence[Head]) -> list[Head]:
    return [head for head in records if head.removed_at is None and head.title]


def _value(text: str) -> int | None:
    return int(text) if text.isdigit() else number(text)
