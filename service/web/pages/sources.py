"""来源: how the last looks at each source went, and a look on request; and the runs of the schedule."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.settings import Settings, Site, SourceSettings
from core.words import JOBS
from monitor import site_watch
from service.web import charts
from service.web.inject import Bench, TownId, Who
from service.web.paging import SIZE, Page, offset, page_number
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from store import jobs, records, runs
from store.database import transaction

LOOKS = 30
MEANINGS = {
    "new": ("看到了新的或改动过的内容。", ""),
    "unchanged": ("网站回答没有变化。", ""),
    "all_known": ("列表看过了，都是已收录的内容。", ""),
    "all_filtered": ("列表看过了，没有与本镇有关的内容。", ""),
    "empty": ("页面能打开，栏目里没有任何内容。", "到网站上看栏目是否真的空白；空白栏目会被扣分。"),
    "redesigned": ("页面能打开，但读不出列表，网站可能改版了。", "请技术人员核对来源的配置；在此之前这个来源等于没有看。"),
    "blocked": ("网站拒绝了访问。", "不要绕过。可与网站管理方联系放行，或降低访问频率；在此之前请人工查看。"),
    "unreachable": ("网站没有在规定时间内打开。", "先人工打开看看；连续打不开的，联系网站管理方。"),
    "not_run": ("这一次没有看这个来源。", "原因见说明；没有看到不等于没有问题。"),
}


@get("/towns/{town:str}/sources", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """Every source with its last looks."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        recent = runs.recent_results(connection, limit_per_source=LOOKS)
        states = runs.states(connection)
        sites = site_watch.summaries(connection, settings, bench.clock())
    looks = [(site, source, recent.get(source.id, [])) for site, source in settings.all_sources]
    rows = [(site, source, results, charts.looks(results, LOOKS)) for site, source, results in looks]
    return render(
        request, "sources.html", town=settings, section="sources", title="来源", rows=rows,
        sites=sites,
        last_new={source: state.last_new_at for source, state in states.items()}, staff={p.id: p.name for p in settings.staff},
    )


@get("/towns/{town:str}/sources/{source:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, source: FromPath[str]) -> Template:
    """One source: what its last look means, what to do, and every look kept."""
    settings = bench.town(town)
    site, found = _found(settings, source)
    number = page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        looks = runs.recent_results(connection, limit_per_source=LOOKS).get(source, [])
        state = runs.states(connection).get(source)
        listed, total = records.page_of_records(connection, source=source, number=number)
    return render(
        request, "source.html", town=settings, section="sources", title=found.name, site=site, source=found, looks=looks,
        bars=charts.looks(looks, LOOKS), meanings=MEANINGS, staff={p.id: p.name for p in settings.staff},
        may=visitor.may(Permission.RECHECK, town), last_new=state.last_new_at if state else None,
        page=Page(items=listed, number=number, total=total, path=f"/towns/{town}/sources/{source}"),
    )


@post("/towns/{town:str}/sources/{source:str}/recheck", sync_to_thread=True, opt={"may": Permission.RECHECK})
def recheck(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, source: FromPath[str]) -> Redirect:
    """Ask the schedule for a look now; the host's pace is kept all the same."""
    settings = bench.town(town)
    _found(settings, source)
    engine = bench.town_engine(town)
    with engine.connect() as connection:
        waiting = any(run.job == "recheck" and run.part == source and not run.over for run in jobs.waiting(connection))
    if waiting:
        return see_other(f"/towns/{town}/sources/{source}", said="recheck_waiting")
    with transaction(engine) as connection:
        record_change(connection, visitor, request, "source_recheck", f"source:{source}", town)
    bench.recheck(town, source)
    return see_other(f"/towns/{town}/sources/{source}", said="recheck")


@get("/towns/{town:str}/runs", sync_to_thread=True, opt={"may": Permission.READ})
def runs_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """What the schedule ran, newest first."""
    settings, job = bench.town(town), request.query_params.get("job", "")
    number = page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        found = jobs.recent(connection, SIZE + 1, offset=offset(number), job=job if job in JOBS else None)
    total = offset(number) + len(found)
    page = Page(items=found[:SIZE], number=number, total=total, path=f"/towns/{town}/runs", filters={"job": job})
    sites = {site.id: site.name for site in settings.sites} | {source.id: source.name for _, source in settings.all_sources}
    return render(request, "runs.html", town=settings, section="sources", title="运行记录", page=page, job=job, parts=sites)


def _found(settings: Settings, source: str) -> tuple[Site, SourceSettings]:
    try:
        return settings.source(source)
    except KeyError:
        raise NotFoundException("没有这个来源") from None


HANDLERS: list[HTTPRouteHandler] = [list_page, one_page, recheck, runs_page]
