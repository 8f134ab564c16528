"""``digest``: the monthly digest as a file, and into the outbox."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from alerts import digest as digests
from alerts.figures import Digest
from alerts.render import digest_html, digest_json
from core import clock
from service.cli.alerts import delivery_json
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    JsonOption,
    console,
    emit,
    format_of,
    settings_of,
    town_engine_of,
)
from service.digest_files import WRITERS
from service.digests import digest_of
from store.database import transaction


class Format(StrEnum):
    """What the digest may be written as."""

    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Hang the command into ``townwatch``."""
    app.command("digest")(make_digest)


def make_digest(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="月份，如 2026-03")],
    for_staff: Annotated[str | None, typer.Option("--for", help="只要这个人的（staff.toml 的 id）")] = None,
    form: Annotated[Format | None, typer.Option("--format", help="文件格式；不写则看文件名的后缀，再不然是 html")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到这个文件")] = None,
    send: Annotated[bool, typer.Option("--send", help="放进发件箱（同一月份、同一个人只发一次）")] = False,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """月报：统计数字、未检查的部分、统计口径。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    now = clock.now()
    digest = digest_of(settings, engine, month, for_staff, now)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(_written(digest, form or format_of(output, Format, Format.HTML)))
        console.print(f"月报已写到 {output}", soft_wrap=True)
    queued = []
    if send:
        with transaction(engine) as connection:
            queued = digests.enqueue(connection, settings, digest, for_staff, now)
        console.print(f"发件箱里有月报 {len(queued)} 条，用 townwatch alerts send 发送")
    if as_json or (output is None and not send):
        deliveries = {"deliveries": [delivery_json(each) for each in queued]} if send else {}
        emit(digest_json(digest) | deliveries)


def _written(digest: Digest, form: Format) -> bytes:
    if form in WRITERS:
        return WRITERS[form][0](digest)
    figures = json.dumps(digest_json(digest), ensure_ascii=False, indent=2) + "\n"
    return (digest_html(digest) if form is Format.HTML else figures).encode()
