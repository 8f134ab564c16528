"""The tables of published reports, typed in by the names of their rows: year -> row -> numbers, the rows of a group beneath it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import TownwatchError
from core.text import fold_plain
from monitor.annual.tables import (
    APPLICANTS,
    CARRIED_IN,
    CARRIED_OUT,
    NEW,
    REVIEW_RESULTS,
    REVIEWS,
    TOTAL,
    AnnualReport,
    Counts,
    Disclosed,
    Documents,
)

# The first that fits; the words tell each row of table 3 from every other, however it is abbreviated.
_ROWS = tuple((key, re.compile(words)) for key, words in (
    (NEW, "新收"), (CARRIED_OUT, "结转下年"), (CARRIED_IN, "结转"), (TOTAL, "总计"), ("partial", "部分公开"), ("secret", "国家秘密"),
    ("forbidden", "其他法律"), ("stability", "三安全"), ("third_party", "第三方"), ("internal", "内部事务"), ("process", "过程性"),
    ("enforcement_file", "执法案卷"), ("inquiry", "行政查询"), ("not_held", "不掌握"), ("not_ready", "另行制作"),
    ("still_unclear", "不明确"), ("petition", "信访"), ("publication", "出版物"), ("excessive", "反复申请"), ("repeated", "重复"),
    ("confirmation", "重新出具"), ("not_corrected", "不补正"), ("not_paid", "缴"), ("other", "其他"), ("open", "(?<!不)予以公开"),
))  # fmt: skip
_BLOCKS = tuple((name, re.compile(words)) for name, words in zip(REVIEWS, ("^(?:行政)?复议$", "直接起诉", "复议后"), strict=True))
_TABLE_TWO, _TABLE_FOUR = "主动公开", "复议诉讼"


def holds(data: Any, year: int) -> bool:
    """Whether a file has the tables of that year in this shape."""
    return isinstance(data, dict) and "tables" not in data and isinstance(data.get(str(year)), dict)


def published_report(data: Mapping[str, Any], year: int) -> AnnualReport:
    """A year's tables, without text; raises TownwatchError with the row that cannot be read."""
    rows, applications = data[str(year)], dict[str, Counts]()
    for name, cells in _leaves(rows):
        key = _key(name, _ROWS)
        if key in applications:
            raise TownwatchError(f"{year}年“{name}”与另一行重复")
        applications[key] = _counts(name, cells, len(APPLICANTS))
    blocks = _part(rows, _TABLE_FOUR)
    return AnnualReport(
        organ="", year=year, disclosed=_disclosed(_part(rows, _TABLE_TWO)), applications=applications,
        reviews={_key(name, _BLOCKS): _counts(name, cells, len(REVIEW_RESULTS)) for name, cells in blocks.items()},
    )


def _leaves(rows: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, cells in rows.items():
        if name in (_TABLE_TWO, _TABLE_FOUR):
            continue
        if isinstance(cells, dict):
            yield from cells.items()
        else:
            yield name, cells


def _key(name: str, words: tuple[tuple[str, re.Pattern[str]], ...]) -> str:
    found = next((key for key, pattern in words if pattern.search(fold_plain(name))), None)
    if found is None:
        raise TownwatchError(f"不知道“{name}”是年度报告的哪一行")
    return found


def _part(rows: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = rows.get(name, {})
    if not isinstance(part, dict):
        raise TownwatchError(f"“{name}”应为一组行")
    return part


def _disclosed(rows: Mapping[str, Any]) -> Disclosed:
    def documents(name: str) -> Documents:
        made, repealed, in_force = _counts(name, rows.get(name, [None] * 3), 3)
        return Documents(made=made, repealed=repealed, in_force=in_force)

    fees = next((value for name, value in rows.items() if "收费" in name), None)
    try:
        amount = None if fees is None else Decimal(str(fees))
    except InvalidOperation:
        raise TownwatchError(f"“行政事业性收费”应为金额（万元），写的是 {fees!r}") from None
    single = {key: _counts(name, [rows.get(name)], 1)[0] for key, name in
              (("licences", "行政许可"), ("penalties", "行政处罚"), ("coercions", "行政强制"))}
    return Disclosed(regulations=documents("规章"), normative=documents("行政规范性文件"), fees=amount, **single)


def _counts(name: str, cells: Any, length: int) -> Counts:
    if not isinstance(cells, list) or len(cells) != length:
        raise TownwatchError(f"“{name}”应有 {length} 个数")
    if wrong := [cell for cell in cells if cell is not None and (isinstance(cell, bool) or not isinstance(cell, int) or cell < 0)]:
        raise TownwatchError(f"“{name}”里的 {wrong[0]!r} 不是件数")
    return tuple(cells)
