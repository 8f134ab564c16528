"""Tables that do not add up, and counts in the text that are not those of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.scanned import Cell, Flaw, ScannedText, Table

_TOTAL = re.compile(r"^(?:合计|总计|共计|全镇合计|总合计)[:：]?$")
_PARTIAL = re.compile(r"小计|其中|合计|总计|共计")
# What is not added: shares, prices, marks, years.
_NOT_ADDED = re.compile(r"率|比例|占比|%|单价|标准|均|序号|编号|年份|年度|电话|号码|时间|日期|代码|排名|得分|备注|增长|增减|同比")
_NAMES = re.compile(r"姓名|户主|名字")
_COUNTED = re.compile(r"(?:共计?|合计|总计)\s*(\d{1,5})\s*(户|人|名)(?!次)")
_VILLAGES = re.compile(r"^(?:行政)?村(?:名|名称|别|居|（居）)?$")
_COUNTED_VILLAGES = re.compile(r"(?:共计?|合计|总计)(?:涉及|覆盖)?\s*(\d{1,3})\s*个(?:行政)?村")
_ROWS = 3


def wrong_sums(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """A total that is not the sum of its column. Only where the table is flat: another column of it adds up, or the difference
    is small beside the total; a table of parts within parts is left to a person."""
    for table in (part for part in text.parts if isinstance(part, Table)):
        columns = [(total, *found) for total in _totals(table) for found in [_column(table, total)] if found]
        if not columns:
            continue
        for total, sums in columns:
            right = [place for place, (said, added) in sums.items() if said == added]
            for place, (said, added) in sums.items():
                if said != added and (right or abs(said - added) * 20 <= abs(said)):
                    cell = table.rows[total][place]
                    yield flaw("sum", Severity.ERROR, cell.where, f"{_label(table, place)}合计写为{said}",
                               f"明细之和为{added}，请核对。")  # fmt: skip


def wrong_counts(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """How many the text says, against the rows of the only list of names."""
    lists = [rows for part in text.parts if isinstance(part, Table) and (rows := _rows_of(part, _NAMES)) is not None]
    if len(lists) != 1 or lists[0] < _ROWS:
        return
    for paragraph in paragraphs(text):
        match = _COUNTED.search(paragraph.text)
        # Persons in a list of households are more than its rows.
        if match and int(match[1]) != lists[0] and (match[2] != "人" or int(match[1]) < lists[0]):
            yield flaw("count", Severity.WARN, paragraph.where, match[0],
                       f"名单中有{lists[0]}行，与文中所写不一致，请核对。")  # fmt: skip
            return


def wrong_villages(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """How many villages the text says, against the rows of the only table of villages."""
    tables = [rows for part in text.parts if isinstance(part, Table) and (rows := _rows_of(part, _VILLAGES)) is not None]
    if len(tables) != 1 or not tables[0]:
        return
    for paragraph in paragraphs(text):
        match = _COUNTED_VILLAGES.search(paragraph.text)
        if match and int(match[1]) != tables[0]:
            yield flaw("count", Severity.WARN, paragraph.where, match[0], f"表中有{tables[0]}行，与文中所写不一致，请核对。")
            return


def _totals(table: Table) -> list[int]:
    """The rows that are a total: the last of the kind, with enough above it."""
    rows = [n for n, row in enumerate(table.rows) if any(_TOTAL.match(fold_plain(cell.text)) for cell in row[:2])]
    return rows[:1] if len(rows) == 1 and rows[0] > _ROWS - 1 else []


def _column(table: Table, total: int) -> tuple[dict[int, tuple[Decimal, Decimal]]] | None:
    above = table.rows[1:total]
    if any(_PARTIAL.search(fold_plain(cell.text)) for row in above for cell in row[:2]):
        return None
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for place, cell in enumerate(table.rows[total]):
        said = _number(cell.text)
        if said is None or _NOT_ADDED.search(_label(table, place)):
            continue
        values = [_number(row[place].text) for row in above if place < len(row) and row[place].text.strip()]
        if len(values) >= _ROWS - 1 and all(value is not None for value in values):
            sums[place] = said, sum((value for value in values if value is not None), Decimal(0))
    return (sums,) if sums else None


def _label(table: Table, place: int) -> str:
    return fold_plain(table.rows[0][place].text) if place < len(table.rows[0]) else ""


def _number(text: str) -> Decimal | None:
    """A plain number of a cell; None for anything else."""
    digits = fold_plain(text).replace(",", "").replace("，", "").strip().removesuffix("元").removesuffix("亩").removesuffix("户")
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", digits):
        return None
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _rows_of(table: Table, label: re.Pattern[str]) -> int | None:
    """The rows below the header in which a label stands; None for other tables."""
    head = next((n for n, row in enumerate(table.rows[:3]) if any(label.search(fold_plain(cell.text)) for cell in row)), None)
    if head is None:
        return None
    place = next(n for n, cell in enumerate(table.rows[head]) if label.search(fold_plain(cell.text)))
    return sum(_named(row, place) for row in table.rows[head + 1 :])


def _named(row: Sequence[Cell], place: int) -> bool:
    return place < len(row) and bool(row[place].text.strip()) and not any(_PARTIAL.search(cell.text) for cell in row)
