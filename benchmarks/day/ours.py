"""Our own crawl of the site, as it runs every day: settings, store, child process and archive, all real."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.day.server import Server
from benchmarks.day.site import Town
from core.configuration import load_settings
from core.nouns import Run
from core.settings import Politeness, Settings, Site, SourceSettings
from crawler.evidence import verify
from crawler.run import archive_root, crawl
from store import records, seals
from store.database import for_town, open_store

ROOT = Path(__file__).parents[2]
UNBOUND = Politeness(requests_per_second=1_000_000, concurrency=16, recheck_most=1_000_000)

Found = dict[str, set[int]]
"""Articles, by what the changed day did with them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds of the wall and of the processor (with its children), and what the server answered."""

    wall: float
    cpu: float
    requests: int
    not_modified: int
    bytes: int


def measured(server: Server, work: Callable[[], Any]) -> Cost:
    """Do the work and say what it took."""
    server.taken()
    before, begun = _cpu(), time.perf_counter()
    work()
    return Cost(time.perf_counter() - begun, _cpu() - before, **server.taken())


@dataclass(slots=True)
class Watch:
    """A store in a folder, and the settings that watch the server."""

    folder: Path
    town: Town
    server: Server
    start: datetime
    troubles: list[str] = field(default_factory=list)

    def run(self, day: int, *, full: bool = False) -> Cost:
        """The crawl of a day."""
        settings, engine = self.settings(), for_town(open_store(self.database), "town")
        at = self.start + timedelta(days=day)
        runs: list[Run] = []
        try:
            return measured(self.server, lambda: runs.append(crawl(settings, engine, self.folder, now=lambda: at, full=full)))
        finally:
            engine.dispose()
            self.troubles = [f"{one.source}: {one.outcome} {one.error}" for run in runs for one in run.sources if one.error]

    def found(self) -> Found:
        """Of what the changed day did, what the store knows."""
        engine = for_town(open_store(self.database), "town")
        with engine.connect() as connection:
            stored = {kept.stored.record.url.removeprefix(self.server.url): kept.stored for kept in records.with_versions(connection)}
        engine.dispose()
        day, path = self.town.day, self.town.article_path
        return {
            "edited": {n for n in day.edited if stored[path(n)].versions > 1},
            "replaced": {n for n in day.replaced if stored[path(n)].versions > 1},
            "added": {n for n in day.added if path(n) in stored},
            "removed": {n for n in day.removed if stored[path(n)].removed_at is not None},
        }

    def verified(self) -> tuple[int, float, int]:
        """Versions, seconds of the processor, and breaks of a verification."""
        engine, before = for_town(open_store(self.database), "town"), time.process_time()
        with engine.connect() as connection:
            found = verify(connection, archive_root(self.folder), "town")
            assert seals.list_seals(connection)
        engine.dispose()
        return found.versions, time.process_time() - before, len(found.breaks)

    def copy(self, folder: Path) -> Watch:
        """The same store in another folder."""
        shutil.copytree(self.folder, folder)
        return Watch(folder, self.town, self.server, self.start)

    @property
    def database(self) -> str:
        """The store's address."""
        return f"sqlite:///{self.folder / 'townwatch.db'}"

    def settings(self) -> Settings:
        """The repository's own, with this one site."""
        columns = tuple(
            SourceSettings(id=f"c{n}", name=f"栏目{n}", url=f"{self.server.url}/c{n}/index.html") for n in range(self.town.columns)
        )
        site = Site.model_validate({
            "id": "site", "name": "站", "platform": "trs", "home": self.server.url + "/", "allow_private": True,
            "hosts": (self.server.url.removeprefix("http://"),), "politeness": UNBOUND, "source": columns,
        })
        return load_settings(ROOT / "config").model_copy(update={"sites": (site,)})


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
