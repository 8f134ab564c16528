"""``townwatch report``: the year's figures and the official annual report (国办公开办函〔2021〕30号)."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from core.clock import local_date, now
from core.errors import TownwatchError
from monitor.annual.checks import check_report
from monitor.annual.entries import ENTRIES, EntryError, checked
from service.annual.published import holds, published_report
from service.annual.shapes import report_from, year_json
from service.annual.writing import written
from service.annual.yearly import Year, year_of
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    format_of,
    settings_of,
    town_engine_of,
)
from store import yearly
from store.database import transaction


class Format(StrEnum):
    """What the report may be written as."""

    JSON = "json"
    DOCX = "docx"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Hang the command into ``townwatch``."""
    app.command("report")(make_report)


def make_report(
    year: Annotated[int, typer.Argument(metavar="YEAR", help="年份，如 2025")],
    form: Annotated[Format | None, typer.Option("--format", help="文件格式；不写则看文件名的后缀，再不然是 json")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到这个文件（docx、xlsx 必须写明）")] = None,
    source: Annotated[Path | None, typer.Option("--from", help="核对这个 JSON 文件里的报告或已发布的表格，不用台账的数字")] = None,
    given: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="填写不能自动统计的项：" + "、".join(
        f"{key} {entry.word}" for key, entry in ENTRIES.items()))] = None,
    by: Annotated[str, typer.Option("--by", help="经办人（staff.toml 中的 id），填写时必须写明")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="核对未通过也写出文件（草稿）")] = False,
    config: ConfigOption = None, database: DatabaseOption = None, _: JsonOption = False,
) -> None:
    """年度统计数字和政府信息公开工作年度报告；有一项核对不通过，退出码为 1 并写明是哪一项。"""
    form = form or format_of(output, Format, Format.JSON)
    if form is not Format.JSON and output is None:
        raise typer.BadParameter("docx、xlsx 请用 -o 写明文件")
    found = _read(source, year) if source else _stored(year, given or [], by, config, database)
    if output is None:
        emit(year_json(found))
    elif draft or not found.failures:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(written(found, form))
        console.print(escape(f"{year}年年度报告{'（草稿）' if found.failures else ''}已写到 {output}"), soft_wrap=True)
    for failure in found.failures:
        console.print(f"[red]{escape(str(failure))}[/red]", soft_wrap=True)
    if found.failures:
        raise typer.Exit(Exit.FAILED)


def _stored(year: int, given: list[str], by: str, config: Path | None, database: str | None) -> Year:
    settings, at = settings_of(config), now()
    values = _values(given)
    if values and by not in {person.id for person in settings.staff}:
        raise typer.BadParameter("填写时请用 --by 写明经办人（staff.toml 中的 id）")
    engine = town_engine_of(database, settings)
    with transaction(engine) as connection:
        yearly.enter(connection, year, values, by, at)
        found = year_of(connection, settings, year, local_date(at))
    engine.dispose()
    return found


def _values(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := [key for key, sign, _ in pairs if not sign]:
        raise typer.BadParameter(f"--set 应写成 名称=值：{'、'.join(wrong)}")
    try:
        return checked({key: value for key, _, value in pairs})
    except EntryError as error:
        raise typer.BadParameter(str(error)) from error


def _read(path: Path, year: int) -> Year:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TownwatchError(f"读不出 {path}：{error}") from error
    if holds(data, year):
        report = published_report(data, year)
        before = published_report(data, year - 1) if holds(data, year - 1) else None
        # Tables alone: what C6 asks of the text cannot be asked.
        return Year(report=report, failures=tuple(f for f in check_report(report, before) if f.check != "C6"), figures=None, entries={})
    report = report_from(data)
    if report.year != year:
        raise TownwatchError(f"{path} 是{report.year}年的报告，不是{year}年的")
    return Year(report=report, failures=tuple(check_report(report)), figures=None, entries={})
