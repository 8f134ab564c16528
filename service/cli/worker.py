"""``townwatch worker``: does the towns' jobs, on any number of machines that share one PostgreSQL."""

from __future__ import annotations

import os
import signal
import threading
from typing import Annotated

import typer

from core.clock import now
from core.errors import ConfigError, ConfigErrors, StoreError
from service.cli.common import ConfigOption, DatabaseOption, console, database_of, service_of, var_of
from service.cluster.running import run
from service.cluster.schema import has_queue, libpq
from service.jobs.task import Workplace
from store.database import open_store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)


def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="同时执行几个任务（通知发送不占名额）")] = 2,
    only_schedule: Annotated[bool, typer.Option("--only-schedule", help="只分派到期的任务，自己不执行")] = False,
    config: ConfigOption = None,
    database: DatabaseOption = None,
) -> None:
    """集群工作进程：领取并执行采集、检查、发送等任务；可在任意多台机器上启动，SIGTERM 停止。"""
    service, url = service_of(config), database_of(database)
    if service.settings.engine != "cluster":
        problem, remedy = f"engine 为 “{service.settings.engine}”，任务由 townwatch serve 自己执行", '多机运行时改为 "cluster"'
        raise ConfigErrors([ConfigError(problem, file="service.toml", key="engine", remedy=remedy)])
    libpq(url)
    # Only ``migrate`` changes the store: of many processes none may find it half changed by another.
    engine = open_store(url, migrate=False)
    if not has_queue(url):
        raise StoreError("数据库里还没有任务队列：请先运行 townwatch migrate")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    place = Workplace(service=service, engine=engine, var=var_of(database), now=now, environment=os.environ, stopping=stop.is_set)
    console.print("工作进程已启动。")
    run(url, place, 0 if only_schedule else concurrency, stop)
    engine.dispose()
    console.print("已停止。")
