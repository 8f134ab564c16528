from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from service.jobs.work import STALE_AFTER, perform
from service.schedule.slots import crawled_sites
from store import jobs
from tests.service.jobs.conftest import SLOT, Bench


def test_a_job_that_is_done_says_what_it_did_and_the_next_follows(bench: Bench) -> None:
    perform(bench.claim("check"), bench.place())
    rows = bench.rows()
    done = rows["check", ""]
    assert (done.status, done.finished_at) == ("done", bench.now)
    assert done.note.startswith("检查") and "未解决" in done.note
    assert (rows["send", "check"].status, rows["send", "check"].slot) == ("queued", SLOT)


def test_after_the_last_site_of_a_slot_the_check_follows_even_if_every_crawl_failed(bench: Bench, tmp_path: Path) -> None:
    """The working folder is a file: no crawl can begin. The check still judges, and says that nothing was looked at."""
    broken = tmp_path / "broken"
    broken.write_text("", encoding="utf-8")
    sites = crawled_sites(bench.service.towns["town"])
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        for site in sites:
            assert ("check", "crawl") not in bench.rows()
            perform(bench.claim("crawl", site), bench.place(var=broken))
        assert {bench.rows()["crawl", site].attempts for site in sites} == {attempt}
    rows = bench.rows()
    assert "文件或网络出错" in rows["crawl", sites[0]].note
    assert (rows["check", "crawl"].status, rows["check", "crawl"].slot) == ("queued", SLOT)


def test_a_job_that_is_told_to_stop_is_handed_back(bench: Bench) -> None:
    bench.add_article()
    perform(bench.claim("check"), bench.place(stopping=lambda: True))
    row = bench.rows()["check", ""]
    assert (row.status, row.attempts) == ("queued", 0)
    perform(bench.claim("check"), bench.place())
    assert bench.rows()["check", ""].status == "done"


def test_a_full_disk_is_said_and_the_retry_goes_on(bench: Bench) -> None:
    folder = bench.var / "digest"
    folder.mkdir(parents=True)
    full = folder / "2026-02.html.part"
    full.symlink_to("/dev/full")
    perform(bench.claim("digest"), bench.place())
    row = bench.rows()["digest", ""]
    assert row.status == "failed" and "磁盘已满" in row.note
    assert not (folder / "2026-02.html").exists()
    full.unlink()
    perform(bench.claim("digest"), bench.place())
    assert bench.rows()["digest", ""].status == "done"
    assert "2026-02" in (folder / "2026-02.html").read_text(encoding="utf-8")


def test_a_site_of_a_town_no_longer_configured_fails_with_the_reason(bench: Bench) -> None:
    perform(bench.claim("crawl", "gone"), bench.place())
    row = bench.rows()["crawl", "gone"]
    assert row.status == "failed" and "没有站点 “gone”" in row.note


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_in_mid_transaction_is_said_and_the_retry_goes_on(bench: Bench, store_url: str) -> None:
    bench.add_article()
    killed: list[int] = []

    def kill() -> bool:
        """Called by the job in the middle of its transaction."""
        with psycopg.connect(store_url, autocommit=True) as other:
            everyone = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            (count,) = other.execute(f"{everyone} AND pid <> pg_backend_pid()").fetchone() or (0,)
            killed.append(count)
        return False

    perform(bench.claim("check"), bench.place(stopping=kill))
    assert killed[0] > 0
    row = bench.rows()["check", ""]
    assert row.status == "failed" and "数据库连接中断" in row.note, row.note
    with bench.engine.connect() as connection:
        assert jobs.waiting(connection)[0].id == row.id, "it is not tried again"
    perform(bench.claim("check"), bench.place())
    assert bench.rows()["check", ""].status == "done"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_locked_database_is_said_once_it_is_free(bench: Bench, store_url: str) -> None:
    run = bench.claim("check")
    with bench.engine.connect() as connection:  # the pool's only connection, which the job will use
        connection.exec_driver_sql("PRAGMA busy_timeout=100")
    other = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(1.5, other.rollback).start()
    perform(run, bench.place())
    other.close()
    row = bench.rows()["check", ""]
    assert row.status == "failed" and "占用" in row.note
    perform(bench.claim("check"), bench.place())
    assert bench.rows()["check", ""].status == "done"


CHILD = """
import resource, sys
from datetime import datetime
from pathlib import Path
from core.configuration import load_settings
from core.service import Service, ServiceSettings
from service.jobs import work
from service.jobs.task import Workplace
from store import jobs
from store.database import open_store, transaction
url, config, at = sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
engine = open_store(url)
place = Workplace(service=Service(ServiceSettings(), {"town": load_settings(config)}), engine=engine, var=config.parent / "var",
                  now=lambda: at, environment={}, stopping=lambda: True)
with transaction(engine) as connection:
    run = jobs.claim(connection, town="town", job="check", part="", slot=at, worker="w", now=at, stale_after=work.STALE_AFTER)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
work.perform(run, place)
print("it lives")
"""


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_where_not_even_the_end_can_be_written_the_slot_is_taken_up_again(
    bench: Bench, store_url: str, tmp_path: Path
) -> None:
    """The disk of the store itself is full (a quota of one byte): the job does not bring its process down, and the silent
    row is taken up once there is room."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, store_url, str(tmp_path / "config"), SLOT.isoformat()], capture_output=True, text=True,
        check=False, cwd=Path(__file__).parents[3], timeout=120,
    )
    assert child.stdout.rstrip().endswith("it lives"), child.stderr
    assert "磁盘" in child.stdout + child.stderr
    assert bench.rows()["check", ""].status == "running"
    bench.now += STALE_AFTER + timedelta(seconds=1)
    again = bench.claim("check")
    assert again.attempts == 2
    perform(again, bench.place())
    assert bench.rows()["check", ""].status == "done"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_sends_leave_one_row(bench: Bench) -> None:
    for minute in range(3):
        perform(bench.claim("send", slot=SLOT + timedelta(minutes=minute)), bench.place())
    with bench.engine.connect() as connection:
        (row,) = jobs.recent(connection, 50)
    assert (row.status, row.note) == ("done", "没有待发送的通知")
