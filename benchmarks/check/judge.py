"""What the benchmark judges: towns of one configuration, each check timed. A module of its own, so that a child can import it."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import quantiles

from benchmarks.web.fill import START
from core.configuration import load_settings
from core.settings import Column, Settings, Site, SourceSettings
from monitor.run import check
from store.database import for_town, open_store

ROOT = Path(__file__).parents[2]
COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one check of every town: seconds in all, the 95th hundredth of a town, findings open, peak memory in MB."""

    name: str
    records: int
    seconds: float
    town_seconds: float
    findings: int
    peak_mb: float


def towns(count: int) -> list[Settings]:
    """Towns with the repository's own rules and calendar, each with sixty columns on a site of its own."""
    one = load_settings(ROOT / "config")
    column = next(column for column in one.columns if column.applicable)
    site, source = one.source(column.source)
    sources = tuple(source.model_copy(update={"id": f"column{n}", "name": f"第 {n} 栏"}) for n in range(COLUMNS))
    columns = tuple(column.model_copy(update={"id": f"column{n}", "name": f"第 {n} 栏", "source": f"column{n}"}) for n in range(COLUMNS))
    return [_town(one, site, number, sources, columns) for number in range(count)]


def _town(one: Settings, site: Site, number: int, sources: tuple[SourceSettings, ...], columns: tuple[Column, ...]) -> Settings:
    return one.model_copy(update={
        "town": one.town.model_copy(update={"id": f"town{number}"}), "columns": columns,
        "sites": (site.model_copy(update={"sources": sources}),),
    })


def judged(url: str, settings: list[Settings], records: int) -> Iterator[Figures]:
    """The first check of all, and the next day's."""
    engine = open_store(url)
    for name, at in (("first", START), ("next day", START + timedelta(days=1))):
        times, findings = [], 0
        for one in settings:
            begun = time.perf_counter()
            findings += len(check(one, for_town(engine, one.town.id), now=at).findings)
            times.append(time.perf_counter() - begun)
        late = quantiles(times, n=20, method="inclusive")[18] if len(times) > 1 else times[0]
        yield Figures(name, records, sum(times), late, findings, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def answer(pipe: Pipe, url: str, count: int, records: int) -> None:
    """In a child: send the figures of each check."""
    for figures in judged(url, towns(count), records):
        pipe.send(figures)
    pipe.close()
