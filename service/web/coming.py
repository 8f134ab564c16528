"""What must be published in the days to come, as the last check and the people of the town left it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.catalogue import ColumnStatus
from core.settings import Settings
from monitor.catalogue.choices import with_choices
from monitor.items.upcoming import DAYS, Due, upcoming
from store import catalogue_choices, findings
from store.database import Connection


def due_soon(
    connection: Connection, settings: Settings, columns: Iterable[ColumnStatus], day: date, days: int = DAYS
) -> list[Due]:
    """The work list of a town."""
    if settings.items:
        settings = with_choices(settings, catalogue_choices.choices(connection))
    return upcoming(columns, findings.item_statuses(connection) if settings.items else (), settings.items, day, days)
