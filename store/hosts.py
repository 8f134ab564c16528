"""Who may ask a host now: leases that hold over all processes and machines that share a store, whatever their towns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Update, func, select, update
from sqlalchemy.exc import DBAPIError

from core import clock
from store.bulk import upsert
from store.database import Connection, Engine, transaction
from store.tables import host_leases


def present(connection: Connection) -> datetime:
    """The time by which leases are measured: the database server's, on which all machines agree; where the store is a
    file, this machine's, which is the only one."""
    if connection.dialect.name == "sqlite":
        return clock.now()
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return clock.require_aware(moment)


def take(connection: Connection, hosts: Mapping[str, float], holder: str, now: datetime, seconds: float) -> float | None:
    """Take all the hosts for ``seconds``, or none. ``hosts``: by name, the seconds that must have passed since its last
    request. None where they are the holder's now; else the seconds after which it is worth trying again."""
    names = sorted(hosts)
    # Always in the order of their names: two that want the same hosts wait for each other, never in a circle.
    upsert(connection, host_leases, [{"host": name} for name in names], ["host"])
    query = select(host_leases).where(host_leases.c.host.in_(names)).order_by(host_leases.c.host).with_for_update()
    waits = [_wait(row.holder, row.until, row.asked_at, hosts[row.host], holder, now) for row in connection.execute(query)]
    if any(waits):
        return max(waits)
    connection.execute(
        update(host_leases).where(host_leases.c.host.in_(names)).values(holder=holder, until=now + timedelta(seconds=seconds))
    )
    return None


def renew(connection: Connection, holder: str, now: datetime, seconds: float) -> int:
    """Hold what is held for ``seconds`` from now; how many hosts that is. Fewer than were taken: some were lost."""
    held = _lock_held(connection, holder)
    return connection.execute(held.values(until=now + timedelta(seconds=seconds))).rowcount


def renewed(engine: Engine, holder: str, seconds: float) -> int | None:
    """:func:`renew` in a transaction of its own; None where the store did not answer, so that nobody knows."""
    try:
        with transaction(engine) as connection:
            return renew(connection, holder, present(connection), seconds)
    except DBAPIError:
        return None


def release(connection: Connection, holder: str, asked_at: datetime | None) -> None:
    """Give back all that the holder has. ``asked_at``: its last request; None where it made none."""
    held = _lock_held(connection, holder)
    free = {"holder": None, "until": None}
    connection.execute(held.values(free if asked_at is None else free | {"asked_at": asked_at}))


def holds(connection: Connection, holder: str, now: datetime) -> bool:
    """Whether the holder has a lease that has not run out: a sign of life."""
    query = select(host_leases.c.host).where(host_leases.c.holder == holder, host_leases.c.until > now).limit(1)
    return connection.execute(query).first() is not None


def _lock_held(connection: Connection, holder: str) -> Update:
    """The change of a holder's hosts, which are locked here in the order of :func:`take`; an update has none."""
    mine = host_leases.c.holder == holder
    connection.execute(select(host_leases.c.host).where(mine).order_by(host_leases.c.host).with_for_update()).all()
    return update(host_leases).where(mine)


def _wait(
    held_by: str | None, until: datetime | None, asked_at: datetime | None, gap: float, holder: str, now: datetime
) -> float:
    """Seconds until the host is free for ``holder``; 0 where it is."""
    if held_by == holder:
        return 0.0
    if held_by is not None and until is not None:
        if until > now:
            return (until - now).total_seconds()
        # The holder died: when it last asked is unknown, but it was not after its lease.
        asked_at = until
    if asked_at is None:
        return 0.0
    return max(0.0, (asked_at - now).total_seconds() + gap)
