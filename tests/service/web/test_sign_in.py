"""Signing in, staying in, going out: over a real port."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from core.service import ServiceSettings
from core.service import Workbench as WorkbenchSettings
from service.web.security.sessions import secret_hash
from service.web.workbench import Workbench
from store import audit, people, sessions
from store.database import transaction

WRONG = "definitely-not-it"


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day is needed here."""
    return bare_store


def _entries(bench: Workbench) -> list[tuple[str, str]]:
    with bench.engine.connect() as connection:
        return [(entry.who, entry.action) for entry in audit.list_entries(connection, limit=50)]


class Clock:
    """A clock that a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.ahead


def test_a_stranger_is_sent_to_the_form_and_back(client: Callable[[str | None], Any]) -> None:
    stranger = client(None)
    asked = "/towns?since=2026-01-01&page=2"
    answer = stranger.get(asked)
    assert answer.status_code == 303
    form = answer.headers["location"]
    assert form.startswith("/sign-in?next=")
    assert 'value="/towns?' in stranger.get(form).text
    signed = stranger.http.post(
        "/sign-in", data={"username": " Clerk ", "password": "horse-battery-staple", "next": asked}
    )
    assert (signed.status_code, signed.headers["location"]) == (303, asked)


def test_the_cookie_is_the_browsers_alone(client: Callable[[str | None], Any], bench: Workbench) -> None:
    cookie = client(None).sign_in("clerk").headers["set-cookie"]
    name, secret = cookie.split(";")[0].split("=")
    assert name == "townwatch"
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "expires" not in cookie.lower()
    with bench.engine.connect() as connection:
        assert sessions.find(connection, secret) is None, "the secret itself is not kept"
        assert sessions.find(connection, secret_hash(secret)) is not None


def test_over_tls_the_cookie_goes_nowhere_else(
    bench: Workbench, serve_bench: Callable[[Workbench], str], client_of: Callable[..., Any]
) -> None:
    settings = ServiceSettings(workbench=WorkbenchSettings(https=True))
    secure = replace(bench, service=replace(bench.service, settings=settings))
    answer = client_of(serve_bench(secure), None).http.post(
        "/sign-in", data={"username": "clerk", "password": "horse-battery-staple"}
    )
    assert answer.headers["set-cookie"].startswith("__Host-townwatch=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("username", ["clerk", "no-such-person"])
def test_a_wrong_password_and_an_unknown_name_answer_alike(client: Callable[[str | None], Any], username: str) -> None:
    answer = client(None).sign_in(username, WRONG)
    assert answer.status_code == 422
    assert "用户名或密码不对" in answer.text
    assert "set-cookie" not in answer.headers


def test_what_was_typed_for_an_unknown_name_is_not_logged(client: Callable[[str | None], Any], bench: Workbench) -> None:
    client(None).sign_in("my-password-in-the-wrong-field", WRONG)
    assert _entries(bench) == [("（未知用户）", "sign_in_failed")]


def test_too_many_failures_lock_the_name_and_say_how_long(client: Callable[[str | None], Any], bench: Workbench) -> None:
    guesser = client(None)
    statuses = [guesser.sign_in("clerk", WRONG).status_code for _ in range(5)]
    assert statuses == [422] * 5
    locked = guesser.sign_in("clerk")  # the right password, too
    assert locked.status_code == 429
    assert "请 1 分钟后再试" in locked.text or "秒后再试" in locked.text
    assert 0 < int(locked.headers["retry-after"]) <= 61
    assert guesser.sign_in("leader").status_code == 303, "others at the same address are not locked out"


def test_the_lock_ends(
    bench: Workbench, serve_bench: Callable[[Workbench], str], client_of: Callable[..., Any]
) -> None:
    clock = Clock()
    person = client_of(serve_bench(replace(bench, clock=clock)), None)
    for _ in range(5):
        person.sign_in("clerk", WRONG)
    assert person.sign_in("clerk").status_code == 429
    clock.ahead = timedelta(seconds=61)
    assert person.sign_in("clerk").status_code == 303
    assert person.sign_in("clerk", WRONG).status_code == 422, "a success clears the name's failures"


def test_tries_made_at_once_are_counted_one_by_one(
    base_url: str, bench: Workbench, client_of: Callable[..., Any]
) -> None:
    statuses: list[int] = []
    clients = [client_of(base_url, None) for _ in range(10)]
    threads = [threading.Thread(target=lambda c=c: statuses.append(c.sign_in("clerk", WRONG).status_code)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [422] * 5 + [429] * 5


def test_signing_in_changes_the_session_and_signing_out_ends_it(
    client: Callable[[str | None], Any], base_url: str
) -> None:
    person = client("clerk")
    before = person.http.cookies["townwatch"]
    person.sign_in("clerk")
    after = person.http.cookies["townwatch"]
    assert before != after
    assert client(None).http.get("/password", headers={"cookie": f"townwatch={before}"}).status_code == 303, "the old one has ended"
    assert person.post("/sign-out").status_code == 303
    assert "townwatch" not in person.http.cookies
    assert client(None).http.get("/password", headers={"cookie": f"townwatch={after}"}).status_code == 303


@pytest.mark.parametrize(("steps", "step_minutes", "lasts"), [
    (3, 119, True),   # used within the idle time, again and again
    (1, 121, False),  # idle too long
    (7, 119, False),  # past twelve hours, however much used
])
def test_how_long_a_session_lasts(
    bench: Workbench, serve_bench: Callable[[Workbench], str], client_of: Callable[..., Any],
    steps: int, step_minutes: int, lasts: bool,
) -> None:
    clock = Clock()
    person = client_of(serve_bench(replace(bench, clock=clock)), "clerk")
    for _ in range(steps):
        clock.ahead += timedelta(minutes=step_minutes)
        answer = person.get("/password")
    assert (answer.status_code == 200) is lasts


def test_a_new_password_ends_every_other_session(client: Callable[[str | None], Any], bench: Workbench) -> None:
    here, there = client("clerk"), client("clerk")
    wrong = here.post("/password", {"old": WRONG, "new": "mountain-river-town", "again": "mountain-river-town"})
    assert "原密码不对" in wrong.text
    weak = here.post("/password", {"old": "horse-battery-staple", "new": "1234567890", "again": "1234567890"})
    assert (weak.status_code, "太常见" in weak.text) == (422, True)
    new = {"old": "horse-battery-staple", "new": "mountain-river-town", "again": "mountain-river-town"}
    assert here.post("/password", new).status_code == 303
    assert here.get("/password").status_code == 200
    assert there.get("/password").status_code == 303
    assert client(None).sign_in("clerk").status_code == 422
    assert client(None).sign_in("clerk", "mountain-river-town").status_code == 303
    assert ("clerk", "password_change") in _entries(bench)


def test_a_disabled_account_is_out_at_once(client: Callable[[str | None], Any], bench: Workbench) -> None:
    person = client("clerk")
    with transaction(bench.engine) as connection:
        people.change(connection, "clerk", disabled=True)
    assert person.get("/password").status_code == 303
    assert client(None).sign_in("clerk").status_code == 422


@pytest.mark.parametrize("goal", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y"])
def test_sign_in_leads_nowhere_else(client: Callable[[str | None], Any], goal: str) -> None:
    data = {"username": "clerk", "password": "horse-battery-staple", "next": goal}
    answer = client(None).http.post("/sign-in", data=data)
    assert answer.headers["location"] == "/"
