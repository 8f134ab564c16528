"""Runs, results, states and validators, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.nouns import Outcome, SourceResult
from store import runs
from store.database import Engine, transaction
from store.runs import SourceState, Validator

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)


def enter(engine: Engine, run: str, hours: int, *results: SourceResult, finish: bool = True) -> None:
    with transaction(engine) as connection:
        runs.start_run(connection, run, AT + timedelta(hours=hours))
        runs.save_results(connection, run, results)
        if finish:
            runs.finish_run(connection, run, status="loaded", at=AT + timedelta(hours=hours, minutes=1), requests=3,
                            not_modified=1, received=99, seconds=60)


def test_runs_newest_first_with_what_was_not_run_last(engine: Engine) -> None:
    left_out = SourceResult(source="a", outcome=Outcome.NOT_RUN, error="本次未选择")
    read = SourceResult(source="b", outcome=Outcome.NEW, seen=5, new=2, changed=1, removed=1, checked_at=AT)
    enter(engine, "r1", 0, left_out, read)
    enter(engine, "r2", 1, finish=False)
    with engine.connect() as connection:
        newest, oldest = runs.latest_runs(connection, 10)
        assert [r.id for r in runs.latest_runs(connection, 1)] == ["r2"]
        assert runs.running(connection) == ["r2"]
        with pytest.raises(KeyError):
            runs.get_run(connection, "r3")
    assert (newest.status, newest.finished_at, newest.sources) == ("running", None, ())
    assert oldest.sources == (read, left_out)
    assert (oldest.status, oldest.requests, oldest.not_modified, oldest.bytes, oldest.seconds) == ("loaded", 3, 1, 99, 60)


def test_recent_results_by_source(engine: Engine) -> None:
    for hours, outcome in enumerate([Outcome.NEW, Outcome.BLOCKED, Outcome.UNREACHABLE]):
        enter(engine, f"r{hours}", hours, SourceResult(source="a", outcome=outcome, checked_at=AT))
    with engine.connect() as connection:
        assert [r.outcome for r in runs.recent_results(connection)["a"]] == [Outcome.UNREACHABLE, Outcome.BLOCKED, Outcome.NEW]
        assert [r.outcome for r in runs.recent_results(connection, 1)["a"]] == [Outcome.UNREACHABLE]


def test_saving_again_replaces(engine: Engine) -> None:
    enter(engine, "r", 0, SourceResult(source="a", outcome=Outcome.NEW))
    with transaction(engine) as connection:
        runs.save_results(connection, "r", [SourceResult(source="a", outcome=Outcome.EMPTY)])
        runs.save_states(connection, {"a": SourceState(False, AT, None)})
        runs.save_states(connection, {"a": SourceState(True, AT, AT)})
        runs.save_validators(connection, [Validator("u", "a", "1", None, AT), Validator("u", "a", "2", None, AT)])
        # An address longer than the column is simply asked for in full again.
        runs.save_validators(connection, [Validator("u" * 1001, "a", "1", None, AT)])
        assert [r.outcome for r in runs.get_run(connection, "r").sources] == [Outcome.EMPTY]
        assert runs.states(connection) == {"a": SourceState(True, AT, AT)}
        assert runs.validators_of(connection, ["a", "b"]) == [Validator("u", "a", "2", None, AT)]
