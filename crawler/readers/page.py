"""A page as lines of text over a tree of ranges, made in one pass over one parse (:mod:`crawler.readers.parsing`).

Everything that reads a page (title, dates, index table, body, attachments) works on this structure, so that a page is
parsed once and walked once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u200b-\u200f\u2028\u2029\ufeff]+")
_ESCAPED = re.compile(r"&(?:nbsp|[lr][sd]quo|[mn]dash|hellip|middot|quot|amp|times|bull|e[mn]sp|#\d{2,5}|#[xX][0-9a-fA-F]{2,5});")


@dataclass(slots=True)
class Line:
    """One visual line, between two block edges or breaks. ``links``: how many of its characters are link text;
    ``row`` and ``cell``: the innermost table row (a node) and the place of the cell in it, or -1."""

    text: str
    links: int
    node: int
    row: int = -1
    cell: int = -1


@dataclass(slots=True)
class Node:
    """A block element and the lines that it covers, ``start`` to ``end``. ``name`` is its id and classes in lower case;
    ``nested``: a row that holds another table, which makes it layout. Of a row, ``cells`` is how many it has itself and
    ``width`` how many columns it reaches over with those that span several columns or come down from rows above."""

    tag: str
    name: str
    parent: int
    start: int
    end: int = 0
    hidden: bool = False
    nested: bool = False
    cells: int = 0
    width: int = 0


@dataclass(slots=True)
class Link:
    """An anchor or a frame: its address as written, what stands in it, its title and the line in which it begins."""

    href: str
    raw: str
    title: str
    line: int

    @property
    def text(self) -> str:
        """The text as a person sees it."""
        return tidy(self.raw)


@dataclass(slots=True)
class Page:
    """A parsed page. ``metas`` have lower-case keys, the first that is not empty wins; ``marks`` are comments with the
    line that they stand before; ``choices`` the lines of radio buttons and check boxes; ``times`` machine-readable times of
    elements with the line that they stand in."""

    url: str | None = None
    title: str = ""
    base: str | None = None
    lines: list[Line] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    times: list[tuple[str, int]] = field(default_factory=list)
    marks: list[tuple[str, int]] = field(default_factory=list)
    choices: list[int] = field(default_factory=list)
    scripts: list[list[str]] = field(default_factory=list)
    json_ld: list[list[str]] = field(default_factory=list)

    def absolute(self, href: str) -> str:
        """An address as the page means it; as written where the page's own address is not known."""
        try:
            base = urljoin(self.url or "", self.base or "")
            return urljoin(base, href)
        except ValueError:
            return href

    def ancestors(self, node: int) -> Iterator[int]:
        """A node and all that hold it, innermost first."""
        while node >= 0:
            yield node
            node = self.nodes[node].parent


def tidy(text: str) -> str:
    """White space as a browser shows it: runs become one space; ideographic spaces inside are kept. What was escaped twice
    (``&amp;nbsp;``) is read as it was meant."""
    if "&" in text:
        text = _ESCAPED.sub(lambda match: unescape(match[0]), text)
    return _SPACE.sub(" ", text).strip(" \u3000")
