"""``townwatch prune``: each kind of row is kept as long as its option says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from core.clock import now
from core.visits import Visit, VisitOutcome
from service.cli import app
from store import visits
from store.database import for_town, open_store, transaction


def pruned(database: str, *options: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["prune", "--json", "--database", database, *options])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)["removed"]
    return found


def test_visits_are_kept_as_long_as_one_says(tmp_path: Path) -> None:
    database, at = f"sqlite:///{tmp_path / 'townwatch.db'}", now()
    engine = for_town(open_store(database), "town")
    ages = [1, 100, 200, 500]
    with transaction(engine) as connection:
        visits.add(connection, [
            Visit(site="a", host="a", at=at - timedelta(days=age), round=at - timedelta(days=age), outcome=VisitOutcome.OK, seconds=1.0) for age in ages
        ])
    assert pruned(database, "--visits-days", "150", "--dry-run")["visits"] == 2
    assert [pruned(database)["visits"], pruned(database, "--visits-days", "150")["visits"], pruned(database, "--visits-days", "90")["visits"]] == [1, 1, 1]
    # A period so short is a slip of the hand.
    assert CliRunner().invoke(app, ["prune", "--visits-days", "3", "--database", database]).exit_code == 2
    engine.dispose()
