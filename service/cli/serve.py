"""``townwatch serve``: the workbench and the schedule, in one process."""

from __future__ import annotations

import os
import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.clock import now
from core.errors import ConfigError, ConfigErrors
from core.service import Service
from crawler.platforms import check_options
from service.cli.common import ConfigOption, DatabaseOption, console, database_of, service_of, var_of
from service.jobs.task import Workplace
from service.schedule.serving import serve as run_service
from service.web.security.setup_code import new_code
from service.web.serving import address, listen
from store import people
from store.database import Engine, open_store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option("--host", help="监听地址，默认取 service.toml（127.0.0.1）")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口，0 为任选，默认取 service.toml（8000）")] = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """启动服务：工作台、定时采集和检查、通知发送；Ctrl+C 或 SIGTERM 停止。"""
    service, folder = service_of(config), var_of(database)
    if errors := _option_errors(service):
        raise ConfigErrors(errors)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    engine = open_store(database_of(database))
    bench = service.settings.workbench
    place = Workplace(service=service, engine=engine, var=folder, now=now, environment=os.environ)
    with listen(host or bench.host, bench.port if port is None else port) as listener:
        _announce(service, engine, folder, address(listener), now())
        run_service(place, listener, stop)
    engine.dispose()
    console.print("已停止。")


def _option_errors(service: Service) -> list[ConfigError]:
    """A platform's options are known to the crawler alone; a slip in them is said at the start, not at half past six."""
    many = len(service.towns) > 1
    return [
        error.under(f"towns/{name}") if many else error
        for name, town in service.towns.items() for error in check_options(town)
    ]


def _announce(service: Service, engine: Engine, folder: Path, url: str, at: datetime) -> None:
    typer.echo(f"工作台：{url}  （乡镇 {len(service.towns)} 个，按 Ctrl+C 停止）")
    with engine.connect() as connection:
        empty = not people.list_users(connection)
    if empty:
        typer.echo(f"还没有账号：打开工作台作初始设置，设置码 {new_code(folder, at)}（24 小时内有效）")
