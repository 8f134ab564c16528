"""Workbooks of the standard catalogue to items, and items to a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.errors import ConfigError, ConfigErrors
from core.settings import CatalogueItem
from monitor.catalogue.grid import Grid, Place, Span
from monitor.catalogue.reading import SheetReading, Unread, read_sheet

MOST_CELLS, MOST_BYTES = 500_000, 20_000_000
"""Cells of a worksheet, blank ones that bear a format included; bytes of all worksheets unpacked."""
_HEADS = (
    ("序号",), ("领域",), ("公开事项", "一级事项"), ("公开事项", "二级事项"), ("公开事项", "三级事项"),
    ("公开内容（要素）",), ("公开依据",), ("公开时限",), ("公开主体",), ("公开渠道和载体",), ("公开对象",), ("公开方式",), ("公开层级",),
    ("网站所属栏目",), ("备注",), ("不适用理由",),
)  # fmt: skip
_WIDTHS = (6, 14, 14, 16, 14, 44, 32, 22, 16, 24, 12, 12, 12, 18, 14, 20)
_BINARY = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path) -> dict[str, SheetReading]:
    """Every visible worksheet of an xlsx, xls or et file, by name; raises ConfigErrors where it is none."""
    try:
        with path.open("rb") as file:
            # By what it is: people save one format under the other's name.
            old = file.read(len(_BINARY)) == _BINARY
            file.seek(0)
            grids = _old_grids(path, file) if old else _grids(path, file)
            return {grid.name: read_sheet(grid) for grid in grids if grid.cells}
    except FileNotFoundError:
        raise _refused(path, "没有这个文件", "检查路径") from None
    except (InvalidFileException, BadZipFile, CalamineError, KeyError, ValueError, OSError) as error:
        problem = f"不是可读的 xlsx、xls 工作簿（{type(error).__name__}）"
        raise _refused(path, problem, "用表格软件另存为 .xlsx 再导入；加了密码的先去掉密码") from None


def once(readings: Mapping[str, SheetReading]) -> tuple[list[CatalogueItem], list[Unread]]:
    """The items of all worksheets, each once; and of those that a later worksheet tells otherwise, that it does."""
    kept: dict[str, tuple[str, CatalogueItem]] = {}
    told: list[Unread] = []
    for sheet, reading in readings.items():
        for item in reading.items:
            first, one = kept.setdefault(item.id, (sheet, item))
            if one != item:
                name = "".join((item.level1, item.level2, item.level3))
                told.append(Unread(sheet, "", name, f"与工作表“{first}”中的是同一事项而其他内容不同，只保留先出现的"))
    return [item for _, item in kept.values()], told


def _grids(path: Path, file: BinaryIO) -> Iterator[Grid]:
    texts = [part.file_size for part in ZipFile(file).infolist() if part.filename.startswith(("xl/worksheets", "xl/sharedStrings"))]
    if sum(texts) > MOST_BYTES:
        raise _refused(path, f"展开后超过 {MOST_BYTES // 1_000_000} MB", "删去空白行列后再导入")
    formulas = {sheet.title: _formulas(sheet) for sheet in openpyxl.load_workbook(file).worksheets}
    for sheet in openpyxl.load_workbook(file, data_only=True).worksheets:
        if sheet.sheet_state == "visible":
            yield _grid(path, sheet, formulas[sheet.title])


def _formulas(sheet: Worksheet) -> dict[Place, str]:
    return {
        (cell.row, cell.column): "=" + str(getattr(cell.value, "text", cell.value)).lstrip("=")
        for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }


def _grid(path: Path, sheet: Worksheet, formulas: Mapping[Place, str]) -> Grid:
    """A worksheet as text. A formula whose result was not kept stands as itself. Rows that a filter hides are there; rows that
    a person hid are not."""
    _not_too_large(path, sheet.title, sheet.max_row, sheet.max_column)
    cells = {(cell.row, cell.column): _text(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    cells |= {place: text for place, text in formulas.items() if place not in cells}
    spans = [Span(r.min_row, r.min_col, r.max_row, r.max_col) for r in sheet.merged_cells.ranges]
    filtered = bool(sheet.auto_filter.filterColumn)
    hidden = [number for number, row in sheet.row_dimensions.items() if row.hidden and not filtered]
    return Grid(sheet.title, cells, spans, hidden)


def _old_grids(path: Path, file: BinaryIO) -> Iterator[Grid]:
    """The worksheets of a binary workbook (xls, et). Which of its rows are hidden is not known."""
    with CalamineWorkbook.from_filelike(file) as book:
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible or about.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            _not_too_large(path, about.name, sheet.total_height, sheet.total_width)
            rows = sheet.to_python(skip_empty_area=False)
            cells = {(r, c): _text(value) for r, row in enumerate(rows, 1) for c, value in enumerate(row, 1) if value != ""}
            spans = [Span(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
            yield Grid(about.name, cells, spans)


def _not_too_large(path: Path, name: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise _refused(path, f"工作表“{name}”有 {rows} 行 {columns} 列，太大", "删去空白行列后再导入")


def write_workbook(items: Iterable[CatalogueItem], path: Path) -> None:
    """Items as a workbook of the usual shape, a worksheet per field; :func:`read_workbook` gives the same items."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    fields: dict[str, list[CatalogueItem]] = {}
    for item in items:
        fields.setdefault(item.field, []).append(item)
    for field, rows in fields.items():
        _write_sheet(book.create_sheet(re.sub(r"[\\/*?:\[\]]", "_", field)[:31] or "Sheet1"), field, rows)
    book.save(path)


def _write_sheet(sheet: Worksheet, field: str, items: Sequence[CatalogueItem]) -> None:
    last = len(_HEADS)
    sheet.cell(1, 1, f"{field}领域基层政务公开标准目录" if field else "公开目录").font = Font(size=16, bold=True)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=last)
    for column, head in enumerate(_HEADS, start=1):
        sheet.cell(2, column, head[0])
        if len(head) == 1:
            sheet.merge_cells(start_row=2, end_row=3, start_column=column, end_column=column)
        else:
            sheet.cell(3, column, head[1])
    sheet.merge_cells(start_row=2, end_row=2, start_column=3, end_column=5)
    for number, item in enumerate(items, start=1):
        _write_row(sheet, number, item)
    side = Side(style="thin")
    for row in sheet.iter_rows(min_row=2, max_row=len(items) + 3, max_col=last):
        for cell in row:
            cell.border = Border(left=side, right=side, top=side, bottom=side)
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if cell.row <= 3 else None)
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A4"


def _write_row(sheet: Worksheet, number: int, item: CatalogueItem) -> None:
    elements = item.elements[0] if len(item.elements) == 1 else "\n".join(f"{n}、{e}；" for n, e in enumerate(item.elements, 1))
    values = (
        number, item.field, item.level1, item.level2, item.level3, elements, item.basis, item.limit, item.organ,
        "".join(f"■{name}" for name in item.channels), item.audience, item.mode, item.tier, item.site_column, item.note, item.reason,
    )  # fmt: skip
    for column, value in enumerate(values, start=1):
        # A blank would be read as "as above"; a dash is an explicit nothing.
        cell = sheet.cell(number + 3, column, ILLEGAL_CHARACTERS_RE.sub("", value) or "—" if isinstance(value, str) else value)
        cell.data_type = "s" if isinstance(value, str) else cell.data_type  # Never a formula, whatever it begins with.


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refused(path: Path, problem: str, remedy: str) -> ConfigErrors:
    return ConfigErrors([ConfigError(problem, file=path.name, remedy=remedy)])
