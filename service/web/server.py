"""The workbench's server: one page of the day's result and its digest, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response, get
from litestar.datastructures import ResponseHeader
from litestar.exceptions import NotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from core import words
from core.clock import local_text, now
from core.settings import Settings
from service.web.day import gather
from store.database import Engine

_HERE = Path(__file__).parent
# Crawled text is hostile: no script runs here at all, and nothing is loaded from elsewhere.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# The digest is a document of its own, with its style inside; it may run nothing either.
_DIGEST_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def make_app(settings: Settings, engine: Engine, folder: Path, clock: Callable[[], Any] = now) -> Litestar:
    """The workbench over one store. ``folder`` holds the digests (``digest/<month>.html``)."""

    @get("/", sync_to_thread=True)
    def today() -> Template:
        context = {"day": gather(settings, engine, clock()), "words": words, "digests": _digests(folder)}
        return Template("day.html", context=context)

    @get("/digest/{month:str}", sync_to_thread=True)
    def digest(month: str) -> Response[str]:
        if month not in _digests(folder):
            raise NotFoundException("没有这个月的月报")
        page = (folder / "digest" / f"{month}.html").read_text(encoding="utf-8")
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": _DIGEST_POLICY})

    @get("/healthz", sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return Litestar(
        route_handlers=[today, digest, healthz, create_static_files_router(path="/static", directories=[_HERE / "static"])],
        template_config=TemplateConfig(directory=_HERE / "templates", engine=JinjaTemplateEngine, engine_callback=_filters),
        response_headers=[ResponseHeader(name=name, value=value) for name, value in _HEADERS.items()],
        exception_handlers={NotFoundException: _not_found},
        openapi_config=None,
    )


def serve(settings: Settings, engine: Engine, folder: Path, *, port: int, announce: Callable[[str], None]) -> None:
    """Serve on loopback until interrupted; ``announce`` is told the address once it answers."""
    listener = socket.create_server(("127.0.0.1", port))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server = uvicorn.Server(uvicorn.Config(make_app(settings, engine, folder), log_level="warning", access_log=False))
    announce(address)
    server.run(sockets=[listener])


def _digests(folder: Path) -> list[str]:
    return sorted((path.stem for path in (folder / "digest").glob("*.html")), reverse=True)


def _filters(engine: JinjaTemplateEngine) -> None:
    engine.engine.filters["local"] = local_text
    engine.engine.filters["safe_url"] = lambda url: url if str(url).startswith(("http://", "https://")) else "#"


def _not_found(request: Request[Any, Any, Any], error: NotFoundException) -> Response[str]:
    return Response(error.detail or "没有这个页面", status_code=404, media_type="text/plain")
