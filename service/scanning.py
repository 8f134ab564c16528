"""Files of any kind as the scan's neutral text: pages, Word, Excel, PDF, plain text and CSV, each with its places."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from core.clock import local_date
from crawler.attachments import MAX_BYTES, MAX_CELLS, MAX_PAGES, MAX_UNPACKED, UnreadableError
from crawler.readers import decode, read_page
from crawler.readers.page import Page, parse_page
from monitor.blocks import printed
from monitor.scanned import Cell, Link, Paragraph, ScannedText, Table, from_text

_FAR = 100_000
_MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|div|table|p|title)\b", re.IGNORECASE)


def read_file(path: Path) -> ScannedText:
    """A file's text with its places; raises UnreadableError with the reason, in Chinese."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"打不开文件：{error.strerror}") from None
    return read_bytes(path.name, body)


def read_bytes(name: str, body: bytes) -> ScannedText:
    """The text of a file that was handed over; raises as :func:`read_file`."""
    if len(body) > MAX_BYTES:
        raise UnreadableError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    try:
        scanned = _read(body, Path(name).suffix.lower())
    except UnreadableError:
        raise
    except Exception as error:
        # Three libraries on hostile files: whatever they raise is shown to staff.
        raise UnreadableError(f"文件损坏或格式不符（{type(error).__name__}）") from error
    if not scanned.parts:
        raise UnreadableError("没有可读的文字（空文件或扫描件）")
    return scanned


def _read(body: bytes, suffix: str) -> ScannedText:
    if b"%PDF-" in body[:1024]:
        return _pdf(body)
    if body.startswith(b"PK\x03\x04"):
        return _zip(body)
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        if suffix in (".doc", ".wps"):
            raise UnreadableError("旧版 Word（.doc/.wps）文件，暂不能读取，请另存为 .docx")
        return _workbook(body)
    if _MARKUP.search(body[:4096]) or suffix in (".html", ".htm", ".shtml"):
        return _page(body)
    if b"\0" in body[:4096] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(f"不能读取的文件类型 {suffix or '（无扩展名）'}")
    text = decode(body).text.replace("\r\n", "\n")
    return _csv(text) if suffix == ".csv" else from_text(text)


def _zip(body: bytes) -> ScannedText:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise UnreadableError("解压后过大")
        names = set(archive.namelist())
    if "word/document.xml" in names:
        return _docx(body)
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return _workbook(body)
    raise UnreadableError("压缩包，请解开后逐个检查")


def _page(body: bytes) -> ScannedText:
    page, article = parse_page(decode(body).text), read_page(body)
    links = tuple(
        Link(f"第{link.line + 1}段", link.href, link.text)
        for link in page.links
        if link.href and not link.href.startswith("#")
    )
    published = local_date(article.published.at) if article.published else None
    title = article.title or page.title
    return ScannedText(tuple(_page_parts(page)), title, published, links)


def _page_parts(page: Page) -> Iterator[Paragraph | Table]:
    """Lines, and the tables among them that are not layout, in the page's order."""
    tables = 0
    for table, group in groupby(enumerate(page.lines, start=1), key=lambda item: _table_of(page, item[1].row)):
        lines = list(group)
        if table < 0:
            yield from (Paragraph(f"第{place}段", line.text) for place, line in lines)
            continue
        tables += 1
        rows = []
        for number, (_, members) in enumerate(groupby(lines, key=lambda item: item[1].row), start=1):
            rows.append(tuple(_row(list(members), f"表{tables}第{number}行")))
        yield Table(f"表{tables}", tuple(rows))


def _table_of(page: Page, row: int) -> int:
    """The table node of a row, or -1 for a row that only arranges the page."""
    if row < 0 or page.nodes[row].nested or page.nodes[row].cells < 2:
        return -1
    return next((node for node in page.ancestors(row) if page.nodes[node].tag == "table"), -1)


def _row(lines: Sequence[tuple[int, Any]], where: str) -> Iterator[Cell]:
    texts: dict[int, list[str]] = {}
    for _, line in lines:
        texts.setdefault(max(line.cell, 0), []).append(line.text)
    for column in range(max(texts) + 1):
        yield Cell(f"{where}第{column + 1}列", "\n".join(texts.get(column, ())))


def _docx(body: bytes) -> ScannedText:
    import docx
    from docx.table import Table as WordTable

    document = docx.Document(io.BytesIO(body))
    parts: list[Paragraph | Table] = []
    paragraphs = tables = 0
    for block in document.iter_inner_content():
        if isinstance(block, WordTable):
            tables += 1
            parts.append(_word_table(block, f"表{tables}"))
        else:
            paragraphs += 1
            parts.append(Paragraph(f"第{paragraphs}段", block.text.strip()))
    for section in document.sections:
        for place, part in (("页眉", section.header), ("页脚", section.footer)):
            parts += [Paragraph(place, paragraph.text.strip()) for paragraph in part.paragraphs]
    return ScannedText(_with_text(parts), document.core_properties.title or "")


def _word_table(table: Any, where: str) -> Table:
    """A merged cell is given once, at its first place, so that nothing in it counts twice."""
    seen: set[Any] = set()
    rows = []
    for number, row in enumerate(table.rows, start=1):
        cells = []
        for column, cell in enumerate(row.cells, start=1):
            text = "" if cell._tc in seen else cell.text.strip()
            seen.add(cell._tc)
            cells.append(Cell(f"{where}第{number}行第{column}列", text))
        rows.append(tuple(cells))
    return Table(where, tuple(rows))


def _workbook(body: bytes) -> ScannedText:
    import python_calamine

    parts: list[Paragraph | Table] = []
    cells = 0
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    for name in book.sheet_names:
        rows = []
        # The empty area is kept, so that an address is the one that Excel shows.
        for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
            cells += len(row)
            if cells > MAX_CELLS:
                raise UnreadableError(f"表格超过 {MAX_CELLS} 格，请拆分后检查")
            words = [Cell(f"{name}!{_letters(column)}{number}", _cell_text(cell)) for column, cell in enumerate(row)]
            rows.append(tuple(words))
        if any(cell.text for row in rows for cell in row):
            parts.append(Table(name, tuple(rows)))
    return ScannedText(tuple(parts))


def _cell_text(value: Any) -> str:
    """A number without the .0 that a workbook's floats have: it may be a telephone."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _pdf(body: bytes) -> ScannedText:
    import pypdfium2

    try:
        document: Any = pypdfium2.PdfDocument(body)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("PDF 已加密" if "password" in str(error).lower() else "PDF 已损坏") from None
    parts: list[Paragraph | Table] = []
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableError(f"PDF 超过 {MAX_PAGES} 页，请拆分后检查")
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            # What runs over the edge of the paper is in the file all the same.
            lines = words.get_text_bounded(-_FAR, -_FAR, _FAR, _FAR).split("\n")
            parts += printed(lines, f"第{number + 1}页")
            words.close()
            page.close()
    finally:
        document.close()
    return ScannedText(tuple(parts))


def _csv(text: str) -> ScannedText:
    delimiter = max(",\t;", key=text[:4000].count)
    if delimiter not in text[:4000]:
        # A full-width comma parts cells only where the labels are parted so: sentences are full of it.
        if "，" not in text.lstrip("\ufeff\n").partition("\n")[0]:
            return from_text(text)
        delimiter = "，"
    rows = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        cells = tuple(Cell(f"第{number}行第{column}列", word.strip()) for column, word in enumerate(row, start=1))
        rows.append(cells)
    return ScannedText((Table("表", tuple(rows)),) if any(cell.text for row in rows for cell in row) else ())


def _with_text(parts: list[Paragraph | Table]) -> tuple[Paragraph | Table, ...]:
    return tuple(part for part in parts if isinstance(part, Table) or part.text)
