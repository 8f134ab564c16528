"""Crawl runs, what each did with each source, and what sources and addresses remember between runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, case, func, select, update

from core.nouns import Outcome, Run, SourceResult
from store.bulk import portions, upsert
from store.database import Connection
from store.scope import own
from store.tables import run_sources, runs, source_states, validators


@dataclass(frozen=True, slots=True)
class SourceState:
    """``walked``: the source's list has been read to its end since the last gap."""

    walked: bool = False
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validator:
    """What an address answered last, for a conditional request."""

    url: str
    source: str
    etag: str | None
    last_modified: str | None
    checked_at: datetime
    outward: str | None = None
    """Digest of the foreign hosts that the page names, "" where it names none; None where it was not looked at."""


def start_run(connection: Connection, run_id: str, at: datetime) -> None:
    """Enter a run that begins."""
    connection.execute(runs.insert().values(id=run_id, started_at=at, status="running"))


def finish_run(
    connection: Connection, run_id: str, *, status: Literal["loaded", "partial"], at: datetime, requests: int,
    not_modified: int, received: int, seconds: float,
) -> None:
    """Enter how a run ended; ``received`` in bytes."""
    connection.execute(update(runs).where(runs.c.id == run_id, own(connection, runs)).values(
        status=status, finished_at=at, requests=requests, not_modified=not_modified, bytes=received, seconds=seconds))


def running(connection: Connection) -> list[str]:
    """The runs that never ended, oldest first."""
    query = select(runs.c.id).where(runs.c.status == "running", own(connection, runs)).order_by(runs.c.started_at)
    return list(connection.execute(query).scalars())


def claim_running(connection: Connection, run_id: str) -> bool:
    """Whether a run still waits for its end. Until the transaction is over nobody else is told so."""
    query = select(runs.c.status).where(runs.c.id == run_id, own(connection, runs)).with_for_update()
    return connection.execute(query).scalar() == "running"


def sources_since(connection: Connection, run_id: str) -> set[str]:
    """The sources that a run which began after this one has looked at."""
    mine = select(runs.c.started_at).where(runs.c.id == run_id, own(connection, runs)).scalar_subquery()
    looked = [str(outcome) for outcome in Outcome if outcome.looked]
    query = (
        select(run_sources.c.source).distinct().join(runs, runs.c.id == run_sources.c.run)
        .where(own(connection, run_sources), runs.c.started_at > mine, run_sources.c.outcome.in_(looked))
    )
    return set(connection.execute(query).scalars())


def get_run(connection: Connection, run_id: str) -> Run:
    """One run with its sources; KeyError where there is none."""
    for run in _load(connection, [run_id]):
        return run
    raise KeyError(run_id)


def latest_runs(connection: Connection, limit: int) -> list[Run]:
    """The latest runs, newest first."""
    query = select(runs.c.id).where(own(connection, runs)).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    return _load(connection, list(connection.execute(query).scalars()))


def recent_results(connection: Connection, limit_per_source: int = 10) -> dict[str, list[SourceResult]]:
    """By source, what its latest runs did with it, newest first."""
    place = func.row_number().over(
        partition_by=run_sources.c.source, order_by=(runs.c.started_at.desc(), runs.c.id.desc())
    ).label("place")
    joined = select(run_sources, place).join(runs, runs.c.id == run_sources.c.run)
    ranked = joined.where(own(connection, run_sources)).subquery()
    query = select(ranked).where(ranked.c.place <= limit_per_source).order_by(ranked.c.source, ranked.c.place)
    found: dict[str, list[SourceResult]] = {}
    for row in connection.execute(query):
        found.setdefault(row.source, []).append(_result(row))
    return found


def save_results(connection: Connection, run_id: str, results: Iterable[SourceResult]) -> None:
    """Enter what a run did with its sources; KeyError where there is no such run."""
    if connection.execute(select(runs.c.id).where(runs.c.id == run_id, own(connection, runs))).first() is None:
        raise KeyError(run_id)
    rows = [
        {"run": run_id, "source": r.source, "outcome": str(r.outcome), "seen": r.seen, "new": r.new, "changed": r.changed,
         "removed": r.removed, "error": r.error, "checked_at": r.checked_at}
        for r in results
    ]
    updated = ["outcome", "seen", "new", "changed", "removed", "error", "checked_at"]
    upsert(connection, run_sources, rows, ["run", "source"], updated)


def states(connection: Connection) -> dict[str, SourceState]:
    """What every source remembers."""
    return {
        row.source: SourceState(row.walked, row.last_ok_at, row.last_new_at)
        for row in connection.execute(select(source_states).where(own(connection, source_states)))
    }


def save_states(connection: Connection, changed: dict[str, SourceState]) -> None:
    """Set what sources remember."""
    rows = [
        {"source": source, "walked": state.walked, "last_ok_at": state.last_ok_at, "last_new_at": state.last_new_at}
        for source, state in changed.items()
    ]
    upsert(connection, source_states, rows, ["town", "source"], ["walked", "last_ok_at", "last_new_at"])


def validators_of(connection: Connection, sources: Iterable[str]) -> list[Validator]:
    """The validators of the addresses of some sources."""
    found: list[Validator] = []
    for portion in portions(sources):
        rows = connection.execute(select(validators).where(validators.c.source.in_(portion), own(connection, validators)))
        found += [Validator(row.url, row.source, row.etag, row.last_modified, row.checked_at, row.outward) for row in rows]
    return found


def save_validators(connection: Connection, changed: Sequence[Validator]) -> None:
    """Set what addresses answered; an address longer than the column is simply asked for in full again."""
    rows = {
        v.url: {"url": v.url, "source": v.source, "etag": v.etag, "last_modified": v.last_modified, "checked_at": v.checked_at,
                "outward": v.outward}
        for v in changed if len(v.url) <= 1000 and len(v.etag or "") <= 300
    }
    upsert(connection, validators, list(rows.values()), ["town", "url"], ["source", "etag", "last_modified", "checked_at", "outward"])


def _load(connection: Connection, run_ids: list[str]) -> list[Run]:
    found: dict[str, Row[Any]] = {}
    results: dict[str, list[SourceResult]] = {}
    for portion in portions(run_ids):
        found |= {row.id: row for row in connection.execute(select(runs).where(runs.c.id.in_(portion), own(connection, runs)))}
        not_run_last = case((run_sources.c.outcome == str(Outcome.NOT_RUN), 1), else_=0)
        listed = select(run_sources).where(run_sources.c.run.in_(portion)).order_by(not_run_last, run_sources.c.source)
        for row in connection.execute(listed):
            results.setdefault(row.run, []).append(_result(row))
    return [_run(found[run_id], tuple(results.get(run_id, ()))) for run_id in run_ids if run_id in found]


def _run(row: Row[Any], sources: tuple[SourceResult, ...]) -> Run:
    return Run(
        id=row.id, started_at=row.started_at, finished_at=row.finished_at, status=row.status, requests=row.requests,
        not_modified=row.not_modified, bytes=row.bytes, seconds=row.seconds, sources=sources,
    )


def _result(row: Row[Any]) -> SourceResult:
    return SourceResult(
        source=row.source, outcome=Outcome(row.outcome), seen=row.seen, new=row.new, changed=row.changed,
        removed=row.removed, error=row.error, checked_at=row.checked_at,
    )
