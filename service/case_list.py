"""The register as a list to take away: xlsx, csv and JSON with the same columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from core.clock import day_start, local_text
from core.errors import TownwatchError
from core.nouns import Case, CaseState
from core.settings import Settings
from core.text import mask_address
from core.words import CASES
from service import shaping
from store.case_lists import Wanted

HEADS = ("编号", "标题", "来源", "类别", "状态", "责任人", "登记时间", "办理期限", "是否逾期", "网址")
WIDTHS = (8, 48, 18, 12, 10, 14, 18, 14, 10, 50)
# A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases: everything given must hold. ``show``: open (the default), overdue or all; ``since`` and ``until``
    (included): days of registration."""

    show: str = "open"
    state: CaseState | None = None
    category: str | None = None
    owner: str | None = None
    source: str | None = None
    text: str = ""
    since: date | None = None
    until: date | None = None

    def wanted(self, today: date) -> Wanted:
        """The filter as the store takes it."""
        return Wanted(
            state=self.state, category=self.category, owner=self.owner, source=self.source, text=self.text,
            since=day_start(self.since) if self.since else None,
            until=day_start(self.until + timedelta(days=1)) if self.until else None,
            open_only=self.show == "open" and self.state is None, overdue_on=today if self.show == "overdue" else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What turns a case into words: names of staff and sources by id, and the day on which it is read."""

    staff: Mapping[str, str]
    sources: Mapping[str, str]
    today: date


def reading(settings: Settings, today: date) -> Reading:
    """The words of a town on a day."""
    return Reading(
        staff={person.id: person.name for person in settings.staff},
        sources={source.id: source.name for _, source in settings.all_sources}, today=today,
    )


def rows(found: Iterable[Case], words: Reading) -> Iterator[tuple[int | str, ...]]:
    """A line per case as people read it, under :data:`HEADS`."""
    for case in found:
        due = f"{case.due}{'（暂定）' if case.provisional else ''}" if case.due else ""
        yield (
            case.id, case.title, words.sources.get(case.source, case.source), case.category, CASES[case.state],
            words.staff.get(case.owner or "", case.owner or ""), local_text(case.registered_at), due,
            "是" if case.overdue(words.today) else "", mask_address(case.url),
        )


def write_xlsx(found: Iterable[Case], words: Reading, out: BinaryIO) -> None:
    """A workbook with one worksheet, written row by row."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("舆情台账")
    sheet.freeze_panes = "A2"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJ"[place]].width = width
    heads = [WriteOnlyCell(sheet, value=head) for head in HEADS]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for line in rows(found, words):
        sheet.append([_cell(sheet, value) for value in line])
    book.save(out)


def write_csv(found: Iterable[Case], words: Reading, out: BinaryIO) -> None:
    """With a byte order mark, so that a spreadsheet reads it as UTF-8."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(HEADS)
    writer.writerows([_inert(value) for value in line] for line in rows(found, words))
    text.detach()


def write_json(found: Iterable[Case], words: Reading, out: BinaryIO) -> None:
    """``{"cases": [...]}`` with the keys of ``townwatch cases list --json``, one case a line."""
    out.write(b'{"cases": [')
    for number, case in enumerate(found):
        shape = json.dumps(asdict(shaping.case(case, words.today)), ensure_ascii=False, default=_iso)
        out.write((",\n" if number else "\n").encode() + shape.encode())
    out.write(b"\n]}\n")


FORMATS: Mapping[str, tuple[Callable[[Iterable[Case], Reading, BinaryIO], None], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "json": (write_json, "application/json"),
}


def write_file(path: Path, found: Iterable[Case], words: Reading) -> int:
    """Write a file whose ending is one of :data:`FORMATS`, whole or not at all; how many cases it holds. Raises
    TownwatchError where it cannot be written."""
    write, _ = FORMATS[path.suffix.lower().removeprefix(".")]
    counted, part = _Counted(found), path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            write(counted, words, file)
        part.replace(path)
    except OSError as error:
        raise TownwatchError(f"不能写入 {path}：请确认文件夹存在、可以写入、磁盘没有满") from error
    finally:
        part.unlink(missing_ok=True)
    return counted.number


class _Counted:
    """Cases as they pass, and how many have."""

    def __init__(self, found: Iterable[Case]) -> None:
        self._found, self.number = found, 0

    def __iter__(self) -> Iterator[Case]:
        for case in self._found:
            self.number += 1
            yield case


def _iso(value: date) -> str:
    return value.isoformat()


def _inert(value: int | str) -> int | str:
    """The apostrophe keeps a spreadsheet from running a title as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _cell(sheet: Any, value: int | str) -> Any:
    """A text stays a text, whatever it begins with; what no workbook can hold is left out."""
    if isinstance(value, int):
        return WriteOnlyCell(sheet, value=value)
    cell = WriteOnlyCell(sheet, value=openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell
