"""``townwatch crawl``."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from core.nouns import Outcome, Run
from core.words import OUTCOMES
from crawler.run import crawl as run_crawl
from service import shaping
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    grid,
    settings_of,
    town_engine_of,
    town_var_of,
)  # fmt: skip

WAIT_SECONDS = 60.0
"""A person who waits is told so long after that another crawl asks the same hosts."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(crawl)


def crawl(
    source: Annotated[list[str] | None, typer.Argument(help="只采集这些来源")] = None,
    site: Annotated[str | None, typer.Option("--site", help="只采集这个站点的来源")] = None,
    full: Annotated[bool, typer.Option("--full", help="列表读到底，已有的文章全部复查")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """采集一次：读取各来源的列表和新内容，复查已有内容，存档入库。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    names = {one.id: one.name for _, one in settings.all_sources}
    read: Counter[str] = Counter()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} 条"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("采集", total=None)

        def step(name: str, done: int, _: int) -> None:
            read[name] = done
            progress.update(task, description=names.get(name, name), completed=read.total())

        run = run_crawl(
            settings, engine, town_var_of(database, settings), sources=source or (), site=site, full=full, progress=step,
            wait=WAIT_SECONDS,
        )
    engine.dispose()
    if as_json:
        emit(run_data(run))
    else:
        _show(run, names)
    raise typer.Exit(Exit.FAILED if run.status == "partial" else Exit.DONE)


def run_data(run: Run) -> dict[str, Any]:
    """A run as ``crawl --json`` prints it."""
    return shaping.plain(shaping.run(run))


def _show(run: Run, names: dict[str, str]) -> None:
    table = grid("来源", "结果", "列表行", "新增", "变化", "撤下", "说明")
    for r in run.sources:
        style = None if r.outcome.looked or r.outcome is Outcome.NOT_RUN else "red"
        counts = (str(r.seen), str(r.new), str(r.changed), str(r.removed))
        table.add_row(escape(names.get(r.source, r.source)), OUTCOMES[r.outcome], *counts, escape(r.error or ""), style=style)
    console.print(table)
    console.print(f"请求 {run.requests} 次，其中 {run.not_modified} 次未变化；收到 {run.bytes / 1e6:.1f} MB，用时 {run.seconds:.1f} 秒。")
    if run.status == "partial":
        console.print("[red]采集中断，已读到的已入库；日志在 runs 目录。[/red]")
