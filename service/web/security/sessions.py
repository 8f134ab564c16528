"""Secrets of sessions and tokens: made here, shown once, kept as their SHA-256 only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from litestar.datastructures import Cookie

from core.service import Workbench as WorkbenchSettings
from service.web.security.visitor import Visitor, visitor_of
from service.web.workbench import Workbench
from store import people
from store.database import Connection, transaction
from store.sessions import Session, Token, add_token, begin, find, find_token, sweep, touch, touch_token

TOUCH_AFTER = timedelta(minutes=1)
"""A session's last use is written at most so often: reading a page must not cost a write."""
TOKEN_MARK = "tw_"  # noqa: S105 -- tells people and scanners of leaked secrets what it is


def cookie_name(https: bool) -> str:
    """``__Host-`` makes browsers refuse the cookie from any other host or path; it needs TLS."""
    return "__Host-townwatch" if https else "townwatch"


def secret_hash(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits, so a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()


def session_ended(session: Session, now: datetime, settings: WorkbenchSettings) -> bool:
    """Past its whole life, or idle for too long."""
    return now >= session.expires_at or now - session.seen_at >= timedelta(minutes=settings.idle_minutes)


def start_session(connection: Connection, username: str, now: datetime, settings: WorkbenchSettings) -> str:
    """A new session; the secret of its cookie. Sessions that have ended are swept out on the way."""
    sweep(connection, now, now - timedelta(minutes=settings.idle_minutes))
    secret = secrets.token_urlsafe(32)
    begin(connection, Session(
        token_hash=secret_hash(secret), username=username, csrf=secrets.token_urlsafe(32), created_at=now, seen_at=now,
        expires_at=now + timedelta(hours=settings.session_hours),
    ))
    return secret


def session_cookie(secret: str, https: bool) -> Cookie:
    """The cookie of a session; an empty secret takes it away. It has no date: it goes with the browser window."""
    return Cookie(
        key=cookie_name(https), value=secret, path="/", httponly=True, samesite="lax", secure=https,
        max_age=None if secret else 0,
    )


def visitor_by_cookie(bench: Workbench, cookies: Mapping[str, str]) -> Visitor | None:
    """Who holds the session of the request; None where there is none that still lasts."""
    settings = bench.service.settings.workbench
    secret = cookies.get(cookie_name(settings.https))
    if not secret:
        return None
    now = bench.clock()
    with bench.engine.connect() as connection:
        session = find(connection, secret_hash(secret))
        if session is None or session_ended(session, now, settings):
            return None
        user = people.get(connection, session.username)
    if user is None or user.disabled:
        return None
    if now - session.seen_at >= TOUCH_AFTER:
        with transaction(bench.engine) as connection:
            touch(connection, session.token_hash, now)
    return visitor_of(user, "session", session.csrf)


def new_token(connection: Connection, username: str, label: str, now: datetime, expires_at: datetime | None) -> tuple[Token, str]:
    """A new token of the API, and its secret, which is shown once."""
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    token = Token(id=secrets.token_hex(4), username=username, label=label, created_at=now, expires_at=expires_at)
    add_token(connection, token, secret_hash(secret))
    return token, secret


def visitor_by_token(bench: Workbench, secret: str) -> Visitor | None:
    """Whose token this is; None for one that is unknown, expired or revoked, or of a disabled account."""
    now = bench.clock()
    with bench.engine.connect() as connection:
        token = find_token(connection, secret_hash(secret))
        if token is None or not token.valid(now):
            return None
        user = people.get(connection, token.username)
    if user is None or user.disabled:
        return None
    if token.last_used_at is None or now - token.last_used_at >= TOUCH_AFTER:
        with transaction(bench.engine) as connection:
            touch_token(connection, token.id, now)
    return visitor_of(user, "token")
