"""The command line: one command, ``townwatch``. Each file here holds the commands of one noun."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from core.errors import ConfigErrors, TownwatchError
from service.cli import (
    alerts,
    applications,
    backup,
    cases,
    catalogue,
    check,
    crawl,
    demo,
    digest,
    doctor,
    evidence,
    extract,
    ledger,
    limits,
    match,
    migrate,
    report,
    scan,
    serve,
    site,
    user,
    workdays,
    worker,
)
from service.cli.common import Exit, configure_logging, console, remember

app = typer.Typer(
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


for _commands in (demo, crawl, site, extract, match, check, workdays, limits, scan, catalogue, cases, applications, evidence, alerts,
                  digest, report, ledger, doctor, migrate, backup, user, serve, worker):
    _commands.register(app)


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
