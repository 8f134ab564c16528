"""A backup while everything runs: what is restored is the store of one moment, with the archive that it refers to."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import now
from core.nouns import Evidence
from crawler.archive import read_evidence
from crawler.evidence import verify
from crawler.run import crawl
from service.backup import back_up
from service.backup_file import verified
from service.demo_day import demo_town
from service.restore import restore
from store import runs, tables
from store.database import Engine, for_town, open_store
from tests.store.writing import another_store, commits, dump, write

AT = datetime(2026, 3, 5, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store somewhere else, of either database."""
    with another_store(request, tmp_path / "elsewhere.db") as url:
        yield url


def put_back(packed: Path, url: str, var: Path) -> Engine:
    engine = for_town(open_store(url), "town")
    with verified(packed) as opened:
        restore(opened, engine, var=var, config=None)
    return engine


def test_a_backup_under_a_writer_is_the_store_after_one_of_its_commits(
    store_url: str, other_url: str, tmp_path: Path
) -> None:
    """The writer's store after k commits is a function of k: the restored one equals, row by row, that of its own k."""
    engine = for_town(open_store(store_url), "town")
    writer = subprocess.Popen([sys.executable, "-m", "tests.store.writing", store_url, str(tmp_path / "var")], cwd=REPOSITORY)
    try:
        deadline = time.monotonic() + 60
        while commits(engine) < 20:
            assert writer.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        before = commits(engine)
        back_up(engine, tmp_path / "backup.zip", var=tmp_path / "var", config=None, at=AT)
        after = commits(engine)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    assert after > before, "nothing was written meanwhile: that proves nothing"
    restored = put_back(tmp_path / "backup.zip", other_url, tmp_path / "elsewhere")
    k = commits(restored)
    assert before <= k <= after
    expected = for_town(open_store(f"sqlite:///{tmp_path / 'expected.db'}"), "town")
    write(expected, k)
    assert dump(restored, evidence=False) == dump(expected, evidence=False)
    with restored.connect() as connection:
        versions = tables.versions.c
        kept = connection.execute(select(versions.warc_file, versions.warc_offset, versions.sha256).order_by(versions.id)).all()
    assert len(kept) == k
    for number, (file, offset, digest) in enumerate(kept, start=1):
        evidence = Evidence(warc_file=file, warc_offset=offset, sha256=digest)
        assert read_evidence(tmp_path / "elsewhere" / "archive", evidence).payload.startswith(f"page {number} ".encode())
    for each in (engine, restored, expected):
        each.dispose()


def test_a_backup_during_a_real_crawl_is_whole(tmp_path: Path) -> None:
    """The first crawl is in it, the second is under way; what is restored verifies to the last byte."""
    with demo_town(tmp_path / "demo", now()) as settings:
        engine = for_town(open_store(f"sqlite:///{tmp_path / 'demo' / 'townwatch.db'}"), settings.town.id)
        crawl(settings, engine, tmp_path / "demo")
        with engine.connect() as connection:
            first = connection.execute(select(tables.versions)).all()
        second = threading.Thread(target=crawl, args=(settings, engine, tmp_path / "demo"), kwargs={"full": True})
        second.start()
        # A crawl that finds all as it was archives nothing: its feed tells that it is under way.
        while len(list((tmp_path / "demo" / "runs").glob("*/feed.jsonl"))) < 2 and second.is_alive():
            time.sleep(0.01)
        back_up(engine, tmp_path / "backup.zip", var=tmp_path / "demo", config=None, at=AT)
        meanwhile = second.is_alive()
        second.join(60)
    assert meanwhile, "the crawl had ended: that proves nothing"
    restored = put_back(tmp_path / "backup.zip", f"sqlite:///{tmp_path / 'elsewhere.db'}", tmp_path / "elsewhere")
    with restored.connect() as connection:
        assert connection.execute(select(tables.versions)).all() == first
        assert [run.status for run in runs.latest_runs(connection, 9)] == ["running", "loaded"]
        found = verify(connection, tmp_path / "elsewhere" / "archive", settings.town.id)
    assert (found.breaks, found.seals, found.versions) == ((), 1, len(first))
    engine.dispose()
    restored.dispose()
