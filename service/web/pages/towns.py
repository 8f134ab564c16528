"""The first page, and the county's table of its towns."""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from service.web.county import gather
from service.web.inject import Bench, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.rights import Permission


@get("/", sync_to_thread=False, opt={"may": Permission.READ})
def first_page(request: AnyRequest, bench: Bench, visitor: Who) -> Redirect:
    """The visitor's one town, or the table of several."""
    theirs = [town for town in bench.service.towns if visitor.may(Permission.READ, town)]
    said = request.query_params.get("said", "")
    query = {"said": said} if said else {}
    return see_other(f"/towns/{theirs[0]}/" if len(theirs) == 1 else "/towns", **query)


@get("/towns", sync_to_thread=True, opt={"may": Permission.READ})
def table(request: AnyRequest, bench: Bench, visitor: Who) -> Template:
    """Every town of the visitor with what is open and late in it."""
    rows = gather(bench, [town for town in bench.service.towns if visitor.may(Permission.READ, town)])
    return render(request, "towns.html", title="各乡镇", rows=rows)


HANDLERS: list[HTTPRouteHandler] = [first_page, table]
