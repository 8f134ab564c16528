"""Removes from the store what :mod:`service.retention` lets go, in one transaction, or says what it would remove."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from service.retention import Retention, before, deliveries_to_remove, folders_to_remove, runs_to_remove
from store import links as link_store
from store import prune as prune_store
from store import runs as run_store
from store import visits as visit_store
from store.database import Engine, transaction


def prune(engine: Engine, retention: Retention, now: datetime, *, dry_run: bool = False) -> dict[str, int]:
    """How many rows of which tables were removed, or would be."""
    with transaction(engine) as connection:
        runs = runs_to_remove(prune_store.list_runs(connection), before(now, retention.runs))
        deliveries = deliveries_to_remove(
            prune_store.list_deliveries(connection), before(now, retention.deliveries),
            prune_store.remembered_deliveries(connection),
        )
        unchecked = before(now, retention.validators)
        results, tries = prune_store.count_parts(connection, runs, deliveries)
        counts = {
            "deliveries": len(deliveries), "attempts": tries, "runs": len(runs), "run_sources": results,
            "validators": prune_store.count_validators(connection, unchecked),
            "addresses": link_store.count_unlinked(connection),
            "visits": visit_store.count(connection, before(now, retention.visits)),
        }
        if not dry_run:
            prune_store.remove(connection, run_ids=runs, delivery_ids=deliveries, validators_before=unchecked)
            link_store.forget_unlinked(connection)
            visit_store.forget(connection, before(now, retention.visits))
    return counts


def prune_folders(var: Path, engine: Engine, retention: Retention, now: datetime, *, dry_run: bool = False) -> list[str]:
    """The folders under ``var/runs`` (job, feed and log of a run) that were removed, or would be."""
    root = var / "runs"
    with engine.connect() as connection:
        running = set(run_store.running(connection))
    names = [path.name for path in root.iterdir() if path.is_dir()] if root.is_dir() else []
    old = folders_to_remove(names, running, before(now, retention.runs))
    for name in [] if dry_run else old:
        shutil.rmtree(root / name)
    return old
