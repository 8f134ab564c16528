"""A demo town, its configuration, and a store to crawl it into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.configuration import load_settings
from core.nouns import Run, SourceResult
from core.settings import Settings, Site
from crawler.run import crawl
from demo.configure import write_config
from demo.town import DemoTown
from store import tables
from store.database import Engine, for_town, open_store

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass
class Watch:
    """The town and those who watch it."""

    town: DemoTown
    settings: Settings
    engine: Engine
    var: Path

    def crawl(self, hours: float = 0, **options: Any) -> dict[str, SourceResult]:
        """Crawl some hours after the start; results by source."""
        self.town.forget_requests()
        return by_source(self.run(hours, **options))

    def run(self, hours: float = 0, **options: Any) -> Run:
        return crawl(self.settings, self.engine, self.var, now=lambda: START + timedelta(hours=hours), **options)

    def politeness(self, **changes: Any) -> None:
        """Change how every site is asked."""
        self.sites(lambda site: site.model_copy(update={"politeness": site.politeness.model_copy(update=changes)}))

    def sites(self, change: Any) -> None:
        """Change every site."""
        self.settings = self.settings.model_copy(update={"sites": tuple(change(site) for site in self.settings.sites)})

    def only(self, *sources: str) -> None:
        """Leave nothing but these sources in the configuration."""

        def keep(site: Site) -> Site:
            return site.model_copy(update={"sources": tuple(s for s in site.sources if s.id in sources)})

        self.sites(keep)

    def statuses(self, prefix: str) -> list[int]:
        """The statuses that the town answered to GETs of addresses that begin so."""
        return [asked.status for asked in self.town.requests if asked.method == "GET" and asked.path.startswith(prefix)]

    def contents(self) -> dict[str, Any]:
        """All that the store holds of what was published: what two crawls may be compared by."""
        with self.engine.connect() as connection:
            records = connection.execute(select(tables.records)).mappings().all()
            sightings = connection.execute(
                select(tables.records.c.key, tables.sightings.c.source, tables.sightings.c.row_hash)
                .join(tables.records, tables.records.c.id == tables.sightings.c.record_id)
            ).all()
            versions = connection.execute(
                select(tables.records.c.key, tables.versions.c.content_hash)
                .join(tables.records, tables.records.c.id == tables.versions.c.record_id)
            ).all()
        for row in (records := [dict(row) for row in records]):
            # Where the bytes of an attachment lie is each run's own.
            files = [file | {"evidence": None} for file in row["detail"]["attachments"]]
            row["detail"] = row["detail"] | {"attachments": files}
        kept = ("title", "body", "published_at", "detail", "content_hash", "removed_at", "versions")
        return {
            "records": {row["key"]: tuple(str(row[name]) for name in kept) for row in records},
            "sightings": sorted(map(tuple, sightings)), "versions": sorted(map(tuple, versions)),
        }


def by_source(run: Run) -> dict[str, SourceResult]:
    return {result.source: result for result in run.sources}


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with DemoTown(date(2026, 11, 24)) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
        engine = for_town(open_store(f"sqlite:///{tmp_path / 'townwatch.db'}"), "town")
        yield Watch(town, load_settings(tmp_path / "config"), engine, tmp_path / "var")
        engine.dispose()
