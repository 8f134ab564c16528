from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from store import jobs
from store.database import Engine, for_town, open_store, transaction
from store.jobs import MAX_ATTEMPTS, JobRun

SLOT = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
NOW = SLOT + timedelta(minutes=1)
STALE = timedelta(seconds=90)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An empty store of many towns: the schedule works for all."""
    engine = open_store(store_url)
    yield engine
    engine.dispose()


def claim(engine: Engine, *, job: str = "crawl", part: str = "portal", slot: datetime = SLOT, now: datetime = NOW,
          town: str = "a", worker: str = "w1") -> JobRun | None:
    with transaction(engine) as connection:
        return jobs.claim(connection, town=town, job=job, part=part, slot=slot, worker=worker, now=now, stale_after=STALE)


def end(engine: Engine, run: JobRun, status: jobs.Ending, now: datetime = NOW, note: str = "") -> None:
    with transaction(engine) as connection:
        jobs.finish(connection, run.id, status, note, now)


def taken(engine: Engine, **options: object) -> JobRun:
    run = claim(engine, **options)  # type: ignore[arg-type]
    assert run is not None
    return run


def test_a_slot_is_claimed_by_one(engine: Engine) -> None:
    run = taken(engine)
    assert (run.status, run.worker, run.attempts, run.started_at) == ("running", "w1", 1, NOW)
    assert claim(engine, worker="w2") is None


def test_a_done_slot_is_never_begun_again(engine: Engine) -> None:
    end(engine, taken(engine), "done")
    assert claim(engine, now=NOW + timedelta(days=9)) is None


def test_a_silent_run_is_taken_up_and_a_beating_one_is_not(engine: Engine) -> None:
    run = taken(engine)
    with transaction(engine) as connection:
        jobs.beat(connection, run.id, NOW + timedelta(seconds=60))
    assert claim(engine, worker="w2", now=NOW + timedelta(seconds=140)) is None
    again = taken(engine, worker="w2", now=NOW + timedelta(seconds=151))
    assert (again.id, again.attempts, again.worker) == (run.id, 2, "w2")


def test_a_job_never_overlaps_itself(engine: Engine) -> None:
    """Not even in another slot; another site, another town are others."""
    taken(engine)
    later = SLOT + timedelta(days=1)
    assert claim(engine, slot=later) is None
    assert claim(engine, slot=later, part="board") is not None
    assert claim(engine, slot=later, town="b") is not None


def test_a_failed_slot_is_tried_three_times(engine: Engine) -> None:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        run = taken(engine)
        assert run.attempts == attempt
        end(engine, run, "failed", note="磁盘已满")
    assert claim(engine) is None
    with engine.connect() as connection:
        assert jobs.get(connection, run.id).over
        assert jobs.waiting(connection) == []


def test_a_slot_that_kills_its_process_each_time_is_given_up(engine: Engine) -> None:
    for attempt in range(MAX_ATTEMPTS):
        run = taken(engine, now=NOW + attempt * timedelta(minutes=5))
    assert claim(engine, now=NOW + timedelta(hours=1)) is None
    with engine.connect() as connection:
        given_up = jobs.get(connection, run.id)
    assert given_up.status == "failed" and "中断" in given_up.note


def test_what_is_handed_back_waits_and_the_try_does_not_count(engine: Engine) -> None:
    run = taken(engine)
    with transaction(engine) as connection:
        jobs.hand_back(connection, run.id, "网站正被另一次采集访问", busy_at=NOW)
        (row,) = jobs.waiting(connection)
    assert (row.status, row.attempts, row.beat_at) == ("queued", 0, NOW)
    assert taken(engine).attempts == 1


def test_orphans_of_a_worker_are_free_at_once_and_others_are_not(engine: Engine) -> None:
    mine, other = taken(engine), taken(engine, part="board", worker="w2")
    with transaction(engine) as connection:
        assert [run.id for run in jobs.orphans(connection, "w1")] == [mine.id]
        jobs.orphan(connection, [mine.id])
    assert taken(engine, now=NOW).attempts == 2
    assert claim(engine, part="board", now=NOW) is None
    assert other.worker == "w2"


def test_queueing_keeps_what_is_there(engine: Engine) -> None:
    run = taken(engine)
    with transaction(engine) as connection:
        jobs.queue(connection, town="a", job="crawl", part="portal", slot=SLOT, missed_at=NOW)
        assert jobs.get(connection, run.id) == run


def test_the_schedules_history(engine: Engine) -> None:
    first = taken(engine)
    end(engine, first, "done")
    later = SLOT + timedelta(days=1)
    end(engine, taken(engine, slot=later, now=later), "failed")
    key = ("a", "crawl", "portal")
    with engine.connect() as connection:
        assert jobs.first_slots(connection) == {key: SLOT}
        assert jobs.last_slots(connection) == {key: later}
        assert jobs.last_done(connection) == {key: SLOT}
        assert jobs.begun(connection) == {"a": NOW}
        assert jobs.slots_since(connection, later) == {(key, later)}
        assert jobs.slots_since(connection, SLOT, "digest") == set()


def test_what_was_made_up_for_and_what_was_missed(engine: Engine) -> None:
    with transaction(engine) as connection:
        jobs.queue(connection, town="a", job="check", part="", slot=SLOT - timedelta(days=2), missed_at=NOW)
        jobs.queue(connection, town="a", job="check", part="", slot=SLOT + timedelta(hours=8), caught_up=True)
        jobs.queue(connection, town="a", job="prune", part="", slot=SLOT)
        jobs.queue(connection, town="b", job="check", part="", slot=SLOT, caught_up=True)
    with for_town(engine, "a").connect() as connection:
        late = jobs.caught_up(connection, SLOT)
        assert [(row.slot, row.status) for row in late] == [(SLOT - timedelta(days=2), "missed"), (SLOT + timedelta(hours=8), "queued")]
        assert jobs.caught_up(connection, SLOT + timedelta(days=1)) == []


def test_a_town_sees_its_own_rows_and_the_services(engine: Engine) -> None:
    taken(engine)
    taken(engine, town="b")
    with transaction(engine) as connection:
        jobs.note_operation(connection, "工作台", "中断", NOW)
    with for_town(engine, "a").connect() as connection:
        assert [(row.town, row.job) for row in jobs.recent(connection, 10)] == [("", "serve"), ("a", "crawl")]
        assert [row.job for row in jobs.recent(connection, 1, offset=1)] == ["crawl"]
        assert [row.job for row in jobs.recent(connection, 10, job="serve")] == ["serve"]
        assert [row.town for row in jobs.waiting(connection)] == ["a"]


def test_old_rows_go_but_for_the_last_of_their_kind(engine: Engine) -> None:
    slots = [SLOT + timedelta(days=day) for day in range(4)]
    for slot, status in zip(slots, ("done", "done", "failed", "done"), strict=True):
        end(engine, taken(engine, slot=slot, now=slot), status)  # type: ignore[arg-type]
    with transaction(engine) as connection:
        # The failed one may be tried again: it is not over.
        assert jobs.forget(connection, before=SLOT + timedelta(days=90)) == 2
        assert [row.slot for row in jobs.recent(connection, 10)] == [slots[3], slots[2]]


def test_earlier_slots_of_a_frequent_job_are_forgotten(engine: Engine) -> None:
    for minute in range(3):
        run = taken(engine, job="send", part="", slot=SLOT + timedelta(minutes=minute))
        end(engine, run, "done")
    with transaction(engine) as connection:
        jobs.forget_earlier(connection, run)
        assert [row.id for row in jobs.recent(connection, 10)] == [run.id]


