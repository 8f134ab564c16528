"""Sources (来源) with their last looks, and the crawl runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.params import QueryParameter

from monitor import site_watch
from service import shaping
from service.shapes import SiteHealthShape, SourceShape, TimedRunShape
from service.web.api.route import get
from service.web.inject import Bench, TownId
from store import runs as run_store


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesShape:
    """Every source of the town, and every site that is visited."""

    sources: list[SourceShape]
    sites: list[SiteHealthShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsShape:
    """The latest runs, newest first."""

    runs: list[TimedRunShape]


@get("/towns/{town:str}/sources")
def list_sources(bench: Bench, town: TownId, looks: Annotated[int, QueryParameter(ge=1, le=30)] = 10) -> SourcesShape:
    """各来源和最近几次巡查的结果，最近的在前；各网站首页的打开率、证书和最新日期。"""
    with bench.town_engine(town).connect() as connection:
        recent = run_store.recent_results(connection, limit_per_source=looks)
        sites = site_watch.summaries(connection, bench.town(town), bench.clock())
    return SourcesShape(
        sources=[shaping.source(site.name, one, recent.get(one.id, [])) for site, one in bench.town(town).all_sources],
        sites=[shaping.site_health(site, found) for site, found in sites],
    )


@get("/towns/{town:str}/runs")
def list_runs(bench: Bench, town: TownId, limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20) -> RunsShape:
    """最近几次采集，最近的在前。"""
    with bench.town_engine(town).connect() as connection:
        runs = run_store.latest_runs(connection, limit)
    return RunsShape(runs=[shaping.timed_run(run) for run in runs])


HANDLERS = [list_sources, list_runs]
