"""今日: what needs the visitor by due time, what was not looked at and why."""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from monitor.items.upcoming import titled
from service.case_list import reading
from service.web.inject import Bench, TownId, Who
from service.web.rendering import AnyRequest, render
from service.web.security.rights import Permission
from service.web.today import answers_for_all, gather


@get("/towns/{town:str}/", sync_to_thread=True, opt={"may": Permission.READ})
def page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId) -> Template:
    """The visitor's day."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        day = gather(connection, settings, bench.service.settings.schedule, visitor, bench.clock())
    names = reading(settings, day.today)
    return render(
        request, "today.html", town=settings, section="today", title="今日", day=day, answers=answers_for_all(visitor),
        titled=titled, staff=names.staff, sources=names.sources,
    )


HANDLERS: list[HTTPRouteHandler] = [page]
