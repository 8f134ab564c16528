"""What must be published in the days to come: the work list, before anything is late. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from core.catalogue import ColumnStatus, ItemStatus
from core.settings import CatalogueItem

DAYS = 30
_REPORT_DAY = (1, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing to publish by a day. ``kind``: a column that must be updated, a periodic item, or what the law asks of every year.
    ``column``: where it is published, as far as that is known; ``period``: of an item, which cycle."""

    kind: Literal["column", "item", "yearly"]
    id: str
    name: str
    due: date
    period: str = ""
    column: str | None = None
    owner: str | None = None
    provisional: bool = False
    reason: str = ""

    def left(self, day: date) -> int:
        """Days from ``day`` to the due day."""
        return (self.due - day).days


def titled(due: Due) -> str:
    """What is to be published, as staff say it."""
    if due.kind == "column":
        return f"栏目“{due.name}”更新"
    return f"{due.name}：{due.period}" if due.period else due.name


def upcoming(
    columns: Iterable[ColumnStatus], standings: Iterable[ItemStatus], items: Sequence[CatalogueItem], day: date, days: int = DAYS
) -> list[Due]:
    """Everything due from ``day`` to ``days`` after it, the next first. ``standings``: the periodic items as last judged."""
    by_id = {item.id: item for item in items}
    found = [*_columns(columns), *_items(standings, by_id), *_yearly(items, day)]
    return sorted((due for due in found if 0 <= due.left(day) <= days), key=lambda due: (due.due, due.kind != "yearly", due.name))


def _columns(columns: Iterable[ColumnStatus]) -> Iterator[Due]:
    for column in columns:
        if column.due is not None and column.status in ("fresh", "due"):
            told = f"最近一条发布于{column.latest}" if column.latest else ""
            yield Due(kind="column", id=column.id, name=column.name, due=column.due, column=column.id, owner=column.owner, reason=told)


def _items(standings: Iterable[ItemStatus], items: Mapping[str, CatalogueItem]) -> Iterator[Due]:
    for standing in standings:
        item = items.get(standing.id)
        if standing.next_due is None or item is None:
            continue
        missing = f"；另缺{'、'.join(standing.missing)}" if standing.missing else ""
        yield Due(
            kind="item", id=item.id, name=standing.name, due=standing.next_due, period=standing.next_period, owner=standing.owner,
            column=next(iter(item.columns), None), provisional=standing.provisional, reason=f"公开时限：{item.limit}{missing}",
        )


def _yearly(items: Sequence[CatalogueItem], day: date) -> Iterator[Due]:
    """What the 条例 asks of every year, where the catalogue has no item of its own for it."""
    if any("年度报告" in f"{item.level1}{item.level2}{item.level3}" and item.applicable for item in items):
        return
    due = date(day.year, *_REPORT_DAY)
    due = due if day <= due else date(day.year + 1, *_REPORT_DAY)
    if due - timedelta(days=DAYS * 2) <= day:
        yield Due(
            kind="yearly", id="annual-report", name=f"{due.year - 1}年政府信息公开工作年度报告", due=due,
            reason="《政府信息公开条例》第四十九条；公开目录没有这一事项，请核对是否已公开",
        )
