"""Templates and redirects: what every page needs around its own content."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template.config import TemplateConfig

from core import words
from core.clock import local_date, local_text
from core.settings import Settings
from core.text import mask_address, openable
from service.web.marking import compared, linked, unlinked
from service.web.notices import SAID
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor

TEMPLATES = Path(__file__).parent / "templates"
AnyRequest = Request[Any, Any, Any]


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """Jinja with escaping on: every text is hostile until a filter of ours says otherwise."""
    return TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine, engine_callback=_prepare)


def render(
    request: AnyRequest, name: str, /, *, town: Settings | None = None, section: str = "", title: str = "", status: int = 200,
    **context: Any,
) -> Template:
    """A page. ``section`` marks the entry of the navigation; the visitor is None on pages open to strangers."""
    visitor = visitor_in(request)
    shown = {
        "visitor": visitor, "csrf": visitor.csrf if visitor else "", "town": town, "section": section, "title": title,
        "words": words, "permission": Permission, "path": request.url.path, "notice": SAID.get(request.query_params.get("said", "")),
        "service_name": request.app.state["bench"].service.settings.name,
    }
    return Template(name, context=shown | context, status_code=status, media_type="text/html")


def visitor_in(request: AnyRequest) -> Visitor | None:
    """Whom the guard has let in."""
    found = request.scope.get("state", {}).get("visitor")
    return found if isinstance(found, Visitor) else None


def is_partial(request: AnyRequest) -> bool:
    """Whether HTMX asks for a part of the page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def see_other(path: str, *, said: str = "", **query: str) -> Redirect:
    """After a change: 303 to a page of ours, which says ``SAID[said]``."""
    if said and said not in SAID:
        raise KeyError(said)
    parts = urlencode(({"said": said} if said else {}) | query)
    return Redirect(path + (f"?{parts}" if parts else ""), status_code=303)


def safe_path(path: str | None) -> str:
    r"""Where to go after sign-in: a path of this site, or the first page. ``//host``, ``/\host`` and control characters
    would lead a browser elsewhere."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    if any(ord(letter) < 0x20 for letter in path):
        return "/"
    parts = urlsplit(path)
    return "/" if parts.scheme or parts.netloc else path


def safe_url(url: object) -> str:
    """A crawled address as a link's target: http and https only; ``javascript:`` and the rest become ``#``, and so does an address
    with a private number in it."""
    text = str(url or "")
    return text if openable(text) and text.lower().startswith(("http://", "https://")) else "#"


def day_text(value: date | datetime | None) -> str:
    """A day in China; a dash for None."""
    if value is None:
        return "—"
    return (local_date(value) if isinstance(value, datetime) else value).isoformat()


def _plain_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _prepare(engine: JinjaTemplateEngine) -> None:
    jinja = engine.engine
    jinja.undefined = StrictUndefined
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.filters |= {"compared": compared, "local": local_text, "day": day_text, "safe_url": safe_url, "plain_json": _plain_json}
    jinja.filters |= {"shown_url": mask_address, "linked": linked, "unlinked": unlinked}
