"""What ``townwatch prune`` looks at, and how it is removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, delete, func, select

from core.nouns import DeliveryStatus
from store.bulk import portions
from store.database import Connection
from store.scope import own
from store.tables import attempts, deliveries, run_sources, runs, said, validators


@dataclass(frozen=True, slots=True)
class OldRun:
    """A run's age and whether it has ended."""

    id: str
    started_at: datetime
    finished: bool


@dataclass(frozen=True, slots=True)
class OldDelivery:
    """A delivery's age: ``ended_at`` is when it was sent, else last tried, else written."""

    id: str
    status: DeliveryStatus
    recipient: str
    channel: str
    ended_at: datetime


def list_runs(connection: Connection) -> list[OldRun]:
    """Every run."""
    query = select(runs.c.id, runs.c.started_at, runs.c.status).where(own(connection, runs))
    return [OldRun(row.id, row.started_at, row.status != "running") for row in connection.execute(query)]


def list_deliveries(connection: Connection) -> list[OldDelivery]:
    """Every delivery, without its texts."""
    table = deliveries.c
    query = select(
        table.id, table.status, table.recipient, table.channel,
        func.coalesce(table.sent_at, table.claimed_at, table.created_at).label("ended_at"),
    ).where(own(connection, deliveries))
    return [
        OldDelivery(row.id, DeliveryStatus(row.status), row.recipient, row.channel, row.ended_at)
        for row in connection.execute(query)
    ]


def remembered_deliveries(connection: Connection) -> set[str]:
    """The deliveries in which people were last told of things that are still open."""
    return set(connection.execute(select(said.c.delivery).where(said.c.state != "resolved", own(connection, said))).scalars())


def count_validators(connection: Connection, before: datetime) -> int:
    """How many addresses were last checked before a time."""
    query = select(func.count()).select_from(validators).where(validators.c.checked_at < before, own(connection, validators))
    return connection.execute(query).scalar_one()


def count_parts(connection: Connection, run_ids: Sequence[str], delivery_ids: Sequence[str]) -> tuple[int, int]:
    """How many source results and tries belong to these runs and deliveries; they go with them."""
    return _count(connection, run_sources.c.run, runs, run_ids), _count(
        connection, attempts.c.delivery, deliveries, delivery_ids
    )


def remove(
    connection: Connection, *, run_ids: Sequence[str], delivery_ids: Sequence[str], validators_before: datetime
) -> None:
    """Remove runs with their results, deliveries with their tries, and validators last checked before a time."""
    for portion in portions(run_ids):
        connection.execute(delete(runs).where(runs.c.id.in_(portion), own(connection, runs)))
    for portion in portions(delivery_ids):
        connection.execute(delete(deliveries).where(deliveries.c.id.in_(portion), own(connection, deliveries)))
    connection.execute(delete(validators).where(validators.c.checked_at < validators_before, own(connection, validators)))


def _count(connection: Connection, part: Column[str], whole: Table, ids: Sequence[str]) -> int:
    query = select(func.count()).select_from(whole).join(part.table, part == whole.c.id).where(own(connection, whole))
    return sum(connection.execute(query.where(whole.c.id.in_(portion))).scalar_one() for portion in portions(ids))
