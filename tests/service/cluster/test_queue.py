"""The queue itself: its tables, ticks that come once, and calls for rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.jobs import Status
from typer.testing import CliRunner

from core.clock import now
from core.errors import StoreError
from service.cli import app as townwatch
from service.cluster.app import do, due, hand_out, lock_of, make_app, worker_name
from service.cluster.schema import SCHEMA, has_queue, libpq, migrate_queue
from service.jobs.task import Workplace
from store import jobs
from store.database import transaction


@pytest.fixture
def place(county: Any, tmp_path: Path) -> Iterator[Workplace]:
    county.migrate()
    engine = county.store()
    yield Workplace(service=county.service(), engine=engine, var=tmp_path / "var", now=now, environment={})
    engine.dispose()


def queued(url: str) -> list[tuple[str, str | None]]:
    with psycopg.connect(libpq(url)) as connection:
        found = connection.execute(f"SELECT task_name, lock FROM {SCHEMA}.procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return [(str(task), lock) for task, lock in found.fetchall()]


def test_the_tables_are_made_once_and_brought_up_to_date(postgres_url: str) -> None:
    assert not has_queue(postgres_url)
    last = migrate_queue(postgres_url)
    assert migrate_queue(postgres_url) == last
    assert has_queue(postgres_url)
    with psycopg.connect(libpq(postgres_url)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_migrate_makes_them_in_a_cluster_alone(county: Any) -> None:
    environment = county.environment
    settings = county.config / "service.toml"
    cluster = settings.read_text(encoding="utf-8")
    for text, made in ((cluster.replace('"cluster"', '"local"'), False), (cluster, True), (cluster, True)):
        settings.write_text(text, encoding="utf-8")
        done = CliRunner(env=environment).invoke(townwatch, ["migrate"])
        assert done.exit_code == 0, done.output
        assert has_queue(county.url) is made


def test_a_file_cannot_be_shared_by_a_cluster() -> None:
    with pytest.raises(StoreError, match="PostgreSQL"):
        libpq("sqlite:///var/townwatch.db")
    assert libpq("postgresql+psycopg://a@b/c?host=/tmp") == "postgresql://a@b/c?host=/tmp"


def test_a_tick_comes_once_however_many_schedulers(county: Any, place: Workplace) -> None:
    """Three processes defer the same moment's tick, and then the next moment's before the first was taken."""

    async def scheduler(moment: int) -> int | None:
        app = make_app(county.url, place)
        async with app.open_async():
            tick = app.tasks["townwatch.tick"].configure(task_kwargs={"timestamp": moment})
            return await app.job_manager.defer_periodic_job(job=tick.job, periodic_id="tick", defer_timestamp=moment)

    async def many() -> list[int | BaseException | None]:
        return await asyncio.gather(*(scheduler(1_700_000_000) for _ in range(3)), return_exceptions=True)

    deferred = asyncio.run(many())
    assert len([one for one in deferred if isinstance(one, int)]) == 1
    assert queued(county.url) == [("townwatch.tick", None)]


def test_rows_are_called_once_with_the_lock_of_their_host(county: Any, place: Workplace) -> None:
    async def twice() -> tuple[int, int]:
        app = make_app(county.url, place)
        async with app.open_async():
            return await hand_out(app, place), await hand_out(app, place)

    first, second = asyncio.run(twice())
    assert first >= 9
    assert second == 0
    hosts = sorted(str(lock) for _, lock in queued(county.url) if str(lock).startswith("host:"))
    assert hosts == sorted(f"host:127.0.0.{number}" for number in (1, 2, 3) for _ in range(3)), "three towns with three sites"


def test_a_recheck_has_its_hosts_lock_and_a_check_its_towns(county: Any, place: Workplace) -> None:
    with transaction(place.engine) as connection:
        jobs.queue(connection, town="dahua", job="recheck", part="board-huoshan", slot=now())
        jobs.queue(connection, town="dahua", job="check", part="", slot=now())
        jobs.queue(connection, town="gone", job="crawl", part="huoshan", slot=now())
        rows = {(row.town, row.job): lock_of(place, row) for row in jobs.waiting(connection)}
    assert rows == {("dahua", "recheck"): "host:127.0.0.2", ("dahua", "check"): "dahua/check/", ("gone", "crawl"): "gone/crawl/huoshan"}


def test_the_job_of_a_dead_worker_is_called_anew(county: Any, place: Workplace) -> None:
    row = next(row for row in due(place) if row.job == "crawl")

    async def dies() -> None:
        app = make_app(county.url, place)
        async with app.open_async():
            await hand_out(app, place)
            worker = await app.job_manager.register_worker()
            job = await app.job_manager.fetch_job(queues=["work"], worker_id=worker)
            assert job is not None
            with transaction(place.engine) as connection:
                claimed = jobs.get(connection, int(str(job.task_kwargs["run"])))
                assert jobs.claim(connection, town=claimed.town, job=claimed.job, part=claimed.part, slot=claimed.slot,
                                  worker=worker_name(worker), now=now(), stale_after=now() - now())
            await app.connector.execute_query_async(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id = %(id)s", id=worker)
            assert await hand_out(app, place) >= 1
            calls = [call for call in await app.job_manager.list_jobs_async() if call.task_kwargs["run"] == claimed.id]
            assert [call.status for call in calls] == [Status.TODO.value]
            assert calls[0].id != job.id
            with place.engine.connect() as connection:
                again = jobs.get(connection, claimed.id)
            assert (again.status, again.attempts) == ("failed", 1)

    asyncio.run(dies())
    assert row.status == "queued"


def test_a_call_for_a_row_that_is_over_does_nothing(place: Workplace) -> None:
    row = due(place)[0]
    with transaction(place.engine) as connection:
        jobs.finish(connection, row.id, "done", "已完成", now())
    do(place, row.id, "w#1")
    do(place, 999_999, "w#1")
    with place.engine.connect() as connection:
        assert jobs.get(connection, row.id).attempts == 0
