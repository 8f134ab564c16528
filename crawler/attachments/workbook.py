"""Workbooks: .xls, .et, .xlsx, .xlsm, .xlsb and .ods by calamine, and Excel's XML of 2003. Cells as a person sees them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine
from lxml import etree

from crawler.attachments.document import Document, Grid, UnreadableError, numbered
from crawler.attachments.limits import MAX_CELLS, Reading
from crawler.attachments.ole import Container
from crawler.attachments.opening import attribute, local

# What windows-1252 makes of the bytes 0x80 to 0x9F, back to these.
_BYTES = {ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_CUT = f"表格超过 {MAX_CELLS // 10_000} 万格，只读了前面的部分"


def read_workbook(body: bytes, reading: Reading, narrow: bool = False) -> Document:
    """``narrow``: of Excel 95 or before. Raises UnreadableError for what is encrypted, damaged or empty."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_as_western(body) if narrow else body))
        sheets = list(book.sheets_metadata)
    except python_calamine.PasswordError:
        raise UnreadableError("Excel 文件已加密，需要密码") from None
    except (python_calamine.CalamineError, OSError) as error:
        if "assword" in str(error):
            raise UnreadableError("Excel 文件已加密，需要密码") from None
        raise UnreadableError("Excel 文件损坏") from error
    grids: list[Grid] = []
    unread: list[str] = []
    for meta in sheets:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            grid = _sheet(book, meta, reading)
        except python_calamine.CalamineError:
            unread.append(f"工作表《{meta.name}》损坏，未读")
            continue
        if any(row for _, row in grid.rows):
            grids.append(grid)
    if not grids:
        raise UnreadableError("Excel 文件损坏" if unread else "Excel 文件里没有内容")
    return Document(tuple(map(_from_western, grids) if narrow else grids), unread=tuple(unread))


def _as_western(body: bytes) -> bytes:
    """A workbook of bytes in GBK, said to be Western: the library reads a byte as a character and loses those of two bytes."""
    return body.replace(b"\x42\0\x02\0" + (936).to_bytes(2, "little"), b"\x42\0\x02\0" + (1252).to_bytes(2, "little"), 1)


def _from_western(grid: Grid) -> Grid:
    """Its bytes again, as GBK where they are that."""
    rows = tuple((number, tuple(map(_chinese, row))) for number, row in grid.rows)
    return Grid(_chinese(grid.where), rows, grid.sheet)


def _chinese(text: str) -> str:
    try:
        return text.translate(_BYTES).encode("latin-1").decode("gb18030")
    except UnicodeError:
        return text


def measure(archive: zipfile.ZipFile, reading: Reading) -> None:
    """Unpack all that the library will unpack, and throw it away: it has no limits of its own. Raises UnreadableError."""
    for info in archive.infolist():
        if not info.is_dir() and "/media/" not in info.filename:
            reading.unpack(archive, info)


def is_narrow(container: Container) -> bool:
    """Whether a workbook is of Excel 95 or before, whose texts are bytes. Raises UnreadableError for one with a password, which
    its first records tell, and for none at all."""
    stream = container.stream("Workbook") or container.stream("Book")
    at = 0
    if stream[:1] != b"\x09":
        raise UnreadableError("Excel 文件损坏")
    for _ in range(20):
        code, size = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        if code == 0x2F:
            raise UnreadableError("Excel 文件已加密，需要密码")
        at += 4 + size
    return stream[4:6] != b"\0\x06"


def read_excel_xml(root: etree._Element, reading: Reading) -> Document:
    """Excel's XML of 2003. Raises UnreadableError."""
    grids = []
    for sheet in (node for node in root if local(node) == "Worksheet"):
        rows = _counted(_xml_rows(sheet), reading)
        grid = Grid(attribute(sheet, "Name"), numbered(rows), sheet=True)
        if grid.rows:
            grids.append(grid)
    if not grids:
        raise UnreadableError("Excel 文件里没有内容")
    return Document(tuple(grids))


def _sheet(book: Any, meta: Any, reading: Reading) -> Grid:
    sheet = book.get_sheet_by_name(meta.name)
    name = meta.name if meta.visible == python_calamine.SheetVisibleEnum.Visible else f"{meta.name}（隐藏的工作表）"
    if sheet.start is None:
        return Grid(name, (), sheet=True)
    # The library gives the empty rows above, not the empty columns before: an address is the one that Excel shows.
    padding = [""] * sheet.start[1]
    rows = ([*padding, *map(cell_text, row)] for row in sheet.iter_rows())
    return Grid(name, numbered(_counted(rows, reading)), sheet=True)


def _counted(rows: Iterable[list[str]], reading: Reading) -> Iterator[list[str]]:
    """The rows, up to the greatest number of cells of a file."""
    for row in rows:
        reading.check()
        filled = sum(map(bool, row))
        if filled and (reading.cells > MAX_CELLS or reading.full("".join(row))):
            return
        reading.cells += filled
        if reading.cells > MAX_CELLS:
            reading.unread.append(_CUT)
        yield row


def cell_text(value: Any) -> str:
    """A value as Excel shows it to one who widened the column: fifteen digits and never an exponent, days without midnight."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        shown = f"{value:.15g}"
        return format(Decimal(shown), "f") if "e" in shown and abs(value) < 1e30 else shown
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _xml_rows(sheet: etree._Element) -> Iterator[list[str]]:
    number = 0
    for node in sheet.iter():
        if local(node) != "Row":
            continue
        index = attribute(node, "Index")
        wanted = min(int(index), number + 1000) if index.isascii() and index.isdigit() and len(index) < 8 else number + 1
        yield from ([] for _ in range(wanted - number - 1))
        number = max(wanted, number + 1)
        yield _xml_cells(node)


def _xml_cells(row: etree._Element) -> list[str]:
    cells: list[str] = []
    for node in (child for child in row if local(child) == "Cell"):
        index, across = attribute(node, "Index"), attribute(node, "MergeAcross")
        if index.isascii() and index.isdigit() and len(index) < 6:
            cells += [""] * min(int(index) - 1 - len(cells), 16_384)
        data = next((child for child in node if local(child) == "Data"), None)
        text = "".join(str(piece) for piece in data.itertext()) if data is not None else ""
        cells.append(_xml_text(text.strip(), attribute(data, "Type") if data is not None else ""))
        cells += [""] * (min(int(across), 16_384) if across.isascii() and across.isdigit() and len(across) < 6 else 0)
    return cells


def _xml_text(text: str, kind: str) -> str:
    try:
        if kind == "Number":
            return cell_text(float(text))
        if kind == "DateTime":
            return cell_text(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text
