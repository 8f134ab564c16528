"""今日: what needs the visitor by due time, what was not looked at and why."""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from service.web.inject import Bench, TownId, Who
from service.web.rendering import AnyRequest, render
from service.web.security.rights import Permission
from service.web.today import gather


@get("/towns/{town:str}/", sync_to_thread=True, opt={"may": Permission.READ})
def page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId) -> Template:
    """The visitor's day."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        day = gather(connection, settings, visitor, bench.clock())
    return render(
        request, "today.html", town=settings, section="today", title="今日", day=day, crawl_at=bench.service.settings.schedule.crawl_at,
        staff={person.id: person.name for person in settings.staff},
        sources={source.id: source.name for _, source in settings.all_sources},
    )


HANDLERS: list[HTTPRouteHandler] = [page]
