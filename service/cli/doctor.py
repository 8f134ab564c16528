"""``townwatch doctor``: what is wrong and what to do."""

from __future__ import annotations

import os

import typer
from rich.markup import escape

from core.clock import now
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    config_of,
    console,
    database_of,
    emit,
    var_of,
)
from service.doctor import diagnose

_SIGNS = {"ok": "[green]正常[/green]", "warn": "[yellow]注意[/yellow]", "error": "[red]错误[/red]"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """体检：配置、数据库、渠道、来源、日历、巡查是否正常，哪里不对、怎么办。"""
    checks = diagnose(config_of(config), database_of(database), var_of(database), now(), os.environ)
    broken_config = any(check.level == "error" and check.area == "config" for check in checks)
    failed = any(check.level == "error" for check in checks)
    if as_json:
        emit({"ok": not failed, "checks": [check.data() for check in checks]})
    for check in [] if as_json else checks:
        where = "：".join(part for part in (check.file, check.entry, check.key) if part)
        console.print(f"{_SIGNS[check.level]} {escape(where + '：' if where else '')}{escape(check.problem)}", soft_wrap=True)
        if check.remedy:
            console.print(f"     办法：{escape(check.remedy)}", soft_wrap=True)
    raise typer.Exit(Exit.USAGE if broken_config else Exit.FAILED if failed else Exit.DONE)
