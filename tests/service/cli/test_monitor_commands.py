"""The commands of the monitor as they are typed: keys of the contract, exit statuses, one JSON document a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from core.clock import Moment, now
from core.nouns import Outcome, Record, SourceResult
from monitor.steps import CaseError
from service.cli import cases as case_commands
from service.cli import check as check_commands
from service.cli import match as match_commands
from service.cli import workdays as workday_commands
from service.cli.common import configure_logging
from store import cases as case_store
from store import records, runs
from store.database import for_town, open_store, transaction

CONFIG = Path(__file__).parents[3] / "config"
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str) -> Iterator[Run]:
    """Types a command of the town on an empty SQLite store."""
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    for commands in (match_commands, check_commands, workday_commands, case_commands):
        commands.register(app)

    def typed(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [*words, "--config", str(CONFIG), "--database", sqlite_url], input=stdin)

    yield typed
    structlog.reset_defaults()  # the runner's standard error is closed by now


def _json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_match_a_file(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("通知\n霍山县漫水河鎮(zhèn)人民政府", encoding="utf-8")
    found = _json(run("match", str(page), "--json"))
    assert found["id"] == str(page)
    assert {m["subject"]: m["text"] for m in found["mentions"]} == {"霍山县": "霍山县", "漫水河镇": "漫水河鎮"}
    town = next(m for m in found["mentions"] if m["subject"] == "漫水河镇")
    assert town == {
        "subject": "漫水河镇", "term": "漫水河镇", "text": "漫水河鎮", "start": 6, "end": 10, "field": "body",
        "confidence": "certain",
    }


def test_match_a_file_of_another_encoding(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes("关于漫水河镇道路的情况说明，请予以公开。".encode("gb18030"))
    assert [m["text"] for m in _json(run("match", str(page), "--json"))["mentions"]] == ["漫水河镇"]


def test_match_records_from_standard_input(run: Run) -> None:
    lines = [
        {"id": 7, "title": "漫水河镇", "body": "无\u2028分行"}, {"id": "b", "title": "无", "body": "漫水河的水"},
        {"id": "c"},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + "\n"
    result = run("match", "-", "--jsonl", "--json", stdin=text)
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.split("\n") if line]
    assert [(line["id"], [(m["field"], m["confidence"]) for m in line["mentions"]]) for line in found] == [
        (7, [("title", "certain")]), ("b", [("body", "possible")]), ("c", []),
    ]


@pytest.mark.parametrize("text", ["not json\n", "[1]\n"])
def test_a_line_that_is_no_record_is_named(run: Run, text: str) -> None:
    result = run("match", "-", "--jsonl", stdin='{"id": 1}\n' + text)
    assert result.exit_code == 2
    assert "第2行" in result.output


def test_a_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    result = run("match", str(tmp_path / "none.txt"))
    assert result.exit_code == 2
    assert "不能读取" in result.output


def test_match_for_people(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("漫水河镇", encoding="utf-8")
    assert "确定" in run("match", str(page)).stdout
    page.write_text("无", encoding="utf-8")
    assert run("match", str(page)).stdout == "没有提及。\n"


@pytest.mark.parametrize(("words", "answer"), [
    (("add", "2026-01-30", "20"), {"date": "2026-03-05", "provisional": False}),
    (("add", "2026-12-04", "20"), {"date": "2027-01-01", "provisional": True}),
    (("between", "2026-09-30", "2026-10-10"), {"workdays": 3, "provisional": False}),
    (("between", "2026-10-10", "2026-09-30"), {"workdays": -3, "provisional": False}),
])
def test_workdays(run: Run, words: tuple[str, ...], answer: dict[str, Any]) -> None:
    assert _json(run("workdays", *words, "--json")) == answer


def test_workdays_for_people(run: Run) -> None:
    assert run("workdays", "add", "2026-09-30", "3").stdout == "2026-10-10\n"
    assert "暂定" in run("workdays", "between", "2026-12-31", "2027-01-05").stdout


@pytest.mark.parametrize("words", [("add", "2026-01-30", "-1"), ("add", "tomorrow", "1"), ("between", "2026-01-30")])
def test_a_mistyped_command_is_a_usage_error(run: Run, words: tuple[str, ...]) -> None:
    assert run("workdays", *words).exit_code == 2


@pytest.fixture
def crawled(sqlite_url: str) -> datetime:
    """A thread on the county's board that names the town, read just now."""
    at = now()
    record = Record(site="people-board", key="1", kind="thread", url="http://board.example/1", title="漫水河镇道路破损",
                    body="请尽快修复。", published=Moment(at), thread={"type": "投诉/求助"})
    engine = for_town(open_store(sqlite_url), "town")
    with transaction(engine) as connection:
        runs.start_run(connection, "r", at)
        records.save(connection, "r", [records.Arrival(record=record, at=at)])
        records.save_sightings(connection, [
            records.Sighting(site="people-board", key="1", source="board-huoshan", row_hash=None, at=at)
        ])
        runs.save_results(connection, "r", [SourceResult(source="board-huoshan", outcome=Outcome.NEW, checked_at=at)])
        runs.finish_run(connection, "r", status="loaded", at=at, requests=1, not_modified=0, received=0, seconds=1.0)
    engine.dispose()
    return at


def test_check_has_the_keys_of_the_contract(run: Run, crawled: datetime) -> None:
    report = _json(run("check", "--json"))
    assert {"as_of", "columns", "findings", "cannot_judge"} <= report.keys()
    assert report["columns"]
    for column in report["columns"]:
        assert column.keys() == {"id", "name", "status", "latest", "due", "count", "owner", "reason"}
        assert column["status"] == "cannot_judge"
    assert {"rule_id", "subject", "title", "reason"} <= report["cannot_judge"][0].keys()
    assert len(report["new_cases"]) == 1
    assert _json(run("check", "--json"))["new_cases"] == []


def test_check_fails_on_what_is_bad_enough(run: Run) -> None:
    # An empty store: no run has ever ended, and that is an error.
    result = run("check", "sites", "--fail-on", "error", "--json")
    assert result.exit_code == 3
    found = {finding["rule_id"]: finding for finding in json.loads(result.stdout)["findings"]}
    finding = found["run.silent"]
    assert finding["severity"] == "error"
    assert finding.keys() >= {"fingerprint", "rule_id", "subject", "severity", "title", "reason", "owner", "first_seen"}
    assert datetime.fromisoformat(finding["first_seen"]).tzinfo is not None
    assert run("check", "sites", "--fail-on", "veto").exit_code == 0
    assert run("check", "catalogue", "--fail-on", "info").exit_code == 0


@pytest.mark.parametrize("words", [("nonsense",), ("--as-of", "yesterday"), ("--fail-on", "bad")])
def test_check_refuses_what_it_does_not_know(run: Run, words: tuple[str, ...]) -> None:
    assert run("check", *words).exit_code == 2


def test_check_for_people(run: Run) -> None:
    result = run("check", "--as-of", "2026-03-02")
    assert result.exit_code == 0
    assert "采集中断" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("2026-03-02：检查")


def test_a_case_from_its_registration_to_its_end(run: Run, crawled: datetime, sqlite_url: str) -> None:
    run("check")
    case, = _json(run("cases", "list", "--json"))["cases"]
    assert case.keys() >= {
        "id", "title", "source", "url", "category", "state", "owner", "registered_at", "due", "overdue"
    }
    assert (case["title"], case["state"], case["category"]) == ("漫水河镇道路破损", "registered", "投诉求助")
    number = str(case["id"])
    shown, = _json(run("cases", "show", number, "--json"))["cases"]
    assert shown["text"] == "请尽快修复。"
    assert [(m["field"], m["text"]) for m in shown["mentions"]] == [("title", "漫水河镇")]
    assert [step["action"] for step in shown["steps"]] == ["register"]
    by = ("--by", "clerk")
    run("cases", "assess", number, "--category", "咨询", "--note", "属实", *by)
    run("cases", "assign", number, "leader", *by)
    run("cases", "reply", number, "--note", "已答复来信人", *by)
    closed, = _json(run("cases", "close", number, "--note", "路面已修复", *by, "--json"))["cases"]
    assert (closed["state"], closed["owner"], closed["category"]) == ("closed", "leader", "咨询")
    engine = for_town(open_store(sqlite_url), "town")
    with engine.connect() as connection:
        kept = case_store.get(connection, case["id"])
    engine.dispose()
    assert kept is not None
    assert [step.action for step in kept.steps] == ["register", "assess", "assign", "reply", "close"]
    refused = run("cases", "reply", number, "--note", "再答复", *by)
    assert isinstance(refused.exception, CaseError)
    assert "已办结" in str(refused.exception)
    assert "路面已修复" in run("cases", "show", number).stdout


def test_an_extension(run: Run, crawled: datetime) -> None:
    run("check")
    case, = _json(run("cases", "list", "--open", "--json"))["cases"]
    by = ("--by", "clerk", "--note", "需现场查勘")
    refused = run("cases", "extend", str(case["id"]), case["due"], *by)
    assert isinstance(refused.exception, CaseError)
    later = datetime.fromisoformat(case["due"]).replace(tzinfo=UTC).toordinal() + 3
    until = datetime.fromordinal(later).date().isoformat()
    extended, = _json(run("cases", "extend", str(case["id"]), until, *by, "--json"))["cases"]
    assert extended["due"] == until


def test_cases_for_people(run: Run, crawled: datetime) -> None:
    assert run("cases", "list").stdout == "台账中没有符合条件的事项。\n"
    run("check")
    assert "已登记" in run("cases", "list").stdout


def test_a_person_or_case_that_is_not_there(run: Run, crawled: datetime) -> None:
    run("check")
    assert run("cases", "assign", "1", "nobody", "--by", "clerk").exit_code == 2
    assert isinstance(run("cases", "show", "99").exception, CaseError)
