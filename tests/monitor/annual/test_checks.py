"""The sums of a yearly report: two real ones hold, and each kind of slip is refused by the name of its check."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.annual.checks import check_report
from monitor.annual.tables import (
    CARRIED_IN,
    CARRIED_OUT,
    LINES,
    NEW,
    REVIEWS,
    TOTAL,
    AnnualReport,
    Counts,
    Disclosed,
    Documents,
    review_of,
    row_of,
    with_totals,
)

KEYS = {
    "一、新收": NEW, "二、结转": CARRIED_IN, "予以公开": "open", "部分公开": "partial", "（七）总计": TOTAL,
    "四、结转下年": CARRIED_OUT, "1国家秘密": "secret", "2其他法律行政法规禁止公开": "forbidden", "3三安全一稳定": "stability",
    "4第三方": "third_party", "5三类内部事务": "internal", "6四类过程性": "process", "7执法案卷": "enforcement_file",
    "8行政查询": "inquiry", "1不掌握": "not_held", "2需另行制作": "not_ready", "3补正后不明确": "still_unclear", "1信访": "petition",
    "2重复": "repeated", "3公开出版物": "publication", "4反复申请": "excessive", "5确认或重新出具": "confirmation",
    "1逾期不补正": "not_corrected", "2逾期不缴费": "not_paid", "3其他": "other",
}
PROSE = {1: "本报告由示例镇人民政府编制。", 5: "主要问题是更新不够及时。", 6: "本年度没有收取信息处理费。"}


def real(tables: dict, year: int) -> AnnualReport:
    """One of the two published reports."""
    applications: dict[str, Counts] = {}
    for name, value in tables.items():
        if name in KEYS:
            applications[KEYS[name]] = tuple(value)
        elif name in ("不予公开", "无法提供", "不予处理", "其他处理"):
            applications |= {KEYS[part]: tuple(row) for part, row in value.items()}
    told, reviews = tables["主动公开"], tables["复议诉讼"]
    return AnnualReport(
        organ="宿迁市人民政府", year=year, applications=applications, sections=PROSE | {1: "详见各表。"},
        reviews=dict(zip(REVIEWS, (tuple(reviews[k]) for k in ("复议", "未经复议直接起诉", "复议后起诉")), strict=True)),
        disclosed=Disclosed(
            regulations=Documents(made=told["规章"][0], repealed=told["规章"][1], in_force=told["规章"][2]),
            normative=Documents(made=told["行政规范性文件"][0], repealed=told["行政规范性文件"][1], in_force=told["行政规范性文件"][2]),
            licences=told["行政许可"], penalties=told["行政处罚"], coercions=told["行政强制"],
            fees=Decimal(str(told["行政事业性收费_万元"])),
        ),
    )


@pytest.fixture(scope="session")
def suqian(shared: Path) -> tuple[AnnualReport, AnnualReport]:
    data = json.loads((shared / "data/catalogue/suqian_tables.json").read_text(encoding="utf-8"))
    return real(data["2023"], 2023), real(data["2024"], 2024)


@pytest.mark.shared
def test_two_real_reports_hold(suqian: tuple[AnnualReport, AnnualReport]) -> None:
    assert [check_report(report) for report in suqian] == [[], []]
    for report in suqian:
        assert with_totals(report.applications) == dict(report.applications), "三（七） recomputed is what was printed"


@pytest.mark.shared
def test_what_runs_from_year_to_year(suqian: tuple[AnnualReport, AnnualReport]) -> None:
    before, report = suqian
    across = check_report(report, before)
    # The applications carried over agree; what is in force is said as printed, whatever it is.
    assert not [failure for failure in across if "表三" in failure.where]


@pytest.mark.shared
@pytest.mark.parametrize("place", range(7))
def test_any_one_wrong_number_of_a_real_report_is_refused(suqian: tuple[AnnualReport, AnnualReport], place: int) -> None:
    """Every cell of table 3 is bound by a sum: no single slip passes."""
    report = suqian[1]
    for line in LINES:
        row = list(report.applications[line.key])
        row[place] = (row[place] or 0) + 1
        wrong = replace(report, applications={**report.applications, line.key: tuple(row)})
        assert {failure.check for failure in check_report(wrong)} & {"C1", "C2", "C3"}, (line.key, place)


def plain(**changes: object) -> AnnualReport:
    """A town's report of a quiet year: three applications, all answered."""
    rows = with_totals({NEW: row_of(2, 1, 0, 0, 0, 0), "open": row_of(2, 0, 0, 0, 0, 0), "not_held": row_of(0, 1, 0, 0, 0, 0)})
    report = AnnualReport(
        organ="示例镇人民政府", year=2025, applications=rows, reviews={name: review_of(0, 0, 0, 0) for name in REVIEWS},
        sections=PROSE,
    )
    return replace(report, **changes)


CASES = [
    ("whole", plain(), set()),
    ("C1: one that came in is neither answered nor carried over", plain(applications=plain().applications | {NEW: row_of(3, 1, 0, 0, 0, 0)}), {"C1"}),
    ("C2: a row's own total", plain(applications=plain().applications | {CARRIED_OUT: (0, 0, 0, 0, 0, 0, 1)}), {"C1", "C2"}),
    ("C3: the outcomes do not add up", plain(applications=plain().applications | {"partial": row_of(1, 0, 0, 0, 0, 0)}), {"C3"}),
    ("C4: a review too many in the total", plain(reviews=plain().reviews | {REVIEWS[0]: (1, 0, 0, 0, 2)}), {"C4"}),
    # A real report named another organ in its first sentence (面甸镇 2025: 民族宗教事务局).
    ("C6: another organ's name", plain(sections=PROSE | {1: "示例县民族宗教事务局根据有关规定编制本报告。"}), {"C6"}),
    ("C6: the text says another number", plain(sections=PROSE | {1: "全年新收政府信息公开申请5件。"}), {"C6"}),
    ("C6 holds when the text says the same number", plain(sections=PROSE | {1: "全年新收政府信息公开申请3件。"}), set()),
    ("C6: a section without text", plain(sections={1: "总体良好。", 5: "", 6: "无。"}), {"C6"}),
    ("C7: a blank cell", plain(applications=plain().applications | {"secret": (None, 0, 0, 0, 0, 0, 0)}), {"C7"}),
    ("C7: a blank in table 2", plain(disclosed=Disclosed(penalties=None)), {"C7"}),
    ("C7: a missing block of table 4", plain(reviews={REVIEWS[0]: review_of(0, 0, 0, 0)}), {"C7"}),
]


@pytest.mark.parametrize(("report", "checks"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_slip_by_its_name(report: AnnualReport, checks: set[str]) -> None:
    assert {failure.check for failure in check_report(report)} == checks


def test_the_year_before_binds_what_is_in_force() -> None:
    before = plain(year=2024, disclosed=Disclosed(normative=Documents(in_force=4)))
    right = plain(disclosed=Disclosed(normative=Documents(made=2, repealed=1, in_force=5)))
    wrong = plain(disclosed=Disclosed(normative=Documents(made=2, repealed=1, in_force=6)))
    assert check_report(right, before) == []
    assert [failure.check for failure in check_report(wrong, before)] == ["C5"]
    with pytest.raises(ValueError, match="2023 is not the year before 2025"):
        check_report(right, replace(before, year=2023))


numbers = st.lists(st.integers(0, 50), min_size=6, max_size=6).map(lambda row: row_of(*row))


@given(st.fixed_dictionaries({line.key: numbers for line in LINES if line.result}), numbers)
def test_totals_that_are_computed_always_hold(outcomes: dict[str, Counts], left: Counts) -> None:
    rows = with_totals(outcomes | {CARRIED_OUT: left})
    rows[NEW] = tuple((total or 0) + (out or 0) for total, out in zip(rows[TOTAL], left, strict=True))
    assert check_report(plain(applications=rows)) == []
