"""Several crawls at once: hosts are never shared, leftovers are loaded once and never taken from the living."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.errors import CrawlBusyError
from core.nouns import Outcome
from crawler.folder import OWNER, owned, owner_lives, run_folder
from crawler.run import load_leftovers
from crawler.slots import Slot, slots
from store import hosts, runs, seals, tables
from store.database import transaction
from tests.crawler.test_run import started


def statuses(watch: Any) -> list[str]:
    with watch.engine.connect() as connection:
        return [run.status for run in runs.latest_runs(connection, 10)]


def test_the_gentlest_site_of_a_host_rules_it(watch: Any) -> None:
    portal, board, media = sorted(watch.settings.sites, key=lambda site: ["huoshan", "people-board", "local-media"].index(site.id))
    slow = board.model_copy(update={"politeness": board.politeness.model_copy(update={"requests_per_second": 0.5, "concurrency": 2})})
    assert slots([portal, slow, media]) == {"127.0.0.1": Slot(2.0, 2)}
    assert slots([portal.model_copy(update={"hosts": ("www.a.gov.cn", "www.a.gov.cn:8080", "b.gov.cn")})]).keys() == {"www.a.gov.cn", "b.gov.cn"}


def test_a_crawl_waits_for_its_turn_and_then_crawls(watch: Any) -> None:
    watch.only("gzdt")
    with transaction(watch.engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "another", hosts.present(connection), 60)

    def release() -> None:
        time.sleep(1.2)
        with transaction(watch.engine) as connection:
            hosts.release(connection, "another", None)

    other = threading.Thread(target=release)
    other.start()
    begun = time.monotonic()
    assert watch.crawl(wait=20)["gzdt"].outcome is Outcome.NEW
    assert time.monotonic() - begun > 1
    other.join()
    # Given back at once: the next need not wait for a lease to run out.
    assert watch.crawl(1, wait=2)["gzdt"].outcome is Outcome.UNCHANGED


def test_a_crawl_gives_its_host_back_with_the_time_of_its_last_request(watch: Any) -> None:
    watch.only("media-local")
    watch.crawl()
    with watch.engine.connect() as connection:
        row = connection.execute(select(tables.host_leases)).one()
        present = hosts.present(connection)
    assert (row.host, row.holder, row.until) == ("127.0.0.1", None, None)
    assert watch.town.requests[-1].at <= row.asked_at <= present


def test_a_busy_host_is_said_and_leaves_nothing_behind(watch: Any) -> None:
    with transaction(watch.engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "another", hosts.present(connection), 60)
    with pytest.raises(CrawlBusyError, match=r"正在访问 127\.0\.0\.1"):
        watch.crawl(wait=0)
    assert statuses(watch) == []
    assert not list(watch.var.glob("runs/*"))


def test_a_crawl_whose_hosts_were_lost_stops_asking(watch: Any) -> None:
    """Its process was stopped for too long, or the store was away: another may be asking the hosts already."""
    watch.politeness(requests_per_second=5.0)
    found: list[Any] = []
    crawler = threading.Thread(target=lambda: found.append(watch.run(lease_seconds=2.0)))
    crawler.start()
    while len(watch.town.requests) < 8:
        time.sleep(0.05)
    with transaction(watch.engine) as connection:
        hosts.release(connection, found_holder(watch), None)
        hosts.take(connection, {"127.0.0.1": 0.0}, "another", hosts.present(connection), 60)
    crawler.join(20)
    assert found[0].status == "partial"
    asked = len(watch.town.requests)
    time.sleep(0.5)
    assert len(watch.town.requests) == asked


def found_holder(watch: Any) -> str:
    with watch.engine.connect() as connection:
        return str(runs.running(connection)[0])


def test_a_stopped_owner_loses_its_child_before_its_lease(watch: Any, tmp_path: Path) -> None:
    """SIGSTOP: the owner cannot renew, and the child must not go on asking under an old lease."""
    site_file = tmp_path / "config" / "sites" / "huoshan.toml"
    site_file.write_text(site_file.read_text().replace("requests_per_second = 200.0", "requests_per_second = 20.0"))
    parent, child = started(watch, tmp_path, lease_seconds=4.0)
    os.kill(parent.pid, signal.SIGSTOP)
    deadline = time.monotonic() + 4.0
    while Path(f"/proc/{child}/cmdline").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Path(f"/proc/{child}/cmdline").read_bytes() == b"", "the child still runs when the lease is over"
    os.kill(parent.pid, signal.SIGCONT)
    parent.communicate(timeout=30)
    # It lives, so its run is its own to load, once.
    assert statuses(watch) == ["partial"]


def test_an_owner_is_known_to_live_until_it_ends(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "r")
    assert owner_lives(folder) is None
    with owned(folder):
        assert owner_lives(folder) is True
    assert owner_lives(folder) is False
    (folder / OWNER).write_text("another kernel")
    assert owner_lives(folder) is None


def left_by_another_machine(watch: Any, days: float) -> str:
    """A run that never ended, begun some days ago by a machine that is gone."""
    run = "20261120T010000-dddddd"
    with transaction(watch.engine) as connection:
        runs.start_run(connection, run, hosts.present(connection) - timedelta(days=days))
    return run


def test_a_machine_that_is_gone_leaves_a_partial_run_at_last(watch: Any) -> None:
    left_by_another_machine(watch, days=0.1)
    assert load_leftovers(watch.settings, watch.engine, watch.var) == [], "it may come back with what it brought"
    with transaction(watch.engine) as connection:
        runs.start_run(connection, "20261119T010000-eeeeee", hosts.present(connection) - timedelta(days=0.6))
    assert [left.id for left in load_leftovers(watch.settings, watch.engine, watch.var)] == ["20261119T010000-eeeeee"]
    assert sorted(statuses(watch)) == ["partial", "running"]


def test_another_machines_run_lives_as_long_as_its_lease(watch: Any) -> None:
    run = left_by_another_machine(watch, days=2)
    folder = run_folder(watch.var, run)
    folder.mkdir(parents=True)
    (folder / OWNER).write_text("another kernel")
    with transaction(watch.engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, run, hosts.present(connection), 1.0)
    assert load_leftovers(watch.settings, watch.engine, watch.var) == []
    time.sleep(1.1)
    assert [left.id for left in load_leftovers(watch.settings, watch.engine, watch.var)] == [run]
    assert load_leftovers(watch.settings, watch.engine, watch.var) == []


def test_a_leftover_is_loaded_once_by_however_many(watch: Any, tmp_path: Path) -> None:
    parent, _ = started(watch, tmp_path)
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=30)
    loaded: list[Any] = []
    loaders = [
        threading.Thread(target=lambda: loaded.extend(load_leftovers(watch.settings, watch.engine, watch.var))) for _ in range(4)
    ]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join(60)
    assert [run.status for run in loaded] == ["partial"]
    with watch.engine.connect() as connection:
        assert len(seals.list_seals(connection)) == 1


def test_a_late_leftover_does_not_undo_what_was_read_since(watch: Any, tmp_path: Path) -> None:
    """A machine comes back with the feed of its last run; others have crawled since."""
    parent, _ = started(watch, tmp_path)
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=30)
    away = tmp_path / "away"
    shutil.move(watch.var, away)
    with transaction(watch.engine) as connection:
        hosts.release(connection, runs.running(connection)[0], None)
    item = watch.town.portal.of_column("gzdt")[1]
    watch.town.portal.change_article(item.id)
    watch.crawl(24, full=True)
    before = watch.contents()
    assert [run.status for run in load_leftovers(watch.settings, watch.engine, away)] == ["partial"]
    assert watch.contents() == before
