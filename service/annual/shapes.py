"""The yearly report as JSON and back, and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any

import openpyxl
from openpyxl.styles import Font

from core.errors import TownwatchError
from monitor.annual.checks import TITLES
from monitor.annual.compose import Figures
from monitor.annual.tables import (
    APPLICANTS,
    LABELS,
    LINES,
    REVIEW_RESULTS,
    REVIEWS,
    AnnualReport,
    Counts,
    Disclosed,
    Documents,
)
from service.annual.yearly import Year

_ONE_NUMBER = {"licences": "行政许可", "penalties": "行政处罚", "coercions": "行政强制"}
FIGURES = {"applications": "收到依申请公开", "reviews": "行政复议", "lawsuits": "行政诉讼", "meetings": "工作会议", "trainings": "培训"}


def year_json(year: Year) -> dict[str, Any]:
    """Figures, tables, sections and what does not hold. Table 3 by the keys of its lines, table 4 by its blocks."""
    report = year.report
    return {
        "year": report.year, "organ": report.organ, "passed": not year.failures,
        "checks": [{"check": each.check, "where": each.where, "problem": each.problem} for each in year.failures],
        "figures": asdict(year.figures) if year.figures else None,
        "tables": {
            "2": _table_two(report.disclosed),
            "3": {line.key: list(report.applications.get(line.key, (None,) * len(APPLICANTS))) for line in LINES},
            "4": {name: list(report.reviews.get(name, (None,) * len(REVIEW_RESULTS))) for name in REVIEWS},
        },
        "labels": LABELS, "sections": {str(number): report.sections.get(number, "") for number in TITLES},
    }


def report_from(data: Any) -> AnnualReport:
    """A report from the shape of :func:`year_json`; raises TownwatchError for what is none. A missing cell is a blank."""
    try:
        tables = data["tables"]
        return AnnualReport(
            organ=str(data["organ"]), year=int(data["year"]), disclosed=_disclosed(tables["2"]),
            applications={line.key: _counts(tables["3"][line.key], len(APPLICANTS)) for line in LINES if line.key in tables["3"]},
            reviews={name: _counts(tables["4"][name], len(REVIEW_RESULTS)) for name in REVIEWS if name in tables["4"]},
            sections={int(number): str(text) for number, text in data.get("sections", {}).items() if text},
        )
    except KeyError as error:
        raise TownwatchError(f"文件不是年度报告的 JSON（townwatch report --format json 的格式）：缺少 {error.args[0]}") from error
    except (TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise TownwatchError(f"文件不是年度报告的 JSON（townwatch report --format json 的格式）：{error!r}") from error


def rows_of(report: AnnualReport) -> dict[str, list[list[Any]]]:
    """The three tables as rows with their heads, by their names."""
    told = report.disclosed
    kinds = (("规章", told.regulations), ("行政规范性文件", told.normative))
    single = [[word, getattr(told, name), "", ""] for name, word in _ONE_NUMBER.items()]
    return {
        "表二": [["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], *([w, k.made, k.repealed, k.in_force] for w, k in kinds),
               ["信息内容", "本年处理决定数量", "", ""], *single, ["信息内容", "本年收费金额（万元）", "", ""],
               ["行政事业性收费", told.fees, "", ""]],
        "表三": [["", *APPLICANTS],
               *([LABELS[line.key], *report.applications.get(line.key, (None,) * len(APPLICANTS))] for line in LINES)],
        "表四": [["", *REVIEW_RESULTS], *([name, *report.reviews.get(name, (None,) * len(REVIEW_RESULTS))] for name in REVIEWS)],
    }


def figure_rows(told: Figures) -> list[tuple[str, int | None]]:
    """The figures in the order in which a town tells them."""
    published = told.published
    rows: list[tuple[str, int | None]] = [
        ("主动公开政府信息（条）", published.total), ("重点领域信息（条）", published.key_areas),
        ("政策解读（条）", published.interpretations),
        ("另有未注明日期、未计入的（条）", published.undated),
    ]
    units = {"meetings": "次", "trainings": "次"}
    return rows + [(f"{word}（{units.get(name, '件')}）", getattr(told, name)) for name, word in FIGURES.items()]


def as_xlsx(year: Year) -> bytes:
    """A worksheet for the figures and one for each table."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "统计数字"
    if year.figures is not None:
        rows: list[tuple[str, Any]] = [*figure_rows(year.figures), ("其中：", None), *year.figures.published.by_category.items()]
        for told in rows:
            _append(sheet, told)
    for name, lines in rows_of(year.report).items():
        table = book.create_sheet(name)
        for row in lines:
            _append(table, row)
        table.column_dimensions["A"].width = 60
    sheet.column_dimensions["A"].width = 40
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _append(sheet: Any, row: Any) -> None:
    """A text stays a text, whatever it begins with."""
    sheet.append([""] * len(row))
    for cell, value in zip(sheet[sheet.max_row], row, strict=False):
        cell.value = float(value) if isinstance(value, Decimal) else value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.font = Font(name="宋体")


def _table_two(told: Disclosed) -> dict[str, Any]:
    fees = None if told.fees is None else float(told.fees)
    return {
        "regulations": asdict(told.regulations), "normative": asdict(told.normative), "fees": fees,
        **{name: getattr(told, name) for name in _ONE_NUMBER},
    }


def _disclosed(data: Mapping[str, Any]) -> Disclosed:
    def documents(name: str) -> Documents:
        return Documents(**{key: _count(data[name].get(key)) for key in ("made", "repealed", "in_force")})

    fees = data.get("fees")
    return Disclosed(
        regulations=documents("regulations"), normative=documents("normative"), fees=None if fees is None else Decimal(str(fees)),
        **{name: _count(data.get(name)) for name in _ONE_NUMBER},
    )


def _counts(cells: Any, length: int) -> Counts:
    if len(cells) != length:
        raise ValueError(f"{length} numbers expected, {len(cells)} found")
    return tuple(_count(cell) for cell in cells)


def _count(value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError(f"not a count: {value!r}")
    return value
