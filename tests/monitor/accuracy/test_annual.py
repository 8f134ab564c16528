"""The tables of published yearly reports: right ones say nothing, one wrong number is named by its check."""

from __future__ import annotations

import pytest

from tests.monitor.accuracy.test_accuracy import found

TITLE = "漫水河镇人民政府2025年政府信息公开工作年度报告"
HEAD = ["项目", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
ROWS = {
    "一、本年新收政府信息公开申请数量": [3, 1, 0, 0, 0, 0, 4],
    "二、上年结转政府信息公开申请数量": [1, 0, 0, 0, 0, 0, 1],
    "三、本年度办理结果": ["", "", "", "", "", "", ""],
    "（一）予以公开": [2, 1, 0, 0, 0, 0, 3],
    "（四）无法提供 1.本机关不掌握相关政府信息": [1, 0, 0, 0, 0, 0, 1],
    "（七）总计": [3, 1, 0, 0, 0, 0, 4],
    "四、结转下年度继续办理": [1, 0, 0, 0, 0, 0, 1],
}
REVIEWS = "结果维持\t结果纠正\t其他结果\t尚未审结\t总计\n"


def report(changes: dict[tuple[str, int], int] | None = None, reviews: str = "0\t0\t0\t0\t0") -> str:
    rows = {label: list(cells) for label, cells in ROWS.items()}
    for (label, place), value in (changes or {}).items():
        rows[label][place] = value
    lines = ["\t".join(HEAD), *("\t".join(map(str, [label, *cells])) for label, cells in rows.items())]
    return "漫水河镇年度报告。\n" + "\n".join(lines) + "\n四、复议诉讼情况\n" + REVIEWS + reviews + "\n五、存在的问题\n"


WRONG = [
    # (row, column) -> another number; what is then wrong
    ({}, 0),
    ({("（七）总计", 0): 2, ("（七）总计", 6): 3}, 2),  # C1 and C3, the row itself adds up
    ({("一、本年新收政府信息公开申请数量", 6): 5}, 2),  # C2, and C1 in the column of totals
    ({("（一）予以公开", 1): 2, ("（一）予以公开", 6): 4}, 1),  # C3
]


@pytest.mark.parametrize(("changes", "faults"), WRONG)
def test_the_table_of_applications(changes: dict[tuple[str, int], int], faults: int) -> None:
    assert found(report(changes), title=TITLE) == ["annual_tables"] * faults
    assert found(report(changes), title="漫水河镇政府信息公开情况统计") == []


@pytest.mark.parametrize(("row", "faults"), [
    ("119\t25\t91\t24\t259", 0), ("119\t25\t91\t24\t258", 1),
    # Reviews, and lawsuits without and after one: the report of 宿迁 for 2025.
    ("119\t25\t91\t24\t259\t7\t0\t15\t6\t28\t21\t1\t7\t9\t38", 0), ("119\t25\t91\t24\t259\t7\t0\t15\t6\t28\t21\t1\t7\t9\t39", 1),
    ("119\t25\t91\t无\t259", 0), ("119\t25\t91", 0),  # no such row
])  # fmt: skip
def test_the_table_of_reviews(row: str, faults: int) -> None:
    assert found(report(reviews=row), title=TITLE) == ["annual_tables"] * faults


def test_a_table_of_another_form_is_left_to_a_person() -> None:
    text = report().replace("（七）总计", "办结合计")
    assert found(text.replace("\t3\t", "\t9\t"), title=TITLE) == []
