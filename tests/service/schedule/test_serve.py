"""``townwatch serve`` as a process of its own: stopped, killed, started again."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from core.clock import SHANGHAI, now
from tests.service.schedule.conftest import QUIET, Demo, wait_for

REPOSITORY = Path(__file__).parents[3]
FAST = 200.0
ENDED = "SELECT part FROM job_runs WHERE job = '{}' AND status = 'done'"


class Serve:
    """The process, and what it printed."""

    def __init__(self, demo: Demo) -> None:
        self.log = demo.folder / "serve.log"
        self.position = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from service.cli import main; main()", "--config", str(demo.config), "--database",
                 demo.url, "serve", "--port", "0"],
                stdout=log, stderr=log, cwd=REPOSITORY,
            )

    @property
    def said(self) -> str:
        return self.log.read_bytes()[self.position:].decode()

    def address(self) -> str:
        wait_for(lambda: "工作台：http" in self.said or self.process.poll() is not None)
        found = re.search(r"工作台：(http://\S+/)", self.said)
        assert found, self.said
        return found[1]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Seconds until it had ended."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        return time.monotonic() - begun


@contextmanager
def serve(demo: Demo) -> Iterator[Serve]:
    running = Serve(demo)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_crawls_checks_and_sends_and_stops_when_told(demo: Demo) -> None:
    """And at its time it does so again; the slots that are done are not done again after a new start."""
    demo.schedule(QUIET)
    with serve(demo) as first:
        with urllib.request.urlopen(first.address() + "healthz") as answer:
            assert answer.status == 200
        wait_for(lambda: demo.query(ENDED.format("send") + " AND part = 'check'"))
        assert first.stop() < 20
        assert first.process.returncode == 0, first.said
    assert len(demo.webhook.messages) >= 2
    assert len(demo.query(ENDED.format("crawl"))) == 3
    assert demo.query(ENDED.format("check")) == [("crawl",)]
    # A slot a few seconds away.
    slot = (now().astimezone(SHANGHAI) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    demo.schedule(f'crawl_at = ["00:00"]\nspread_minutes = 0\ncheck_at = ["{slot:%H:%M}"]\n')
    with serve(demo) as second:
        wait_for(lambda: (now() > slot and demo.query(ENDED.format("check") + " AND part = ''")), 120)
        assert second.stop(signal.SIGINT) < 20
        assert second.process.returncode == 0, second.said
    assert demo.query("SELECT max(attempts), count(*), sum(caught_up) FROM job_runs WHERE job = 'crawl'") == [(1, 3, 0)]
    assert demo.query("SELECT caught_up FROM job_runs WHERE job = 'check' AND part = ''") == [(0,)]


def test_killed_during_a_crawl_it_takes_the_slot_up_once_and_tells_nobody_twice(demo: Demo) -> None:
    demo.schedule(QUIET)
    demo.rate(8.0)
    with serve(demo) as killed:
        wait_for(lambda: any(size > 5000 for size in demo.feeds()))
        crawling = children(killed.process.pid)
        assert crawling
        killed.stop(signal.SIGKILL)
        wait_for(lambda: not any(alive(child) for child in crawling), 20)
    left = demo.query("SELECT part FROM job_runs WHERE job = 'crawl' AND status = 'running'")
    assert left
    demo.rate(FAST)
    with serve(demo) as again:
        wait_for(lambda: demo.query(ENDED.format("send") + " AND part = 'check'"), 120)
        assert again.stop() < 20
    rows = dict(demo.query("SELECT part, attempts FROM job_runs WHERE job = 'crawl' AND status = 'done'"))
    assert len(rows) == 3
    assert [rows[part] for (part,) in left] == [2] * len(left)
    assert demo.query("SELECT count(*), sum(attempts) FROM job_runs WHERE job = 'check'") == [(1, 1)]
    # What the killed run brought was loaded once, and what it did not bring came with the next: nothing twice.
    assert demo.query("SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)]
    assert demo.query("SELECT count(*) FROM records WHERE versions > 1") == [(0,)]
    ids = [match for message in demo.webhook.messages for match in re.findall(r"编号 (\d{8}-[0-9a-f]+)", str(message))]
    assert ids
    assert len(ids) == len(set(ids))


def test_told_to_stop_during_a_crawl_it_ends_the_crawl_and_goes_on_at_the_next_start(demo: Demo) -> None:
    demo.schedule(QUIET)
    demo.rate(8.0)
    with serve(demo) as first:
        wait_for(lambda: any(size > 5000 for size in demo.feeds()))
        crawling = children(first.process.pid)
        assert first.stop() < 25
        assert first.process.returncode == 0, first.said
        wait_for(lambda: not any(alive(child) for child in crawling), 20)
    demo.rate(FAST)
    with serve(demo) as second:
        wait_for(lambda: len(demo.query(ENDED.format("crawl"))) == 3, 120)
        second.stop()
    assert demo.query("SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)]


def test_a_second_service_in_the_same_folder_is_refused(demo: Demo) -> None:
    demo.schedule(QUIET)
    with serve(demo) as first:
        first.address()
        wait_for(lambda: demo.query("SELECT 1 FROM job_runs"))
        with serve(demo) as second:
            assert second.process.wait(timeout=30) == 1
            assert "另一个 townwatch serve 正在使用" in second.said
        assert first.process.poll() is None
