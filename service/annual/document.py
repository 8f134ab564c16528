"""The yearly report as a docx in the official layout: six sections, and tables two, three and four inside them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from monitor.annual.checks import TITLES
from monitor.annual.tables import APPLICANTS, LINES, REVIEW_RESULTS, REVIEWS, AnnualReport, Counts, Disclosed

NUMERALS = "一二三四五六"
_HEADING, _TEXT, _TABLE = "黑体", "仿宋", "宋体"
_LINE = Pt(28)


def annual_docx(report: AnnualReport, note: str = "") -> bytes:
    """The whole report. Its numbers are printed as they are: whoever calls has checked them, and says above the title in ``note``
    what it is otherwise."""
    document = Document()
    _page(document)
    if note:
        _paragraph(document, note)
    _title(document, f"{report.organ}\n{report.year}年政府信息公开工作年度报告")
    tables = {2: _disclosed, 3: _applications, 4: _reviews}
    for number, title in TITLES.items():
        # Table 3 is as high as a page.
        _heading(document, f"{NUMERALS[number - 1]}、{title}", new_page=number == 3)
        for paragraph in filter(None, report.sections.get(number, "").splitlines()):
            _paragraph(document, paragraph)
        if number in tables:
            tables[number](document, report)
            _keep_whole(document.tables[-1])
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
    """A4 with the margins of official documents (GB/T 9704-2012: 37, 35, 28 and 26 mm); standing, table 3 fits in 156 mm."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _font(document.styles["Normal"], _TEXT, 16)


def _disclosed(document: Any, report: AnnualReport) -> None:
    told: Disclosed = report.disclosed
    three = ("本年制发件数", "本年废止件数", "现行有效件数")
    rows: list[tuple[str, ...]] = [("第二十条第（一）项",), ("信息内容", *three)]
    for label, kind in (("规章", told.regulations), ("行政规范性文件", told.normative)):
        rows.append((label, _shown(kind.made), _shown(kind.repealed), _shown(kind.in_force)))
    rows += [("第二十条第（五）项",), ("信息内容", "本年处理决定数量"), ("行政许可", _shown(told.licences))]
    rows += [("第二十条第（六）项",), ("信息内容", "本年处理决定数量")]
    rows += [("行政处罚", _shown(told.penalties)), ("行政强制", _shown(told.coercions))]
    rows += [("第二十条第（八）项",), ("信息内容", "本年收费金额（单位：万元）"), ("行政事业性收费", _shown(told.fees))]
    table = _table(document, len(rows), [3.9] * 4)
    for place, row in enumerate(rows):
        cells = table.rows[place].cells
        for column, text in enumerate(row):
            _write(cells[column], text, bold=len(row) == 1)
        if len(row) < 4:
            cells[len(row) - 1].merge(cells[3])


_GROUPS = "三、本年度办理结果"


def _applications(document: Any, report: AnnualReport) -> None:
    """Three columns of labels, seven of numbers, a header of three rows."""
    table = _table(document, len(LINES) + 3, [1.0, 1.6, 4.3, *[1.24] * 7])
    _applicants_header(table)
    first_outcome = 3 + next(place for place, line in enumerate(LINES) if line.result)
    for place, line in enumerate(LINES, start=3):
        cells = table.rows[place].cells
        inside = line.result or line.key == "total"
        label = 2 if line.group else 1 if inside else 0
        _write(cells[label], line.label, left=True)
        if label < 2:
            cells[label].merge(cells[2])
        for column, number in enumerate(_seven(report, line.key), start=3):
            _write(cells[column], _shown(number))
    _merge_down(table, 0, first_outcome, len(LINES) + 1, _GROUPS)
    for group in dict.fromkeys(line.group for line in LINES if line.group):
        places = [place for place, line in enumerate(LINES, start=3) if line.group == group]
        _merge_down(table, 1, places[0], places[-1], group)


def _applicants_header(table: Any) -> None:
    head, middle, low = (table.rows[place].cells for place in range(3))
    _write(head[0], "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）")
    head[0].merge(low[2])
    _write(head[3], "申请人情况")
    head[3].merge(head[9])
    _write(middle[3], APPLICANTS[0])
    middle[3].merge(low[3])
    _write(middle[4], "法人或其他组织")
    middle[4].merge(middle[8])
    for column, name in enumerate(APPLICANTS[1:6], start=4):
        _write(low[column], name)
    _write(middle[9], APPLICANTS[6])
    middle[9].merge(low[9])


def _reviews(document: Any, report: AnnualReport) -> None:
    table = _table(document, 4, [1.04] * 15)
    blocks = [(0, 4, "行政复议"), (5, 14, "行政诉讼")]
    for first, last, name in blocks:
        _write(table.cell(0, first), name)
        table.cell(0, first).merge(table.cell(1 if first == 0 else 0, last))
    for first, name in ((5, "未经复议直接起诉"), (10, "复议后起诉")):
        _write(table.cell(1, first), name)
        table.cell(1, first).merge(table.cell(1, first + 4))
    for block, name in enumerate(REVIEWS):
        numbers = report.reviews.get(name, (None,) * len(REVIEW_RESULTS))
        for place, (result, number) in enumerate(zip(REVIEW_RESULTS, numbers, strict=True)):
            _write(table.cell(2, block * 5 + place), result)
            _write(table.cell(3, block * 5 + place), _shown(number))


def _seven(report: AnnualReport, key: str) -> Counts:
    return report.applications.get(key, (None,) * len(APPLICANTS))


def _shown(number: object) -> str:
    return "" if number is None else str(number)


def _table(document: Any, rows: int, widths: list[float]) -> Any:
    """A grid with these widths (cm), set on columns and cells alike before any cell is merged: viewers differ in which
    of them they believe. No row is broken over two pages."""
    table = document.add_table(rows=rows, cols=len(widths))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return table


def _keep_whole(table: Any) -> None:
    """Each line stays with the next: a table that has room on one page is not begun at the foot of another."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _merge_down(table: Any, column: int, first: int, last: int, text: str) -> None:
    _write(table.cell(first, column), text)
    table.cell(first, column).merge(table.cell(last, column))


def _write(cell: Any, text: str, *, bold: bool = False, left: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.bold = bold
    _font(run, _TABLE, 9)


def _title(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = _LINE
    _font(paragraph.add_run(text), "方正小标宋简体", 22)


def _heading(document: Any, text: str, *, new_page: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.page_break_before = new_page
    paragraph.paragraph_format.space_before = Pt(12)
    _lines(paragraph)
    paragraph.paragraph_format.keep_with_next = True
    _font(paragraph.add_run(text), _HEADING, 16)


def _paragraph(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(32)
    _lines(paragraph)
    _font(paragraph.add_run(text), _TEXT, 16)


def _lines(paragraph: Any) -> None:
    """22 lines on a page (GB/T 9704-2012), nothing between paragraphs."""
    paragraph.paragraph_format.line_spacing, paragraph.paragraph_format.space_after = _LINE, Pt(0)


def _font(styled: Any, name: str, size: float) -> None:
    """Chinese characters take the east Asian face; without it a viewer falls back to one of its own."""
    styled.font.name, styled.font.size = name, Pt(size)
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
