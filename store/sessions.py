"""Sessions of browsers and tokens of programs. Only the SHA-256 of a secret comes in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, or_, select, update

from store.database import Connection
from store.tables import api_tokens, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in. ``expires_at`` is the end of its life however much it is used."""

    token_hash: str
    username: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of the JSON API, as a person may see it."""

    id: str
    username: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def begin(connection: Connection, session: Session) -> None:
    """A new session."""
    connection.execute(insert(sessions).values(
        token_hash=session.token_hash, username=session.username, csrf=session.csrf, created_at=session.created_at,
        seen_at=session.seen_at, expires_at=session.expires_at,
    ))


def find(connection: Connection, token_hash: str) -> Session | None:
    """The session of a cookie, expired or not; None for one that never was or has ended."""
    row = connection.execute(select(sessions).where(sessions.c.token_hash == token_hash)).one_or_none()
    if row is None:
        return None
    return Session(
        token_hash=row.token_hash, username=row.username, csrf=row.csrf, created_at=row.created_at, seen_at=row.seen_at,
        expires_at=row.expires_at,
    )


def touch(connection: Connection, token_hash: str, now: datetime) -> None:
    """The session was used."""
    connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=now))


def end(connection: Connection, token_hash: str) -> None:
    """Sign one browser out."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def sweep(connection: Connection, now: datetime, idle_since: datetime) -> None:
    """Forget sessions that have expired, or were last used before ``idle_since``."""
    connection.execute(delete(sessions).where(or_(sessions.c.expires_at <= now, sessions.c.seen_at < idle_since)))


def add_token(connection: Connection, token: Token, token_hash: str) -> None:
    """A new token."""
    connection.execute(insert(api_tokens).values(
        id=token.id, token_hash=token_hash, username=token.username, label=token.label, created_at=token.created_at,
        expires_at=token.expires_at,
    ))


def find_token(connection: Connection, token_hash: str) -> Token | None:
    """The token with this hash, valid or not."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.token_hash == token_hash)).one_or_none()
    return None if row is None else _token(row)


def get_token(connection: Connection, token_id: str) -> Token | None:
    """The token with this id."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.id == token_id)).one_or_none()
    return None if row is None else _token(row)


def list_tokens(connection: Connection) -> list[Token]:
    """Every token, newest first."""
    query = select(api_tokens).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
    return [_token(row) for row in connection.execute(query)]


def touch_token(connection: Connection, token_id: str, now: datetime) -> None:
    """The token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=now))


def revoke_token(connection: Connection, token_id: str, now: datetime) -> None:
    """The token is good for nothing from now on."""
    mine = api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None)
    connection.execute(update(api_tokens).where(*mine).values(revoked_at=now))


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(
        id=row.id, username=row.username, label=row.label, created_at=row.created_at, expires_at=row.expires_at,
        last_used_at=row.last_used_at, revoked_at=row.revoked_at,
    )
