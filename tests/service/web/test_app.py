"""What stands in front of every page: the guard, the headers, the errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler
from structlog.testing import capture_logs

from core.service import ServiceSettings
from core.service import Workbench as WorkbenchSettings
from service.web.app import LARGEST_REQUEST, OpenRouteError, make_app
from service.web.pages import towns
from service.web.security.headers import POLICY
from service.web.security.rights import Permission
from service.web.workbench import Workbench

Make = Callable[[str | None], Any]
TEMPLATES = Path(towns.__file__).parent.parent / "templates"


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day is needed here."""
    return bare_store


@pytest.fixture
def with_route() -> Any:
    """Add a route to the pages for one test."""
    before = list(towns.HANDLERS)
    yield towns.HANDLERS.append
    towns.HANDLERS[:] = before


def test_a_route_that_says_nothing_of_rights_stops_the_start(
    bench: Workbench, with_route: Callable[[HTTPRouteHandler], None]
) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "everybody reads this"

    with_route(forgotten)
    with pytest.raises(OpenRouteError, match="/forgotten"):
        make_app(bench)


def test_a_fault_tells_its_number_and_nothing_else(
    bench: Workbench, with_route: Callable[[HTTPRouteHandler], None], serve_bench: Callable[[Workbench], str],
    client_of: Callable[..., Any],
) -> None:
    @get("/broken", sync_to_thread=False, opt={"may": Permission.READ})
    def broken() -> str:
        raise ValueError("a secret of the machine")

    with_route(broken)
    reader = client_of(serve_bench(bench), "reader")
    with capture_logs() as logged:
        answer = reader.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    number = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert number
    (entry,) = [line for line in logged if line["event"] == "request failed"]
    assert (entry["number"], str(entry["exc_info"])) == (number.group(1), "a secret of the machine")
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/sign-in", "/static/workbench.css", "/static/htmx.min.js", "/no-such-page", "/towns"])
def test_every_answer_carries_the_headers(client: Make, path: str) -> None:
    answer = client(None).get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"]
    assert "server" not in answer.headers


def test_a_path_that_is_nothing_is_said_in_chinese(client: Make) -> None:
    answer = client(None).get("/no-such-page")
    assert (answer.status_code, "没有这个页面" in answer.text) == (404, True)
    assert client(None).get("/static/../app.py").status_code == 404
    assert client("reader").http.put("/towns").status_code == 405


@pytest.mark.parametrize(("headers", "data"), [
    ({}, {"csrf": ""}),
    ({}, {"csrf": "guessed"}),
    ({"origin": "https://evil.example"}, {}),
    ({"sec-fetch-site": "cross-site"}, {}),
])
def test_a_change_that_was_not_meant_is_refused(client: Make, headers: dict[str, str], data: dict[str, str]) -> None:
    person = client("clerk")
    assert person.post("/sign-out", data, headers=headers).status_code == 403
    assert person.get("/password").status_code == 200, "still signed in"


def test_the_token_may_come_in_a_header(client: Make) -> None:
    person = client("clerk")
    assert person.http.post("/sign-out", headers={"x-csrf-token": person.csrf}).status_code == 303


def test_another_site_cannot_sign_anybody_in(client: Make) -> None:
    answer = client(None).http.post(
        "/sign-in", data={"username": "clerk", "password": "horse-battery-staple"}, headers={"origin": "https://evil.example"}
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_htmx_is_sent_to_the_sign_in_whole(client: Make) -> None:
    answer = client(None).get("/towns", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"].startswith("/sign-in?next=")


def test_strange_names_are_not_answered(
    bench: Workbench, serve_bench: Callable[[Workbench], str], client_of: Callable[..., Any]
) -> None:
    settings = ServiceSettings(workbench=WorkbenchSettings(hosts=("gongkai.example.gov.cn",)))
    visitor = client_of(serve_bench(replace(bench, service=replace(bench.service, settings=settings))), None)
    assert visitor.get("/sign-in", headers={"host": "evil.example"}).status_code == 403
    assert visitor.get("/sign-in", headers={"host": "gongkai.example.gov.cn"}).status_code == 200


def test_too_large_a_form_is_refused(client: Make) -> None:
    answer = client(None).http.post("/sign-in", data={"username": "x" * LARGEST_REQUEST, "password": "x"})
    assert (answer.status_code, "太大" in answer.text) == (413, True)


def test_the_first_page_is_the_one_town_or_the_table(
    client: Make, two_towns: Workbench, serve_bench: Callable[[Workbench], str], client_of: Callable[..., Any]
) -> None:
    assert client("reader").get("/").headers["location"] == "/towns/town/"
    url = serve_bench(two_towns)
    assert client_of(url, "other-clerk").get("/").headers["location"] == "/towns/other/"
    county = client_of(url, "supervisor")
    assert county.get("/").headers["location"] == "/towns"
    table = county.get("/towns").text
    assert "漫水河镇" in table
    assert "东西溪乡" in table
    assert "漫水河镇" not in client_of(url, "other-clerk").get("/towns").text


def test_no_template_styles_or_runs_inline() -> None:
    """The policy would refuse it, and the browser would only say so in its console."""
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|hx-on|\|\s*safe\b", text), template.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), template.name


def test_every_form_that_posts_carries_the_token() -> None:
    for template in TEMPLATES.rglob("*.html"):
        for form in re.findall(r"<form[^>]*post.*?</form>", template.read_text(encoding="utf-8"), flags=re.S):
            assert "csrf" in form or 'action="/sign-in"' in form or 'action="/set-up"' in form, template.name
