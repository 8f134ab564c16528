"""``townwatch inspection`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from core.clock import local_date, now
from core.configuration import load_settings
from core.nouns import Outcome, SourceResult
from monitor.run import check
from service.cli import inspection
from service.cli.common import configure_logging
from store import runs
from store.database import for_town, open_store, transaction

CONFIG = Path(__file__).parents[3] / "config"
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str) -> Iterator[Run]:
    """Types the command on a store whose sources were seen to be empty today."""
    settings, at = load_settings(CONFIG), now()
    engine = for_town(open_store(sqlite_url), settings.town.id)
    with transaction(engine) as connection:
        runs.start_run(connection, "r", at)
        runs.save_results(connection, "r", [
            SourceResult(source=source.id, outcome=Outcome.EMPTY, checked_at=at) for _, source in settings.all_sources
        ])
        runs.finish_run(connection, "r", status="loaded", at=at, requests=1, not_modified=0, received=0, seconds=1.0)
    check(settings, engine, now=at)
    engine.dispose()
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    inspection.register(app)
    yield lambda *words: CliRunner().invoke(app, ["inspection", *words, "--config", str(CONFIG), "--database", sqlite_url])
    structlog.reset_defaults()  # the runner's standard error is closed by now


def test_the_budget_that_blank_columns_use(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("--json", "--xlsx", str(tmp_path / "a.xlsx")).stdout)
    blank = next(each for each in told["vetoes"] if each["id"] == "W4-3")
    assert blank["used"] == len(blank["subjects"]) > 0 and blank["budget"] == 5 and blank["state"] in ("used", "full")
    assert told["score"] is None and told["score_note"]
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["指标", "明细"]
    assert "单项否决" in run().stdout


def test_a_quarter_is_judged_at_its_end_and_the_running_one_today(run: Run) -> None:
    today = local_date(now())
    this = f"{today.year}Q{(today.month + 2) // 3}"
    assert json.loads(run("--preset", "quarter", "--quarter", this, "--json").stdout)["as_of"] == today.isoformat()
    told = json.loads(run("--preset", "quarter", "--quarter", f"{today.year - 1}Q2", "--json").stdout)
    assert told["as_of"] == f"{today.year - 1}-06-30" and {each["state"] for each in told["items"]} == {"cannot_judge"}
    assert run("--quarter", this, "--as-of", today.isoformat()).exit_code == 2
    refused = {
        ("--preset", "x"): "没有这套指标", ("--quarter", "x"): "2026Q3", ("--quarter", "2026Q5"): "2026Q3",
        ("--as-of", (today + timedelta(days=1)).isoformat()): "还没有到", ("--as-of", "0001-01-01"): "只能检查",
    }
    for words, why in refused.items():
        told = run(*words)
        assert told.exit_code == 2 and why in told.stderr.replace("\n", "").replace("│", "").replace(" ", "")


def test_what_was_checked_and_never_crawled_counts_for_nothing(sqlite_url: str) -> None:
    settings = load_settings(CONFIG)
    engine = for_town(open_store(sqlite_url), settings.town.id)
    check(settings, engine, now=now())
    engine.dispose()
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    inspection.register(app)
    said = json.loads(CliRunner().invoke(app, ["inspection", "--json", "--config", str(CONFIG), "--database", sqlite_url]).stdout)
    assert {count["state"] for count in (*said["vetoes"], *said["items"])} == {"cannot_judge"}
