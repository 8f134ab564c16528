"""The JSON API under ``/api/v1``: what the screens show, for programs, with the same rights. Shapes: :mod:`service.shapes`."""

from __future__ import annotations

from importlib.metadata import version

from litestar import Router
from litestar.exceptions import ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Contact, SecurityScheme

from service.web.api import cases, catalogue, deliveries, digests, findings, jobs, scans, sources, towns
from service.web.api.problems import not_valid

_PARTS = (towns, cases, catalogue, findings, sources, deliveries, digests, jobs, scans)

HANDLERS: list[Router] = [
    Router(
        path="/api/v1", route_handlers=[handler for part in _PARTS for handler in part.HANDLERS],
        exception_handlers={ValidationException: not_valid}, security=[{"token": []}, {"session": []}],
        response_headers=[],
    )
]
OPENAPI = OpenAPIConfig(
    title="Townwatch", version=version("townwatch"),
    description="政务公开与舆情巡查的数据接口。令牌在工作台“令牌”页面新建，放在 Authorization: Bearer 里。",
    contact=Contact(name="Townwatch"), use_handler_docstrings=True, path="/api",
    openapi_router=Router(path="/api", route_handlers=[], opt={"open": True}, include_in_schema=False),
    render_plugins=[JsonRenderPlugin(path="/openapi.json")],
    components=Components(security_schemes={
        "token": SecurityScheme(type="http", scheme="bearer"),
        "session": SecurityScheme(type="apiKey", security_scheme_in="cookie", name="townwatch"),
    }),
)
