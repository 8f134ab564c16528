"""The last real look at each source, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.nouns import Outcome, SourceResult
from store import looks, runs
from store.database import Engine, transaction

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)


def test_a_run_of_another_site_says_nothing_of_a_source(engine: Engine) -> None:
    """The schedule looks at one site a run, and each run enters the sources of all others as left out."""
    blocked = SourceResult(source="board", outcome=Outcome.BLOCKED, error="HTTP 403", checked_at=AT)
    left_out = SourceResult(source="board", outcome=Outcome.NOT_RUN, error="本次未选择")
    read = SourceResult(source="media", outcome=Outcome.NEW, seen=3, new=2, checked_at=AT + timedelta(hours=1))
    never = SourceResult(source="news", outcome=Outcome.NOT_RUN, error="本次未选择")
    with transaction(engine) as connection:
        for number, results in enumerate([[blocked], [left_out, read, never]]):
            runs.start_run(connection, f"r{number}", AT + timedelta(hours=number))
            runs.save_results(connection, f"r{number}", results)
        assert looks.last_looks(connection) == {"board": blocked, "media": read}


def test_a_look_that_was_cut_is_a_look(engine: Engine) -> None:
    cut = SourceResult(source="board", outcome=Outcome.NOT_RUN, error="采集中断", checked_at=AT)
    with transaction(engine) as connection:
        runs.start_run(connection, "r", AT)
        runs.save_results(connection, "r", [cut])
        assert looks.last_looks(connection) == {"board": cut}
