"""What people decided of the catalogue's items in the workbench, laid over the configuration. Every check over items and every
page that shows them takes them from here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from core.nouns import ItemChoice
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
