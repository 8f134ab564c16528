"""``townwatch catalogue import|show|export``: the standard catalogue as data. Presets and matching have modules of their own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from core.settings import CatalogueItem, Settings
from monitor.catalogue.choices import carried, merged, with_choices
from monitor.catalogue.reading import SheetReading, Unread
from service import catalogue_files, catalogue_toml
from service.cli import catalogue_match, catalogue_presets
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    database_of,
    emit,
    grid,
    settings_of,
    town_engine_of,
)
from store import catalogue_choices
from store.database import Engine, transaction

group = typer.Typer(help="基层政务公开标准目录：导入、预设、与栏目对应、查看、导出。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group.command("import")(import_)
    group.command("show")(show)
    group.command("export")(export)
    catalogue_match.add_to(group)
    catalogue_presets.add_to(group)
    app.add_typer(group, name="catalogue")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="标准目录工作簿（xlsx、xls、et）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看读到什么，不写文件")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """把标准目录工作簿读进 catalogue.toml；没有读懂的单元格逐格列出。

    工作簿里的领域以它为准，其他领域不动；已定的栏目、责任人和不适用理由保留。"""
    settings = settings_of(config)
    sheets = catalogue_files.read_workbook(file)
    read, twice = catalogue_files.once(sheets)
    items, gone = merged(settings.items, read)
    if read and not dry_run:
        target = settings.directory / "catalogue.toml"
        catalogue_toml.write_whole(target, catalogue_toml.with_items(target.read_text(encoding="utf-8"), items))
        _move_choices(settings, items, database)
    if as_json:
        emit({"items": [item.model_dump() for item in items], "sheets": [_sheet_json(n, s) for n, s in sheets.items()],
              "twice": [{"sheet": u.sheet, "item": u.text, "problem": u.problem} for u in twice],
              "gone": [item.model_dump() for item in gone]})
    else:
        _tell(sheets, read, twice, gone, written=bool(read) and not dry_run)
    raise typer.Exit(Exit.DONE if read else Exit.FAILED)


def show(config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """目录中的事项：领域、事项、时限、对应栏目、是否适用；包括工作台上作出的决定。"""
    items, settings = holding(config, database), settings_of(config)
    if as_json:
        emit({"items": [item.model_dump() for item in items]})
        return
    columns, staff = {each.id: each.name for each in settings.columns}, {person.id: person.name for person in settings.staff}
    table = grid("领域", "一级事项", "二级事项", "公开时限", "栏目", "责任人", "适用", ruled=True)
    for item in items:
        names = (item.field, item.level1, " ".join(filter(None, (item.level2, item.level3))), item.limit)
        applies = "是" if item.applicable else f"否：{item.reason}"
        where = "、".join(columns.get(column, column) for column in item.columns) or item.site_column
        table.add_row(*map(escape, (*names, where, staff.get(item.owner or "", item.owner or ""), applies)))
    empty = "catalogue.toml 中还没有事项：用 townwatch catalogue import 导入标准目录，或用 townwatch catalogue preset apply 采用预设。"
    Console().print(table if items else empty)


def export(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="写到哪里")],
    config: ConfigOption = None, database: DatabaseOption = None,
) -> None:
    """把目录中的事项导出为标准目录工作簿；不适用的写明理由。"""
    items = holding(config, database)
    if not items:
        console.print("catalogue.toml 中还没有事项，没有可导出的。")
        raise typer.Exit(Exit.FAILED)
    catalogue_files.write_workbook(items, output)
    console.print(f"已导出 {len(items)} 项到 {escape(str(output))}。", soft_wrap=True)


def holding(config: Path | None, database: str | None) -> tuple[CatalogueItem, ...]:
    """The items as they hold: the configuration, and over it what was decided in the workbench."""
    settings = settings_of(config)
    engine = _store_if_there(settings, database)
    if engine is None:
        return settings.items
    with engine.connect() as connection:
        return with_choices(settings, catalogue_choices.choices(connection)).items


def _move_choices(settings: Settings, items: list[CatalogueItem], database: str | None) -> None:
    """What was decided of an item goes on under its new id."""
    ids, engine = carried(settings.items, items), _store_if_there(settings, database)
    if ids and engine is not None:
        with transaction(engine) as connection:
            catalogue_choices.move(connection, ids)


def _store_if_there(settings: Settings, database: str | None) -> Engine | None:
    """The store; None where none has been made yet: looking at the catalogue makes none."""
    url = database_of(database)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None
    return town_engine_of(database, settings)


def _sheet_json(name: str, reading: SheetReading) -> dict[str, Any]:
    return {
        "sheet": name, "items": len(reading.items), "cells": reading.cells, "accounted": reading.accounted,
        "unread": [{"cell": u.cell, "text": u.text, "problem": u.problem} for u in reading.unread], "notes": list(reading.notes),
    }


def _tell(
    sheets: dict[str, SheetReading], items: list[CatalogueItem], twice: list[Unread], gone: list[CatalogueItem], *, written: bool
) -> None:
    for name, reading in sheets.items():
        console.print(f"工作表“{escape(name)}”：{len(reading.items)} 项，{reading.cells} 格中读懂 {reading.accounted} 格。")
        for left in reading.unread:
            console.print(f"  {left.cell}“{escape(left.text[:40])}”：{left.problem}", soft_wrap=True)
    for left in twice:
        console.print(f"  工作表“{escape(left.sheet)}”的“{escape(left.text)}”：{left.problem}", soft_wrap=True)
    for field, number in Counter(item.field for item in items).items():
        console.print(f"  {escape(field or '（未写明领域）')}：{number} 项")
    for item in gone:
        console.print(f"  不再列入：{escape(item.field)} {escape(item.level1)} {escape(item.level2)}（{item.id}）", soft_wrap=True)
    if written:
        console.print(f"共 {len(items)} 项，已写入 catalogue.toml。下一步：townwatch catalogue match 与栏目对应。", soft_wrap=True)
