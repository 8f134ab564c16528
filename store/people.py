"""Accounts of the workbench. Passwords come and go as argon2 hashes only; usernames are lower case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, delete, func, insert, select, text, update

from store.database import Connection
from store.tables import sessions, users

GIVEN = datetime(1970, 1, 1, tzinfo=UTC)
"""``password_changed_at`` of a password that its owner has not chosen: given by a technician, to be changed."""
_CHANGEABLE = frozenset({"name", "role", "towns", "staff", "disabled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. ``towns`` empty: every town. ``staff``: who of staff.toml this person is."""

    username: str
    name: str
    role: str
    towns: tuple[str, ...]
    staff: str | None
    disabled: bool
    created_at: datetime
    password_changed_at: datetime

    @property
    def password_is_given(self) -> bool:
        """Whether somebody else chose the password."""
        return self.password_changed_at == GIVEN


def add(connection: Connection, user: User, password_hash: str) -> None:
    """A new account; the caller has looked that the name is free (:func:`get`) in the same transaction."""
    connection.execute(insert(users).values(
        username=user.username, name=user.name, password_hash=password_hash, role=user.role, towns=list(user.towns),
        staff=user.staff, disabled=user.disabled, created_at=user.created_at, password_changed_at=user.password_changed_at,
    ))


def get(connection: Connection, username: str) -> User | None:
    """One account, or None."""
    row = connection.execute(select(users).where(users.c.username == username)).one_or_none()
    return None if row is None else _user(row)


def list_users(connection: Connection) -> list[User]:
    """Every account, by username."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.username))]


def is_empty(connection: Connection) -> bool:
    """Whether there is no account yet, so that the first may be made."""
    return connection.execute(select(func.count()).select_from(users)).scalar_one() == 0


def lock(connection: Connection) -> None:
    """Let no other transaction change accounts until this one ends. SQLite's writers already wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))


def password_hash(connection: Connection, username: str) -> str | None:
    """The hash of an account that is not disabled; None for any other name."""
    query = select(users.c.password_hash).where(users.c.username == username, users.c.disabled.is_(False))
    return connection.execute(query).scalar_one_or_none()


def set_password(connection: Connection, username: str, hashed: str, at: datetime) -> None:
    """A new password; every session of the account ends. ``at`` :data:`GIVEN` where somebody else chose it."""
    changed = update(users).where(users.c.username == username).values(password_hash=hashed, password_changed_at=at)
    connection.execute(changed)
    end_sessions(connection, username)


def rehash(connection: Connection, username: str, hashed: str) -> None:
    """The same password under newer parameters of the hash."""
    connection.execute(update(users).where(users.c.username == username).values(password_hash=hashed))


def change(connection: Connection, username: str, **columns: str | bool | Iterable[str] | None) -> None:
    """Change columns of an account; every session of it ends, so that what it may do is never older than this."""
    unknown = set(columns) - _CHANGEABLE
    if unknown:
        raise ValueError(f"an account has no changeable {sorted(unknown)}")
    values = {name: list(value) if name == "towns" else value for name, value in columns.items()}  # type: ignore[arg-type]
    connection.execute(update(users).where(users.c.username == username).values(values))
    end_sessions(connection, username)


def end_sessions(connection: Connection, username: str) -> None:
    """Sign an account out everywhere."""
    connection.execute(delete(sessions).where(sessions.c.username == username))


def _user(row: Row[tuple[object, ...]]) -> User:
    return User(
        username=row.username, name=row.name, role=row.role, towns=tuple(row.towns), staff=row.staff,
        disabled=row.disabled, created_at=row.created_at, password_changed_at=row.password_changed_at,
    )
