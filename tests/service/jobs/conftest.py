"""A demo town that is not running, an empty store of many towns, and slots to work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import local_date
from core.configuration import load_settings
from core.nouns import Record
from core.service import Service, ServiceSettings
from demo.configure import write_config
from demo.town import DemoTown
from service.jobs.task import Workplace
from service.jobs.work import STALE_AFTER
from store import jobs, records
from store.database import Engine, for_town, open_store, transaction
from store.jobs import JobRun

SLOT = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)


@dataclass
class Bench:
    """A workplace whose clock is set by the test."""

    engine: Engine
    service: Service
    var: Path
    now: datetime = SLOT + timedelta(minutes=1)

    def place(self, stopping: Callable[[], bool] = lambda: False, var: Path | None = None) -> Workplace:
        return Workplace(service=self.service, engine=self.engine, var=var or self.var, now=lambda: self.now, environment={},
                         stopping=stopping)

    def claim(self, job: str, part: str = "", slot: datetime = SLOT) -> JobRun:
        with transaction(self.engine) as connection:
            run = jobs.claim(connection, town="town", job=job, part=part, slot=slot, worker="w", now=self.now,
                             stale_after=STALE_AFTER)
        assert run is not None, f"{job} {part} could not be claimed"
        return run

    def add_article(self) -> None:
        """A record in which the next check looks for mentions."""
        record = Record(site="huoshan", key="1", kind="article", url="http://127.0.0.1:9/1", title="公告", body="正文")
        with transaction(for_town(self.engine, "town")) as connection:
            records.save(connection, "run", [records.Arrival(record=record, at=SLOT)])

    def rows(self) -> dict[tuple[str, str], JobRun]:
        with self.engine.connect() as connection:
            return {(run.job, run.part): run for run in jobs.recent(connection, 50)}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    with DemoTown(local_date(SLOT)) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
    return Service(ServiceSettings(), {"town": load_settings(tmp_path / "config")})


@pytest.fixture
def bench(store_url: str, service: Service, tmp_path: Path) -> Iterator[Bench]:
    engine = open_store(store_url)
    yield Bench(engine, service, tmp_path / "var")
    engine.dispose()
