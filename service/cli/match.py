"""``townwatch match``: where texts name what is watched for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from core.nouns import Mention, Record
from crawler.readers.encoding import decode
from monitor.matching import Matcher
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, emit, grid, settings_of

Files = Annotated[list[Path], typer.Argument(help="文本文件；- 表示标准输入")]
Lines = Annotated[bool, typer.Option("--jsonl", help="每行一条记录：{id, title, body}")]
_CONFIDENCE = {"certain": "确定", "possible": "可能"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(match)


def match(
    files: Files, jsonl: Lines = False, config: ConfigOption = None, _: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """在文本中找本镇的名称、别名、村名、领导和项目（繁简、全半角、注音、空格换行都认）。"""
    matcher = Matcher(settings_of(config).town.subjects)
    table = grid("记录", "对象", "原文", "位置", "把握")
    for file in files:
        for identity, mentions in _found(matcher, str(file), _text(file), jsonl):
            if as_json:
                emit({"id": identity, "mentions": [asdict(mention) for mention in mentions]})
            for mention in mentions:
                where = f"{mention.field} {mention.start}–{mention.end}"
                table.add_row(str(identity), mention.subject, mention.text, where, _CONFIDENCE[mention.confidence])
    if not as_json:
        Console().print(table if table.row_count else "没有提及。")


def _text(file: Path) -> str:
    """UTF-8 to the letter, so that offsets are those of the file; anything else is recognised as a page would be."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"不能读取{file}：{error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode(data).text


def _found(matcher: Matcher, name: str, text: str, jsonl: bool) -> Iterator[tuple[Any, list[Mention]]]:
    if not jsonl:
        yield name, matcher.find(text, "body")
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            identity, record = _record(line, f"{name} 第{number}行")
            yield identity, matcher.record(record)


def _record(line: str, where: str) -> tuple[Any, Record]:
    try:
        data = json.loads(line)
        title, body = str(data.get("title") or ""), str(data.get("body") or "")
    except (ValueError, AttributeError) as error:
        raise typer.BadParameter(f"{where}不是 JSON 对象：{error}") from None
    identity = data.get("id", where)
    return identity, Record(site="", key=str(identity), kind="article", url="", title=title, body=body)
