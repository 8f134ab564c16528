"""``townwatch scan``: personal data, wording, date errors and missing elements in a file, before or after publishing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from core.clock import local_date, now
from core.nouns import Severity
from core.words import SEVERITIES
from crawler.attachments import UnreadableError
from monitor import elements, wording
from monitor.privacy import rules
from monitor.scan import scan as scan_text
from monitor.scanned import Flaw
from service.before_publishing import Checked
from service.cli.common import ConfigOption, Exit, JsonOption, console, emit, town_folder_of
from service.scanning import read_file

Files = Annotated[list[Path], typer.Argument(help="网页、Word、WPS、Excel、PDF、OFD、RTF、文本、CSV 文件，或装有这些的 ZIP")]
FailOn = Annotated[Severity | None, typer.Option(help="发现这一级或更严重的问题时，退出码为 3")]
_COLOURS = {"veto": "red", "error": "red", "warn": "yellow", "info": "cyan"}
_VERDICTS = {"may": "green", "confirm": "yellow", "mend": "yellow", "must_not": "red", "unread": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(scan)


def scan(files: Files, fail_on: FailOn = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """发布前后检查文件：个人信息、严重表述错误、日期错误、应有的要素。号码一律遮盖显示。输出到管道或文件时为 JSON，每个文件一行。"""
    directory = town_folder_of(config)
    privacy, dictionary, demanded = rules.load(directory), wording.load(directory), elements.load(directory)
    today = local_date(now())
    failed, worst = False, []
    as_json = as_json or not sys.stdout.isatty()
    for file in files:
        flaws: list[Flaw] = []
        problem: str | None = None
        try:
            text = read_file(file)
            flaws = [*scan_text(text, privacy, dictionary, today), *elements.check_draft(file.stem, text, demanded)]
        except UnreadableError as error:
            failed, problem = True, str(error)
        worst += [flaw.severity for flaw in flaws]
        if as_json and problem:
            console.print(f"[red]未检查[/red] {escape(str(file))}：{escape(problem)}", soft_wrap=True)
        if as_json:
            emit({"file": str(file), "findings": [flaw.data() for flaw in flaws]} | ({"error": problem} if problem else {}))
        else:
            _show(Checked(name=file.name, flaws=tuple(flaws), error=problem))
    if failed:
        raise typer.Exit(Exit.FAILED)
    if fail_on is not None and any(severity.at_least(fail_on) for severity in worst):
        raise typer.Exit(Exit.FOUND)


def _show(checked: Checked) -> None:
    """The verdict, and under it what was found, in whole sentences: a column of a table is too narrow for them."""
    out = Console(highlight=False)
    out.print(f"[bold]{escape(checked.name)}[/bold]  [{_VERDICTS[checked.verdict]}]{escape(checked.sentence)}[/]")
    for _, _, lines in checked.told:
        for told in lines:
            severity = told["severity"]
            out.print(f"  [{_COLOURS[severity]}]{SEVERITIES[severity]}[/] {escape(told['where'])}：{escape(told['evidence'])}")
            out.print(Padding(escape(told["advice"]), (0, 0, 0, 4)))
