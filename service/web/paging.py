"""A list cut into pages, whose addresses keep the filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
SIZE = 50
COUNT_LIMIT = 10_000
"""Counting stops here: nobody turns two hundred pages, and a count of a million rows is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list. ``number`` counts from 1; ``total`` None: more than :data:`COUNT_LIMIT`."""

    items: Sequence[T]
    number: int
    total: int | None
    path: str
    size: int = SIZE
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the last page that can be turned to."""
        known = COUNT_LIMIT if self.total is None else self.total
        return max(1, -(-known // self.size))

    @property
    def total_text(self) -> str:
        """How many there are, as a person reads it."""
        return "1 万条以上" if self.total is None else f"共 {self.total} 条"

    def url(self, number: int) -> str:
        """The address of another page under the same filters."""
        chosen = {name: value for name, value in self.filters.items() if value}
        query = urlencode(chosen | ({"page": str(number)} if number > 1 else {}))
        return self.path + (f"?{query}" if query else "")


def page_number(text: str | None) -> int:
    """The page that the address asks for, kept within what can be turned to; what is no number is the first."""
    value = int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(1, value), COUNT_LIMIT // SIZE)


def offset(number: int, size: int = SIZE) -> int:
    """How many rows stand before a page."""
    return (number - 1) * size


def known_total(counted: int) -> int | None:
    """A count that stopped at :data:`COUNT_LIMIT` is not a total."""
    return None if counted >= COUNT_LIMIT else counted
