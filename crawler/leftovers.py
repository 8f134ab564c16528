"""From feed to store: of a run that ended, and of runs whose owner was killed, exactly once and never of a live one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from core.nouns import Run
from core.settings import Settings
from crawler.evidence import sealed_file, write_seals
from crawler.feed import read_feed, wait_for_writer
from crawler.folder import archive_root, owner_lives, run_folder, warc_name
from crawler.load import load_feed
from store import hosts, runs, seals
from store.database import Connection, Engine, transaction
from store.seals import Seal, Sealed

ABANDONED = timedelta(hours=12)
"""A run without a sign of life whose feed is nowhere to be seen is given up so long after its start."""


def load_run(settings: Settings, engine: Engine, var: Path, run_id: str) -> Run | None:
    """Load a run of this machine; None where somebody else did."""
    folder, archive = run_folder(var, run_id), archive_root(var)
    planned, feed = folder / "plan.json", folder / "feed.jsonl"
    sources = json.loads(planned.read_text(encoding="utf-8")) if planned.exists() else {"asked": [], "not_run": {}}
    wait_for_writer(feed)
    warc = sealed_file(archive, warc_name(run_id))
    with transaction(engine) as connection:
        if not runs.claim_running(connection, run_id):
            return None
        # What another run has read since is newer than what a leftover says of it.
        newer = runs.sources_since(connection, run_id)
        site_of = {source.id: site.id for site, source in settings.all_sources if source.id not in newer}
        load_feed(connection, run_id, read_feed(feed), site_of=site_of, asked=sources["asked"], not_run=sources["not_run"])
        run, kept = _seal(connection, run_id, warc)
    write_seals(archive, settings.town.id, kept)
    return run


def load_nothing(settings: Settings, engine: Engine, var: Path, run_id: str, at: datetime, not_run: Mapping[str, str]) -> Run:
    """Enter a run that had nothing to look at, begun and ended in one."""
    with transaction(engine) as connection:
        runs.start_run(connection, run_id, at)
        load_feed(connection, run_id, [{"type": "end", "at": at.isoformat()}], site_of={}, asked=(), not_run=not_run)
        run, kept = _seal(connection, run_id, None)
    write_seals(archive_root(var), settings.town.id, kept)
    return run


def load_leftovers(settings: Settings, engine: Engine, var: Path) -> list[Run]:
    """Load what runs that were killed left behind; they become ``partial`` (or loaded, if only the loading was cut). The
    hosts that they still hold become free."""
    with engine.connect() as connection:
        running = [runs.get_run(connection, run_id) for run_id in runs.running(connection)]
        left = [run.id for run in running if _is_left(connection, run, var)]
    loaded = []
    for run_id in left:
        if (run := load_run(settings, engine, var, run_id)) is not None:
            loaded.append(run)
        with transaction(engine) as connection:
            hosts.release(connection, run_id, hosts.present(connection))
    return loaded


def _seal(connection: Connection, run_id: str, warc: Sealed | None) -> tuple[Run, list[Seal]]:
    run = runs.get_run(connection, run_id)
    seals.add(connection, run_id, run.finished_at or run.started_at, warc)
    return run, seals.list_seals(connection)


def _is_left(connection: Connection, run: Run, var: Path) -> bool:
    folder = run_folder(var, run.id)
    lives = owner_lives(folder)
    if lives is not None:
        return not lives
    # Another machine's: as long as it crawls and loads, its hosts stay leased.
    now = hosts.present(connection)
    if hosts.holds(connection, run.id, now):
        return False
    return folder.exists() or now - run.started_at > ABANDONED
