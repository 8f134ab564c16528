"""The command line: one command, ``townwatch``. Each file here holds the commands of one noun."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from core.errors import ConfigErrors, TownwatchError
from service.cli.common import Exit, configure_logging, console, remember
from store.failures import OUTSIDE, reason

COMMANDS = {
    name: name
    for name in (
        "demo", "crawl", "visit", "site", "extract", "match", "check", "workdays", "limits", "scan", "catalogue", "cases",
        "applications", "evidence", "alerts", "digest", "report", "ledger", "inspection", "doctor", "migrate",
        "backup", "restore", "prune", "user", "serve", "worker",
    )
} | {"restore": "backup", "prune": "backup"}  # fmt: skip
"""Each command and the module that holds it, in the order of the help."""


class _Commands(TyperGroup):
    """Reads the module of the command that is asked for, no other: all of them, with Scrapy and the web, take over a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:
        # A name that is none needs all names: the error suggests the nearest.
        for name in (cmd_name,) if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands.update(_commands_of(COMMANDS[name]))
        return self.commands.get(cmd_name)  # type: ignore[return-value]


def _commands_of(module: str) -> dict[str, Any]:
    holder = typer.Typer()
    import_module(f"service.cli.{module}").register(holder)
    return dict(get_group(holder).commands)


app = typer.Typer(
    cls=_Commands,
    help="乡镇政务公开与舆情巡查：看、查、登记、提醒。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("townwatch"))
        raise typer.Exit


@app.callback()
def _root(
    config: Annotated[Path | None, typer.Option(help="配置目录（或 TOWNWATCH_CONFIG，默认 config）")] = None,
    database: Annotated[str | None, typer.Option(help="数据库地址（或 TOWNWATCH_DATABASE_URL）")] = None,
    town: Annotated[str | None, typer.Option(help="哪个乡镇（或 TOWNWATCH_TOWN）；配置目录里只有一个时不必写")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="日志写得更细")] = False,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="版本号")] = False,
) -> None:
    configure_logging(verbose)
    remember(config, database, town)


def main() -> None:
    """Entry of the console script: an error that a person can act on is one sentence, not a traceback."""
    try:
        app()
    except ConfigErrors as error:
        console.print("[red]配置有误，没有启动：[/red]")
        for line in str(error).splitlines():
            console.print("  " + escape(line), soft_wrap=True)
        sys.exit(Exit.USAGE)
    except TownwatchError as error:
        console.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        sys.exit(Exit.FAILED)
    except OUTSIDE as error:
        structlog.get_logger().debug("command.failed", exc_info=True)
        console.print(f"[red]{escape(reason(error))}[/red]", soft_wrap=True)
        sys.exit(Exit.FAILED)
