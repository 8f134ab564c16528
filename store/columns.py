"""What the tables are made of: times that keep their zone, and the columns that many of them share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, Integer, MetaData, String, TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware time, stored as UTC. SQLite forgets zones, so they are taken off on the way in and put back on the way
    out; a time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, and without its zone where the database has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone must not be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_column() -> Column[int]:
    """The number that the database gives."""
    return Column("id", Integer, primary_key=True)


def town_column(*, primary_key: bool = False) -> Column[str]:
    """Whose row it is. Filled from the connection's town (:func:`store.database.for_town`) when nothing is said."""
    return Column("town", String(100), primary_key=primary_key, nullable=False, default=_present_town)


def newest_at_column() -> Column[datetime]:
    """What lists are ordered by: when it was published, or, where that is not known, when it was first seen. Never
    null, so that both databases find the order in an index."""
    return Column("newest_at", Instant, nullable=False, default=_published_or_seen)


def _published_or_seen(context: Any) -> datetime:
    row = context.get_current_parameters()
    moment: datetime = row.get("published_at") or row["first_seen_at"]
    return moment


def _present_town(context: Any) -> str:
    town = context.connection.get_execution_options().get("town")
    if town is None:
        raise ValueError("a row was written without its town: use store.database.for_town")
    return str(town)
