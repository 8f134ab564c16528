"""``townwatch crawl`` and ``townwatch site discover``."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.nouns import Outcome, Run
from core.words import OUTCOMES
from crawler.discover import Discovery, discover, file_id, site_toml
from crawler.run import crawl as run_crawl
from service import shaping
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    settings_of,
    town_engine_of,
    town_var_of,
)  # fmt: skip

WAIT_SECONDS = 60.0
"""A person who waits is told so long after that another crawl asks the same hosts."""

sites = typer.Typer(help="站点：发现机构和栏目。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(crawl)
    sites.command("discover")(site_discover)
    app.add_typer(sites, name="site")


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


def site_discover(
    name: Annotated[str | None, typer.Argument(help="机构名称，默认为本镇")] = None,
    site: Annotated[str | None, typer.Option("--site", help="在哪个门户（sites/ 下的文件名）上找")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只打印，不写文件")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """在龙讯平台的门户上按名称找到机构和它的栏目，写成待确认的站点文件。"""
    settings = settings_of(config)
    found = discover(settings, site, name)
    text = ""
    path = None
    if found.organ is not None:
        text = site_toml(next(one for one in settings.sites if one.id == found.site), found)
        path = settings.directory / "sites" / f"{file_id(found)}.toml"
    # A file that a person may have confirmed already is never overwritten.
    written = path is not None and not dry_run and not path.exists()
    if written and path is not None:
        path.write_text(text, encoding="utf-8")
    if as_json:
        emit(found.data() | {"file": str(path) if path else None, "written": written})
    else:
        _tell(found, text, str(path) if path else "", written)
    raise typer.Exit(Exit.DONE if found.organ is not None else Exit.FAILED)


def _show(run: Run, names: dict[str, str]) -> None:
    table = Table("来源", "结果", "列表行", "新增", "变化", "撤下", "说明")
    for r in run.sources:
        style = None if r.outcome.looked or r.outcome is Outcome.NOT_RUN else "red"
        counts = (str(r.seen), str(r.new), str(r.changed), str(r.removed))
        table.add_row(escape(names.get(r.source, r.source)), OUTCOMES[r.outcome], *counts, escape(r.error or ""), style=style)
    console.print(table)
    console.print(f"请求 {run.requests} 次，其中 {run.not_modified} 次未变化；收到 {run.bytes / 1e6:.1f} MB，用时 {run.seconds:.1f} 秒。")
    if run.status == "partial":
        console.print("[red]采集中断，已读到的已入库；日志在 runs 目录。[/red]")


def _tell(found: Discovery, text: str, path: str, written: bool) -> None:
    if found.organ is None:
        near = "、".join(found.nearest) or "没有"
        console.print(f"没有找到唯一的“{escape(found.name)}”。相近的机构：{escape(near)}")
        return
    console.print(f"找到{escape(found.organ.name)}，编号 {found.organ.id}，栏目 {len(found.columns)} 个。", soft_wrap=True)
    if written:
        console.print(f"已写入 {escape(path)}：请逐项核对，把 confirmed 改为 true。", soft_wrap=True)
    else:
        typer.echo(text)
