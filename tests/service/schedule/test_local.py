"""The engine of one machine, with the test's own clock, on the demo town."""

from __future__ import annotations

import dataclasses
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core.clock import SHANGHAI
from core.configuration import load_settings
from core.service import Schedule, Service, ServiceSettings
from core.settings import Settings
from service.jobs.catalogue import JOBS
from service.jobs.task import Workplace
from service.schedule.local import LocalEngine
from service.schedule.recheck import make_recheck
from service.schedule.serving import parts
from service.web.serving import address, listen
from store import jobs
from store.database import Engine, for_town, open_store
from store.jobs import JobRun
from tests.service.schedule.conftest import Demo, wait_for

MORNING = datetime(2026, 3, 3, 10, 0, tzinfo=SHANGHAI)


@dataclasses.dataclass
class Bench:
    """An engine that ticks when the test says, at the time it says."""

    store: Engine
    settings: Settings
    demo: Demo
    set_to: datetime = MORNING

    def __post_init__(self) -> None:
        self._set = time.monotonic()
        service = Service(ServiceSettings(schedule=Schedule(spread_minutes=0, visit_every_minutes=0)), {"town": self.settings})
        self.place = Workplace(service=service, engine=self.store, var=self.demo.folder, now=lambda: self.now, environment={})
        self.engine = LocalEngine(self.place, worker="w", only=JOBS.keys(), threads=4, plan_every=0)

    @property
    def now(self) -> datetime:
        """The clock goes on from what it was set to."""
        return self.set_to + timedelta(seconds=time.monotonic() - self._set)

    @now.setter
    def now(self, moment: datetime) -> None:
        self.set_to, self._set = moment, time.monotonic()

    def until_idle(self) -> None:
        """Tick until nothing waits."""
        def idle() -> bool:
            self.engine.tick()
            return not self.engine.running and not self.waiting()
        wait_for(idle)

    def waiting(self) -> list[JobRun]:
        with self.store.connect() as connection:
            return jobs.waiting(connection)

    def rows(self, job: str) -> list[JobRun]:
        with for_town(self.store, "town").connect() as connection:
            return jobs.recent(connection, 100, job=job)


@pytest.fixture
def bench(demo: Demo) -> Iterator[Bench]:
    store = open_store(demo.url)
    yield Bench(store, load_settings(demo.config), demo)
    store.dispose()


def test_stopped_over_several_slots_each_job_is_made_up_for_once_and_it_is_told(bench: Bench) -> None:
    """From Tuesday ten o'clock to Thursday ten o'clock nothing ran."""
    bench.until_idle()
    bench.now = MORNING + timedelta(days=2)
    bench.until_idle()
    with for_town(bench.store, "town").connect() as connection:
        late = jobs.caught_up(connection, MORNING + timedelta(days=1))
    run = [row for row in late if row.caught_up]
    thursday = (MORNING + timedelta(days=2)).replace(hour=0)
    assert {(row.job, row.part, row.slot, row.status, row.attempts) for row in run} == {
        *(("crawl", site.id, thursday.replace(hour=6, minute=30), "done", 1) for site in bench.settings.sites),
        ("check", "", thursday.replace(hour=8, minute=30), "done", 1),
        ("prune", "", thursday.replace(hour=2, minute=30), "done", 1),
    }
    missed = {(row.job, row.slot.astimezone(SHANGHAI).strftime("%d %H:%M")) for row in late if row.status == "missed"}
    assert missed == {("crawl", "04 06:30"), ("check", "03 16:30"), ("check", "04 08:30"), ("check", "04 16:30"),
                      ("prune", "04 02:30")}
    # The late check judged what the late crawls had brought.
    ids = {row.job: row.id for row in run}
    assert ids["check"] > 0
    before = {row.id for row in bench.rows("check")}
    bench.until_idle()
    assert {row.id for row in bench.rows("check")} == before, "something was made up for twice"


def test_a_source_is_looked_at_again_when_a_person_asks_and_once_for_two_clicks(bench: Bench) -> None:
    bench.until_idle()
    source = bench.settings.sites[0].sources[0].id
    asked = len(bench.demo.town.requests)
    recheck = make_recheck(bench.store, lambda: bench.now)
    recheck("town", source)
    recheck("town", source)
    bench.until_idle()
    (row,) = bench.rows("recheck")
    assert (row.part, row.status) == (source, "done")
    assert row.note.startswith("查看来源1个")
    assert len(bench.demo.town.requests) > asked
    assert ("check", "recheck") in {(each.job, each.part) for each in bench.rows("check")}


def test_a_clock_set_back_repeats_nothing(bench: Bench) -> None:
    bench.until_idle()
    before = {row.id: row.attempts for job in ("crawl", "check") for row in bench.rows(job)}
    bench.now -= timedelta(hours=5)
    bench.until_idle()
    after = {row.id: row.attempts for job in ("crawl", "check") for row in bench.rows(job)}
    assert {key: after[key] for key in before} == before


def test_a_silent_engine_says_so_and_ticks_again_when_started_again(bench: Bench) -> None:
    engine = LocalEngine(bench.place, worker="w", only={"digest"}, threads=1, tick=3600, silent=0.3)
    engine.start()
    assert engine.failure() is None
    wait_for(lambda: engine.failure() is not None, 5)
    engine.start()
    assert engine.failure() is None
    engine.stop(1)


def test_a_store_that_is_away_does_not_end_the_schedule(bench: Bench) -> None:
    """The table is gone for a while: the tick says so in the log, and the next finds it again."""
    with bench.store.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE job_runs RENAME TO elsewhere")
    bench.engine.tick()
    with bench.store.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO job_runs")
    bench.engine.tick()
    assert bench.engine.running or bench.rows("send")
    bench.until_idle()


def test_a_workbench_that_dies_answers_again_at_the_same_address(bench: Bench) -> None:
    with listen("127.0.0.1", 0) as listener:
        web = parts(bench.place, listener, "w")["工作台"]
        for _ in range(2):
            web.start()
            with urllib.request.urlopen(address(listener) + "healthz", timeout=20) as answer:
                assert answer.status == 200
            assert web.failure() is None
            web.stop(10)
            assert web.failure() == "服务器线程已结束"
