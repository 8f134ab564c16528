"""A worksheet as text: cells by place, and which of them are merged. Every format of workbook is read into this."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

Place = tuple[int, int]
"""Row and column, both from 1."""


@dataclass(frozen=True, slots=True)
class Span:
    """Merged cells, from the first row and column to the last, all included."""

    top: int
    left: int
    bottom: int
    right: int


class Grid:
    """One worksheet. ``cells`` holds only what is not blank; ``hidden``: the rows that nobody sees who opens it."""

    def __init__(
        self, name: str, cells: Mapping[Place, str], spans: Iterable[Span] = (), hidden: Collection[int] = ()
    ) -> None:
        self.name, self.hidden = name, frozenset(hidden)
        self.cells = {place: text for place, text in cells.items() if text.strip()}
        self.spans = tuple(span for span in spans if (span.top, span.left) != (span.bottom, span.right))
        self.rows = max((row for row, _ in self.cells), default=0)
        self.columns = max((column for _, column in self.cells), default=0)
        self._anchors = {
            (row, column): span
            for span in self.spans
            for row in range(span.top, span.bottom + 1)
            for column in range(span.left, span.right + 1)
        }

    def text(self, row: int, column: int) -> str:
        """What the cell shows: of merged cells what stands in their first; "" for a blank one."""
        row, column = self.anchor(row, column)
        return self.cells.get((row, column), "")

    def anchor(self, row: int, column: int) -> Place:
        """Where the text that the cell shows stands."""
        span = self._anchors.get((row, column))
        return (span.top, span.left) if span else (row, column)

    def merged(self, row: int, column: int) -> Span | None:
        """The merged cells that the cell is one of."""
        return self._anchors.get((row, column))


def cell_name(place: Place) -> str:
    """``C12`` for row 12, column 3."""
    row, column = place
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"
