"""The register as a list to take away: xlsx, csv and JSON with the same columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from core.clock import local_text
from core.nouns import Case, CaseState
from core.words import CASES
from store import cases
from store.database import Connection

HEADS = ("编号", "标题", "来源", "类别", "状态", "责任人", "登记时间", "办理期限", "是否逾期", "网址")
WIDTHS = (8, 48, 18, 12, 10, 14, 18, 14, 10, 50)
_PORTION = 1000
# A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases: everything given must hold. ``show``: open (the default), overdue or all."""

    show: str = "open"
    state: CaseState | None = None
    category: str | None = None
    owner: str | None = None
    source: str | None = None
    text: str = ""

    def wanted(self, today: date) -> dict[str, Any]:
        """The filter as :func:`store.cases.page_of_cases` takes it."""
        return {
            "state": self.state, "category": self.category, "owner": self.owner, "source": self.source, "text": self.text,
            "open_only": self.show == "open" and self.state is None, "overdue_on": today if self.show == "overdue" else None,
        }


def all_cases(connection: Connection, chosen: Filter, today: date) -> Iterator[Case]:
    """Every case of a filter, a thousand in memory at a time."""
    number = 1
    while True:
        found, _ = cases.page_of_cases(connection, **chosen.wanted(today), number=number, size=_PORTION)
        yield from found
        if len(found) < _PORTION:
            return
        number += 1


def rows(found: Iterator[Case], names: Mapping[str, str], sources: Mapping[str, str], today: date) -> Iterator[list[str]]:
    """A line per case as people read it."""
    for case in found:
        due = f"{case.due}{'（暂定）' if case.provisional else ''}" if case.due else ""
        yield [
            str(case.id), case.title, sources.get(case.source, case.source), case.category, CASES[case.state],
            names.get(case.owner or "", case.owner or ""), local_text(case.registered_at), due,
            "是" if case.overdue(today) else "", case.url,
        ]


def as_xlsx(lines: Iterator[list[str]], title: str) -> bytes:
    """A workbook with one worksheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJ"[place]].width = width
    heads = [WriteOnlyCell(sheet, value=head) for head in HEADS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_csv(lines: Iterator[list[str]], _: str = "") -> bytes:
    """With a byte order mark, so that a spreadsheet reads it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    # The apostrophe keeps a spreadsheet from running a title as a formula.
    writer.writerows([f"'{value}" if value.startswith(_FORMULA) else value for value in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


FORMATS: Mapping[str, tuple[Callable[[Iterator[list[str]], str], bytes], str]] = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}


def _cell(sheet: Any, value: str) -> Any:
    """A text stays a text, whatever it begins with; what no workbook can hold is left out."""
    cell = WriteOnlyCell(sheet, value=openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
