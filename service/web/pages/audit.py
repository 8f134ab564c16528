"""The audit log, for who answers for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from core.clock import day_start
from service.web.inject import Bench, Who
from service.web.paging import SIZE, Page, known_total, offset, page_number
from service.web.rendering import AnyRequest, render
from service.web.security.audit import ACTIONS
from service.web.security.rights import Permission
from store import audit


@get("/audit", sync_to_thread=True, opt={"may": Permission.AUDIT})
def page(request: AnyRequest, bench: Bench, visitor: Who) -> Template:
    """Newest first; who has not every town sees the changes of theirs only."""
    asked = {name: request.query_params.get(name, "").strip() for name in ("who", "action", "town", "since", "until")}
    number = page_number(request.query_params.get("page"))
    chosen = _filters(asked) | {"towns": visitor.towns}
    with bench.engine.connect() as connection:
        entries = audit.list_entries(connection, **chosen, limit=SIZE, offset=offset(number))
        total = known_total(audit.count(connection, **chosen))
    towns = {key: town.town.name for key, town in bench.service.towns.items() if visitor.may(Permission.AUDIT, key)}
    shown = Page(items=entries, number=number, total=total, path="/audit", filters=asked)
    return render(request, "audit.html", title="操作日志", shown=shown, asked=asked, actions=ACTIONS, towns=towns)


def _filters(asked: dict[str, str]) -> dict[str, Any]:
    since, until = _day(asked["since"]), _day(asked["until"])
    return {
        "who": asked["who"].lower() or None, "action": asked["action"] or None, "town": asked["town"] or None,
        "since": day_start(since) if since else None, "until": day_start(until + timedelta(days=1)) if until else None,
    }


def _day(text: str) -> date | None:
    """A day of the address; what is none filters nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2999 else None


HANDLERS: list[HTTPRouteHandler] = [page]
