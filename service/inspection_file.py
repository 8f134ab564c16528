"""An inspection as a workbook: one sheet of indicators, one of what was counted."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from alerts.render import one_line
from core.words import SEVERITIES
from monitor.inspection import Count, Inspection
from service.digest_files import row_height
from service.inspections import figure, points_text, state_word

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SUMMARY = ("编号", "类别", "指标", "状态", "占用", "扣分", "说明", "依据")
_SUBJECTS = ("编号", "指标", "对象", "程度", "情况", "责任人")


def as_xlsx(found: Inspection, town: str, staff: Mapping[str, str]) -> bytes:
    """The workbook; texts are texts, private numbers masked as they were when they were kept."""
    book = openpyxl.Workbook()
    title = f"{town}{found.preset.name}（{found.preset.basis}）{found.day}"
    summary = [_line(count, veto=True) for count in found.veto] + [_line(count) for count in found.items]
    _sheet(book.active, "指标", title, _SUMMARY, summary)
    lines = [line for count in (*found.veto, *found.items) for line in _counted(count, staff)]
    _sheet(book.create_sheet(), "明细", title, _SUBJECTS, lines or [("", "没有计入的对象。", "", "", "", "")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(count: Count, *, veto: bool = False) -> tuple[str, ...]:
    counter = count.counter
    return (counter.id, "单项否决" if veto else counter.group, counter.name, state_word(count), figure(count),
            "" if veto else points_text(count), count.reason, counter.basis)  # fmt: skip


def _counted(count: Count, staff: Mapping[str, str]) -> list[tuple[str, ...]]:
    return [
        (count.counter.id, count.counter.name, each.title, word or (SEVERITIES[each.severity] if each.severity else ""), each.reason,
         staff.get(each.owner or "", each.owner or ""))
        for word, group in (("", count.subjects), ("无法判断", count.doubtful)) for each in group
    ]


def _sheet(sheet: Any, name: str, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    sheet.title = name
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(list(heads))
    for cell in sheet[2]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF2F7")
    widths = (8, 14, 34, 14, 30, 14, 34, 44) if len(heads) == len(_SUMMARY) else (8, 34, 44, 12, 60, 12)
    for row in rows:
        texts = [one_line(text) for text in row]
        sheet.append(texts)
        # Not every viewer does that by itself.
        sheet.row_dimensions[sheet.max_row].height = row_height(texts, widths)
        for cell in sheet[sheet.max_row]:
            # A title that begins with "=" is a text, not a formula.
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for at, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGH"[at]].width = width
    sheet.freeze_panes, sheet.print_title_rows = "A3", "2:2"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
