"""Documents of each kind with everything, with something missing, and what only looks like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.calendar import WorkCalendar
from core.errors import ConfigErrors
from core.nouns import Attachment, Severity
from monitor.accuracy.page import PageFacts
from monitor.elements import check_draft, check_elements, load
from monitor.scanned import Cell, Paragraph, ScannedText, Table, from_text

RULES = load(Path("/nonexistent"))
GUIDE = """根据《中华人民共和国政府信息公开条例》，编制本指南，供公民、法人和其他组织查询本机关制作、获取并保存的政府信息时使用。
一、政府信息的分类：机构职能、政策文件、规划计划、财政信息。二、编排体系：由索引号、名称、发布机构、日期组成。
三、获取方式：门户网站、便民服务中心查阅点。四、受理机构：党政办公室。办公地址：集镇一号。
办公时间：上午8:00—12:00。联系电话：0564-5000010。传真：0564-5000019。电子邮箱：a@demo.example。"""
REPORT = """根据条例第五十条编制本报告，所列数据的统计期限自2025年1月1日起至12月31日止。一、总体情况。主动公开政府信息690条，依申请公开1件，均按期答复。
二、主动公开政府信息情况。制发规范性文件0件，废止0件，现行有效0件。三、收到和处理政府信息公开申请情况。新收1件，结转0件。
四、政府信息公开行政复议、行政诉讼情况。无。五、存在的主要问题及改进情况。解读形式单一，下一年度将增加图文解读、现场解读。
六、其他需要报告的事项。本年度未收取信息处理费。本报告电子版可在县政府网站下载，如有疑问请与党政办公室联系。"""
SUBSIDY = """补贴对象和范围：本镇种地农民。补贴标准：每亩90元。申请程序：申报、核实、公示、审核、发放。
申请材料：承包合同。受理单位：农业综合服务站。办理时限：20个工作日。联系电话：0564-5000005。有疑问可到站咨询。"""
THREE = "2026年“三公”经费预算20.5万元，其中因公出国（境）费0万元，公务用车购置费0万元，公务用车运行维护费12万元，公务接待费8.5万元。"
DEPARTMENT = ("收支总体情况表", "收入总体情况表", "支出总体情况表", "财政拨款收支总体情况表", "一般公共预算支出情况表",
              "一般公共预算基本支出情况表", "一般公共预算“三公”经费支出情况表", "政府性基金预算支出情况表")


def found(title: str, text: ScannedText | str, *files: Attachment, published: date = date(2026, 3, 1)) -> list[tuple[str, str]]:
    page = PageFacts(title=title, published=published, written=None, doc_no="", own=(), calendar=WorkCalendar(), attachments=files)
    scanned = from_text(text) if isinstance(text, str) else text
    return [(flaw.rule_id, flaw.evidence) for flaw in check_elements(page, scanned, RULES)]


def without(text: str, *words: str) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


MISSING = [
    ("漫水河镇人民政府信息公开指南", GUIDE, []),
    ("漫水河镇政府信息公开指南", without(GUIDE, "传真：0564-5000019。", "电子邮箱：a@demo.example。"),
     [("element.guide", "缺少：传真号码、互联网联系方式")]),
    ("漫水河镇政府信息公开指南（2026年版）", without(GUIDE, "二、编排体系：由索引号、名称、发布机构、日期组成。"),
     [("element.guide", "缺少：编排体系")]),
    # A notice about the guide is none, nor is a page that only links to it.
    ("关于更新政府信息公开指南的通知", without(GUIDE, "传真：0564-5000019。"), []),
    ("漫水河镇政府信息公开指南", "请点击下载。", []),
    ("漫水河镇政府信息公开目录", "每条信息由索引、名称、生成日期组成，按机构、主题、体裁三种方式查询，可下载。", [("element.catalogue", "缺少：内容概述")]),
    ("漫水河镇政府信息公开目录", "每条信息由索引、名称、内容概述、生成日期组成，按机构、主题查询。", []),
    ("社会救助领域基层政务公开标准目录", "公开事项名称、公开时限、索引", []),
    ("漫水河镇人民政府2025年政府信息公开工作年度报告", REPORT, []),
    ("2025年漫水河镇政府信息公开年度报告", REPORT.replace("六、其他需要报告的事项。本年度未收取信息处理费。", ""),
     [("element.annual_report", "缺少：六、其他需要报告的事项")]),
    # Before 2019 the report had other parts.
    ("2018年漫水河镇政府信息公开年度报告", REPORT.replace("六、其他需要报告的事项。本年度未收取信息处理费。", ""), []),
    ("关于做好2025年政府信息公开年度报告编制工作的通知", REPORT.replace("四、政府信息公开行政复议、行政诉讼情况。", ""), []),
    ("漫水河镇2026年“三公”经费预算情况说明", THREE, []),
    ("漫水河镇2026年“三公”经费预算情况说明", THREE.replace("公务用车购置费0万元，", ""), [("element.three_public", "缺少：公务用车购置费")]),
    ("漫水河镇2026年“三公”经费预算情况说明", "“三公”经费预算20.5万元，其中公务用车购置及运行费12万元、公务接待费8.5万元。",
     [("element.three_public", "缺少：因公出国（境）费")]),
    ("漫水河镇“三公”经费管理办法", "公务接待费应当从严控制，不得超标准接待，本办法自印发之日起施行。", []),
    ("涉农补贴申请指南", SUBSIDY, []),
    ("农机购置补贴申请指南", without(SUBSIDY, "补贴标准：每亩90元。", "申请材料：承包合同。"), [("element.subsidy_guide", "缺少：补贴标准、申请材料")]),
    ("高校毕业生求职指南", "申请流程：登录网站。", []),
    ("漫水河镇党政办公室联系方式", "办公地址：集镇一号；电话：0564-5000001", [("element.contacts", "缺少：办公时间")]),
    ("联系我们", "地址：集镇一号，工作时间：8:00—17:00，电话：0564-5000001", []),
    ("各村联系方式", "东湾村电话0564-5000031，石门口村电话0564-5000032", []),
]


@pytest.mark.parametrize(("title", "text", "expected"), MISSING)
def test_what_is_missing(title: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(title, text) == expected


def workbook(names: tuple[str, ...], empty: tuple[str, ...] = (), note: str = "") -> ScannedText:
    """A budget: a paragraph, and a table under each name, without figures where it is ``empty``."""
    parts: list[Paragraph | Table] = [Paragraph("第1段", "现将部门预算予以公开，收入支出各2740万元，比上年增加3.1%，主要用于民生支出，" + "详见下表。" * 8)]
    for name in names:
        figures = ("0", "0.00") if name in empty else ("2740", "2740")
        rows = (("项目", "本年预算"), ("合计", figures[0]), ("基本支出" if "基本" in name else "其中", figures[1]))
        parts.append(Table(f"附件《预算.xlsx》{name}", tuple(tuple(Cell(name, word) for word in row) for row in rows)))
    return ScannedText((*parts, *([Paragraph("第2段", note)] if note else [])))


FILE = Attachment(url="u", name="预算.xlsx", state="read")


@pytest.mark.parametrize("lost", DEPARTMENT)
def test_every_table_of_a_department_s_budget_is_missed(lost: str) -> None:
    text = workbook(tuple(name for name in DEPARTMENT if name != lost))
    (rule, evidence), = found("漫水河镇2026年部门预算公开", text, FILE)
    assert rule == "element.budget"
    assert len(evidence.removeprefix("缺少：").split("、")) == 1


def test_a_whole_budget_is_right_and_an_empty_table_must_be_explained() -> None:
    title = "漫水河镇2026年部门预算公开"
    assert found(title, workbook(DEPARTMENT), FILE) == []
    fund = DEPARTMENT[-1:]
    assert found(title, workbook(DEPARTMENT, fund), FILE) == [("element.budget", "空表")]
    assert found(title, workbook(DEPARTMENT, fund, "本镇没有政府性基金预算拨款安排的支出，故本表无数据。"), FILE) == []


@pytest.mark.parametrize("state", ["dead", "cannot_judge", "not_fetched"])
def test_what_may_stand_in_an_unread_attachment_is_not_missed(state: str) -> None:
    text = workbook(DEPARTMENT[:4])
    assert found("漫水河镇2026年部门预算公开", text, FILE)
    assert found("漫水河镇2026年部门预算公开", text, FILE, Attachment(url="v", name="续.pdf", state=state)) == []  # type: ignore[arg-type]


def test_what_may_stand_in_a_part_that_could_not_be_read_is_not_missed() -> None:
    text = workbook(DEPARTMENT[:4])
    assert found("漫水河镇2026年部门预算公开", replace(text, unread=("第3页是扫描件",)), FILE) == []


def test_a_document_split_over_page_and_attachment_counts_as_one() -> None:
    page, rest = GUIDE.split("四、")
    parts = (*from_text(page).parts, Paragraph("附件《续》第1段", "四、" + rest))
    assert found("漫水河镇政府信息公开指南", ScannedText(parts), FILE) == []
    assert found("漫水河镇政府信息公开指南", ScannedText(parts[:-1]), FILE) != []


@pytest.mark.parametrize(("name", "title", "expected"), [
    ("涉农补贴申请指南", "", ["缺少：补贴标准"]), ("草稿3", "涉农补贴申请指南", ["缺少：补贴标准"]), ("涉农补贴申请指南", "Microsoft Word 文档", ["缺少：补贴标准"]),
    ("草稿3", "", []),
])
def test_a_draft_is_known_by_its_title_or_its_name(name: str, title: str, expected: list[str]) -> None:
    text = from_text(without(SUBSIDY, "补贴标准：每亩90元。"), title=title)
    found = list(check_draft(name, text, RULES))
    assert [flaw.evidence for flaw in found] == expected
    assert {flaw.severity for flaw in found} <= {Severity.INFO}, "what it lacks may stand in a file that goes out with it"


BARE = "漫水河镇部门收入1986万元，支出1979万元，年末结转7万元，主要用于道路养护。"
BARE_TITLES = [
    # What can be nothing but the budget is judged by its title.
    ("漫水河镇2026年部门预算公开", 8), ("漫水河镇人民政府2025年度部门决算", 9), ("漫水河镇2026年政府预算公开情况说明", 7), ("漫水河镇部门预算公开（2026年）", 8),
    # What is about one.
    ("关于做好2026年部门预算公开工作的通知", 0), ("漫水河镇2026年部门预算解读", 0), ("一图读懂漫水河镇2026年部门预算", 0), ("漫水河镇召开2026年财政预算会议", 0),
    ("漫水河镇2025年财政决算审计公告", 0), ("关于漫水河镇2025年财政决算和2026年预算的报告", 0), ("漫水河镇党委学习2026年部门预算", 0),
    ("漫水河镇2026年部门预算绩效公开", 0), ("漫水河镇2025年工程竣工决算", 0), ("漫水河镇部门预算", 0),
]


@pytest.mark.parametrize(("title", "tables"), BARE_TITLES)
def test_a_budget_without_any_of_its_tables_is_an_error(title: str, tables: int) -> None:
    said = found(title, BARE, FILE)
    assert [rule for rule, _ in said] == ["element.budget"] * bool(tables)
    assert not tables or len(said[0][1].removeprefix("缺少全部表格：").split("、")) == tables


def test_when_a_bare_budget_is_not_judged() -> None:
    title = "漫水河镇2026年部门预算公开"
    page = PageFacts(title=title, published=None, written=None, doc_no="", own=(), calendar=WorkCalendar(), attachments=(FILE,))
    assert [flaw.severity for flaw in check_elements(page, from_text(BARE), RULES)] == [Severity.ERROR]
    (_, evidence), = found(title, BARE + "附件：收支总体情况表", FILE)
    assert evidence.startswith("缺少大部分表格：收入总表、")
    # Its tables may be pictures, unread, or sheets without names.
    assert found(title, BARE) == []
    assert found(title, BARE, replace(FILE, state="cannot_judge")) == []
    unnamed = tuple(Table(f"附件《预算.xlsx》Sheet{n}", ((Cell("A1", "项目"), Cell("B1", "2740")),)) for n in range(8))
    assert found(title, ScannedText((*from_text(BARE).parts, *unnamed)), FILE) == []
    assert found(title, ScannedText((*from_text(BARE).parts, *unnamed[:1])), FILE) != []
    # A draft's tables may be in a file that goes out with it.
    assert list(check_draft(title, from_text(BARE), RULES)) == []


def test_a_narrative_without_tables_is_not_taken_for_a_budget() -> None:
    assert found("漫水河镇2026年政府预算公开", "一般公共预算收入安排2860万元，支出安排2860万元，收支平衡。支出重点：教育、社会保障和就业、农林水、城乡社区等。") == []


def test_a_town_may_keep_rules_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    own = tmp_path / "rules" / "elements.toml"
    own.write_text(
        '[[document]]\nrule = "contacts"\nname = "联系方式"\ntitle = "联系方式$"\ncharacters = 0\nleast = 1\nbasis = "本镇规定"\n'
        '[[document.element]]\nname = "电话"\nwords = ["电话"]\n[[document.element]]\nname = "微信"\nwords = ["微信"]\n', encoding="utf-8",
    )
    rules = load(tmp_path)
    page = PageFacts(title="联系方式", published=None, written=None, doc_no="", own=(), calendar=WorkCalendar())
    assert [flaw.evidence for flaw in check_elements(page, from_text("电话：0564-5000001"), rules)] == ["缺少：微信"]
    own.write_text(own.read_text(encoding="utf-8").replace("联系方式$", "联系方式("), encoding="utf-8")
    with pytest.raises(ConfigErrors, match="正则"):
        load(tmp_path)
