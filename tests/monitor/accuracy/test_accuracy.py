"""Faults of accuracy, each beside the nearest page that is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.configuration import load_settings
from core.nouns import Attachment
from monitor.accuracy import TITLES, PageFacts, check_page
from monitor.scanned import Paragraph, from_text
from service.web.finding_words import RULES

CALENDAR = load_settings(Path(__file__).parents[3] / "config").calendar
PAGE = PageFacts(
    title="漫水河镇通知", published=date(2026, 3, 2), written=date(2026, 3, 2), doc_no="", own=("漫水河镇", "东湾村"), calendar=CALENDAR
)


def found(text: str = "漫水河镇通知。", doubts: tuple[str, ...] = (), **changes: Any) -> list[str]:
    page = replace(PAGE, **changes)
    scanned = replace(from_text(text, title=page.title, published=page.published), doubts=doubts)
    return [flaw.rule_id.removeprefix("accuracy.") for flaw in check_page(page, scanned)]


NUMBERS = [
    # number, written, published -> faults
    ("漫政〔2026〕14号", date(2026, 3, 2), date(2026, 3, 2), []),
    ("漫政〔2025〕14号", date(2026, 3, 2), date(2026, 3, 2), ["number_year"]),
    # made in December, published in January
    ("漫政办〔2025〕52号", date(2025, 12, 29), date(2026, 1, 5), []),
    ("漫政〔2027〕1号", None, date(2026, 3, 2), ["number_year"]),
    # without the day on which it was made an old number may be an old document
    ("漫政〔2024〕1号", None, date(2026, 3, 2), []),
    ("漫政[2025]14号", date(2026, 3, 2), date(2026, 3, 2), ["number_year"]),
    ("2025-14", date(2026, 3, 2), date(2026, 3, 2), []),
    ("", date(2026, 3, 2), date(2026, 3, 2), []),
]


@pytest.mark.parametrize(("number", "written", "published", "faults"), NUMBERS)
def test_the_year_of_a_number(number: str, written: date | None, published: date, faults: list[str]) -> None:
    assert found(doc_no=number, written=written, published=published) == faults


@pytest.mark.parametrize(("first", "faults"), [
    ("漫政〔2026〕14号", []),
    ("漫政〔2026〕15号", ["other_number"]),
    ("霍山县漫政（2026）14号", []),  # other brackets, a longer name of the organ
    ("根据漫政〔2025〕3号精神，现通知如下：", []),  # another document that is cited
])  # fmt: skip
def test_the_number_at_the_head_of_the_text(first: str, faults: list[str]) -> None:
    assert found(f"{first}\n漫水河镇各村：", doc_no="漫政〔2026〕14号") == faults


@pytest.mark.parametrize(("written", "published", "faults"), [
    (date(2026, 3, 2), date(2026, 3, 30), []),  # the twentieth working day
    (date(2026, 3, 2), date(2026, 3, 31), ["late"]),
    (date(2026, 9, 18), date(2026, 10, 22), []),  # the holidays of October lie between, and their working Saturdays
    (date(2021, 3, 2), date(2026, 3, 2), []),  # an archive is being filled
    (date(2026, 3, 5), date(2026, 3, 2), ["written_later"]),
    (None, date(2026, 3, 2), []),
])  # fmt: skip
def test_twenty_working_days(written: date | None, published: date, faults: list[str]) -> None:
    assert found(written=written, published=published) == faults


@pytest.mark.parametrize(("text", "faults"), [
    ("公示时间：3月3日至3月5日（公示期为7个工作日）。", ["publicity"]),
    ("公示时间：3月3日至3月11日（公示期为7个工作日）。", []),
    ("公示时间：2026年3月3日—2026年3月5日，公示期5天。", ["publicity"]),
    ("公示时间：2026年3月3日—2026年3月7日，公示期5天。", []),
    ("公示期五个工作日，自12月29日至1月6日。", []),  # over the end of the year, 1 January is free
    ("公示期：5个工作日。", []),  # no days to count
    ("公示时间：3月3日至3月5日。", []),  # no period to compare
])  # fmt: skip
def test_a_period_of_publicity(text: str, faults: list[str]) -> None:
    published = date(2026, 12, 29) if "12月" in text else date(2026, 3, 3)
    assert found("漫水河镇。\n" + text, title="漫水河镇关于拟发展对象的公示", published=published, written=None) == faults


@pytest.mark.parametrize(("text", "title", "faults"), [
    ("佛子岭镇坚持以居家为基础。\n一、佛子岭镇建成服务站9个。", "养老服务情况", ["foreign_place"]),
    ("各村将整理情况报镇党政办公室。\n未整理情况报镇档案室。", "档案整理的通知", []),  # 报镇 is a verb and the town
    ("现公布落儿岭镇人民政府年度报告。\n漫水河镇公开742条。", "漫水河镇人民政府2025年年度报告", ["foreign_place"]),
    ("近日，漫水河镇、上土市镇、太阳乡联合演练。上土市镇、太阳乡派员观摩。", "三镇联合演练", []),
    ("与佛子岭镇接壤的东湾村修通了道路，佛子岭镇群众也受益。", "东湾村修路", []),
    ("镇党委书记主持镇党委全面工作，组织部分镇人大代表视察各乡镇、城镇建设。", "书记分工", []),
    ("上土市镇、太阳乡、诸佛庵镇均已完成；上土市镇率先完成，太阳乡、诸佛庵镇随后。", "全县进展", []),  # a report of the county
    ("本镇严格落实政策。", "工作情况", []),
])  # fmt: skip
def test_another_place(text: str, title: str, faults: list[str]) -> None:
    assert found(text, title=title) == faults


TABLES = [
    ("村\t面积\t金额\n甲\t10.5\t100\n乙\t20\t200\n丙\t30\t300\n合计\t60.5\t1600", ["sum"]),
    ("村\t面积\t金额\n甲\t10.5\t100\n乙\t20\t200\n丙\t30\t300\n合计\t60.5\t600", []),
    # thousands are parted by commas, units stand in cells
    ("村\t金额\n甲\t1,000元\n乙\t2,000元\n丙\t3,000元\n合计\t6,000元", []),
    # shares and prices are not added
    ("村\t占比\t单价\n甲\t30\t90\n乙\t30\t90\n丙\t40\t90\n合计\t90\t90", []),
    # parts within parts
    ("科目\t预算\n教育\t300\n其中：小学\t200\n卫生\t100\n合计\t400", []),
    ("科目\t预算\n教育\t300\n小学\t200\n卫生\t100\n合计\t400", []),
    # two totals: a table of two parts
    ("村\t金额\n甲\t1\n乙\t2\n合计\t3\n丙\t4\n丁\t5\n合计\t9", []),
    # a hole in the column is no zero that can be known
    ("村\t金额\n甲\t见附件\n乙\t2\n丙\t3\n合计\t9", []),
]


@pytest.mark.parametrize(("table", "faults"), TABLES)
def test_a_table_adds_up(table: str, faults: list[str]) -> None:
    assert found("漫水河镇情况如下：\n" + table) == faults


NAMES = "姓名\t村\n张三\t甲\n李四\t乙\n王五\t丙\n赵六\t丁"


@pytest.mark.parametrize(("said", "faults"), [
    ("漫水河镇发放补贴，共计5户。", ["count"]), ("漫水河镇发放补贴，共4户。", []),
    ("漫水河镇发放补贴，共4户，共计12人。", []),  # more persons than households
    ("漫水河镇服务群众共12人次。", []), ("漫水河镇共涉及5个村：", ["count"]), ("漫水河镇共涉及4个行政村：", []),
    ("漫水河镇8个村中，4个村共同参加。", []),
])  # fmt: skip
def test_the_text_counts_as_its_list(said: str, faults: list[str]) -> None:
    assert found(f"{said}\n{NAMES}") == faults


@pytest.mark.parametrize(("state", "faults"), [
    ("dead", ["dead_attachment"]), ("cannot_judge", ["unreadable_attachment"]), ("read", []), ("not_fetched", []),
])  # fmt: skip
def test_attachments(state: Any, faults: list[str]) -> None:
    assert found(attachments=(Attachment(url="http://a/1.pdf", name="预算.pdf", state=state, reason="扫描件"),)) == faults


@pytest.mark.parametrize(("text", "faults"), [
    ("2026年2月，漫水河镇暂无救灾款物发放情况。", ["nothing"]),
    ("2026年11月，漫水河镇无社会捐赠款物接收情况。", ["nothing"]), ("漫水河镇全年无安全生产事故，群众满意。", []),
    ("漫水河镇暂无积压件。" + "全年受理各类事项并全部按期办结，群众满意度持续提升。" * 5, []),
    ("漫水河镇暂无新增。\n村\t数\n甲\t0\n乙\t0", []),  # a table of zeros explains itself
])  # fmt: skip
def test_a_post_that_says_nothing(text: str, faults: list[str]) -> None:
    assert found(text) == faults


def test_what_a_page_says_of_itself_twice() -> None:
    assert found(doubts=("标题：ArticleTitle“甲”与页面标题“乙”不一致", "编码：gbk 与内容不完全相符")) == ["disagreement"]


def test_every_rule_has_a_name_and_numbers_in_evidence_are_masked() -> None:
    assert {f"page.text.{rule}" for rule in TITLES} <= RULES.keys()
    page = replace(PAGE, written=date(2026, 1, 5), published=date(2026, 3, 2))
    (late,) = check_page(page, from_text("漫水河镇"))
    assert late.evidence == "2026-01-05成文，2026-03-02发布"
    (doubt,) = check_page(PAGE, replace(from_text("漫水河镇"), doubts=("联系人13800000000",)))
    assert "13800000000" not in doubt.evidence


def _file(name: str) -> tuple[Attachment, ...]:
    return (Attachment(url="http://a/1", name=name, state="read"),)


YEARS = [
    # page, file -> faults
    ("漫水河镇2026年政府预算公开", "漫水河镇2025年政府预算表.xlsx", ["attachment_year"]),
    ("漫水河镇2026年政府预算公开", "漫水河镇2026年政府预算表.xlsx", []),
    # a title or a name of two years is about both
    ("漫水河镇2025年决算和2026年预算公开", "漫水河镇2025年决算表.xlsx", []),
    ("漫水河镇2026年政府预算公开", "漫水河镇2025年执行2026年政府预算表.xlsx", []),
    # what the file is about is another thing
    ("漫水河镇2026年政府预算公开", "县财政局2025年编制说明.pdf", []), ("漫水河镇预算公开", "漫水河镇预算公开2025.pdf", []),
]


@pytest.mark.parametrize(("title", "name", "faults"), YEARS)
def test_a_file_of_another_year(title: str, name: str, faults: list[str]) -> None:
    assert found(title=title, attachments=_file(name)) == faults


def _attached(*lines: str, **changes: Any) -> list[str]:
    page = replace(PAGE, title="关于加强防火工作的通知", attachments=_file("通知.docx"), **changes)
    parts = tuple(Paragraph(f"附件《通知.docx》第{n}段", line) for n, line in enumerate(lines, 1))
    text = replace(from_text("漫水河镇通知。", title=page.title), parts=(Paragraph("第1段", "漫水河镇防火。"), *parts))
    return [flaw.rule_id.removeprefix("accuracy.") for flaw in check_page(page, text)]


def test_the_document_in_the_file_against_the_page() -> None:
    right = ("漫政〔2026〕14号", "关于加强防火", "工作的通知", "各村：请加强防火。", "2026年3月2日")
    assert _attached(*right, doc_no="漫政〔2026〕14号") == []
    assert _attached(*right, doc_no="漫政〔2026〕15号") == ["attachment_number"]
    assert _attached(*right[:-1], "2026年3月1日", doc_no="漫政〔2026〕14号") == ["attachment_date"]
    # Another document beside it has a number and a day of its own.
    other = ("漫政〔2025〕3号", "防火管理办法", "第一条　为加强防火。", "2025年5月6日")
    assert _attached(*other, doc_no="漫政〔2026〕14号") == []


def test_another_countys_text() -> None:
    text = "金寨县人民政府印发方案。金寨县政府要求落实。金寨县委召开会议。"
    region = ("霍山县", "六安市")
    assert found(text, title="工作方案", region=region, own=("漫水河镇",)) == ["foreign_place"]
    # Two counties by turns, the own one among them, or once only: a report.
    assert found(text + "霍山县政府参加。", title="工作方案", region=region) == []
    assert found(text.replace("金寨县委", "霍邱县委"), title="工作方案", region=region) == []
    assert found("赴金寨县政府考察。", title="考察", region=region) == []
    assert found(text, title="工作方案") == [], "a town that does not say where it lies"
