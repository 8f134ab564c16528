"""``townwatch backup``, ``restore`` and ``prune``: keeping the store, and keeping it small."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from core.clock import SHANGHAI, Moment, now
from service.backup import back_up
from service.backup_file import Manifest, Progress, verified
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    JsonOption,
    config_of,
    console,
    database_of,
    emit,
    engine_of,
    town_given,
    var_of,
)
from service.prune import prune as prune_store
from service.prune import prune_folders
from service.restore import restore as put_back
from service.retention import SHORTEST_DAYS, Retention
from store.database import connect_store

VarOption = Annotated[Path | None, typer.Option("--var", help="工作目录（存档在其中的 archive），默认在数据库旁")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件", dir_okay=False)]
NoConfigOption = Annotated[bool, typer.Option("--no-config", help="不含配置目录")]
_NAMES = {
    "deliveries": "通知", "attempts": "发送记录", "runs": "巡查", "run_sources": "巡查结果", "validators": "网址校验值",
    "visits": "首页访问", "addresses": "失效链接", "run_folders": "采集文件夹",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (backup, restore, prune):
        app.command()(command)


def backup(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="备份文件，默认 backups/townwatch-时间.zip")] = None,
    no_config: NoConfigOption = False,
    var: VarOption = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """备份数据库（某一时刻的完整状态）、网页存档和配置到一个文件；采集、发送照常运行。"""
    at, begun = now(), time.monotonic()
    folder = var or var_of(database)
    target = file or folder / "backups" / f"townwatch-{at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip"
    settings = None if no_config else config_of(config)
    if settings and not settings.is_dir():
        raise typer.BadParameter(f"没有配置目录 {settings}：用 --config 指定，或加 --no-config")
    # As it is: a backup is what is taken before a migration.
    engine = connect_store(database_of(database))
    with _bar("备份") as progress:
        manifest = back_up(engine, target, var=folder, config=settings, at=at, progress=progress)
    engine.dispose()
    data: dict[str, Any] = {"file": target, "bytes": target.stat().st_size} | _summary(manifest)
    if as_json:
        emit(data | {"seconds": round(time.monotonic() - begun, 3)})
        return
    console.print(
        f"已备份到 {escape(str(target))}（{data['bytes'] / 1e6:.1f} MB）：{_contents(manifest)}。", soft_wrap=True
    )
    for name in manifest.missing:
        console.print(f"[red]注意：存档缺少 {escape(name)}，数据库引用它作为证据。[/red]", soft_wrap=True)


def restore(
    file: FileArgument,
    replace: Annotated[bool, typer.Option("--replace", help="目标数据库已有数据时，清空后恢复")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核对备份是否完好，不恢复")] = False,
    no_config: NoConfigOption = False,
    var: VarOption = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """把备份恢复到空的数据库（SQLite、PostgreSQL 均可）：先逐项核对，再一次写入；中断则目标不变。"""
    begun = time.monotonic()
    with _bar("核对") as progress, verified(file, progress) as opened:
        data: dict[str, Any] = {"file": file} | _summary(opened.manifest)
        text = f"备份完好：{_contents(opened.manifest)}"
        if not check:
            engine = engine_of(database)
            restored = put_back(
                opened, engine, var=var or var_of(database), config=None if no_config else config_of(config),
                replace=replace, progress=progress,
            )
            engine.dispose()
            data |= {"database": engine.url.render_as_string(), "restored_config": restored.config_files}
            text = f"已恢复到 {engine.url.render_as_string()}：{_contents(opened.manifest)}"
            if restored.config_kept:
                text += f"；配置目录 {config_of(config)} 已有文件，没有改动（要备份中的配置，请用 --config 指定新目录）"
    if as_json:
        emit(data | {"restored": not check, "seconds": round(time.monotonic() - begun, 3)})
    else:
        console.print(escape(text) + "。", soft_wrap=True)


def prune(
    deliveries_days: Annotated[
        int, typer.Option("--deliveries-days", min=SHORTEST_DAYS, help="已了结的通知及其发送记录保留多少天")
    ] = Retention().deliveries,
    runs_days: Annotated[
        int, typer.Option("--runs-days", min=SHORTEST_DAYS, help="已结束的巡查保留多少天（每月最后一次长期保留）")
    ] = Retention().runs,
    validators_days: Annotated[
        int, typer.Option("--validators-days", min=SHORTEST_DAYS, help="多少天未再检查的网址，忘记其校验值")
    ] = Retention().validators,
    visits_days: Annotated[
        int, typer.Option("--visits-days", min=SHORTEST_DAYS, help="对网站首页的访问记录保留多少天")
    ] = Retention().visits,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明会清理什么，不清理")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """清理过期的运行记录。记录、版本、舆情、问题、判断和网页存档从不清理。"""
    retention = Retention(deliveries=deliveries_days, runs=runs_days, validators=validators_days, visits=visits_days)
    engine, at = engine_of(database), now()
    counts = prune_store(engine, retention, at, dry_run=dry_run)
    counts["run_folders"] = sum(
        len(prune_folders(folder, engine, retention, at, dry_run=dry_run)) for folder in _folders(database)
    )
    engine.dispose()
    if as_json:
        emit({"dry_run": dry_run, "as_of": Moment(at), "removed": counts})
        return
    listed = "，".join(f"{_NAMES[name]} {count} 条" for name, count in counts.items())
    console.print(f"{'将清理（未清理）' if dry_run else '已清理'}：{listed}。", soft_wrap=True)


def _folders(database: str | None) -> list[Path]:
    """The working folders whose runs are meant: of the town that was asked for, else of all."""
    var, town = var_of(database), town_given()
    if town is not None and (var / "towns" / town).is_dir():
        return [var / "towns" / town]
    return [var] if town is not None else [var, *sorted((var / "towns").glob("*"))]


def _summary(manifest: Manifest) -> dict[str, Any]:
    archive = manifest.archives
    return {
        "program": manifest.program, "revision": manifest.revision, "created_at": Moment(manifest.created_at),
        "tables": {part.path.stem: part.rows for part in manifest.folder("tables")},
        "archive": {"files": len(archive), "bytes": sum(part.bytes for part in archive)},
        "config": len(manifest.folder("config")), "missing": manifest.missing,
    }


def _contents(manifest: Manifest) -> str:
    rows = {part.path.stem: part.rows or 0 for part in manifest.folder("tables")}
    archive = manifest.archives
    return (
        f"数据 {sum(rows.values())} 行（记录 {rows['records']} 条、舆情 {rows['cases']} 件），"
        f"网页存档 {len(archive)} 个文件 {sum(part.bytes for part in archive) / 1e6:.1f} MB，"
        f"配置 {len(manifest.folder('config'))} 个文件"
    )


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda part, done, total: bar.update(task, description=f"{title} {part}", completed=done, total=total)
