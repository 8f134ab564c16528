"""Every command is found under its name, and asking for one does not read the others."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

import service.cli
from service.cli import COMMANDS, app

FOLDER = Path(service.cli.__file__).parent


def test_the_table_names_every_command_of_every_module() -> None:
    there = {}
    for file in FOLDER.glob("*.py"):
        module = import_module(f"service.cli.{file.stem}") if not file.stem.startswith("_") else None
        if module is not None and hasattr(module, "register"):
            holder = typer.Typer()
            module.register(holder)
            there |= dict.fromkeys(get_group(holder).commands, file.stem)
    assert there == COMMANDS


def test_help_lists_them_all_with_what_they_do() -> None:
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    for name in COMMANDS:
        line = next(line for line in said.splitlines() if line.strip("│ ").startswith(f"{name} "))
        assert len(line.strip("│ ").removeprefix(name).strip()) > 3, line


def test_a_misspelt_command_is_told_the_nearest() -> None:
    answer = CliRunner().invoke(app, ["crwal"])
    assert answer.exit_code == 2
    assert "'crawl'" in answer.output


@pytest.mark.parametrize("command", ["workdays", "limits", "match", "scan"])
def test_a_small_command_starts_without_the_crawl_and_the_web(command: str) -> None:
    code = (
        "import sys, service.cli\n"
        f"service.cli._commands_of({command!r})\n"
        "print(sorted({'scrapy', 'twisted.internet', 'litestar', 'apprise'} & set(sys.modules)))"
    )
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert read.stdout.strip() == "[]"


@pytest.mark.parametrize("given", [["9999-12-30", "5"], ["2026-11-25", "100000000"]])
def test_a_working_day_past_the_last_year_is_an_error_in_a_sentence(given: list[str]) -> None:
    answer = CliRunner().invoke(app, ["workdays", "add", *given, "--config", str(FOLDER.parents[1] / "config")])
    assert answer.exit_code == 2
    assert "9999" in answer.output
