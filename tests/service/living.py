"""A demo town, and the days that are lived on it: crawled and checked as the daily chain does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.run import plan_alerts
from core.clock import local_date
from core.configuration import load_settings
from core.settings import Settings
from crawler.run import crawl
from demo.configure import write_config
from demo.town import DemoTown
from monitor.run import CheckReport, check
from service.page_texts import reader
from service.visits import visit_round
from store.database import Engine, for_town, open_store

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)


@dataclass
class Lived:
    """A demo town, its settings, its store and its working folder."""

    town: DemoTown
    settings: Settings
    engine: Engine
    var: Path

    def day(self, n: int = 0, *, crawled: bool = True, visited: bool = False) -> CheckReport:
        """Day ``n`` after the first; with a round of visits to the sites, where asked for."""
        at = AT + timedelta(days=n)
        if crawled:
            crawl(self.settings, self.engine, self.var, now=lambda: at)
        if visited:
            self.visit(n)
        # What is checked was crawled before.
        return check(
            self.settings, self.engine, now=at + timedelta(hours=1), read=reader(self.var), also=lambda c, t: plan_alerts(c, self.settings, t)
        )


    def visit(self, n: float) -> None:
        """A round of visits on day ``n``: home pages, and every address that pages link to."""
        at = AT + timedelta(days=n, minutes=30)
        rules = self.settings.health.model_copy(update={"links_per_day": 1000, "links_every_days": 1})
        visit_round(self.settings.model_copy(update={"health": rules}), self.engine, every_minutes=1440, now=lambda: at)


@dataclass
class FirstDay:
    """The town as it was checked on its first day. It is lived once; each test goes on from a copy."""

    town: DemoTown
    folder: Path
    report: CheckReport

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Lived]:
        """The store, the archive and the configuration after the first day, in another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        self.town.portal.reset()
        with _opened(self.town, folder) as lived:
            yield lived


@contextmanager
def fresh(folder: Path) -> Iterator[Lived]:
    """A town that stands as long as the block runs, before its first day."""
    with DemoTown(local_date(AT)) as town:
        write_config(folder / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9/?to=a@example.org")
        with _opened(town, folder) as lived:
            yield lived


@contextmanager
def first_day(folder: Path) -> Iterator[FirstDay]:
    """A town that stands as long as the block runs, and its first day."""
    with fresh(folder) as lived:
        report = lived.day(visited=True)
        # So that all of it stands in the file that is copied.
        lived.engine.dispose()
        yield FirstDay(lived.town, folder, report)


@contextmanager
def _opened(town: DemoTown, folder: Path) -> Iterator[Lived]:
    engine = for_town(open_store(f"sqlite:///{folder / 'townwatch.db'}"), "town")
    yield Lived(town, load_settings(folder / "config"), engine, folder / "var")
    engine.dispose()
