"""``townwatch cases export`` as it is typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from core.errors import TownwatchError
from core.nouns import CaseState, CaseStep, Record
from service.case_list import HEADS
from service.cli import cases as case_commands
from service.cli.common import configure_logging
from store import cases, records
from store.database import for_town, open_store, transaction

CONFIG = Path(__file__).parents[3] / "config"
AT = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)  # In China already the 5th.
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str) -> Iterator[Run]:
    """Types a command on a store with two cases of the town and one of another."""
    engine = open_store(sqlite_url)
    for town, title, state in [("town", "路灯不亮", CaseState.REGISTERED), ("town", "=1+1", CaseState.CLOSED), ("other", "别镇的事", CaseState.REGISTERED)]:
        with transaction(for_town(engine, town)) as connection:
            found = Record(site="s", key=title, kind="thread", url="http://a/1", title=title, body="")
            records.save(connection, "r", [records.Arrival(record=found, at=AT)])
            (stored, *_), _ = records.page_of_records(connection)
            cases.register(
                connection, record_id=stored.id, source="board-huoshan", url=found.url, title=title, category="投诉求助", state=state,
                owner="clerk", registered_at=AT, due=date(2026, 3, 12), provisional=False,
                step=CaseStep(at=AT, who="townwatch", action="register"),
            )
    engine.dispose()
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    case_commands.register(app)
    yield lambda *words: CliRunner().invoke(app, ["cases", "export", *words, "--config", str(CONFIG), "--database", sqlite_url])
    structlog.reset_defaults()  # the runner's standard error is closed by now


def test_the_whole_register_in_each_format(run: Run, tmp_path: Path) -> None:
    for kind in ("xlsx", "CSV", "json"):
        told = run("-o", str(tmp_path / f"台账.{kind}"))
        assert told.exit_code == 0 and told.stdout.startswith("已导出 2 件到"), told.output
    sheet = openpyxl.load_workbook(tmp_path / "台账.xlsx").active
    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert sorted(line[1].value for line in list(sheet.iter_rows())[1:]) == ["=1+1", "路灯不亮"]
    with (tmp_path / "台账.CSV").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(line["标题"] for line in csv.DictReader(file)) == ["'=1+1", "路灯不亮"]
    listed = json.loads((tmp_path / "台账.json").read_text(encoding="utf-8"))["cases"]
    assert {case["title"]: (case["state"], case["overdue"]) for case in listed} == {"=1+1": ("closed", False), "路灯不亮": ("registered", True)}


@pytest.mark.parametrize(("words", "number"), [
    ((), 2), (("--open",), 1), (("--overdue",), 1), (("--state", "closed"), 1), (("--owner", "nobody"), 0), (("--text", "路灯"), 1),
    (("--category", "咨询"), 0), (("--source", "board-huoshan"), 2),
    # Days of China, both included.
    (("--since", "2026-03-05", "--until", "2026-03-05"), 2), (("--until", "2026-03-04"), 0), (("--since", "2026-03-06"), 0),
])
def test_what_is_asked_for(run: Run, tmp_path: Path, words: tuple[str, ...], number: int) -> None:
    path = tmp_path / "a.json"
    told = run("-o", str(path), "--json", *words)
    assert told.exit_code == 0 and json.loads(told.stdout) == {"file": str(path), "cases": number}
    assert len(json.loads(path.read_text(encoding="utf-8"))["cases"]) == number


def test_what_cannot_be_written(run: Run, tmp_path: Path) -> None:
    assert run("-o", str(tmp_path / "a.docx")).exit_code == 2
    refused = run("-o", str(tmp_path / "none" / "a.csv"))
    assert isinstance(refused.exception, TownwatchError) and "不能写入" in str(refused.exception)
