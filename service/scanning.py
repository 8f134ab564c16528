"""Files of any kind as the scan's neutral text. Read as the crawl reads attachments, by the same process with the same limits;
here its parts get the scan's nouns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from crawler.attachments import Document, Grid, Line, UnreadableError, read_document
from monitor.blocks import printed
from monitor.scanned import Cell, Link, Paragraph, ScannedText, Table


def read_file(path: Path) -> ScannedText:
    """A file's text with its places; raises UnreadableError with the reason, in Chinese."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"打不开文件：{error.strerror}") from None
    return read_bytes(path.name, body)


def read_bytes(name: str, body: bytes) -> ScannedText:
    """The text of a file that was handed over; raises as :func:`read_file`. Takes no longer than the reader's time limit."""
    return scanned(read_document(name, body))


def scanned(document: Document) -> ScannedText:
    """A document as the scan sees it."""
    return ScannedText(
        tuple(_parts(document)), document.title, date.fromisoformat(document.published) if document.published else None,
        tuple(Link(link.where, link.href, link.text) for link in document.links), unread=document.unread,
    )  # fmt: skip


def _parts(document: Document) -> Iterator[Paragraph | Table]:
    for part in document.parts:
        if isinstance(part, Line):
            yield Paragraph(part.where, part.text)
        elif isinstance(part, Grid):
            yield Table(part.where or "表", tuple(_cells(part)))
        else:
            # What is a list on a printed page can only be guessed from its lines.
            yield from printed(part.lines, part.where)


def _cells(grid: Grid) -> Iterator[tuple[Cell, ...]]:
    for number, row in grid.rows:
        yield tuple(Cell(grid.place(number, column), text) for column, text in enumerate(row))
