"""``townwatch evidence show|verify|export``: the kept pages and their chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.text import Text

from core.clock import Moment, local_text, now
from core.differences import Change
from core.text import mask_address
from core.version_changes import VersionChange, compare_versions
from crawler.evidence import Verification, verify
from crawler.run import archive_root
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
)
from service.evidence import Kept, export_case, kept_versions
from store import records
from store.database import Engine

VarOption = Annotated[Path | None, typer.Option("--var", help="工作目录（存档在其中的 archive），默认在数据库旁")]
_STYLES = {"same": "", "removed": "red strike", "added": "green underline"}
# Not every terminal shows colours, and a copy of it never does.
_MARKS = {"same": "{}", "removed": "〔删：{}〕", "added": "〔增：{}〕"}
group = typer.Typer(help="取证：保存的网页、核验、导出。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (show, export):
        group.command()(command)
    group.command("verify")(verify_all)
    app.add_typer(group, name="evidence")


def show(
    record: Annotated[int, typer.Argument(metavar="RECORD", help="记录编号")], var: VarOption = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """一条记录的全部版本：何时看到、存档在哪里、与前一版本相比改了什么。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    with engine.connect() as connection:
        try:
            stored = records.get(connection, record)
        except KeyError:
            raise typer.BadParameter(f"没有编号为 {record} 的记录") from None
        kept = kept_versions(connection, archive_root(var or town_var_of(database, settings)), record)
    engine.dispose()
    if as_json:
        removed = Moment(stored.removed_at) if stored.removed_at else None
        emit({"record": record, "url": mask_address(stored.record.url), "title": stored.record.title, "removed_at": removed,
              "versions": [_version_json(number, kept) for number in range(len(kept))]})
        return
    out = Console()
    out.print(f"[bold]{escape(stored.record.title)}[/bold]\n{escape(mask_address(stored.record.url))}", soft_wrap=True)
    for number, one in enumerate(kept):
        where = one.version.evidence
        lies = f"{where.warc_file} 第 {where.warc_offset} 字节" if where else "没有存档"
        out.print(f"版本{number + 1}　{local_text(one.version.seen_at)}　{lies}　{escape(one.problem)}", soft_wrap=True)
        for line in _lines(kept, number):
            out.print("    ", line, soft_wrap=True)
    if stored.removed_at:
        out.print(f"[red]{local_text(stored.removed_at)} 起原网址已不能看到[/red]")


def verify_all(
    var: VarOption = None, config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """核验：封存链、版本记录、存档文件逐一对照；有一处不一致则退出状态为 1。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    found = _verified(engine, archive_root(var or town_var_of(database, settings)), settings.town.id)
    engine.dispose()
    if as_json:
        emit({"ok": not found.breaks, "seals": found.seals, "versions": found.versions, "files": found.files,
              "bytes": found.bytes, "unsealed": found.unsealed,
              "breaks": [{"where": one.where, "problem": one.problem} for one in found.breaks]})
    else:
        for one in found.breaks:
            console.print(f"[red]{escape(one.where)}：{escape(one.problem)}[/red]", soft_wrap=True)
        looked = f"封存 {found.seals} 次、版本 {found.versions} 个、存档文件 {found.files} 个（{found.bytes / 1e6:.1f} MB）"
        older = f"；另有 {found.unsealed} 个版本早于封存，只核对了自身校验值" if found.unsealed else ""
        console.print(f"核验了{looked}{older}：{f'{len(found.breaks)} 处不一致' if found.breaks else '全部一致'}。", soft_wrap=True)
    raise typer.Exit(Exit.FAILED if found.breaks else Exit.DONE)


def export(
    case: Annotated[int, typer.Argument(metavar="CASE", help="台账编号")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.zip", help="写到哪里")], var: VarOption = None,
    config: ConfigOption = None, database: DatabaseOption = None,
) -> None:
    """把一件舆情的网页原文、校验值、时间和说明导出为一个 zip。"""
    settings = settings_of(config)
    engine, root = town_engine_of(database, settings), archive_root(var or town_var_of(database, settings))
    found = _verified(engine, root, settings.town.id)
    with engine.connect() as connection:
        try:
            data = export_case(connection, root, case, town=settings.town.full_name, at=now(), verification=found)
        except KeyError:
            raise typer.BadParameter(f"台账中没有第{case}号") from None
    engine.dispose()
    output.parent.mkdir(parents=True, exist_ok=True)
    scratch = output.with_name(f".{output.name}.{os.getpid()}")
    scratch.write_bytes(data)
    scratch.replace(output)
    console.print(f"已导出到 {escape(str(output))}（{len(data) / 1e3:.0f} KB）。", soft_wrap=True)
    if found.breaks:
        console.print(f"[red]注意：核验发现 {len(found.breaks)} 处不一致，已写入说明。[/red]")


def _verified(engine: Engine, root: Path, town: str) -> Verification:
    with engine.connect() as connection, Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("核验", total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return verify(connection, root, town, step)


def _version_json(number: int, kept: list[Kept]) -> dict[str, Any]:
    one, changed = kept[number], _changes(kept, number)
    where = one.version.evidence
    return {
        "number": number + 1, "seen_at": Moment(one.version.seen_at), "run": one.version.run, "title": one.version.record.title,
        "content_hash": one.version.content_hash, "previous_hash": one.version.previous_hash,
        "warc_file": where.warc_file if where else None, "warc_offset": where.warc_offset if where else None,
        "sha256": where.sha256 if where else None, "status": one.archived.status if one.archived else None, "problem": one.problem,
        "title_changes": [_change_json(change) for change in changed.title],
        "fields": [{"name": field.name, "old": field.old, "new": field.new} for field in changed.fields],
        "changes": [_change_json(change) for change in changed.text],
    }


def _change_json(change: Change) -> dict[str, Any]:
    pieces = [{"kind": piece.kind, "text": piece.text} for piece in change.pieces]
    return {"old": change.old, "new": change.new, "moved": change.moved, "pieces": pieces}


def _changes(kept: list[Kept], number: int) -> VersionChange:
    if number == 0:
        return VersionChange((), (), ())
    return compare_versions(kept[number - 1].version.record, kept[number].version.record)


def _lines(kept: list[Kept], number: int) -> Iterator[Text]:
    changed = _changes(kept, number)
    for change in changed.title:
        yield Text("标题　") + _shown(change)
    for field in changed.fields:
        was, is_ = (field.old or "（无）", _STYLES["removed"]), (field.new or "（无）", _STYLES["added"])
        yield Text.assemble(f"{field.name}　", was, " → ", is_)
    for change in changed.text:
        where = f"原第{change.old}段移到第{change.new}段　" if change.moved else f"第{change.new or change.old}段　"
        yield Text(where, style="dim") + _shown(change)


def _shown(change: Change) -> Text:
    # Cells of a table stand behind one another, told apart by tabs.
    return Text.assemble(*((_MARKS[piece.kind].format(piece.text.replace("\t", " │ ")), _STYLES[piece.kind]) for piece in change.pieces))
