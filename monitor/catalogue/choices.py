"""What people decided of the catalogue's items in the workbench, laid over the configuration. Every check over items and every
page that shows them takes them from here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from core.catalogue import ItemChoice
from core.settings import CatalogueItem, Settings


def effective_items(
    items: Iterable[CatalogueItem], choices: Iterable[ItemChoice], *, columns: Collection[str] | None = None,
    staff: Collection[str] | None = None,
) -> tuple[CatalogueItem, ...]:
    """The items as they hold: of each what the configuration says, and over it what a person decided. A choice about an item
    that is no longer there is passed over. ``columns``, ``staff``: what there is of both (None: all that is named); what a
    choice names beyond them has gone since, and is left out."""
    decided = {choice.item: choice for choice in choices}
    return tuple(_laid_over(item, decided[item.id], columns, staff) if item.id in decided else item for item in items)


def with_choices(settings: Settings, choices: Iterable[ItemChoice]) -> Settings:
    """The settings whose ``items`` are those that hold."""
    columns, staff = {column.id for column in settings.columns}, {person.id for person in settings.staff}
    items = effective_items(settings.items, choices, columns=columns, staff=staff)
    return settings.model_copy(update={"items": items})


def merged(before: Iterable[CatalogueItem], read: Sequence[CatalogueItem]) -> tuple[list[CatalogueItem], list[CatalogueItem]]:
    """The catalogue after an import, and what it no longer holds. A workbook speaks for its own fields: their earlier items go,
    those of other fields stay. Of what is the same as before, what people decided is kept."""
    before = list(before)
    fields = {_bare(item.field) for item in read}
    old = {new: former for former, new in carried(before, read).items()}
    held = {item.id: item for item in before}
    chosen = ("columns", "owner", "applicable", "reason")
    after = [item for item in before if _bare(item.field) not in fields]
    for item in read:
        former = held.get(item.id) or held.get(old.get(item.id, ""))
        kept = {name: getattr(former, name) for name in chosen} if former else {}
        after.append(item.model_copy(update=kept))
    ids = {item.id for item in after} | set(old.values())
    return after, [item for item in before if item.id not in ids]


def carried(before: Iterable[CatalogueItem], after: Iterable[CatalogueItem]) -> dict[str, str]:
    """Of items that are gone, by which id the same item goes on: one of the same field and levels whose elements were worded
    anew. Only where each is the only one of its name."""
    before, after = list(before), list(after)
    gone, came = {i.id for i in before} - {i.id for i in after}, {i.id for i in after} - {i.id for i in before}
    names = Counter(_name(item) for item in before), Counter(_name(item) for item in after)
    new = {_name(item): item.id for item in after if item.id in came}
    return {
        item.id: new[name] for item in before
        if item.id in gone and (name := _name(item)) in new and names[0][name] == names[1][name] == 1
    }


def _name(item: CatalogueItem) -> tuple[str, ...]:
    return tuple(_bare(part) for part in (item.field, item.level1, item.level2, item.level3))


def _bare(text: str) -> str:
    """扶贫 of 扶贫（乡村振兴）领域."""
    return re.sub(r"[（(].*?[)）]|领域$|\s", "", text)


def _laid_over(
    item: CatalogueItem, choice: ItemChoice, columns: Collection[str] | None, staff: Collection[str] | None
) -> CatalogueItem:
    said: dict[str, Any] = {}
    if choice.columns is not None:
        said["columns"] = tuple(name for name in choice.columns if columns is None or name in columns)
    if choice.owner is not None and (staff is None or not choice.owner or choice.owner in staff):
        said["owner"] = choice.owner or None
    if choice.applicable is not None:
        said |= {"applicable": choice.applicable, "reason": choice.reason}
    return item.model_copy(update=said)
