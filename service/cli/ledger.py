"""``townwatch ledger``: the figures of the ledger of findings on a day, and a column day by day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from core.clock import local_date, now
from core.errors import TownwatchError
from core.nouns import Severity
from core.words import COLUMNS, SEVERITIES
from monitor import timeline
from monitor.standings import Standing
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, emit, grid, settings_of, town_engine_of
from service.ledger import DAYS, figures_of

_DAYS = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="问题台账：按责任人统计，栏目的逐日状态。", no_args_is_help=True)
    commands.command("figures")(figures)
    commands.command("timeline")(show_timeline)
    app.add_typer(commands, name="ledger")


def figures(
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=_DAYS, help="哪一天（默认今天）")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """全镇和每个责任人有多少未解决的问题；过去的日子按当日保存的内容重新判断。"""
    settings, at = settings_of(config), now()
    engine = town_engine_of(database, settings)
    found = figures_of(settings, engine, as_of.date() if as_of else local_date(at), at)
    engine.dispose()
    if as_json:
        emit({"as_of": found.day, "town": standing_json(found.town), "owners": [standing_json(each) for each in found.owners]})
        return
    names = {person.id: person.name for person in settings.staff}
    table = grid("责任人", "未解决", *SEVERITIES.values(), "暂缓或误报", "最早的已有", f"{DAYS}天内解决")
    for each, name in [*((each, names.get(each.owner or "", each.owner or "未指定")) for each in found.owners), (found.town, "全镇")]:
        oldest = f"{each.oldest_days}天" if each.oldest_days is not None else ""
        table.add_row(escape(name), str(each.open), *(str(each.by_severity[s]) for s in Severity), str(each.put_off), oldest,
                      str(each.resolved))
    Console().print(table)


def show_timeline(
    column: Annotated[str, typer.Argument(metavar="COLUMN", help="栏目的 id")],
    since: Annotated[datetime | None, typer.Option("--since", formats=_DAYS, help="从哪一天（默认90天前）")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=_DAYS, help="到哪一天（默认今天）")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """一个栏目逐日的状态，按当日保存的内容判断。"""
    settings, at = settings_of(config), now()
    found = next((each for each in settings.columns if each.id == column), None)
    if found is None or not found.applicable:
        raise TownwatchError(f"没有栏目“{column}”，或该栏目不适用")
    last = until.date() if until else local_date(at)
    first = since.date() if since else last - timedelta(days=90)
    engine = town_engine_of(database, settings)
    with engine.connect() as connection:
        spells = timeline.of_column(connection, settings, found, first, last, at)
    engine.dispose()
    if as_json:
        emit({"column": column, "spells": [asdict(spell) for spell in spells]})
        return
    for spell in spells:
        Console().print(f"{spell.since} 至 {spell.until}　{COLUMNS[spell.status]}　{escape(spell.reason)}", soft_wrap=True)


def standing_json(each: Standing) -> dict[str, Any]:
    """A line of the figures."""
    return {
        "owner": each.owner, "open": each.open, **{str(severity): number for severity, number in each.by_severity.items()},
        "put_off": each.put_off, "oldest_days": each.oldest_days, "resolved": each.resolved,
    }
