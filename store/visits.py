"""Visits to home pages, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from core.visits import Certificate, Visit, VisitOutcome
from store.database import Connection
from store.scope import own
from store.tables import visits


def add(connection: Connection, made: Sequence[Visit]) -> None:
    """Keep the visits of a round."""
    for visit in made:
        held = visit.certificate
        connection.execute(visits.insert().values(
            site=visit.site, host=visit.host, at=visit.at, round=visit.round, outcome=visit.outcome.value, seconds=visit.seconds,
            status=visit.status, reason=visit.reason, newest=visit.newest, secure=visit.secure,
            certificate_until=held.until if held else None, certificate_fault=held.fault if held else "", flaws=list(visit.flaws),
        ))


def since(connection: Connection, start: datetime, end: datetime) -> dict[str, list[Visit]]:
    """The visits from ``start`` to ``end`` (both included) by site, newest first."""
    found: dict[str, list[Visit]] = {}
    query = select(visits).where(visits.c.at >= start, visits.c.at <= end, own(connection, visits))
    for row in connection.execute(query.order_by(visits.c.at.desc(), visits.c.id.desc())):
        found.setdefault(row.site, []).append(_visit(row))
    return found


def latest(connection: Connection) -> datetime | None:
    """When the newest visit was made."""
    at: datetime | None = connection.execute(select(func.max(visits.c.at)).where(own(connection, visits))).scalar_one()
    return at


def count(connection: Connection, before: datetime) -> int:
    """How many visits are older than a time."""
    query = select(func.count()).select_from(visits).where(visits.c.at < before, own(connection, visits))
    return connection.execute(query).scalar_one()


def forget(connection: Connection, before: datetime) -> None:
    """Remove visits older than a time."""
    connection.execute(delete(visits).where(visits.c.at < before, own(connection, visits)))


def _visit(row: Any) -> Visit:
    until = row.certificate_until
    return Visit(
        site=row.site, host=row.host, at=row.at, round=row.round, outcome=VisitOutcome(row.outcome), seconds=row.seconds,
        status=row.status, reason=row.reason, newest=row.newest, secure=row.secure,
        certificate=Certificate(until=until, fault=row.certificate_fault) if until else None, flaws=tuple(row.flaws),
    )
