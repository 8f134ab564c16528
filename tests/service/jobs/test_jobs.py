from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.words import JOBS as WORDS
from service.jobs.catalogue import JOBS
from service.jobs.digest import month_before
from service.jobs.work import perform
from store import deliveries, jobs, runs
from store.database import for_town, transaction
from tests.service.jobs.conftest import SLOT, Bench

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(("slot", "month"), [
    (datetime(2026, 3, 1, 1, 0, tzinfo=UTC), "2026-02"),
    # Nine in the morning of the 1st of January in China; and half past midnight there, which in UTC is still December.
    (datetime(2026, 1, 1, 1, 0, tzinfo=UTC), "2025-12"),
    (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "2025-12"),
])
def test_the_month_that_ended(bench: Bench, slot: datetime, month: str) -> None:
    assert month_before(slot) == month


def test_the_digest_is_written_and_queued_once_however_often_it_is_made(bench: Bench) -> None:
    for hours in (0, 1):
        perform(bench.claim("digest", slot=SLOT + timedelta(hours=hours)), bench.place())
    figures = json.loads((bench.var / "digest" / "2026-02.json").read_text(encoding="utf-8"))
    assert figures["month"] == "2026-02"
    with for_town(bench.engine, "town").connect() as connection:
        queued = deliveries.list_deliveries(connection)
    assert sorted((each.recipient, each.channel) for each in queued) == [
        ("clerk", "clerk-hook"), ("clerk", "clerk-mail"), ("leader", "leader-mail"),
    ]
    assert bench.rows()["digest", ""].note == "2026-02 月报已生成，发件箱中3条"


def test_a_digest_without_readers_is_still_made(bench: Bench) -> None:
    town = bench.service.towns["town"]
    bench.service.towns["town"] = town.model_copy(update={"alerts": town.alerts.model_copy(update={"digest_to": ()})})
    perform(bench.claim("digest"), bench.place())
    row = bench.rows()["digest", ""]
    assert row.status == "done" and "未发送" in row.note
    assert (bench.var / "digest" / "2026-02.html").exists()


def test_pruning_clears_old_feeds_and_old_rows_and_nothing_that_runs(bench: Bench) -> None:
    old, unloaded, young = "20240101T063000-aaaaaa", "20240101T063000-bbbbbb", "20260301T063000-cccccc"
    for name in (old, unloaded, young, "notes"):
        (bench.var / "runs" / name).mkdir(parents=True)
        (bench.var / "runs" / name / "feed.jsonl").write_text("{}\n", encoding="utf-8")
    with transaction(for_town(bench.engine, "town")) as connection:
        runs.start_run(connection, unloaded, SLOT - timedelta(days=790))
    for days in (200, 100, 1):
        run = bench.claim("check", slot=SLOT - timedelta(days=days))
        with transaction(bench.engine) as connection:
            jobs.finish(connection, run.id, "done", "", bench.now)
    perform(bench.claim("prune"), bench.place())
    assert {path.name for path in (bench.var / "runs").iterdir()} == {unloaded, young, "notes"}
    assert bench.rows()["prune", ""].note == "清理过期记录2行、采集文件夹1个"


def test_every_job_has_a_word(bench: Bench) -> None:
    assert JOBS.keys() | {"serve"} == WORDS.keys()
