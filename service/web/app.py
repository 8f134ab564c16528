"""The workbench: its pages, its API, and what stands in front of both."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import File
from litestar.routes import HTTPRoute
from litestar.static_files import create_static_files_router

from core.errors import TownwatchError
from service.web import api, errors, health
from service.web.forms import Form
from service.web.metrics import Stopwatch
from service.web.pages import (
    annual,
    applications,
    audit,
    cases,
    catalogue,
    catalogue_items,
    deliveries,
    findings,
    inspection,
    password,
    records,
    reports,
    scan,
    set_up,
    sign_in,
    sources,
    today,
    tokens,
    towns,
    users,
)
from service.web.rendering import template_config, visitor_in
from service.web.security.guard import guard
from service.web.security.headers import Headers
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.uploads import Turnstile, read_posted
from service.web.workbench import Workbench

STATIC = Path(__file__).parent / "static"
HTMX = "static/django_htmx/htmx-2.min.js"
LARGEST_REQUEST = 1_000_000
PAGES = (
    sign_in, set_up, password, users, tokens, audit, towns, today, cases, applications, catalogue_items, catalogue, findings, sources,
    records, deliveries, reports, annual, inspection, scan,
)
_OPEN: dict[str, Any] = {"open": True}


class OpenRouteError(Exception):
    """A route says neither what one must be allowed for it nor that it is open: a slip of ours, found at start."""


def make_app(bench: Workbench) -> Litestar:
    """The workbench over one store."""
    pages = Router(path="/", route_handlers=[h for page in PAGES for h in page.HANDLERS], include_in_schema=False)
    files = create_static_files_router(path="/static", directories=[STATIC], opt=_OPEN, include_in_schema=False)
    app = Litestar(
        route_handlers=[pages, *api.HANDLERS, *health.HANDLERS, _htmx(), files],
        guards=[guard],
        dependencies={
            "bench": Provide(lambda: bench, sync_to_thread=False),
            "visitor": Provide(_visitor, sync_to_thread=False),
            "form": Provide(_form),
            "files": Provide(read_posted),
        },
        state=State({"bench": bench, "turnstile": Turnstile(bench.clock)}),
        template_config=template_config(),
        exception_handlers=errors.HANDLERS,
        before_send=[Headers(bench.service.settings.workbench.https)],
        request_max_body_size=LARGEST_REQUEST,
        openapi_config=api.OPENAPI,
        plugins=[Stopwatch(bench.clock)],
        logging_config=None,
    )
    _every_route_is_guarded(app)
    return app


def _every_route_is_guarded(app: Litestar) -> None:
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            guarded = isinstance(handler.opt.get("may"), Permission) or handler.opt.get("open") is True
            if handler.http_methods != {"OPTIONS"} and not guarded:
                raise OpenRouteError(f"{sorted(handler.http_methods)} {route.path}")


def htmx_file() -> Path:
    """HTMX as its package carries it; raises TownwatchError where it is not there."""
    spec = find_spec("django_htmx")
    path = Path(spec.origin).parent / HTMX if spec and spec.origin else None
    if path is None or not path.is_file():
        raise TownwatchError("缺少页面要用的 htmx.min.js：请重新安装依赖（其中 django-htmx 带有这个文件）")
    return path


def _htmx() -> Any:
    path = htmx_file()

    @get("/static/htmx.min.js", sync_to_thread=False, opt=_OPEN, include_in_schema=False)
    def htmx() -> File:
        return File(path, media_type="text/javascript", content_disposition_type="inline", filename="htmx.min.js")

    return htmx


def _visitor(request: Request[Any, Any, Any]) -> Visitor:
    visitor = visitor_in(request)
    assert visitor is not None, "the guard lets nobody else through to a handler that asks for its visitor"
    return visitor


async def _form(request: Request[Any, Any, Any]) -> Form:
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Form(fields)
