"""Whole documents out of planted and right passages, in every format that is read: the same ones for the same seed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from random import Random

import docx
import openpyxl

from benchmarks.scan import lookalikes
from benchmarks.scan import plants as planting
from benchmarks.scan.plants import Plant, Rows
from demo.files import pdf

Parts = list[str | Rows]
_SUBJECTS = ("农村低保对象", "防汛值班安排", "道路工程招标结果", "惠农补贴发放", "残疾人服务", "村务公开", "预算执行情况", "困难群众救助")


@dataclass(frozen=True, slots=True)
class Document:
    """A file's name and bytes, and what it holds that must be found."""

    name: str
    body: bytes
    plants: tuple[Plant, ...]


def documents(count: int, seed: int = 20260302) -> Iterator[Document]:
    """``count`` documents, the formats in turn; about one in four holds nothing that must be found."""
    for number in range(count):
        random = Random(f"{seed}/{number}")
        suffix = list(WRITERS)[number % len(WRITERS)]
        parts, plants = _parts(random)
        title = f"清溪镇{random.choice(_SUBJECTS)}公示"
        yield Document(f"{number:05}.{suffix}", WRITERS[suffix](title, parts), tuple(plants))


def _parts(random: Random) -> tuple[Parts, list[Plant]]:
    parts: Parts = [lookalike(random) for lookalike in random.sample(lookalikes.PASSAGES, random.randrange(3, 9))]
    parts += [table(random) for table in random.sample(lookalikes.TABLES, random.randrange(0, 3))]
    if random.random() < 0.3:
        parts.append(random.choice(lookalikes.CONFIRMS)(random) if random.random() < 0.7 else lookalikes.officials(random))
    plants: list[Plant] = []
    if random.random() < 0.75:
        for passage in random.sample(planting.PASSAGES, random.randrange(0, 4)):
            text, found = passage(random)
            parts.append(text)
            plants += found
        if random.random() < 0.6:
            rows, found = planting.roster(random)
            parts.append(rows)
            plants += found
    random.shuffle(parts)
    return parts, plants


def _txt(title: str, parts: Parts) -> bytes:
    lines = [title]
    for part in parts:
        lines += [part] if isinstance(part, str) else ["\t".join(row) for row in part]
        lines.append("")
    # Old town files are in the national encoding.
    return "\n".join(lines).encode("gb18030" if len(title) % 2 else "utf-8")


def _html(title: str, parts: Parts) -> bytes:
    body = []
    for part in parts:
        if isinstance(part, str):
            body += [f"<p>{escape(line)}</p>" for line in part.split("\n")]
            continue
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in part)
        body.append(f"<table border=1>{rows}</table>")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<!DOCTYPE html><html><head>{head}</head><body><h1>{escape(title)}</h1>{''.join(body)}</body></html>".encode()


def _docx(title: str, parts: Parts) -> bytes:
    document = docx.Document()
    document.add_paragraph(title)
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            continue
        table = document.add_table(rows=len(part), cols=len(part[0]))
        for cells, row in zip(table.rows, part, strict=True):
            for cell, text in zip(cells.cells, row, strict=True):
                cell.text = text
    return _saved(document.save)


def _xlsx(title: str, parts: Parts) -> bytes:
    """Each list a sheet, as offices keep them; mobiles sometimes as numbers, as Excel makes them."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "说明"
    for part in [title, *parts]:
        if isinstance(part, str):
            first.append([part])
            continue
        sheet = book.create_sheet()
        for row in part:
            sheet.append([int(cell) if len(cell) == 11 and cell.isdigit() else cell for cell in row])
    return _saved(book.save)


def _pdf(title: str, parts: Parts) -> bytes:
    lines = [title]
    for part in parts:
        lines += part.split("\n") if isinstance(part, str) else ["  ".join(filter(None, row)) for row in part]
    return pdf(lines)


def _csv(title: str, parts: Parts) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for part in [title, *parts]:
        writer.writerows([[part]] if isinstance(part, str) else part)
        writer.writerow([])
    return out.getvalue().encode("utf-8-sig")


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


WRITERS: Mapping[str, Callable[[str, Parts], bytes]] = {
    "txt": _txt, "html": _html, "docx": _docx, "xlsx": _xlsx, "pdf": _pdf, "csv": _csv,
}
