"""What the benchmark judges: towns of one configuration, each check timed. A module of its own, so that a child can import it."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import quantiles

from benchmarks.web.fill import START
from core.configuration import load_settings
from core.nouns import Outcome, SourceResult
from core.settings import CatalogueItem, Column, Settings, Site, SourceSettings
from monitor.catalogue.presets import presets
from monitor.run import check
from store.database import Engine, for_town, open_store, transaction
from store.runs import finish_run, save_results, start_run

ROOT = Path(__file__).parents[2]
COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one check of every town: seconds in all and of our own computing, the 95th hundredth of a town, findings open, peak
    memory in MB."""

    name: str
    records: int
    seconds: float
    cpu_seconds: float
    town_seconds: float
    findings: int
    peak_mb: float


def towns(count: int) -> list[Settings]:
    """Towns with the repository's own rules and calendar, each with sixty columns on a site of its own, and the items of every
    preset that apply to a town, dealt out over the columns."""
    one = load_settings(ROOT / "config")
    column = next(column for column in one.columns if column.applicable)
    site, source = one.source(column.source)
    sources = tuple(source.model_copy(update={"id": f"column{n}", "name": f"第 {n} 栏"}) for n in range(COLUMNS))
    columns = tuple(column.model_copy(update={"id": f"column{n}", "name": f"第 {n} 栏", "source": f"column{n}"}) for n in range(COLUMNS))
    applicable = [item for preset in presets() for item in preset.items if item.applicable]
    items = tuple(item.model_copy(update={"columns": (f"column{n % COLUMNS}",)}) for n, item in enumerate(applicable))
    return [_town(one, site, number, sources, columns, items) for number in range(count)]


def _town(
    one: Settings, site: Site, number: int, sources: tuple[SourceSettings, ...], columns: tuple[Column, ...],
    items: tuple[CatalogueItem, ...],
) -> Settings:
    return one.model_copy(update={
        "town": one.town.model_copy(update={"id": f"town{number}"}), "columns": columns, "items": items,
        "sites": (site.model_copy(update={"sources": sources}),),
    })


def judged(url: str, settings: list[Settings], records: int) -> Iterator[Figures]:
    """The first check of all, and the next day's."""
    engine = open_store(url)
    for name, at in (("first", START), ("next day", START + timedelta(days=1))):
        for one in settings:
            _crawled(for_town(engine, one.town.id), one, at)
        times, findings, before = [], 0, time.process_time()
        for one in settings:
            begun = time.perf_counter()
            findings += len(check(one, for_town(engine, one.town.id), now=at).findings)
            times.append(time.perf_counter() - begun)
        own = time.process_time() - before
        late = quantiles(times, n=20, method="inclusive")[18] if len(times) > 1 else times[0]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Figures(name, records, sum(times), own, late, findings, peak)


def _crawled(engine: Engine, one: Settings, at: datetime) -> None:
    """A run that saw every source before the check, so that all is judged and nothing is put off."""
    run, seen = f"{one.town.id}-{at:%d}", at - timedelta(hours=1)
    results = [SourceResult(source=source.id, outcome=Outcome.ALL_KNOWN, seen=15, checked_at=seen) for _, source in one.all_sources]
    with transaction(engine) as connection:
        start_run(connection, run, seen)
        save_results(connection, run, results)
        finish_run(connection, run, status="loaded", at=seen, requests=60, not_modified=60, received=0, seconds=60.0)


def answer(pipe: Pipe, url: str, count: int, records: int) -> None:
    """In a child: send the figures of each check."""
    for figures in judged(url, towns(count), records):
        pipe.send(figures)
    pipe.close()
