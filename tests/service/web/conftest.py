"""A workbench over the demo town's day, on a real port, and who may look at it."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from core.clock import local_date, now
from core.configuration import load_settings
from core.service import Service, ServiceSettings
from demo.configure import write_config
from demo.town import DemoTown
from monitor.catalogue.presets import preset
from service.demo_day import database_url, demo_town, live_one_day
from service.web.app import make_app
from service.web.security.passwords import hash_password
from service.web.serving import address, listen, make_server
from service.web.workbench import Workbench
from store import people
from store.database import open_store, transaction

PASSWORD = "horse-battery-staple"
STAFF = {"clerk": "clerk", "leader": "leader", "technician": "technician"}
ROLES = ("reader", "clerk", "leader", "supervisor", "technician")
CHROMIUM = shutil.which("chromium")
# What a person may not do, or filled in wrongly, is no fault of the page; the browser and HTMX each say it.
REFUSED = re.compile(r"status of (403|422)|Response Status Error Code (403|422)")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session")
def demo_day_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which one whole day of the demo town was lived: ``config/``, ``townwatch.db``, ``digest/``. Lived by one of
    the processes of pytest-xdist, for all of them; tests change copies."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    folder, lived = shared / "demo-day", shared / "demo-day.lived"
    with (shared / "demo-day.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lived.exists():
            with demo_town(folder, now()) as settings:
                live_one_day(settings, folder, now, lambda *_: None).engine.dispose()
            lived.touch()
    return folder


@pytest.fixture
def demo_store(demo_day_folder: Path, tmp_path: Path) -> Path:
    """A copy of that folder, for this test to change."""
    return Path(shutil.copytree(demo_day_folder, tmp_path / "demo"))


@pytest.fixture
def bare_store(tmp_path: Path) -> Path:
    """A folder with the demo town's configuration and an empty store. Where a test needs no day that was lived, its
    module overrides ``demo_store`` with this."""
    with DemoTown(local_date(now())) as town:
        write_config(tmp_path / "demo" / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
    return tmp_path / "demo"


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    """The crawls that the workbench asked the schedule for: (town, source)."""
    return []


@pytest.fixture
def bench(demo_store: Path, asked: list[tuple[str, str]]) -> Iterator[Workbench]:
    """The demo town with an account per role: username = role, password :data:`PASSWORD`, every town. Its catalogue holds the
    town's legal minimum, of which nobody has decided anything."""
    town = load_settings(demo_store / "config").model_copy(update={"items": preset("legal-minimum").items})
    engine = open_store(database_url(demo_store))
    with transaction(engine) as connection:
        for role in ROLES:
            _add(connection, role, role, ())
    yield Workbench(
        service=Service(ServiceSettings(), {town.town.id: town}), engine=engine, var=demo_store, clock=now,
        recheck=lambda town_id, source: asked.append((town_id, source)), environment={},
    )
    engine.dispose()


@pytest.fixture
def town_id(bench: Workbench) -> str:
    """The id of the demo town."""
    return next(iter(bench.service.towns))


@pytest.fixture
def two_towns(bench: Workbench, town_id: str) -> Workbench:
    """The same with a second town, ``other`` (东西溪乡), that was never looked at, and a clerk of that town alone:
    username ``other-clerk``."""
    first = bench.town(town_id)
    named = first.town.model_copy(update={"id": "other", "name": "东西溪乡", "full_name": "霍山县东西溪乡"})
    other = first.model_copy(update={"town": named})
    with transaction(bench.engine) as connection:
        _add(connection, "other-clerk", "clerk", ("other",))
    return replace(bench, service=Service(bench.service.settings, {**bench.service.towns, "other": other}))


@dataclass
class Client:
    """A signed-in browser without a screen. ``post`` adds the session's CSRF token."""

    http: httpx.Client
    csrf: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.csrf, **(data or {})}, **options)

    def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        answer = self.http.post("/sign-in", data={"username": username, "password": password})
        if answer.status_code == 303:
            token = re.search(r'name="csrf" value="([^"]+)"', self.http.get("/password").text)
            assert token, "a signed-in page carries the token"
            self.csrf = token.group(1)
        return answer


@pytest.fixture
def serve_bench() -> Iterator[Callable[[Workbench], str]]:
    """Serve a workbench on loopback; the address, without the last slash. Stopped after the test."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(bench: Workbench) -> str:
        server = make_server(make_app(bench))
        listener = listen("127.0.0.1", 0)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        return address(listener).rstrip("/")

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(timeout=15)


@pytest.fixture
def base_url(bench: Workbench, serve_bench: Callable[[Workbench], str]) -> str:
    """The address of the one-town workbench."""
    return serve_bench(bench)


@pytest.fixture
def client_of() -> Iterator[Callable[[str, str | None], Client]]:
    """``client_of(address, username)``: a client of any served workbench, signed in unless the username is None. It
    follows no redirects."""
    clients: list[httpx.Client] = []

    def make(url: str, username: str | None) -> Client:
        clients.append(httpx.Client(base_url=url, timeout=30, trust_env=False))
        client = Client(clients[-1])
        if username:
            assert client.sign_in(username).status_code == 303
        return client

    yield make
    for http in clients:
        http.close()


@pytest.fixture
def client(base_url: str, client_of: Callable[[str, str | None], Client]) -> Callable[[str | None], Client]:
    """``client("clerk")``: a client of the one-town workbench; None for a stranger."""
    return lambda username: client_of(base_url, username)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A system Chromium. Of one module: while it lives, no other test of the thread may run an event loop."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("no system Chromium here: tests/install-browser.sh")
    assert CHROMIUM, "CI must have a browser: tests/install-browser.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page_as(browser: Browser, client_of: Callable[[str, str | None], Client]) -> Iterator[Callable[..., Page]]:
    """``page_as(address, username, width=1280)``: a page signed in as someone (None: nobody). Whatever the console, the
    CSP or the page itself complains of fails the test at its end, as does anything asked of another host."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def make(url: str, username: str | None, width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=javascript, locale="zh-CN")
        contexts.append(context)
        if username:
            cookies = client_of(url, username).http.cookies.jar
            context.add_cookies([{"name": c.name, "value": c.value or "", "url": url} for c in cookies])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: None if REFUSED.search(said.text) else complaints.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda asked: None if asked.url.startswith((url, "data:")) else complaints.append(asked.url))
        page.goto(url + "/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def fits() -> Callable[[Page], bool]:
    """Whether a page is not cut off at the side."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture
def shot(fits: Callable[[Page], bool], tmp_path: Path) -> Callable[[Page, str], Path]:
    """``shot(page, "cases")``: the whole page as a picture for people to look at, once it is loaded and nothing of it is cut
    off at the side. ``pytest --basetemp`` says where the pictures go."""

    def take(page: Page, name: str) -> Path:
        page.wait_for_load_state("load")
        assert fits(page), f"{name} is cut off at the side"
        path = tmp_path / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def _add(connection: Any, username: str, role: str, towns: tuple[str, ...]) -> None:
    user = people.User(
        username=username, name=f"{username}（测试）", role=role, towns=towns, staff=STAFF.get(username), disabled=False,
        created_at=now(), password_changed_at=now(),
    )
    people.add(connection, user, _hashed())
