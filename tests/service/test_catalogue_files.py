"""Eight workbooks after the shapes of real catalogues: read with every cell accounted for, and the same again when exported."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigErrors
from core.settings import CatalogueItem
from monitor.catalogue.reading import item_id
from service.catalogue_files import kept_choices, read_workbook, to_toml, with_items, write_workbook

REPOSITORY = Path(__file__).parents[2]
TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
Build = Callable[[openpyxl.Workbook], int]
"""Fills a workbook and says how many items it holds."""
ONE = ["序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体"]


def sheet(book: openpyxl.Workbook, name: str, rows: list[list[object]], *merges: str) -> None:
    page = book.create_sheet(name)
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    for merge in merges:
        page.merge_cells(merge)


def two_rows(book: openpyxl.Workbook) -> int:
    sheet(book, "Sheet1", [
        ["安全生产领域基层政务公开标准目录"],
        ["序号", "公开事项", "", "公开内容（要素）", "公开时限", "公开主体", "公开对象", "", "公开方式", "", "公开层级", ""],
        ["", "一级事项", "二级事项", "", "", "", "全社会", "特定群体", "主动", "依申请公开", "县级", "乡级"],
        [1, "政策文件", "法律法规", "文本", "20个工作日", "应急办", "√", "", "√", "", "√", "√"],
        [2, "", "应急预案", "预案全文", "同上", "同上", "√", "", "√", "", "", "√"],
    ], "A1:L1", "A2:A3", "B2:C2", "D2:D3", "E2:E3", "F2:F3", "G2:H2", "I2:J2", "K2:L2", "B4:B5")
    return 2


def three_rows(book: openpyxl.Workbook) -> int:
    sheet(book, "社会救助领域", [
        ["序号", "公开事项", "", "", "公开内容（要素）", "公开时限", "公开主体", "公开方式", ""],
        ["", "", "", "", "", "", "", "", ""],
        ["", "一级事项", "二级事项", "三级事项", "", "", "", "主动", "依申请"],
        [1, "低保", "审核", "名单", "姓名、村组", "制定或获取信息之日起10个工作日内，公示7个工作日", "民政办", "√", ""],
        [2, "", "", "结果", "批准人数", "制定或获取信息之日起10个工作日内", "", "√", ""],
    ], "A1:A3", "B1:D2", "E1:E3", "F1:F3", "G1:G3", "H1:I2", "B4:B5", "C4:C5")
    return 2


def ditto(book: openpyxl.Workbook) -> int:
    sheet(book, "就业", [ONE, [1, "就业信息", "招聘", "单位、岗位", "条例", "及时公开", "社保所", "■政府网站□政府公报"],
                        [2, "同上", "培训", "时间、地点", "同上", "同上", "同上", "同上"]])
    return 2


def broken_words(book: openpyxl.Workbook) -> int:
    sheet(book, "救灾", [["序\n号", "一 级\n事 项", "二级\n事项", "公开内\n容（要\n素）", "公开\n依据", "公开\n时限", "公开\n主体", "公开渠道\n和载体"],
                        ["22", "灾害\n救助", "款物\n发放", "1.救助对\n象；\n2.救助标准", "《自然灾害\n救助条例》", "自信息形\n成之日起\n20个工作\n日内", "镇人\n民政府", "■政府网\n站"]])
    return 1


def marked_channels(book: openpyxl.Workbook) -> int:
    sheet(book, "养老服务", [ONE, [1, "津贴", "标准", "金额", "办法", "长期公开", "民政办", "■政府网站  □政府公报\n□两微一端  ■公开查阅点\n口其他"],
                          [2, "津贴", "名单", "人数", "办法", "每季度", "民政办", "■社区/企事业单位/村公示栏（电子屏）"]])
    return 2


def several_fields(book: openpyxl.Workbook) -> int:
    for name in ("公共文化服务领域", "农村危房改造领域"):
        sheet(book, name, [[f"某镇{name}基层政务公开标准目录"], ONE, [1, "事项", "内容", "要素", "条例", "20工作日", "镇政府", "■政府网站"],
                           ["注：以上由经办人填写。"]], "A1:H1", "A4:H4")
    book.create_sheet("空表")
    return 2


def other_order(book: openpyxl.Workbook) -> int:
    sheet(book, "总表", [["序号", "试点领域", "公开事项", "公开内容", "网站所属栏目", "公开时限", "责任单位", "备注"],
                        [1, "公共法律服务", "法律援助", "条件", "法律服务", "随时公开", "司法所", "可电话咨询"],
                        [2, "", "人民调解", "调解员名单", "法律服务", "半年至少更新1次", "", ""]])
    return 2


def hidden_and_numbers(book: openpyxl.Workbook) -> int:
    sheet(book, "税收管理", [ONE, [1.0, "公告", "非正常户", "名称", 2019, "每月", "税务所", "政府网站、公示栏"]])
    sheet(book, "草稿", [ONE, [1, "不应导入", "x", "y", "z", "及时公开", "无", "政府网站"]])
    book["草稿"].sheet_state = "hidden"
    return 1


BUILDS: list[Build] = [two_rows, three_rows, ditto, broken_words, marked_channels, several_fields, other_order, hidden_and_numbers]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_a_workbook_is_read_whole_and_exported_equal(build: Build, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    expected = build(book)
    book.save(tmp_path / "in.xlsx")
    readings = read_workbook(tmp_path / "in.xlsx")
    for reading in readings.values():
        assert (reading.unread, reading.accounted) == ((), reading.cells)
    items = [item for reading in readings.values() for item in reading.items]
    assert len(items) == expected
    assert all(item.field and item.elements and "\n" not in item.limit + item.organ + item.basis for item in items)
    write_workbook(items, tmp_path / "out.xlsx")
    again = read_workbook(tmp_path / "out.xlsx")
    assert [item for reading in again.values() for item in reading.items] == items
    assert not any(reading.unread for reading in again.values())


def item(level1: str, **values: object) -> CatalogueItem:
    return CatalogueItem.model_validate({"id": item_id(level1), "field": "就业", "level1": level1, "elements": ("一",)} | values)


def test_what_people_decided_survives_another_import() -> None:
    before = [item("甲", columns=("jiuye",), owner="clerk"), item("乙", applicable=False, reason="本镇没有"), item("丙", owner="x")]
    after = kept_choices(before, [item("甲", basis="新条例"), item("乙"), item("丁")])
    assert [(i.level1, i.columns, i.owner, i.applicable, i.basis) for i in after] == [
        ("甲", ("jiuye",), "clerk", True, "新条例"), ("乙", (), None, False, ""), ("丁", (), None, True, ""),
    ]


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.builds(item, texts, basis=texts, limit=texts, columns=st.lists(st.just("jiuye")).map(tuple)), max_size=4))
def test_toml_of_any_text_is_read_back(items: list[CatalogueItem]) -> None:
    text = with_items('[[column]]\nid = "a"   # kept\n\n[[item]]\nid = "old"\n', items)
    assert text.startswith('[[column]]\nid = "a"   # kept\n\n')
    read = tomllib.loads(text).get("item", [])
    read = [{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()} for one in read]
    assert [CatalogueItem.model_validate(one) for one in read] == items
    assert tomllib.loads(to_toml(items)).get("item", []) == tomllib.loads(text).get("item", [])


def test_what_is_no_workbook_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"not a zip")
    for name, problem in (("a.xlsx", "不是可读的 xlsx"), ("none.xlsx", "没有这个文件")):
        with pytest.raises(ConfigErrors, match=rf"{name}.*{problem}.*处理办法"):
            read_workbook(tmp_path / name)


def test_the_command_imports_shows_and_exports(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "config", tmp_path / "config")
    book = openpyxl.Workbook()
    book.remove(book.active)
    two_rows(book)
    book["Sheet1"]["E5"] = "看情况"
    book.save(tmp_path / "in.xlsx")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [TOWNWATCH, "--config", str(tmp_path / "config"), "catalogue", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    imported = json.loads(run("import", str(tmp_path / "in.xlsx"), "--json").stdout)
    assert [item["level2"] for item in imported["items"]] == ["法律法规", "应急预案"]
    assert imported["sheets"][0]["unread"] == [{"cell": "E5", "text": "看情况", "problem": "公开时限不能识别，将不按期限检查"}]
    shown = json.loads(run("show", "--json").stdout)
    assert [item["id"] for item in shown["items"]] == [item["id"] for item in imported["items"]]
    assert run("export", "-o", str(tmp_path / "out.xlsx")).returncode == 0
    assert [i.level2 for r in read_workbook(tmp_path / "out.xlsx").values() for i in r.items] == ["法律法规", "应急预案"]
    assert run("import", str(tmp_path / "none.xlsx")).returncode == 2
