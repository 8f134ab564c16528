"""``townwatch visit``: opens each site's home page once."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from core.clock import local_text, now
from core.service import load_service_settings
from core.words import VISITS
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    config_of,
    console,
    emit,
    grid,
    settings_of,
    town_engine_of,
)  # fmt: skip
from service.visits import Visited, round_data, visit_round

DEFAULT_MINUTES = 60


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(visit)


def visit(
    site: Annotated[str | None, typer.Option("--site", help="只访问这个站点")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """打开一次各网站首页（限 15 秒），记录能否打开、证书和首页最新日期，并轮流查看栏目里的链接。定时运行由 serve 负责。"""
    settings = settings_of(config)
    every = load_service_settings(config_of(config)).schedule.visit_every_minutes or DEFAULT_MINUTES
    engine = town_engine_of(database, settings)
    try:
        made = visit_round(settings, engine, every_minutes=every, now=now, site=site)
    finally:
        engine.dispose()
    if as_json:
        emit(round_data(made))
    else:
        _show(made)
    raise typer.Exit(Exit.FAILED if any(each.visit is None for each in made) else Exit.DONE)


def _show(made: list[Visited]) -> None:
    table = grid("网站", "结果", "用时", "首页最新", "证书至", "查看链接", "失效")
    for each in made:
        found = each.visit
        held = found.certificate if found else None
        table.add_row(
            escape(each.name), VISITS[found.outcome] if found else "没有访问", f"{found.seconds:.1f} 秒" if found else "—",
            str(found.newest or "—") if found else "—", local_text(held.until, "%Y-%m-%d") if held else "—",
            str(each.looked), str(each.dead),
        )
    console.print(table)
    for each in made:
        if each.reason:
            console.print(f"{escape(each.name)}：{escape(each.reason)}", soft_wrap=True)
