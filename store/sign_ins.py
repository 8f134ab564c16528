"""Tries to sign in: what the rate limit counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select, text, update

from store.database import Connection
from store.tables import sign_ins


def lock(connection: Connection) -> None:
    """Let no other try be counted until this transaction ends, so that tries made at once are counted one by one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE sign_ins IN SHARE ROW EXCLUSIVE MODE"))


def failures_of_username(connection: Connection, username: str, since: datetime) -> list[datetime]:
    """When a name failed, oldest first, after ``since`` and after its last success."""
    mine = sign_ins.c.username == username
    success = select(func.max(sign_ins.c.id)).where(mine, sign_ins.c.ok.is_(True)).scalar_subquery()
    query = select(sign_ins.c.at).where(mine, sign_ins.c.ok.is_(False), sign_ins.c.at > since)
    return list(connection.execute(query.where(sign_ins.c.id > func.coalesce(success, 0)).order_by(sign_ins.c.at)).scalars())


def failures_of_address(connection: Connection, address: str, since: datetime) -> list[datetime]:
    """When an address failed, oldest first, after ``since``. A success in between forgives nothing: whoever has one
    account could else try the others for ever."""
    query = select(sign_ins.c.at).where(sign_ins.c.address == address, sign_ins.c.ok.is_(False), sign_ins.c.at > since)
    return list(connection.execute(query.order_by(sign_ins.c.at)).scalars())


def begin(connection: Connection, username: str, address: str, now: datetime) -> int:
    """Enter a try as failed before the password is looked at; its id."""
    added = connection.execute(insert(sign_ins).values(username=username, address=address, at=now, ok=False))
    key = added.inserted_primary_key
    assert key is not None
    return int(key[0])


def succeed(connection: Connection, try_id: int) -> None:
    """The try was right after all."""
    connection.execute(update(sign_ins).where(sign_ins.c.id == try_id).values(ok=True))


def forgive(connection: Connection, username: str) -> None:
    """Forget the tries of a name: its password was set anew."""
    connection.execute(delete(sign_ins).where(sign_ins.c.username == username))


def sweep(connection: Connection, before: datetime) -> None:
    """Forget tries that count no more."""
    connection.execute(delete(sign_ins).where(sign_ins.c.at <= before))
