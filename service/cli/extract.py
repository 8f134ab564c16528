"""``extract``: saved pages as their reader reads them, a JSON line each."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.readers import Article, read_page
from service.cli.common import ConfigOption, DatabaseOption, Exit, JsonOption, emit, log

_CHUNK = 16


@dataclass(frozen=True, slots=True)
class _Page:
    """A saved page: its name as the caller gave it, where it lies, and its address where known."""

    file: str
    path: Path
    url: str | None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(extract)


def extract(
    files: Annotated[list[Path] | None, typer.Argument(help="保存的网页文件")] = None,
    url: Annotated[str | None, typer.Option("--url", help="网页的地址，用于补全附件链接、核对日期")] = None,
    index: Annotated[
        Path | None, typer.Option("--list", help="清单（JSON Lines）：每行有 file（相对清单所在目录），可有 url")
    ] = None,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """读取保存的网页：标题、日期、来源、发布机构、索引号、文号、正文、附件，每页一行 JSON。"""
    if (index is None) == (not files):
        sys.stderr.write("请给出网页文件，或用 --list 给出清单，二者取一\n")
        raise typer.Exit(Exit.USAGE)
    try:
        pages = _listed(index) if index else [_Page(str(file), file, url) for file in files or ()]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"清单无法读取：{index}：{error}\n")
        raise typer.Exit(Exit.USAGE) from error
    failed = False
    for line, problem, doubts in _read_all(pages):
        if doubts:
            log.warning("读取有疑问，请人工核对", file=line["file"], doubts=list(doubts))
        if problem:
            failed = True
            log.error("网页无法读取", file=line["file"], error=problem)
        emit(line)
    raise typer.Exit(Exit.FAILED if failed else Exit.DONE)


def _listed(index: Path) -> list[_Page]:
    """The pages of a list; raises ValueError with the number of a line that is not as it should be."""
    pages = []
    with index.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"第 {number} 行不是 JSON（{error.msg}）") from None
            if not isinstance(row, dict) or not isinstance(row.get("file"), str):
                raise ValueError(f"第 {number} 行没有 file")
            pages.append(_Page(row["file"], index.parent / row["file"], row.get("url") or None))
    return pages


_Read = tuple[dict[str, Any], str | None, tuple[str, ...]]


def _read_all(pages: list[_Page]) -> Iterator[_Read]:
    """Every page's line in the order given, why it could not be read, and what is doubtful in it; several
    processes where there is work for them."""
    workers = min(os.cpu_count() or 1, len(pages) // _CHUNK)
    if workers < 2:
        yield from map(_read, pages)
        return
    # Forked: nothing here holds threads, and a fresh interpreter would import the whole command line again.
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(_read, pages, chunksize=_CHUNK)


def _read(page: _Page) -> _Read:
    try:
        data = page.path.read_bytes()
    except OSError as error:
        return as_line(page.file, page.url, None), error.strerror or str(error), ()
    article = read_page(data, url=page.url)
    return as_line(page.file, page.url, article), None, article.doubts


def as_line(file: str, url: str | None, article: Article | None) -> dict[str, Any]:
    """The contract's line of a page; all null for one that could not be read."""
    if article is None:
        return dict.fromkeys(_KEYS) | {"file": file, "url": url}
    return {
        "file": file,
        "url": url,
        "title": article.title,
        "published_at": article.published.iso() if article.published else None,
        "source": article.source,
        "publisher": article.publisher,
        "index_no": article.index_no,
        "doc_no": article.doc_no,
        "body": article.body or None,
        "attachments": [{"url": item.url, "name": item.name} for item in article.attachments],
        "meta": article.meta,
        "reader": article.reader,
    }


_KEYS = ("file", "url", "title", "published_at", "source", "publisher", "index_no", "doc_no", "body", "attachments", "meta", "reader")
