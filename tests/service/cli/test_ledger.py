"""``townwatch ledger`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from core.clock import Moment, local_date, now
from core.configuration import load_settings
from core.errors import TownwatchError
from core.nouns import Outcome, Record, SourceResult
from monitor.run import check
from service.cli import ledger
from service.cli.common import configure_logging
from store import records, runs
from store.database import for_town, open_store, transaction

CONFIG = Path(__file__).parents[3] / "config"
COLUMN, SOURCE = "county-latest", "huoshan-county-latest"
DAY = timedelta(days=1)
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str) -> Iterator[Run]:
    """Types a command on a store that was looked at on each of the last five days; the column's only item is old."""
    settings, at = load_settings(CONFIG), now()
    engine = for_town(open_store(sqlite_url), settings.town.id)
    old = local_date(at) - timedelta(days=400)
    for days in range(4, -1, -1):
        day = at - days * DAY
        with transaction(engine) as connection:
            runs.start_run(connection, f"r{days}", day)
            found = Record(site="huoshan", key="1", kind="article", url="http://a/1", title="旧闻", body="", published=Moment.of(*old.timetuple()[:3]))
            records.save(connection, f"r{days}", [records.Arrival(record=found, at=day)])
            records.save_sightings(connection, [records.Sighting(site="huoshan", key="1", source=SOURCE, row_hash=None, at=day)])
            runs.save_results(connection, f"r{days}", [SourceResult(source=SOURCE, outcome=Outcome.UNCHANGED, checked_at=day)])
            runs.finish_run(connection, f"r{days}", status="loaded", at=day, requests=1, not_modified=0, received=0, seconds=1.0)
    check(settings, engine, now=at)
    engine.dispose()
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    ledger.register(app)
    yield lambda *words: CliRunner().invoke(app, ["ledger", *words, "--config", str(CONFIG), "--database", sqlite_url])
    structlog.reset_defaults()  # the runner's standard error is closed by now


def test_the_figures_of_today_and_of_a_day_past(run: Run) -> None:
    today = local_date(now())
    told = json.loads(run("figures", "--json").stdout)
    assert told["as_of"] == today.isoformat() and told["town"]["open"] == sum(each["open"] for each in told["owners"]) > 0
    past = json.loads(run("figures", "--json", "--as-of", (today - 2 * DAY).isoformat()).stdout)
    assert past["town"]["open"] > 0, "judged again, although no check was run on that day"
    before = json.loads(run("figures", "--json", "--as-of", (today - 60 * DAY).isoformat()).stdout)
    assert before["town"]["error"] <= told["town"]["error"]
    assert "全镇" in run("figures").stdout
    assert isinstance(run("figures", "--as-of", (today + DAY).isoformat()).exception, TownwatchError)


def test_a_column_day_by_day(run: Run) -> None:
    told = json.loads(run("timeline", COLUMN, "--json", "--since", (local_date(now()) - 9 * DAY).isoformat()).stdout)
    assert [spell["status"] for spell in told["spells"]] == ["cannot_judge", "delinquent"]
    first, second = told["spells"]
    assert date.fromisoformat(first["until"]) + DAY == date.fromisoformat(second["since"]) == local_date(now()) - 4 * DAY
    assert "严重逾期" in run("timeline", COLUMN).stdout
    assert isinstance(run("timeline", "none").exception, TownwatchError)
