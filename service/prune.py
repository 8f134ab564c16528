"""Removes from the store what :mod:`service.retention` lets go, in one transaction, or says what it would remove."""

from __future__ import annotations

from datetime import datetime

from service.retention import Retention, before, deliveries_to_remove, runs_to_remove
from store import prune as prune_store
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
        }
        if not dry_run:
            prune_store.remove(connection, run_ids=runs, delivery_ids=deliveries, validators_before=unchecked)
    return counts
