"""The yearly report's docx, read back: six sections in their order, every number in its cell, no cell beside another's place."""

from __future__ import annotations

from io import BytesIO

from docx import Document

from monitor.annual.checks import check_report
from monitor.annual.tables import (
    LINES,
    NEW,
    REVIEWS,
    TOTAL,
    AnnualReport,
    Disclosed,
    Documents,
    review_of,
    row_of,
    with_totals,
)
from service.annual.document import annual_docx

ROWS = with_totals({NEW: row_of(4, 1, 0, 0, 0, 0), "open": row_of(3, 0, 0, 0, 0, 0), "petition": row_of(1, 1, 0, 0, 0, 0)})
REPORT = AnnualReport(
    organ="示例镇人民政府", year=2025, applications=ROWS, reviews={name: review_of(1, 0, 0, 2) for name in REVIEWS},
    disclosed=Disclosed(normative=Documents(made=2, repealed=1, in_force=7), licences=31),
    sections={1: "第一段。\n第二段。", 5: "更新不够及时。", 6: "没有收取信息处理费。"},
)


def test_the_report_is_whole() -> None:
    assert check_report(REPORT) == []
    document = Document(BytesIO(annual_docx(REPORT)))
    text = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert text[0] == "示例镇人民政府\n2025年政府信息公开工作年度报告"
    assert [line for line in text if line[1:2] == "、"] == [
        "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况", "六、其他需要报告的事项",
    ]
    assert {"第一段。", "第二段。"} <= set(text)


def test_every_number_stands_in_its_cell() -> None:
    disclosed, applications, reviews = Document(BytesIO(annual_docx(REPORT))).tables
    assert [cell.text for cell in disclosed.rows[3].cells] == ["行政规范性文件", "2", "1", "7"]
    for place, line in enumerate(LINES, start=3):
        cells = [cell.text for cell in applications.rows[place].cells]
        assert cells[3:] == [str(number) for number in ROWS[line.key]], line.label
        assert line.label in cells[:3]
        inside = line.result or line.key == TOTAL
        assert (cells[0] == "三、本年度办理结果") is inside, "the outcomes stand under section three's heading"
        if line.group:
            assert cells[1] == line.group
    assert [cell.text for cell in reviews.rows[3].cells] == ["1", "0", "0", "2", "3"] * 3


def test_a_blank_stays_blank() -> None:
    """What was not filled in must not be printed as 0: C7 refuses it, and whoever prints it all the same sees the hole."""
    applications = Document(BytesIO(annual_docx(AnnualReport(organ="示例镇人民政府", year=2025)))).tables[1]
    assert [cell.text for cell in applications.rows[3].cells][3:] == [""] * 7
