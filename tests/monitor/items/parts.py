"""Items, columns and records of our own making, for the checks of the catalogue's items."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from core.calendar import WorkCalendar
from core.clock import Moment, day_start
from core.nouns import Outcome, Severity, SourceResult
from core.settings import CatalogueItem, Column, FreshnessRules, KindRule, RunRules, SourceSettings
from monitor.items.judging import ItemView
from monitor.looks import Looks
from store.record_rows import Head

CALENDAR = WorkCalendar()
FRESHNESS = FreshnessRules(warn_days=7, kinds={"key_field": KindRule(max_age="P3M", severity=Severity.WARN, basis="")})


def item(name: str = "财政专项资金", limit: str = "", *, columns: tuple[str, ...] = ("money",), **more: Any) -> CatalogueItem:
    """An item whose id is its first column's unless given."""
    given = {"id": "x", "field": "财政预决算", "level1": name, "limit": limit, "columns": columns} | more
    return CatalogueItem.model_validate(given)


def column(name: str = "money", **more: Any) -> Column:
    """A column on a source of its own name."""
    return Column.model_validate({"id": name, "name": f"栏目{name}", "source": name, "kind": "key_field", "owner": "clerk"} | more)


def heads(*rows: tuple[str, date] | tuple[str, date, date]) -> list[Head]:
    """Records by title, day of publication and, where given, the day on which they were made; the newest first."""
    made = []
    for number, row in enumerate(rows, start=1):
        title, published, written = (*row, None)[:3]
        at = datetime(published.year, published.month, published.day, 2, tzinfo=UTC)
        moment = Moment.of(published.year, published.month, published.day)
        made.append(Head(number, f"http://town.example/{number}", title, moment, "h", at, None, day_start(written) if written else None))
    return sorted(made, key=lambda head: head.first_seen_at, reverse=True)


def view(
    day: date, items: list[CatalogueItem], listed: dict[str, list[Head]], columns: list[Column] | None = None,
    outcomes: dict[str, str] | None = None,
) -> ItemView:
    """What a check shows the items: every source read that day, empty where nothing is listed, unless ``outcomes`` says other."""
    columns = columns or [column(name) for name in dict.fromkeys(name for each in items for name in each.columns)]
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    looks = {}
    for source in {each.source for each in columns}:
        seen = (outcomes or {}).get(source, "new" if listed.get(source) else "empty")
        results = [SourceResult(source=source, outcome=Outcome(seen), checked_at=at)]
        settings = SourceSettings(id=source, name=source, url=f"http://town.example/{source}/")
        looks[source] = Looks(day=day, source=settings, results=results, rules=RunRules())
    return ItemView(
        items=items, columns=columns, listed=listed, looks=looks, freshness=FRESHNESS, calendar=CALENDAR, day=day,
        owners={each.id: each.owner for each in columns if each.owner},
    )
