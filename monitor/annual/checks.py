"""The sums and statements that must hold in a yearly report, each named so that a refusal can say which.

C1 and the format: 国办公开办函〔2021〕30号 (第一项加第二项之和，等于第三项加第四项之和); C2 to C5 follow from what the
cells mean; C6 and C7 are what reports really get wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.annual.tables import (
    APPLICANTS,
    CARRIED_IN,
    CARRIED_OUT,
    LABELS,
    LINES,
    NEW,
    REVIEW_RESULTS,
    REVIEWS,
    TOTAL,
    AnnualReport,
    Counts,
    Documents,
)

TITLES = {
    1: "总体情况", 2: "主动公开政府信息情况", 3: "收到和处理政府信息公开申请情况",
    4: "政府信息公开行政复议、行政诉讼情况", 5: "存在的主要问题及改进情况", 6: "其他需要报告的事项",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that does not hold: its name (C1 to C7), the place and what is wrong."""

    check: str
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.check} {self.where}：{self.problem}"


def check_report(report: AnnualReport, last_year: AnnualReport | None = None) -> list[Failure]:
    """Everything in a report that does not hold; with the report of the year before also what runs from one to the other."""
    failures = [failure for check in _CHECKS for failure in check(report)]
    return failures + (list(_across_years(report, last_year)) if last_year else [])


def _balance(report: AnnualReport) -> Iterator[Failure]:
    """C1: what came in is what was answered and what is carried over, for each kind of applicant."""
    for place, name in enumerate(APPLICANTS):
        new, carried, total, left = (_cell(report, key, place) for key in (NEW, CARRIED_IN, TOTAL, CARRIED_OUT))
        if new + carried != total + left:
            yield Failure("C1", f"表三“{name}”列", f"一（{new}）＋二（{carried}）≠ 三（七）（{total}）＋四（{left}）")


def _row_totals(report: AnnualReport) -> Iterator[Failure]:
    """C2: a row's total is the sum of its six kinds of applicants."""
    for line in LINES:
        *parts, total = (_cell(report, line.key, place) for place in range(len(APPLICANTS)))
        if sum(parts) != total:
            yield Failure("C2", f"表三“{LABELS[line.key]}”行", f"各类申请人合计 {sum(parts)}，总计写的是 {total}")


def _outcome_totals(report: AnnualReport) -> Iterator[Failure]:
    """C3: 三（七） is the sum of the outcomes."""
    for place, name in enumerate(APPLICANTS):
        outcomes = sum(_cell(report, line.key, place) for line in LINES if line.result)
        total = _cell(report, TOTAL, place)
        if outcomes != total:
            yield Failure("C3", f"表三“{name}”列", f"（一）至（六）合计 {outcomes}，（七）总计写的是 {total}")


def _reviews(report: AnnualReport) -> Iterator[Failure]:
    """C4: each block of table 4 adds up."""
    for name in REVIEWS:
        *parts, total = (cell or 0 for cell in _review(report, name))
        if sum(parts) != total:
            yield Failure("C4", f"表四“{name}”", f"四项合计 {sum(parts)}，总计写的是 {total}")


def _across_years(report: AnnualReport, before: AnnualReport) -> Iterator[Failure]:
    """C5: what was carried over last year is what this year begins with; what is in force moves by what was made and
    repealed."""
    if before.year != report.year - 1:
        raise ValueError(f"{before.year} is not the year before {report.year}")
    for place, name in enumerate(APPLICANTS):
        left, carried = _cell(before, CARRIED_OUT, place), _cell(report, CARRIED_IN, place)
        if left != carried:
            yield Failure("C5", f"表三“{name}”列", f"上年结转应为上一年度报告的 {left}，写的是 {carried}")
    for label, then, this in (
        ("规章", before.disclosed.regulations, report.disclosed.regulations),
        ("行政规范性文件", before.disclosed.normative, report.disclosed.normative),
    ):
        yield from _in_force(label, then, this)


def _in_force(label: str, then: Documents, this: Documents) -> Iterator[Failure]:
    expected = (then.in_force or 0) + (this.made or 0) - (this.repealed or 0)
    if expected != (this.in_force or 0):
        problem = f"上年有效 {then.in_force or 0} ＋ 制发 {this.made or 0} － 废止 {this.repealed or 0} ＝ {expected}"
        yield Failure("C5", f"表二“{label}”", f"{problem}，现行有效写的是 {this.in_force or 0}")


_APPLIED = re.compile(r"(?:新收|收到|受理)[^，。；\d]{0,24}?申请[^，。；\d]{0,6}?(\d+)\s*件")
_ORGAN_BEFORE = re.compile(r"^[^。\n]{0,12}?([\u4e00-\u9fff]{2,30}?(?:人民政府|街道办事处|委员会|局|办公室))(?=根据|依据|按照|现|编制|特)")


def _narrative(report: AnnualReport) -> Iterator[Failure]:
    """C6: the text gives the numbers of the tables, and names the organ that issues it."""
    text = report.sections.get(1, "")
    new = _cell(report, NEW, len(APPLICANTS) - 1)
    for said in _APPLIED.finditer(text):
        if int(said[1]) != new:
            yield Failure("C6", "一、总体情况", f"正文写收到申请 {said[1]} 件，表三为 {new} 件")
    if (named := _ORGAN_BEFORE.search(text)) and named[1] not in report.organ and report.organ not in named[1]:
        yield Failure("C6", "一、总体情况", f"正文写的机关是“{named[1]}”，报告机关是“{report.organ}”")
    for number, title in TITLES.items():
        if number in (1, 5, 6) and not report.sections.get(number, "").strip():
            yield Failure("C6", f"第{number}部分", f"“{title}”没有内容")


def _blanks(report: AnnualReport) -> Iterator[Failure]:
    """C7: no blank cell; what did not happen is 0."""
    for line in LINES:
        if None in _row(report, line.key):
            yield Failure("C7", f"表三“{LABELS[line.key]}”行", "有空格，没有的应填 0")
    for name in REVIEWS:
        if None in _review(report, name):
            yield Failure("C7", f"表四“{name}”", "有空格，没有的应填 0")
    disclosed = report.disclosed
    cells = {
        "规章": (disclosed.regulations.made, disclosed.regulations.repealed, disclosed.regulations.in_force),
        "行政规范性文件": (disclosed.normative.made, disclosed.normative.repealed, disclosed.normative.in_force),
        "行政许可": (disclosed.licences,), "行政处罚": (disclosed.penalties,), "行政强制": (disclosed.coercions,),
        "行政事业性收费": (disclosed.fees,),
    }  # fmt: skip
    for label, values in cells.items():
        if None in values:
            yield Failure("C7", f"表二“{label}”", "有空格，没有的应填 0")


_CHECKS: tuple[Callable[[AnnualReport], Iterator[Failure]], ...] = (
    _balance, _row_totals, _outcome_totals, _reviews, _narrative, _blanks,
)  # fmt: skip


def _row(report: AnnualReport, key: str) -> Counts:
    return report.applications.get(key, (None,) * len(APPLICANTS))


def _review(report: AnnualReport, name: str) -> Counts:
    return report.reviews.get(name, (None,) * len(REVIEW_RESULTS))


def _cell(report: AnnualReport, key: str, place: int) -> int:
    return _row(report, key)[place] or 0
