"""Worksheets in the shapes of real catalogues (facts/rules.md section 4.2) to items, with every cell accounted for."""

from __future__ import annotations

import pytest

from monitor.catalogue.grid import Grid, Span, cell_name
from monitor.catalogue.header import find_header
from monitor.catalogue.reading import SheetReading, read_sheet
from monitor.catalogue.words import channels, elements, joined, ticked


def grid(rows: list[list[str]], spans: tuple[tuple[int, int, int, int], ...] = (), name: str = "Sheet1") -> Grid:
    cells = {(r, c): text for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1)}
    return Grid(name, cells, [Span(*span) for span in spans])


HEAD_3 = [
    ["序号", "公开事项", "", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体", "公开对象", "", "公开方式", "", "公开层级", ""],
    ["", "一级事项", "二级事项", "", "", "", "", "", "全社会", "特定群体", "主动", "依申请公开", "县级", "乡、村级"],
]
HEAD_SPANS = ((1, 1, 2, 1), (1, 2, 1, 3), *((1, c, 2, c) for c in range(4, 9)), (1, 9, 1, 10), (1, 11, 1, 12), (1, 13, 1, 14))


def below(spans: tuple[tuple[int, int, int, int], ...], rows: int) -> tuple[tuple[int, int, int, int], ...]:
    """The same merged cells that many rows further down."""
    return tuple((top + rows, left, bottom + rows, right) for top, left, bottom, right in spans)


def whole(reading: SheetReading) -> SheetReading:
    assert reading.unread == () and reading.accounted == reading.cells, reading.unread
    return reading


def test_two_header_rows_merged_levels_ticks_and_broken_words() -> None:
    rows = [
        ["德安县涉农补贴领域基层政务公开标准目录"], *HEAD_3,
        ["1", "农业生产补贴", "政策依据", "政策文件", "《条例》", "自信息形\n成或者变\n更之日起\n20个工作\n日内", "乡镇\n人民政府",
         "■政府网站  □政府公报\n■公开查阅点  口便民服务站", "√", "", "√", "", "", "√"],
        ["2", "", "申请指南", "1.补贴对象；\n2.补贴范围；\n3.补贴标\n准", "同上", "同上", "同上", "■政府网站", "√", "", "√", "", "", "√"],
        ["22", "", "补贴结果", "补贴名单", "", "", "", "", "", "√", "", "√", "√", "√"],
        ["注：公开层级按实际填写。"],
    ]
    spans = ((1, 1, 1, 14), *below(HEAD_SPANS, 1), (4, 2, 6, 2), (7, 1, 7, 14))
    reading = whole(read_sheet(grid(rows, spans)))
    first, second, third = reading.items
    assert (first.field, first.level1, first.level2) == ("涉农补贴", "农业生产补贴", "政策依据")
    assert (first.limit, first.organ) == ("自信息形成或者变更之日起20个工作日内", "乡镇人民政府")
    assert first.channels == ("政府网站", "公开查阅点"), "口 is a □ that a scanner read"
    assert (first.audience, first.mode, first.tier) == ("全社会", "主动", "乡、村级")
    assert second.level1 == "农业生产补贴", "merged down"
    assert second.elements == ("补贴对象", "补贴范围", "补贴标准")
    assert (second.basis, second.limit) == ("《条例》", first.limit), "同上"
    assert (third.basis, third.channels) == ("《条例》", ("政府网站",)), "a blank says what the row above says"
    assert (third.audience, third.mode, third.tier) == ("特定群体", "依申请公开", "县级、乡、村级"), "a blank tick says no"
    assert reading.notes == ("注：公开层级按实际填写。",)


def test_three_header_rows_without_tier() -> None:
    rows = [
        ["序号", "公开事项", "", "", "公开内容\n（要素）", "公开\n依据", "公开\n时限", "公开\n主体", "公开渠道\n和载体", "公开对象", "", "公开方式", ""],
        ["", "", "", "", "", "", "", "", "", "", "", "", ""],
        ["", "一级\n事项", "二级\n事项", "三级\n事项", "", "", "", "", "", "全社会", "特定\n群众", "主动", "依申请"],
        ["1", "社会救助", "最低生活保障", "政策法规", "法律法规文件", "条例", "制 定 或 获 取 信 息之日起 10 个 工作日内", "民政办", "■政府网站", "√", "", "√", ""],
        ["2", "", "", "审核信息", "初审对象名单", "同上", "制定或获取信息之日起10个工作日内，公示7个工作日", "", "■社区/企事业单位/村公示栏（电子屏）", "√", "", "√", ""],
        ["3", "", "特困人员救助供养", "", "办事指南", "", "", "", "", "√", "", "√", ""],
    ]
    spans = ((1, 2, 2, 4), (1, 10, 2, 11), (1, 12, 2, 13), *((1, c, 3, c) for c in (1, 5, 6, 7, 8, 9)))
    items = whole(read_sheet(grid(rows, spans, "社会救助领域"))).items
    assert [(i.level1, i.level2, i.level3) for i in items] == [
        ("社会救助", "最低生活保障", "政策法规"), ("社会救助", "最低生活保障", "审核信息"),
        ("社会救助", "特困人员救助供养", ""),  # A new second level has no third one of the row above.
    ]
    assert items[0].limit == "制定或获取信息之日起10个工作日内"
    assert items[0].field == "社会救助", "from the worksheet's name"
    assert all(not item.tier for item in items)


def test_three_header_rows_that_are_merged_only_where_they_must_be() -> None:
    """Blank cells below 公开依据 and the like are not merged with it, and the middle row says only 事项名称."""
    rows = [
        ["安全生产"],
        ["序号", "公开事项", "", "", "公开内容(要素)", "公开依据", "公开时限", "公开主体", "公开渠道和载体", "公开对象", "", "公开方式", ""],
        ["", "事项名称"],
        ["", "一级事项", "二级事项", "三级事项", "", "", "", "", "", "全社会", "特定群众", "主动", "依申请"],
        ["1", "依法行政", "行政执法", "行政许可", "结果", "行政许可法", "自作出行政决定之日起7个工作日内", "应急所", "■政府网站", "√", "", "√", ""],
    ]
    (item,) = whole(read_sheet(grid(rows, ((2, 2, 2, 4), (3, 2, 3, 4), (2, 10, 3, 11), (2, 12, 3, 13)), "标准目录"))).items
    assert (item.level1, item.level3, item.basis, item.organ) == ("依法行政", "行政许可", "行政许可法", "应急所")
    assert item.limit == "自作出行政决定之日起7个工作日内"
    assert item.field == "安全生产", "a heading that is one of the 26 fields names it without 领域"


def test_columns_in_another_order_with_the_sites_own() -> None:
    rows = [
        ["序号", "试点领域", "一级事项", "公开内容", "网站所属栏目", "公开时限", "责任单位", "备注"],
        ["1", "安全生产", "应急预案", "预案文本", "应急管理", "20工作日", "应急办", "常年"],
        ["2", "", "监督检查", "检查结果", "安全生产", "每季度", "", ""],
    ]
    items = whole(read_sheet(grid(rows))).items
    assert [(i.field, i.level1, i.site_column, i.organ, i.note) for i in items] == [
        ("安全生产", "应急预案", "应急管理", "应急办", "常年"),
        ("安全生产", "监督检查", "安全生产", "应急办", ""),  # A remark is of its own row only.
    ]


def test_several_fields_in_one_sheet_and_a_header_said_again() -> None:
    header = ["序号", "公开事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体"]
    rows = [
        ["胡集镇基层政务公开标准目录", "", "", "", "", ""],
        ["（一）公共法律服务领域", "", "", "", "", ""], header,
        ["1", "法律援助", "办理条件", "条例", "及时公开", "司法所"],
        ["（二）养老服务领域", "", "", "", "", ""], header,
        ["1", "高龄津贴", "发放标准", "办法", "长期公开", "民政办"],
    ]
    spans = tuple((r, 1, r, 6) for r in (1, 2, 5))
    items = whole(read_sheet(grid(rows, spans))).items
    assert [(i.field, i.level1, i.limit) for i in items] == [("公共法律服务", "法律援助", "及时公开"), ("养老服务", "高龄津贴", "长期公开")]


def test_what_cannot_be_read_is_listed_by_its_cell() -> None:
    rows = [
        [*HEAD_3[0], "审核"], [*HEAD_3[1], ""],
        ["1", "就业", "政策", "文件", "条例", "视情况而定", "社保所", "■政府网站", "也许", "", "√", "", "", "", "王"],
        ["2", "就业", "服务", "", "条例", "20个工作日", "社保所", "■政府网站", "√", "", "√", "", "", "", ""],
    ]
    reading = read_sheet(grid(rows, HEAD_SPANS))
    assert {(left.cell, left.problem) for left in reading.unread} == {
        ("O1", "表头的这一列不知道是什么"), ("O3", "这一列没有表头"), ("I3", "“全社会”下应为√或空白"),
        ("F3", "公开时限不能识别，将不按期限检查"),
    }
    assert len(reading.items) == 2
    assert reading.accounted == reading.cells - len(reading.unread)
    assert reading.items[1].elements == ("文件",), "a blank content says what the row above says"


def test_a_sheet_that_is_no_catalogue_gives_nothing_and_says_so() -> None:
    reading = read_sheet(grid([["联系电话", "值班表"], ["张", "一"]]))
    assert reading.items == () and reading.accounted == 0
    assert {left.problem for left in reading.unread} == {"没有找到表头"}
    assert find_header(grid([[""]])) is None


@pytest.mark.parametrize(("text", "expected"), [
    ("■政府网站□政府公报■两微一端", ("政府网站", "两微一端")),
    ("▲政府网站 口广播电视", ("政府网站",)),
    ("□政府网站", ()),  # None chosen is none, not all.
    ("政府网站、公示栏", ("政府网站", "公示栏")),
    ("■入户/现场\n■社区/企事业单位/村公示栏（电子屏）", ("入户/现场", "社区/企事业单位/村公示栏（电子屏）")),
    ("门口公示栏", ("门口公示栏",)),  # 口 is a mark only before the name of a channel.
    ("", ()),
])
def test_channels(text: str, expected: tuple[str, ...]) -> None:
    assert channels(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("项目名称、性质；实施地点；", ("项目名称、性质", "实施地点")),
    ("1.补贴对象2.补贴范围", ("补贴对象", "补贴范围")),
    ("①机构职能\n②联系方\n式", ("机构职能", "联系方式")),
    ("3.5万元以上项目", ("3.5万元以上项目",)),  # A decimal is no number of a list.
    ("2025年预算", ("2025年预算",)),
    ("", ()),
])
def test_elements(text: str, expected: tuple[str, ...]) -> None:
    assert elements(text) == expected


def test_words() -> None:
    assert joined("信 息 形\n成之日起 20 个\n工作日") == "信息形成之日起20个工作日"
    assert joined("Word 文件 a b") == "Word 文件 a b", "a space between letters is a space"
    assert [ticked(text) for text in ("√", "", "—", "也许", "是")] == [True, False, False, None, True]
    assert [cell_name(place) for place in ((1, 1), (12, 3), (2, 27), (3, 703))] == ["A1", "C12", "AA2", "AAA3"]
