"""What an attachment's reader gives, whatever the file was: lines, printed pages and tables, each with its place.

Neither the crawl's nor the scan's nouns: the crawl keeps the flat text, the scan needs the places, and both are made of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


class UnreadableError(Exception):
    """A file that gives no text; the message says why, in Chinese."""


class NotStartedError(UnreadableError):
    """There was no process to read it: that says nothing of the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph and where it stands, as staff would say it (第3段, 页眉)."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A printed page: its lines in reading order. What is a table on it can only be guessed."""

    where: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: numbered rows of cells, from the first column on; runs of empty rows are given as one. ``sheet``: its cells
    are named as a spreadsheet names them (花名册!B3), else by row and column (表1第2行第3列)."""

    where: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sheet: bool = False

    def place(self, row: int, column: int) -> str:
        """Where a cell stands; ``row`` as numbered, ``column`` from 0."""
        if self.sheet:
            return f"{self.where}!{letters(column)}{row}"
        return f"{self.where}第{row}行第{column + 1}列"


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a page links to, as written."""

    where: str
    href: str
    text: str


Part = Line | Page | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """A file's parts in reading order. ``title`` and ``published`` (an ISO day) where the file tells them; ``unread``: what
    of it was not read, and why, in Chinese."""

    parts: tuple[Part, ...]
    title: str = ""
    published: str = ""
    links: tuple[Link, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The flat text: a line a paragraph, a row of a table with tabs between its cells."""
        return "\n".join(line for part in self.parts for line in _lines(part))

    def inside(self, name: str) -> Document:
        """The same as a file within another one."""
        place = f"内《{name}》"
        parts = tuple(replace(part, where=place + part.where) for part in self.parts)
        links = tuple(replace(link, where=place + link.where) for link in self.links)
        return replace(self, parts=parts, links=links, unread=tuple(place + reason for reason in self.unread))


def numbered(rows: Iterable[Iterable[str]], first: int = 1) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Rows with their numbers, without what is empty at their ends; of several empty rows together one is kept."""
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, row in enumerate(rows, start=first):
        cells = list(row)
        while cells and not cells[-1]:
            cells.pop()
        if cells or (kept and kept[-1][1]):
            kept.append((number, tuple(cells)))
    while kept and not kept[-1][1]:
        kept.pop()
    return tuple(kept)


def letters(column: int) -> str:
    """A spreadsheet's name of a column, from 0: A, B, ... Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Line):
        yield part.text
    elif isinstance(part, Page):
        yield from part.lines
    else:
        if part.sheet:
            yield part.where.rpartition("》")[2]
        for _, row in part.rows:
            if row:
                yield "\t".join(" ".join(cell.split()) for cell in row)
