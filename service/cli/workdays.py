"""``townwatch workdays``: the calendar of Chinese working days."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from service.cli.common import ConfigOption, DatabaseOption, JsonOption, emit, settings_of

_FORMATS = ["%Y-%m-%d"]
_PROVISIONAL = "（暂定：其间有年份的节假日安排尚未录入）"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="工作日推算（含调休）。", no_args_is_help=True)
    commands.command()(add)
    commands.command()(between)
    app.add_typer(commands, name="workdays")


def add(
    start: Annotated[datetime, typer.Argument(metavar="DATE", formats=_FORMATS, help="起算日（当日不计）")],
    workdays: Annotated[int, typer.Argument(metavar="N", min=0, help="工作日数")],
    config: ConfigOption = None, _: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """起算日之后第 N 个工作日是哪一天。"""
    try:
        deadline = settings_of(config).calendar.add(start.date(), workdays)
    except OverflowError:
        raise typer.BadParameter(f"{start.date()}之后第{workdays}个工作日超出了9999年，请核对日期和工作日数") from None
    if as_json:
        emit({"date": deadline.day, "provisional": deadline.provisional})
    else:
        Console().print(f"{deadline.day}{_PROVISIONAL if deadline.provisional else ''}", soft_wrap=True)


def between(
    start: Annotated[datetime, typer.Argument(metavar="A", formats=_FORMATS, help="起算日（当日不计）")],
    end: Annotated[datetime, typer.Argument(metavar="B", formats=_FORMATS, help="截止日（当日计入）")],
    config: ConfigOption = None, _: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """A 之后到 B（含）共有几个工作日；B 早于 A 时为负数。"""
    number, provisional = settings_of(config).calendar.between(start.date(), end.date())
    if as_json:
        emit({"workdays": number, "provisional": provisional})
    else:
        Console().print(f"{number}个工作日{_PROVISIONAL if provisional else ''}", soft_wrap=True)
