"""``townwatch catalogue import|show|export``: the standard catalogue as data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.settings import CatalogueItem
from monitor.catalogue.reading import SheetReading, Unread
from service import catalogue_files
from service.cli.common import ConfigOption, Exit, JsonOption, console, emit, settings_of

group = typer.Typer(help="基层政务公开标准目录：导入、查看、导出。", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group.command("import")(import_)
    group.command("show")(show)
    group.command("export")(export)
    app.add_typer(group, name="catalogue")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="标准目录工作簿（xlsx、xls、et）")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看读到什么，不写文件")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """把标准目录工作簿读进 catalogue.toml；没有读懂的单元格逐格列出。已定的栏目、责任人和不适用理由保留。"""
    settings = settings_of(config)
    sheets = catalogue_files.read_workbook(file)
    read, twice = catalogue_files.once(sheets)
    items = catalogue_files.kept_choices(settings.items, read)
    if items and not dry_run:
        target = settings.directory / "catalogue.toml"
        text = catalogue_files.with_items(target.read_text(encoding="utf-8"), items)
        scratch = target.with_suffix(".toml.new")
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(target)
    if as_json:
        emit({"items": [item.model_dump() for item in items], "sheets": [_sheet_json(n, s) for n, s in sheets.items()],
              "twice": [{"sheet": u.sheet, "item": u.text, "problem": u.problem} for u in twice]})
    else:
        _tell(sheets, items, twice, written=bool(items) and not dry_run)
    raise typer.Exit(Exit.DONE if items else Exit.FAILED)


def show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """catalogue.toml 中的事项：领域、事项、时限、对应栏目、是否适用。"""
    items = settings_of(config).items
    if as_json:
        emit({"items": [item.model_dump() for item in items]})
        return
    table = Table("领域", "一级事项", "二级事项", "公开时限", "栏目", "责任人", "适用")
    for item in items:
        names = (item.field, item.level1, " ".join(filter(None, (item.level2, item.level3))), item.limit)
        applies = "是" if item.applicable else f"否：{item.reason}"
        table.add_row(*map(escape, names), "、".join(item.columns) or item.site_column, item.owner or "", escape(applies))
    Console().print(table if items else "catalogue.toml 中还没有事项：用 townwatch catalogue import 导入标准目录。")


def export(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help="写到哪里")], config: ConfigOption = None
) -> None:
    """把 catalogue.toml 中的事项导出为标准目录工作簿。"""
    items = settings_of(config).items
    if not items:
        console.print("catalogue.toml 中还没有事项，没有可导出的。")
        raise typer.Exit(Exit.FAILED)
    catalogue_files.write_workbook(items, output)
    console.print(f"已导出 {len(items)} 项到 {escape(str(output))}。", soft_wrap=True)


def _sheet_json(name: str, reading: SheetReading) -> dict[str, Any]:
    return {
        "sheet": name, "items": len(reading.items), "cells": reading.cells, "accounted": reading.accounted,
        "unread": [{"cell": u.cell, "text": u.text, "problem": u.problem} for u in reading.unread], "notes": list(reading.notes),
    }


def _tell(sheets: dict[str, SheetReading], items: list[CatalogueItem], twice: list[Unread], *, written: bool) -> None:
    for name, reading in sheets.items():
        console.print(f"工作表“{escape(name)}”：{len(reading.items)} 项，{reading.cells} 格中读懂 {reading.accounted} 格。")
        for left in reading.unread:
            console.print(f"  {left.cell}“{escape(left.text[:40])}”：{left.problem}", soft_wrap=True)
    for left in twice:
        console.print(f"  工作表“{escape(left.sheet)}”的“{escape(left.text)}”：{left.problem}", soft_wrap=True)
    for field, number in Counter(item.field for item in items).items():
        console.print(f"  {escape(field or '（未写明领域）')}：{number} 项")
    if written:
        console.print(f"共 {len(items)} 项，已写入 catalogue.toml。请补充每项对应的栏目（columns）和责任人（owner）。", soft_wrap=True)
