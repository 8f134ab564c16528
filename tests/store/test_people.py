"""Accounts, sessions, tokens, tries and the log, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store import audit, people, sessions, sign_ins
from store.database import Engine, transaction
from store.people import GIVEN, User
from store.sessions import Session, Token

AT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
USER = User(
    username="zhangsan", name="张三", role="clerk", towns=("a", "b"), staff="clerk", disabled=False, created_at=AT,
    password_changed_at=GIVEN,
)


def _session(name: str, seen: datetime = AT, until: datetime = AT + 60 * MINUTE) -> Session:
    return Session(token_hash=name, username="zhangsan", csrf="c", created_at=AT, seen_at=seen, expires_at=until)


def test_an_account_is_kept_as_it_is(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert people.is_empty(connection)
        people.add(connection, USER, "hash")
        assert not people.is_empty(connection)
        assert people.get(connection, "zhangsan") == USER
        assert people.list_users(connection) == [USER]
        assert USER.password_is_given
        assert people.password_hash(connection, "zhangsan") == "hash"
        assert people.password_hash(connection, "lisi") is None


def test_a_change_ends_the_sessions(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.add(connection, USER, "hash")
        sessions.begin(connection, _session("one"))
        people.change(connection, "zhangsan", role="reader", towns=("a",), disabled=True)
        changed = people.get(connection, "zhangsan")
        assert changed == replace(USER, role="reader", towns=("a",), disabled=True)
        assert sessions.find(connection, "one") is None
        assert people.password_hash(connection, "zhangsan") is None, "a closed account has no password"
        sessions.begin(connection, _session("two"))
        people.set_password(connection, "zhangsan", "new", AT)
        assert sessions.find(connection, "two") is None
        with pytest.raises(ValueError, match="password_hash"):
            people.change(connection, "zhangsan", password_hash="x")


def test_sessions_are_swept(engine: Engine) -> None:
    with transaction(engine) as connection:
        people.add(connection, USER, "hash")
        for session in (_session("expired", until=AT), _session("idle", seen=AT - MINUTE), _session("used")):
            sessions.begin(connection, session)
        sessions.touch(connection, "used", AT + MINUTE)
        sessions.sweep(connection, AT, AT - MINUTE / 2)
        kept = sessions.find(connection, "used")
        assert kept == _session("used", seen=AT + MINUTE)
        assert [sessions.find(connection, name) for name in ("expired", "idle")] == [None, None]


def test_a_token_lasts_until_it_is_revoked(engine: Engine) -> None:
    token = Token(id="t1", username="zhangsan", label="大屏", created_at=AT, expires_at=AT + 10 * MINUTE)
    with transaction(engine) as connection:
        people.add(connection, USER, "hash")
        sessions.add_token(connection, token, "secret hash")
        assert sessions.find_token(connection, "secret hash") == token
        assert sessions.find_token(connection, "t1") is None
        assert token.valid(AT)
        assert not token.valid(AT + 10 * MINUTE)
        sessions.touch_token(connection, "t1", AT + MINUTE)
        sessions.revoke_token(connection, "t1", AT + 2 * MINUTE)
        sessions.revoke_token(connection, "t1", AT + 3 * MINUTE)
        (kept,) = sessions.list_tokens(connection)
        assert (kept.last_used_at, kept.revoked_at) == (AT + MINUTE, AT + 2 * MINUTE), "revoked once, for ever"
        assert not kept.valid(AT)


def test_what_the_rate_limit_counts(engine: Engine) -> None:
    with transaction(engine) as connection:
        for minute, right in ((0, False), (1, False), (2, True), (3, False)):
            made = sign_ins.begin(connection, "zhangsan", "203.0.113.7", AT + minute * MINUTE)
            if right:
                sign_ins.succeed(connection, made)
        sign_ins.begin(connection, "lisi", "203.0.113.7", AT + 4 * MINUTE)
        assert sign_ins.failures_of_username(connection, "zhangsan", AT - MINUTE) == [AT + 3 * MINUTE]
        by_address = sign_ins.failures_of_address(connection, "203.0.113.7", AT)
        assert by_address == [AT + MINUTE, AT + 3 * MINUTE, AT + 4 * MINUTE], "a success forgives an address nothing"
        sign_ins.forgive(connection, "zhangsan")
        assert sign_ins.failures_of_username(connection, "zhangsan", AT - MINUTE) == []
        sign_ins.sweep(connection, AT + 4 * MINUTE)
        assert sign_ins.failures_of_address(connection, "203.0.113.7", AT - MINUTE) == []


def test_tries_at_once_see_each_other(engine: Engine) -> None:
    """Each transaction counts, then enters: without the lock several would count the same number."""
    counted: list[int] = []

    def one() -> None:
        with transaction(engine) as connection:
            sign_ins.lock(connection)
            counted.append(len(sign_ins.failures_of_username(connection, "zhangsan", AT - MINUTE)))
            sign_ins.begin(connection, "zhangsan", "203.0.113.7", AT)

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [0, 1, 2, 3, 4]


def test_the_log_is_read_by_town_person_action_and_time(engine: Engine) -> None:
    entries = [
        audit.Entry(at=AT + n * MINUTE, who=who, action=action, subject="x" * 400, town=town, detail={"n": n}, address="::1")
        for n, (who, action, town) in enumerate([("a", "export", "t1"), ("a", "sign_in", None), ("b", "export", "t2")])
    ]
    with transaction(engine) as connection:
        for entry in entries:
            audit.add(connection, entry)

        def found(**chosen: object) -> list[int]:
            listed = audit.list_entries(connection, limit=10, **chosen)  # type: ignore[arg-type]
            assert audit.count(connection, **chosen) == len(listed)  # type: ignore[arg-type]
            return [entry.detail["n"] for entry in listed]

        assert found() == [2, 1, 0]
        assert found(towns={"t1", "t3"}) == [0], "what is of no town is not theirs"
        assert found(towns=set()) == []
        assert found(town="t2") == [2]
        assert found(who="a", action="export") == [0]
        assert found(since=AT + MINUTE, until=AT + 2 * MINUTE) == [1]
        assert audit.count(connection, most=2) == 2
        assert [entry.detail["n"] for entry in audit.list_entries(connection, limit=1, offset=1)] == [1]
        assert len(audit.list_entries(connection, limit=1)[0].subject) == 300
