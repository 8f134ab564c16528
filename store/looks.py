"""The last real look at each source. A run of one site enters ``not_run`` for the sources of all others; those rows say
nothing of the source and have no time."""

from __future__ import annotations

from sqlalchemy import and_, func, select

from core.nouns import Outcome, SourceResult
from store.database import Connection
from store.scope import own
from store.tables import run_sources

_NAMES = ("source", "outcome", "seen", "new", "changed", "removed", "error", "checked_at")


def last_looks(connection: Connection) -> dict[str, SourceResult]:
    """By source, what became of it when it was last asked or was being read; a source that never was is left out."""
    table = run_sources.c
    newest = select(table.source, func.max(table.checked_at).label("at")).where(own(connection, run_sources))
    last = newest.where(table.checked_at.is_not(None)).group_by(table.source).subquery()
    same = and_(last.c.source == table.source, last.c.at == table.checked_at)
    query = select(*(table[name] for name in _NAMES)).join(last, same).where(own(connection, run_sources))
    return {
        row.source: SourceResult(**{**row._mapping, "outcome": Outcome(row.outcome)}) for row in connection.execute(query)
    }
