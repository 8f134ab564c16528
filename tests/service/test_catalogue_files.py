"""Fifteen workbooks after the shapes of real catalogues: read with every cell accounted for, and the same again when exported."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.errors import ConfigErrors
from core.settings import CatalogueItem
from monitor.catalogue.reading import SheetReading, item_id
from monitor.catalogue.words import elements, is_broken, is_ditto, is_nothing, joined
from service.catalogue_files import once, read_workbook, write_workbook
from service.catalogue_toml import with_items
from tests.service.catalogue_workbooks import BUILDS, ONE, Build, ditto, levels_merged_across, two_rows

REPOSITORY = Path(__file__).parents[2]
TOWNWATCH = str(Path(sys.executable).parent / "townwatch")
CHOSEN = re.compile(r"[■▲●]\s*([^■□▲●口]+)")
# What in a catalogue's cell is not its text: marks, numbers of lists, white space, stops; and the quotes of a printed tuple.
BARE = re.compile(r"[\s■□▲●〇√—口0-9①-⑳、.．；;。，（）()：:',]+")


def bare(text: object) -> str:
    return BARE.sub("", str(text))


def lost_cells(path: Path, readings: dict[str, SheetReading]) -> list[str]:
    """Every cell that stands in nothing that was read of its worksheet: looked for anew, cell by cell, without the reader's own
    account. Header cells are those above the first and of every header row."""
    lost = []
    for page in openpyxl.load_workbook(path, data_only=True).worksheets:
        if page.sheet_state != "visible" or page.title not in readings:
            continue
        reading = readings[page.title]
        raw = "".join(str(item.model_dump(exclude={"id"}).values()) for item in reading.items) + "".join(reading.notes)
        told = bare(raw)
        fields = {item.field for item in reading.items}
        for cell in (cell for row in page.iter_rows() for cell in row if cell.value is not None):
            text = str(cell.value)
            parts = CHOSEN.findall(text) if "■" in text else [text]
            number = not bare(text) and (cell.column == 1 or text in raw)
            known = (
                number or all(bare(part) and bare(part) in told for part in parts) or HEADS.fullmatch(bare(text)) or text in ("同上", "√")
                or any(field in text and "目录" in text for field in fields) or "附件" in text
                or cell.coordinate in {left.cell for left in reading.unread}
            )
            lost += [] if known else [f"{page.title}!{cell.coordinate} {text}"]
    return lost


HEADS = re.compile(
    "(?:序号|类别|试点领域|公开事项|政府信息公开类别及事项|[一二]级|公开形式|[一二三]级事项|公开内容|公开要素|公开内容要素|公开依据|公开时限|公开主体|责任单位|公开渠道和载体|公开对象|全社会|特定群[体众]|公开方式|"
    "主动|依申请|依申请公开|公开层级|县级|乡级|网站所属栏目|备注)"
)


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_a_workbook_is_read_whole_and_exported_equal(build: Build, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    expected = build(book)
    book.save(tmp_path / "in.xlsx")
    readings = read_workbook(tmp_path / "in.xlsx")
    assert lost_cells(tmp_path / "in.xlsx", readings) == []
    assert {u.problem for r in readings.values() if r.items for u in r.unread} == set()
    assert all(reading.accounted == reading.cells for reading in readings.values() if reading.items)
    items, twice = once(readings)
    assert (len(items), twice) == (expected, [])
    assert all(item.field and item.elements and "\n" not in item.limit + item.organ + item.basis for item in items)
    write_workbook(items, tmp_path / "out.xlsx")
    again = read_workbook(tmp_path / "out.xlsx")
    assert once(again) == (items, [])
    assert not any(reading.unread for reading in again.values())


def test_levels_merged_across_and_an_item_of_several_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    levels_merged_across(book)
    book.save(tmp_path / "in.xlsx")
    first, second = once(read_workbook(tmp_path / "in.xlsx"))[0]
    assert (first.level1, first.level2, first.field) == ("政策文件", "", "涉农补贴")
    assert first.basis == "《政府信息公开条例》；《财政补贴资金管理办法》；《乡村振兴促进法》"
    assert first.channels == ("政府网站", "公开查阅点")
    assert first.elements == ("中央及地方政府下发涉农资金相关文件", "我镇涉农资金相关文件")
    assert second.level2 == "资金明细"


def test_an_old_binary_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    """``workbooks/shjz.xls`` was written by LibreOffice from cells of our own making; a hidden worksheet in it is left out."""
    (name, reading), = read_workbook(Path(__file__).parent / "workbooks" / "shjz.xls").items()
    assert (name, reading.unread, reading.accounted, reading.cells) == ("社会救助领域", (), 48, 48)
    assert [(i.level1, i.level2, i.limit) for i in reading.items] == [
        ("综合业务", "政策法规文件", "制定或获取信息之日起10个工作日内"), ("综合业务", "监督检查", "制定或获取信息之日起10个工作日内"),
        ("最低生活保障", "审核信息", "制定或获取信息之日起10个工作日内，公示7个工作日"),
    ]
    assert reading.items[2].channels == ("社区/企事业单位/村公示栏（电子屏）",)
    assert reading.notes == ("填表人：社会事务办公室", "审核人：分管负责人", "填表日期：2025年3月")


@pytest.mark.parametrize("name", ["目录.et", "目录.xlsx", "目录.XLS"])
def test_a_workbook_is_known_by_what_it_is_not_by_its_name(name: str, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "workbooks" / "shjz.xls", tmp_path / name)
    assert len(once(read_workbook(tmp_path / name))[0]) == 3
    book = openpyxl.Workbook()
    ditto(book)
    book.save(tmp_path / "new.xlsx")
    (tmp_path / "new.xlsx").replace(tmp_path / name)
    assert len(once(read_workbook(tmp_path / name))[0]) == 2


def test_a_workbook_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.xlsx", "w", ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"<c/>" * 6_000_000)  # 24 kB on disk.
    with pytest.raises(ConfigErrors, match="展开后超过"):
        read_workbook(tmp_path / "a.xlsx")


def test_what_is_hidden_or_was_never_computed_is_told_by_its_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "就业"
    for row in [ONE, [1, "就业", "招聘", "岗位", "条例", "同上", "社保所", "■政府网站"], [2, "旧事项", "x", "y", "z", "及时公开", "无", "■政府网站"],
                [3, "就业", "培训", '=A1&"x"', "#REF!", "20个工作日", "社保所", "■政府网站"],
                [4, "就业", "招聘", "岗位", "另一依据", "20个工作日", "社保所", "■政府网站"]]:
        page.append(row)
    page.row_dimensions[3].hidden = True
    book.save(tmp_path / "in.xlsx")
    reading = read_workbook(tmp_path / "in.xlsx")["就业"]
    told = {left.cell: left.problem for left in reading.unread}
    assert {cell: problem for cell, problem in told.items() if cell[1] != "3"} == {
        "F2": "写着同上，但上面没有内容", "D4": "公式没有保存计算结果，这一格没有导入", "E4": "公式没有保存计算结果，这一格没有导入",
        "B5": "与第 2 行是同一事项而其他内容不同，只保留第 2 行",
    }
    assert {cell for cell in told if cell[1] == "3"} == {f"{c}3" for c in "ABCDEFGH"}
    assert [(item.level2, item.limit) for item in reading.items] == [("招聘", ""), ("培训", "20个工作日")]
    assert reading.accounted == reading.cells - len(told)


def item(level1: str, **values: object) -> CatalogueItem:
    return CatalogueItem.model_validate({"id": item_id(level1), "field": "就业", "level1": level1, "elements": ("一",)} | values)


SAID = st.text("甲乙丙1.2、（）①；。\n 同上=-—●口:：年", max_size=14)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(st.tuples(SAID, SAID, SAID, SAID, st.sampled_from(["", "扶贫（乡村振兴）", "就业"])), max_size=3, unique_by=lambda row: row[0]))
def test_whatever_stood_in_a_cell_is_exported_and_read_equal(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    read = [
        CatalogueItem(id=item_id(field, joined(level), "", "", "".join(elements(content))), field=field, level1=joined(level),
                      elements=elements(content), basis=joined(basis), organ=joined(organ), channels=("政府网站",))
        for level, content, basis, organ, field in rows
        if joined(level) and elements(content) and not any(map(odd, (level, content, basis, organ)))
    ]
    path = tmp_path_factory.mktemp("said") / "out.xlsx"
    if read:
        write_workbook(read, path)
        by_field = sorted(read, key=lambda one: [r.field for r in read].index(one.field))
        assert once(read_workbook(path))[0] == by_field


def odd(text: str) -> bool:
    """What no reader could have taken from a cell as a text: a ditto, a dash, a formula."""
    return is_ditto(text) or is_nothing(text) or is_broken(text.strip())


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.builds(item, texts, basis=texts, limit=texts, columns=st.lists(st.just("jiuye")).map(tuple)), max_size=4))
def test_toml_of_any_text_is_read_back(items: list[CatalogueItem]) -> None:
    text = with_items('[[column]]\nid = "a"   # kept\n\n[[item]]\nid = "old"\n', items)
    assert text.startswith('[[column]]\nid = "a"   # kept\n\n')
    read = tomllib.loads(text).get("item", [])
    read = [{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()} for one in read]
    assert [CatalogueItem.model_validate(one) for one in read] == items


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
