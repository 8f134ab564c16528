from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.schedule.choice import lane, ready, superseded
from store.jobs import JobRun

SLOT = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
NOW = SLOT + timedelta(hours=1)
STALE = timedelta(seconds=90)
ALL = {"crawl", "recheck", "check", "send", "digest", "prune"}
QUEUED = JobRun(
    id=1, town="a", job="crawl", part="portal", slot=SLOT, status="queued", caught_up=False, worker="", attempts=0,
    started_at=None, beat_at=None, finished_at=None, note="",
)
RUNNING = replace(QUEUED, status="running", attempts=1, beat_at=NOW - timedelta(seconds=10))
FAILED = replace(QUEUED, status="failed", attempts=1, finished_at=NOW - timedelta(minutes=4))


def chosen(*rows: JobRun, jobs: set[str] = ALL, now: datetime = NOW) -> list[int]:
    numbered = [replace(row, id=number) for number, row in enumerate(rows, 1)]
    return [row.id for row in ready(numbered, jobs, now, STALE)]


@pytest.mark.parametrize(("row", "begins"), [
    (QUEUED, True),
    (RUNNING, False),
    (replace(RUNNING, beat_at=NOW - timedelta(seconds=91)), True),
    # The clock was set back: a run that beats in the future lives.
    (replace(RUNNING, beat_at=NOW + timedelta(hours=2)), False),
    (FAILED, False),
    (replace(FAILED, finished_at=NOW - timedelta(minutes=5)), True),
    (replace(FAILED, attempts=2, finished_at=NOW - timedelta(minutes=29)), False),
    (replace(FAILED, attempts=2, finished_at=NOW - timedelta(minutes=30)), True),
    # Orphaned by a killed service: at once.
    (replace(FAILED, finished_at=None), True),
    # It failed "tomorrow", when the clock was wrong: that is not waited for.
    (replace(FAILED, finished_at=NOW + timedelta(days=1)), True),
    # Its hosts were taken half a minute ago.
    (replace(QUEUED, beat_at=NOW - timedelta(seconds=30)), False),
    (replace(QUEUED, beat_at=NOW - timedelta(seconds=60)), True),
])
def test_what_may_begin(row: JobRun, begins: bool) -> None:
    assert bool(chosen(row)) is begins


def test_a_lane_is_used_by_one_at_a_time() -> None:
    later = SLOT + timedelta(minutes=5)
    assert chosen(RUNNING, replace(QUEUED, slot=later)) == []
    assert chosen(QUEUED, replace(QUEUED, part="board")) == [1, 2]
    # The check of half past eight and the one after the crawl are both checks of the town.
    assert chosen(replace(QUEUED, job="check", part="", slot=later), replace(QUEUED, job="check", part="crawl")) == [2]
    assert chosen(replace(QUEUED, job="check", part=""), replace(QUEUED, job="check", part="", town="b")) == [1, 2]


def test_only_the_jobs_asked_for() -> None:
    assert chosen(QUEUED, replace(QUEUED, job="send", part=""), jobs={"send"}) == [2]


@pytest.mark.parametrize("crawl", [QUEUED, RUNNING, FAILED])
def test_a_late_check_waits_for_the_late_crawl(crawl: JobRun) -> None:
    check = replace(QUEUED, job="check", part="", caught_up=True, slot=SLOT + timedelta(minutes=30))
    assert 2 not in chosen(crawl, check)
    assert 2 in chosen(crawl, replace(check, caught_up=False))
    assert 2 in chosen(replace(crawl, town="b"), check)
    # A crawl of a later slot is not what it waits for: it would wait for ever.
    assert 2 in chosen(replace(crawl, slot=SLOT + timedelta(days=1)), check)


def test_a_later_slot_takes_the_place_of_one_that_has_not_begun() -> None:
    later = replace(QUEUED, id=2, slot=SLOT + timedelta(days=1))
    assert superseded([QUEUED, later]) == [QUEUED]
    assert superseded([FAILED, later]) == [FAILED]
    assert superseded([RUNNING, later]) == []
    assert superseded([QUEUED, replace(later, part="board")]) == []


def test_lanes() -> None:
    assert lane(QUEUED) == ("a", "crawl", "portal")
    assert lane(replace(QUEUED, job="send", part="check")) == ("a", "send", "")
