"""Workbooks of our own making in the shapes of real catalogues (facts/rules.md section 4.2). Each builder fills a workbook and says
how many items it holds."""

from __future__ import annotations

from collections.abc import Callable

import openpyxl
from openpyxl.worksheet.filters import FilterColumn, Filters

Build = Callable[[openpyxl.Workbook], int]
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


def several_tables(book: openpyxl.Workbook) -> int:
    """One worksheet with a table per field, titles not merged, the second table with other columns; and a cover."""
    sheet(book, "封面", [["漫水河镇基层政务公开标准目录汇编"], ["党政办公室编"]])
    sheet(book, "汇编", [
        ["（一）公共资源交易领域基层政务公开标准目录"], ONE,
        [1, "政府采购信息", "招标公告", "采购人名称、地址和联系方法；预算金额。", "《采购办法》", "及时公开，公告期限为5个工作日", "镇政府", "■政府网站"],
        [2, "", "成交结果", "成交供应商名称", "同上", "同上", "同上", "同上"],
        ["（二）养老服务领域基层政务公开标准目录"],
        ["序号", "公开事项", "", "公开内容（要素）", "公开时限", "公开主体", "公开对象", ""],
        ["", "一级事项", "二级事项", "", "", "", "全社会", "特定群众"],
        [22, "养老服务通用政策", "养老服务政策", "政策名称、文号", "20个工作日", "民政办", "√", ""],
        [23, "同上", "高龄津贴", "发放名单", "同上", "同上", "", "√"],
    ], "B6:C6", "A6:A7", "D6:D7", "E6:E7", "F6:F7", "G6:H6")
    return 4


def levels_merged_across(book: openpyxl.Workbook) -> int:
    """One level where others have two; an item whose basis goes on over three rows; a row drawn too long."""
    sheet(book, "涉农补贴", [
        ["序号", "公开事项", "", "公开内容（要素）", "公开依据", "公开时限", "公开渠道和载体"],
        ["", "一级事项", "二级事项", "", "", "", ""],
        [1, "政策文件", "", "1、中央及地方政府下发涉农资金相关文件 2、我镇涉农资金相关文件", "《政府信息公开条例》", "20个工作日", "■政府网站□政府公报"],
        ["", "", "", "", "《财政补贴资金管理办法》", "", "■公开查阅点"],
        ["", "", "", "", "《乡村振兴促进法》", "", ""],
        [2, "补贴结果", "资金明细", "涉农相关资金明细", "《政府信息公开条例》", "20个工作日", "■政府网站"],
    ], "B1:C1", "B3:C3", "A1:A2", "D1:D2", "E1:E2", "F1:F2", "G1:G2", "A3:A5", "B4:C5", "D3:D5", "F3:F5", "D6:D7")
    page = book["涉农补贴"]
    page.unmerge_cells("B3:C3")
    page.unmerge_cells("B4:C5")
    page.merge_cells("B3:C5")
    return 2


def footers(book: openpyxl.Workbook) -> int:
    sheet(book, "户籍管理", [
        ["附件1"], ["漫水河镇户籍管理领域基层政务公开标准目录"], ONE,
        [1, "户籍管理", "出生登记", "办事指南", "《户口登记条例》", "长期公开", "派出所", "■政府网站"],
        ["填表人：党政办", "", "", "审核人：分管负责人", "", "", "填表日期：2025年3月", ""],
        ["联系电话：0564-5000010"], ["注：本目录由党政办公室负责解释。"],
    ], "A2:H2", "A7:H7")
    return 1


def required_and_optional(book: openpyxl.Workbook) -> int:
    """●必选 and 〇可选 in the elements; content and elements in columns of their own; only the town's level."""
    sheet(book, "Sheet2", [
        ["保障性住房领域基层政务公开标准目录"],
        ["序号", "公开事项", "公开内容", "公开要素", "公开时限", "公开主体", "公开层级"],
        ["", "", "", "", "", "", "乡级"],
        [1, "保障对象", "审核结果", "●姓名\n●保障方式\n〇备注", "公示期不少于7日", "建设站", "√"],
        [2, "", "退出情况", "●退出原因", "信息形成（变更）20个工作日内", "", ""],
    ], "A1:G1", *(f"{c}2:{c}3" for c in "ABCDEF"))
    return 2


def filtered(book: openpyxl.Workbook) -> int:
    """Rows that a filter hides are there all the same."""
    sheet(book, "城市综合执法", [ONE, *([n, "执法", f"事项{n}", "依据、结果", "条例", "每季度", "执法队", "■政府网站"] for n in range(1, 6))])
    page = book["城市综合执法"]
    page.auto_filter.ref = "A1:H6"
    page.auto_filter.filterColumn.append(FilterColumn(colId=2, filters=Filters(filter=["事项1"])))
    for row in range(3, 7):
        page.row_dimensions[row].hidden = True
    return 5


def other_words(book: openpyxl.Workbook) -> int:
    """Heads in the words of towns that follow no model: 类别, 公开形式, 责任单位; levels named 一级, 二级 alone."""
    sheet(book, "主动公开基本目录", [
        ["序号", "政府信息公开类别及事项", "", "公开内容", "公开形式", "责任单位"], ["", "一级", "二级", "", "", ""],
        [1, "机构介绍", "机构设置", "部门职能、办公地址、办公时间、办公电话等。", "政府网站", "党政综合办公室"],
        [2, "", "领导分工", "领导简介、个人分工等。", "政府网站", "党建工作办公室"],
    ], "A1:A2", "B1:C1", "D1:D2", "E1:E2", "F1:F2", "B3:B4")
    sheet(book, "镇务公开", [["类别", "公开内容", "公开形式", "公开时限"], ["机构职能类", "领导职责分工、各部门主要职能", "政务公开栏", "长期公开"]])
    return 3


def whole_town(book: openpyxl.Workbook) -> int:
    """Thirteen worksheets of forty rows: what a town hands in."""
    for field in ("公共资源交易", "社会救助", "养老服务", "公共法律服务", "财政预决算", "就业", "社会保险", "公共文化服务", "安全生产", "救灾",
                  "涉农补贴", "农村危房改造", "扶贫"):
        sheet(book, f"{field}领域", [
            [f"漫水河镇{field}领域基层政务公开标准目录"], ONE,
            *([n, f"{field}事项{n // 8}" if n % 8 == 0 else "", f"二级{n}", f"1.要素甲{n}；\n2.要素\n乙；", "同上" if n else "《条例》",
               "" if n % 3 else "信息形成之日起20个工作日内", "同上" if n else "镇政府", "■政府网站□政府公报"] for n in range(40)),
            ["注：标准目录每年修订。"],
        ], "A1:H1", "A43:H43")
    return 13 * 40


BUILDS: list[Build] = [
    two_rows, three_rows, ditto, broken_words, marked_channels, several_fields, other_order, hidden_and_numbers, several_tables,
    levels_merged_across, footers, required_and_optional, filtered, other_words, whole_town,
]
