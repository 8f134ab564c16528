"""The newest date that a home page shows: of an item that it links to, never of its clock or its weather.

Dates are read as in a list (a link and a date in the same small element) and from the addresses of articles, which many
platforms build from the day. A date without a year is of the last twelve months. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.readers.encoding import decode
from crawler.readers.listing import DATE, Sizes, looks_like_article, row_links, row_of

_SHORT = re.compile(r"^[\[(（【]?\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*[\])）】]?$")
_IN_ADDRESS = re.compile(r"/t?(20\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=[_/.]|\d{0,12}\.)|/(20\d\d)-(\d\d)/(\d\d)/")
_CLOCK = re.compile(r"今天|星期|周[一二三四五六日]|农历|天气|现在是|℃")
_SHORTEST_TITLE = 6
_LARGEST = 1024 * 1024
_MOST_DATES = 200
"""Of a page whose elements all stand within each other each date costs as much as the page is long."""


def newest_date(body: bytes, *, url: str, today: date, content_type: str | None = None) -> date | None:
    """The newest day, not after ``today``; None where the page dates nothing (it is only navigation, or a script fills it)."""
    tree = LexborHTMLParser(decode(body[:_LARGEST], content_type).text)
    tree.strip_tags(["script", "style", "noscript"])
    days = [day for day in (*_shown(tree, url, today), *_addressed(tree, url)) if day <= today]
    return max(days, default=None)


def _shown(tree: LexborHTMLParser, url: str, today: date) -> Iterator[date]:
    left = _MOST_DATES
    seen: Sizes = {}
    for node in tree.css("span, td, em, i, li, p, div, dd, dt, b, font, time, a, label, small, cite"):
        own = " ".join((node.text(deep=False) or "").split())
        if len(own) > 60 or _CLOCK.search(own):
            continue
        day = _full(own) or _short(own, today)
        if day is None:
            continue
        left -= 1
        if (row := row_of(node, seen)) is not None and _leads_to_article(row, url):
            yield day
        if not left:
            return


def _leads_to_article(row: LexborNode, url: str) -> bool:
    """An item of a home page: a link with a title's length of words, or to an address like an article's."""
    if _CLOCK.search(row.text(separator=" ")[:200]):
        return False
    host = urlsplit(url).hostname
    for link in row_links(row):
        words = " ".join((link.attributes.get("title") or link.text() or "").split())
        try:
            target = urljoin(url, (link.attributes.get("href") or "").strip())
            if looks_like_article(target) or (len(words) >= _SHORTEST_TITLE and urlsplit(target).hostname == host):
                return True
        except ValueError:
            # One link that is no address must not take the dates of all others along.
            continue
    return False


def _addressed(tree: LexborHTMLParser, url: str) -> Iterator[date]:
    host = urlsplit(url).hostname
    for link in tree.css("a[href]"):
        try:
            target = urlsplit(urljoin(url, (link.attributes.get("href") or "").strip()))
        except ValueError:
            continue
        match = _IN_ADDRESS.search(target.path)
        if match is not None and target.hostname == host:
            day = _day(*(int(part) for part in match.groups() if part is not None))
            if day is not None:
                yield day


def _full(text: str) -> date | None:
    match = DATE.search(text)
    return _day(*(int(part) for part in match.groups()[:3])) if match else None


def _short(text: str, today: date) -> date | None:
    match = _SHORT.match(text)
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    this_year = _day(today.year, month, day)
    return this_year if this_year is not None and this_year <= today else _day(today.year - 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
