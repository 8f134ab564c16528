"""``townwatch inspection``: what the inspectors' indicators would say today, or on a day past."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.clock import local_date, now
from monitor.inspection import Count, Inspection
from monitor.run import DayError
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, emit, grid, settings_of, town_engine_of
from service.inspection_file import as_xlsx
from service.inspections import (
    InspectionError,
    figure,
    inspection_json,
    inspection_of,
    points_text,
    preset_of,
    quarter_end,
    quarter_of,
    state_word,
)

_NAMED = 3
_COLOURS = {"ok": "green", "used": "yellow", "full": "red", "cannot_judge": "white"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(inspection)


def inspection(
    preset: Annotated[
        str, typer.Option(help="哪套指标：national（国办指标）、quarter（季度测评），或 rules/inspection.toml 里自己写的")
    ] = "national",
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="哪一天（默认今天）")] = None,
    quarter: Annotated[str | None, typer.Option(help="哪个季度，例如 2026Q3；按季度最后一天（本季度按今天）")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="另存为表格文件")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """检查测评：单项否决的额度用了多少、会扣哪些分、测评会点名什么。过去的日子按当日保存的内容重新判断。"""
    if as_of is not None and quarter is not None:
        raise typer.BadParameter("--as-of 和 --quarter 只能写一个")
    settings, at = settings_of(config), now()
    today = local_date(at)
    try:
        chosen, end = preset_of(settings, preset), quarter_end(quarter) if quarter is not None else None
    except InspectionError as error:
        raise typer.BadParameter(str(error)) from error
    day = end or (as_of.date() if as_of else today)
    if end is not None and quarter_of(today) == quarter_of(end):
        day = today
    engine = town_engine_of(database, settings)
    try:
        found = inspection_of(settings, engine, chosen, day, at)
    except (InspectionError, DayError) as error:
        raise typer.BadParameter(str(error)) from error
    finally:
        engine.dispose()
    staff = {person.id: person.name for person in settings.staff}
    if xlsx is not None:
        xlsx.write_bytes(as_xlsx(found, settings.town.name, staff))
    if as_json:
        emit(inspection_json(found))
    else:
        _show(found, staff)


def _show(found: Inspection, staff: dict[str, str]) -> None:
    out = Console()
    out.print(f"[bold]{escape(found.preset.name)}[/bold]（{escape(found.preset.basis)}）　{found.day}", soft_wrap=True)
    if found.veto:
        out.print(_indicators(found.veto, staff, ("编号", "单项否决", "状态", "占用", "计入的内容"), lambda count: ()))
    if found.items:
        heads = ("编号", "类别", "指标", "状态", "数量", "扣分", "计入的内容")
        out.print(_indicators(found.items, staff, heads, lambda count: (points_text(count),), grouped=True))
    score = f"得分 {found.score:g}" if found.score is not None else f"不计总分：{found.score_note}"
    out.print(score + (f"；已知扣分 {found.deducted:g}" if found.deducted else ""), soft_wrap=True)
    if found.false_alarms:
        out.print(f"已按误报处理的 {found.false_alarms} 个问题没有计入。", soft_wrap=True)


def _indicators(
    counts: Sequence[Count], staff: Mapping[str, str], heads: Sequence[str], more: Callable[[Count], tuple[str, ...]], *,
    grouped: bool = False,
) -> Table:
    table = grid(*heads, ruled=True)
    for count in counts:
        named = "；".join(f"{each.title}（{staff.get(each.owner or '', '未指定')}）" for each in count.subjects[:_NAMED])
        left = f"；等{count.used}{count.counter.unit}" if count.used > _NAMED else ""
        table.add_row(
            count.counter.id, *((escape(count.counter.group),) if grouped else ()), escape(count.counter.name),
            f"[{_COLOURS[count.state]}]{state_word(count)}[/]", figure(count), *more(count), escape(named + left or count.reason),
        )
    return table
