"""The nouns of the disclosure catalogue (公开目录): how a column or an item stands on a day, and what people decided of an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from core.clock import require_aware


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStatus:
    """The freshness of one column on one day: ``fresh``, ``due``, ``overdue``, ``delinquent``, ``blank`` or
    ``cannot_judge``."""

    id: str
    name: str
    status: Literal["fresh", "due", "overdue", "delinquent", "blank", "cannot_judge"]
    latest: date | None
    due: date | None
    count: int
    owner: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatus:
    """How a periodic item of the catalogue stands on one day. ``period``: the cycle that ``due`` is of (2026年第三季度): the oldest
    that is missing, else the next to come; ``missing``: every cycle that is past its day and not there."""

    id: str
    name: str
    status: Literal["fresh", "due", "overdue", "delinquent", "cannot_judge"]
    period: str
    due: date | None
    missing: tuple[str, ...]
    latest: date | None
    owner: str | None
    reason: str
    provisional: bool = False
    next_period: str = ""
    next_due: date | None = None
    """The next cycle to come that is not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChoice:
    """What a person decided of a catalogue item (公开事项) in the workbench; laid over the configuration. None: not decided
    here, the configuration stands. ``columns`` empty: no column exists for it; ``owner`` empty: nobody."""

    item: str
    columns: tuple[str, ...] | None = None
    owner: str | None = None
    applicable: bool | None = None
    reason: str = ""
    """Why it is not applicable; never empty where ``applicable`` is False."""
    who: str
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)
        if self.applicable is False and not self.reason:
            raise ValueError("an item that is not applicable needs a reason")
