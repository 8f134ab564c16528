"""Nobody gets what is not theirs, on any route and method. Generated from the app's own routes: a new route is tested as
soon as it exists, and fails until this file knows how to fill its parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import select

from core.applications import Application, Contest
from core.clock import local_date, now
from monitor.application_steps import Entry
from service import applications
from service.web.app import make_app
from service.web.security.rights import MATRIX, Permission, Role
from service.web.security.sessions import cookie_name, new_token, secret_hash, start_session
from service.web.workbench import Workbench
from store import cases, deliveries, findings, people, records, tables
from store.database import Connection, transaction
from store.sessions import Session, begin, revoke_token

OPEN = {"/healthz", "/readyz", "/metrics", "/sign-in", "/set-up", "/api", "/api/openapi.json", "/static/htmx.min.js",
        "/static/{file_path:path}", "/api/{path:str}"}
"""What a stranger may ask for. A route that opens itself is added here by a person who has thought about it."""
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
NOT_OF_A_TOWN = {"users", "sessions", "api_tokens", "sign_ins", "audit", "host_leases", "alembic_version"}
PRIVATE = re.compile(r"^/towns/\{town")


@dataclass(frozen=True)
class Route:
    """A route as its handler declares it."""

    template: str
    method: str
    may: Permission | None

    @property
    def api(self) -> bool:
        return self.template.startswith("/api/")

    @property
    def of_town(self) -> bool:
        return "/towns/{town" in self.template

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass(frozen=True)
class Known:
    """What stands in the store of the demo town: how parameters are filled, and what nobody else may see."""

    town: str
    values: dict[str, str]
    secrets: tuple[str, ...]

    def path(self, route: Route, town: str | None = None) -> str:
        """A real address of the route. Each parameter is filled by what stands before it in the template."""
        parts, before = [], ""
        for part in route.template.split("/"):
            if part.startswith("{"):
                filled = self.values.get(before) or self.values.get(part.strip("{}").partition(":")[0])
                assert filled, f"{route}: say in test_rights how {part} after “{before}” is filled"
                parts.append(town if before == "towns" and town else filled)
            else:
                parts.append(part)
            before = part
        return "/".join(parts) or "/"


@dataclass(frozen=True)
class Actor:
    """Someone at the door: what they send with every request."""

    name: str
    cookies: dict[str, str]
    headers: dict[str, str]
    csrf: str = ""


def routes_of(app: Litestar) -> list[Route]:
    found = []
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            may = handler.opt.get("may")
            methods = sorted(str(each) for each in handler.http_methods if each != "OPTIONS")
            found += [Route(route.path, method, may if isinstance(may, Permission) else None) for method in methods]
    # Last of all: whoever has signed out is a stranger.
    return sorted(found, key=lambda route: route.template == "/sign-out")


def applied_for(connection: Connection) -> tuple[Application, Contest]:
    entry = Entry(number="2026-001", title="申请公开某某工程的征地批准文件", applicant="person", channel="online", received=local_date(now()))
    applied = applications.add(connection, entry, who="clerk", at=now(), today=local_date(now()))
    return applied, applications.contest(
        connection, kind="review", number="复议〔2026〕1号", title="不服某某工程答复的行政复议", accepted=applied.received,
        application_id=applied.id, today=local_date(now()),
    )


@pytest.fixture
def known(two_towns: Workbench, town_id: str) -> Known:
    settings = two_towns.town(town_id)
    with two_towns.town_engine(town_id).connect() as connection:
        case = cases.list_cases(connection)[0]
        finding = findings.open_findings(connection)[0]
        delivery = deliveries.list_deliveries(connection)[0]
        column = next(c for c in settings.columns if c.applicable and records.of_source(connection, c.source))
        record = records.of_source(connection, column.source)[0]
        told = [case.title, record.record.title, delivery.body.splitlines()[0], *(c.title for c in cases.list_cases(connection))]
    with transaction(two_towns.town_engine(town_id)) as connection:
        applied, contest = applied_for(connection)
        told += [applied.title, contest.title]
    month = f"{now():%Y-%m}"
    values = {
        "towns": town_id, "cases": str(case.id), "columns": column.id, "catalogue": column.id, "items": "law.20.02", "records": str(record.id),
        "findings": finding.fingerprint, "deliveries": delivery.id, "sources": column.source, "digests": month, "kind": "json", "action": "note",
        "reports": month, "users": "reader", "tokens": "0" * 8,
        "{username:str}": "disable", "{case_id:int}": "note",
        "applications": str(applied.id), "{application_id:int}": "note", "contests": str(contest.id), "annual": f"{now():%Y}", "{year:int}": "json", "inspection": "national", "export": "xlsx", "static": "workbench.css", "api": "nothing",
    }
    return Known(town_id, values, tuple({title for title in told if len(title) > 6}))


@pytest.fixture
def actors(two_towns: Workbench, town_id: str) -> dict[str, Actor]:
    at, settings = now(), two_towns.service.settings.workbench
    cookie = cookie_name(settings.https)
    made: dict[str, Actor] = {"stranger": Actor("stranger", {}, {})}
    with transaction(two_towns.engine) as connection:
        for name, role, towns in (
            ("own-reader", "reader", (town_id,)), ("own-clerk", "clerk", (town_id,)), ("other-reader", "reader", ("other",)),
            ("gone", "technician", ()), ("late", "technician", ()),
        ):
            user = people.User(username=name, name=name, role=role, towns=towns, staff=None, disabled=name == "gone",
                               created_at=at, password_changed_at=at)
            people.add(connection, user, "!")
        for name in ("own-reader", "own-clerk", "other-reader", "other-clerk", "technician", "leader", "gone"):
            secret = start_session(connection, name, at, settings)
            csrf = connection.execute(
                select(tables.sessions.c.csrf).where(tables.sessions.c.token_hash == secret_hash(secret))).scalar_one()
            made[name] = Actor(name, {cookie: secret}, {}, csrf)
        begin(connection, Session(token_hash=secret_hash("late-secret"), username="late", csrf="late-csrf",
                                  created_at=at - timedelta(days=2), seen_at=at, expires_at=at - timedelta(seconds=1)))
        made["expired"] = Actor("expired", {cookie: "late-secret"}, {}, "late-csrf")
        token, secret = new_token(connection, "technician", "revoked", at, None)
        revoke_token(connection, token.id, at)
        made["revoked-token"] = Actor("revoked-token", {}, {"Authorization": f"Bearer {secret}"})
        _, secret = new_token(connection, "other-clerk", "other", at, None)
        made["other-token"] = Actor("other-token", {}, {"Authorization": f"Bearer {secret}"})
        _, secret = new_token(connection, "late", "expired", at, at - timedelta(seconds=1))
        made["expired-token"] = Actor("expired-token", {}, {"Authorization": f"Bearer {secret}"})
        _, secret = new_token(connection, "gone", "gone", at, None)
        made["gone-token"] = Actor("gone-token", {}, {"Authorization": f"Bearer {secret}"})
    return made


@pytest.fixture
def routes(two_towns: Workbench) -> list[Route]:
    return routes_of(make_app(two_towns))


@pytest.fixture
def ask(two_towns: Workbench, serve_bench: Callable[[Workbench], str]) -> Iterator[Callable[..., httpx.Response]]:
    url = serve_bench(two_towns)
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        def send(actor: Actor, method: str, path: str, csrf: bool = True) -> httpx.Response:
            http.cookies.clear()
            headers = dict(actor.headers)
            if actor.cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in actor.cookies.items())
            if method in UNSAFE and csrf and actor.csrf:
                headers["X-CSRF-Token"] = actor.csrf
            return http.request(method, path, headers=headers)

        yield send


def rows(bench: Workbench, town: str) -> dict[str, list[Any]]:
    """All that the store holds of a town, and all parts of things, which have no town of their own."""
    found = {}
    with bench.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in NOT_OF_A_TOWN:
                continue
            query = select(table)
            if "town" in table.c:
                query = query.where(table.c.town == town)
            found[table.name] = sorted(map(repr, connection.execute(query)))
        found["accounts"] = sorted(map(repr, connection.execute(select(tables.users))))
        found["tokens"] = sorted(map(repr, connection.execute(select(tables.api_tokens.c.id, tables.api_tokens.c.revoked_at))))
    return found


def assert_tells_nothing(answer: httpx.Response, known: Known, what: object) -> None:
    told = [secret for secret in known.secrets if secret in answer.text]
    assert not told, f"{what} told {told}"


def test_every_open_route_was_meant_to_be_open(routes: list[Route]) -> None:
    assert {route.template for route in routes if route.may is None} <= OPEN
    assert len(routes) > 30


@pytest.mark.parametrize("name", ["stranger", "expired", "gone", "revoked-token", "expired-token", "gone-token"])
def test_who_is_not_signed_in_gets_nothing(
    name: str, two_towns: Workbench, town_id: str, routes: list[Route], known: Known, actors: dict[str, Actor], ask: Any
) -> None:
    before = rows(two_towns, town_id)
    for route in routes:
        if route.may is None:
            continue
        answer = ask(actors[name], route.method, known.path(route))
        if route.api:
            assert answer.status_code == 401, route
            if route.method != "HEAD":
                assert answer.json().keys() == {"error", "detail", "number"}, route
        else:
            assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"), (route, answer.status_code)
        assert_tells_nothing(answer, known, route)
    assert rows(two_towns, town_id) == before


@pytest.mark.parametrize("name", ["other-reader", "other-clerk", "other-token"])
def test_another_towns_people_get_nothing_of_this_town(
    name: str, two_towns: Workbench, town_id: str, routes: list[Route], known: Known, actors: dict[str, Actor], ask: Any
) -> None:
    before = rows(two_towns, town_id)
    for route in routes:
        if name.endswith("token") and not route.api:
            continue
        answer = ask(actors[name], route.method, known.path(route))
        if route.of_town:
            assert answer.status_code == 404, (route, answer.status_code, answer.headers.get("location"))
        assert answer.status_code < 500, (route, answer.text)
        assert_tells_nothing(answer, known, route)
        if route.of_town:   # their own town, with numbers and names of this one
            answer = ask(actors[name], route.method, known.path(route, town="other"))
            assert answer.status_code < 500, (route, answer.text)
            assert_tells_nothing(answer, known, f"{route} in their own town")
    assert rows(two_towns, town_id) == before


@pytest.mark.parametrize(("name", "role"), [("own-reader", Role.READER), ("own-clerk", Role.CLERK)])
def test_what_a_role_may_not_do_is_refused(
    name: str, role: Role, two_towns: Workbench, town_id: str, routes: list[Route], known: Known, actors: dict[str, Actor],
    ask: Any,
) -> None:
    before = rows(two_towns, town_id)
    refused = [route for route in routes if route.may is not None and route.may not in MATRIX[role]]
    assert refused
    for route in refused:
        answer = ask(actors[name], route.method, known.path(route))
        assert answer.status_code == 403, (route, answer.status_code)
        assert_tells_nothing(answer, known, route)
    assert rows(two_towns, town_id) == before


def test_a_change_without_the_sessions_token_is_refused(
    two_towns: Workbench, town_id: str, routes: list[Route], known: Known, actors: dict[str, Actor], ask: Any
) -> None:
    before = rows(two_towns, town_id)
    changes = [route for route in routes if route.method in UNSAFE and route.may is not None]
    assert changes
    for route in changes:
        for name in ("technician", "leader"):
            answer = ask(actors[name], route.method, known.path(route), csrf=False)
            assert answer.status_code == 403, (route, name, answer.status_code)
    assert rows(two_towns, town_id) == before


def test_whoever_may_look_really_sees(routes: list[Route], known: Known, actors: dict[str, Actor], ask: Any) -> None:
    """The refusals above mean something: the very same addresses answer those who may ask."""
    for route in routes:
        if route.method == "GET" and route.may is not None and route.template != "/users/{username:str}":
            holder = "technician" if route.may in MATRIX[Role.TECHNICIAN] else "leader"
            answer = ask(actors[holder], "GET", known.path(route))
            assert answer.status_code in (200, 302, 303), (route, known.path(route), answer.status_code, answer.text[:200])
            assert not answer.headers.get("location", "").startswith("/sign-in"), route


def test_a_method_that_a_route_does_not_have_tells_nothing(routes: list[Route], known: Known, actors: dict[str, Actor], ask: Any) -> None:
    has: dict[str, set[str]] = {}
    for route in routes:
        has.setdefault(route.template, set()).add(route.method)
    for route in routes:
        if route.template in OPEN:
            continue
        for method in {*UNSAFE, "OPTIONS", "TRACE"} - has[route.template]:
            answer = ask(actors["stranger"], method, known.path(route))
            assert answer.status_code in (204, 303, 401, 404, 405), (route, method, answer.status_code)
            assert_tells_nothing(answer, known, route)
