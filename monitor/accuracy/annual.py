"""The tables of a published yearly report (国办公开办函〔2021〕30号): C1 to C4 as they stand on the page, at home or in an attachment.

:mod:`monitor.annual` composes the town's own report; here others' hands made it, and only what is surely a row is added up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.page import PageFacts, flaw
from monitor.scanned import Cell, Flaw, ScannedText, Table

_REPORT = re.compile(r"信息公开(?:工作)?(?:年度报告|年报)")
_NEW, _BEFORE, _LEFT = re.compile(r"本年新收"), re.compile(r"上年结转"), re.compile(r"结转下年度")
_TOTAL = re.compile(r"[(（]七[)）]总计")
_APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
_RESULTS = 5
_REVIEWED = re.compile(r"尚未审结")

Row = tuple[Cell, str, tuple[int, ...]]
"""Its last cell, its label, and the numbers of the seven columns."""


def annual_tables(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Sums of tables 3 and 4 that do not hold, one flaw for each check of a table."""
    if not _REPORT.search(page.title):
        return
    for table in (part for part in text.parts if isinstance(part, Table)):
        yield from _applications(table)
        yield from _reviews(table)


def _applications(table: Table) -> Iterator[Flaw]:
    rows = [row for cells in table.rows if (row := _row(cells)) is not None]
    places = [next((n for n, row in enumerate(rows) if said.search(row[1])), None) for said in (_NEW, _BEFORE, _TOTAL, _LEFT)]
    if None in places or places != sorted(places, key=lambda place: place or 0):
        return
    new, before, total, left = (rows[place or 0] for place in places)
    results = rows[(places[1] or 0) + 1 : places[2]]
    for n, name in enumerate(_APPLICANTS):
        if new[2][n] + before[2][n] != total[2][n] + left[2][n]:
            yield _wrong(total[0], f"“{name}”列：一（{new[2][n]}）＋二（{before[2][n]}）≠三（七）（{total[2][n]}）＋四（{left[2][n]}）",
                         "第一项加第二项之和，应等于第三项加第四项之和（C1），请核对。")  # fmt: skip
            break
    for cell, label, numbers in (new, before, total, left):
        if sum(numbers[:-1]) != numbers[-1]:
            yield _wrong(cell, f"“{label[:16]}”行：各类申请人合计{sum(numbers[:-1])}，总计写为{numbers[-1]}",
                         "行的合计不符（C2），请核对。")  # fmt: skip
            break
    for n, name in enumerate(_APPLICANTS if results else ()):
        if (added := sum(row[2][n] for row in results)) != total[2][n]:
            yield _wrong(total[0], f"“{name}”列：（一）至（六）合计{added}，（七）总计写为{total[2][n]}",
                         "办理结果的合计不符（C3），请核对。")  # fmt: skip
            break


def _reviews(table: Table) -> Iterator[Flaw]:
    """A row of nothing but results of reviews: five numbers, or three times five."""
    if not any(_REVIEWED.search(fold_plain(cell.text)) for row in table.rows for cell in row):
        return
    for row in table.rows:
        numbers = [_number(cell) for cell in row if cell.text.strip()]
        whole = [number for number in numbers if number is not None]
        if len(whole) != len(numbers) or len(whole) not in (_RESULTS, 3 * _RESULTS):
            continue
        for start in range(0, len(whole), _RESULTS):
            *parts, total = whole[start : start + _RESULTS]
            if sum(parts) != total:
                yield _wrong(row[0], f"四项合计{sum(parts)}，总计写为{total}", "复议、诉讼结果的合计不符（C4），请核对。")


def _row(cells: Sequence[Cell]) -> Row | None:
    """A row of table 3: a label, then the seven numbers; a blank stands for nothing."""
    tail = cells[-len(_APPLICANTS) :]
    numbers = [_number(cell) if cell.text.strip() else 0 for cell in tail]
    label = fold_plain("".join(dict.fromkeys(cell.text for cell in cells[: -len(_APPLICANTS)])))
    if len(tail) < len(_APPLICANTS) or None in numbers or not label or not any(cell.text.strip() for cell in tail):
        return None
    return tail[-1], label, tuple(number or 0 for number in numbers)


def _number(cell: Cell) -> int | None:
    digits = fold_plain(cell.text)
    return int(digits) if digits.isdigit() and digits.isascii() and len(digits) < 10 else None


def _wrong(cell: Cell, evidence: str, advice: str) -> Flaw:
    return flaw("annual_tables", Severity.ERROR, cell.where, evidence, advice)
