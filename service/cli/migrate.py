"""``townwatch migrate``: bring the store to this program's version."""

from __future__ import annotations

import typer

from service.cli.common import DatabaseOption, JsonOption, console, database_of, emit
from store.database import head_revision, open_store, revision


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """把数据库升级到当前程序的版本（新库则建表）；可重复运行。"""
    engine = open_store(database_of(database))
    now_at, wanted = revision(engine), head_revision()
    if as_json:
        emit({"database": engine.url.render_as_string(hide_password=True), "revision": now_at, "head": wanted})
    else:
        console.print(f"数据库 {engine.url.render_as_string(hide_password=True)} 版本 {now_at}，已是最新。")
    engine.dispose()
