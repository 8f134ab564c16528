"""Signing in: count the try, look at the password, begin a session."""

from __future__ import annotations

from dataclasses import dataclass

from service.accounts import AccountError
from service.web.rendering import AnyRequest
from service.web.security import attempts, passwords
from service.web.security.address import address_of
from service.web.security.audit import record_change
from service.web.security.sessions import secret_hash, start_session
from service.web.workbench import Workbench
from store import people, sessions, sign_ins
from store.database import Connection, transaction

NOBODY = "（未知用户）"
WRONG = "用户名或密码不对"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What became of one try: its row, or why it was refused. ``wait_seconds``: refused without looking."""

    id: int = 0
    refusal: str = ""
    wait_seconds: int = 0


def check_password(bench: Workbench, request: AnyRequest, username: str, password: str) -> Try:
    """One try. It is entered as failed before the password is looked at, so that many tries at once gain nothing."""
    address = address_of(request, bench.service.settings.workbench.proxies)
    with transaction(bench.engine) as connection:
        counted = _begin(bench, connection, username, address)
        known = people.password_hash(connection, username)
    if counted.refusal:
        return counted
    if passwords.verify(password, known):
        return counted
    with transaction(bench.engine) as connection:
        # What was typed may be a password in the wrong field: only the name of an account is logged.
        record_change(connection, username if known else NOBODY, request, "sign_in_failed")
    return Try(refusal=WRONG)


def start(bench: Workbench, request: AnyRequest, username: str, password: str, tried: Try, old_secret: str | None) -> str:
    """A session after a right try; the secret of its cookie. A session that the browser still had ends, so that nobody
    can plant one. Raises AccountError where the account was closed meanwhile."""
    now = bench.clock()
    with transaction(bench.engine) as connection:
        current = people.password_hash(connection, username)
        if current is None:
            raise AccountError(WRONG)
        if passwords.is_outdated(current):
            people.rehash(connection, username, passwords.hash_password(password))
        sign_ins.succeed(connection, tried.id)
        sign_ins.sweep(connection, now - max(attempts.BY_USERNAME.window, attempts.BY_ADDRESS.window))
        if old_secret:
            sessions.end(connection, secret_hash(old_secret))
        secret = start_session(connection, username, now, bench.service.settings.workbench)
        record_change(connection, username, request, "sign_in")
    return secret


def _begin(bench: Workbench, connection: Connection, username: str, address: str) -> Try:
    sign_ins.lock(connection)
    # Asked for only now: whoever waited for the lock must not look past the tries made meanwhile.
    now = bench.clock()
    by_name = sign_ins.failures_of_username(connection, username, now - attempts.BY_USERNAME.window)
    by_address = sign_ins.failures_of_address(connection, address, now - attempts.BY_ADDRESS.window)
    left = max(
        attempts.wait(by_name, now, attempts.BY_USERNAME), attempts.wait(by_address, now, attempts.BY_ADDRESS)
    )
    if left:
        sentence = f"登录失败次数太多，请 {attempts.wait_text(left)}后再试"
        return Try(refusal=sentence, wait_seconds=int(left.total_seconds()) + 1)
    return Try(id=sign_ins.begin(connection, username, address, now))
