"""``townwatch migrate``: bring the store to this program's version."""

from __future__ import annotations

import typer

from core.service import load_service_settings
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, config_of, console, database_of, emit
from service.cluster.schema import migrate_queue
from store.database import head_revision, open_store, revision


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate(config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """把数据库升级到当前程序的版本（新库则建表）；集群方式下同时建立任务队列。可重复运行。"""
    clustered = load_service_settings(config_of(config)).engine == "cluster"
    engine = open_store(database_of(database))
    if clustered:
        migrate_queue(database_of(database))
    now_at, wanted = revision(engine), head_revision()
    if as_json:
        emit({"database": engine.url.render_as_string(hide_password=True), "revision": now_at, "head": wanted})
    else:
        console.print(f"数据库 {engine.url.render_as_string(hide_password=True)} 版本 {now_at}，已是最新。")
    engine.dispose()
