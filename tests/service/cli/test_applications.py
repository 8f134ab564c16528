"""``townwatch applications`` as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from core.errors import TownwatchError
from service.cli import applications
from service.cli.common import configure_logging

CONFIG = Path(__file__).parents[3] / "config"
Run = Callable[..., Result]
NEW = ("add", "2026-001", "--title", "征地批准文件", "--by", "clerk", "--received", "2026-03-02", "--applicant", "legal", "--channel", "post")


@pytest.fixture
def run(sqlite_url: str) -> Iterator[Run]:
    """Types a command of the town on an empty SQLite store."""
    app = typer.Typer()
    app.callback()(lambda: configure_logging(False))
    applications.register(app)
    yield lambda *words: CliRunner().invoke(app, ["applications", *words, "--config", str(CONFIG), "--database", sqlite_url])
    structlog.reset_defaults()  # the runner's standard error is closed by now


def read(result: Result, what: str = "applications") -> list[Any]:
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)[what])


def refused(result: Result) -> str:
    assert isinstance(result.exception, TownwatchError), result.output
    return str(result.exception)


def test_an_application_from_its_receipt_to_its_answer(run: Run) -> None:
    (new,) = read(run(*NEW, "--json"))
    assert (new["id"], new["due"], new["overdue"], new["correction_by"]) == (1, "2026-03-30", True, "2026-03-11")
    (asked,) = read(run("step", "1", "ask_correction", "--by", "clerk", "--day", "2026-03-05", "--until", "2026-03-20", "--json"))
    assert (asked["due"], asked["waits_for"], asked["waits_until"]) == (None, "correction", "2026-03-20")
    (back,) = read(run("step", "1", "correct", "--by", "clerk", "--day", "2026-03-16", "--json"))
    assert back["due"] == "2026-04-14"
    (longer,) = read(run("step", "1", "extend", "--by", "clerk", "--day", "2026-04-10", "--workdays", "10", "--note", "已告知", "--json"))
    assert longer["due"] == "2026-04-28"
    (closed,) = read(run("close", "1", "not_held", "--by", "clerk", "--day", "2026-04-29", "--json"))
    assert (closed["outcome"], closed["overdue"], closed["breaches"]) == ("not_held", False, ["答复于2026-04-29作出，期限为2026-04-28"])
    assert [step["action"] for step in closed["steps"]] == ["receive", "ask_correction", "correct", "extend", "close"]
    assert read(run("list", "--open", "--json")) == [] and len(read(run("list", "--json"))) == 1
    assert "2026-001" in run("list").stdout and "延长期限" in run("show", "1").stdout
    assert "台账中没有依申请公开" in run("list", "--open").stdout


def test_what_cannot_be_entered_is_one_sentence(run: Run) -> None:
    read(run(*NEW, "--json"))
    assert refused(run(*NEW)) == "编号2026-001已登记过"
    assert "没有登记第9件" in refused(run("show", "9"))
    assert "请选择办理结果" in refused(run("close", "1", "thrown-away", "--by", "clerk"))
    assert "没有这种办理方式" in refused(run("step", "1", "shred", "--by", "clerk"))
    assert run("close", "1", "open", "--by", "nobody").exit_code == 2


def test_reviews_and_lawsuits(run: Run) -> None:
    read(run(*NEW, "--json"))
    (new,) = read(run("contest", "review", "复1", "--title", "不服答复", "--accepted", "2026-05-06", "--application", "1", "--json"), "contests")
    assert (new["kind"], new["result"], new["application"]) == ("review", None, 1)
    assert "复1已登记过" in refused(run("contest", "review", "复1", "--title", "再一次"))
    assert "没有登记第7件" in refused(run("contest", "review", "复2", "--title", "x", "--application", "7"))
    assert "审结日期应在受理日期2026-05-06与今天之间" in refused(run("contest-end", "1", "upheld", "--day", "2026-05-05"))
    (ended,) = read(run("contest-end", "1", "corrected", "--day", "2026-07-01", "--json"), "contests")
    assert (ended["result"], ended["decided_on"]) == ("corrected", "2026-07-01")
    assert "结果纠正" in run("contests").stdout
