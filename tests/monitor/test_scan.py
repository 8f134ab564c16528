"""The scan of a text: what a number is by what stands around it. Numbers are invented: cards of no bank, mobiles of 138 0000."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.nouns import Severity
from monitor import wording
from monitor.blocks import printed, unfold
from monitor.privacy import rules
from monitor.scan import scan
from monitor.scanned import Cell, Paragraph, ScannedText, Table, from_text
from service.scanning import read_bytes

CONFIG = Path(__file__).parents[2] / "config"
PRIVACY, WORDING = rules.load(CONFIG), wording.load(CONFIG)
TODAY = date(2026, 3, 2)
ERROR, WARN, INFO = Severity.ERROR, Severity.WARN, Severity.INFO

TABLE = [
    # text -> (rule, severity) of what is found in it
    ("户主李四，联系方式13800000000，家庭人口4人。", [("mobile", ERROR)]),
    # the same label where no private person is spoken of: a person looks
    ("联系方式：13800000000。", [("mobile_confirm", INFO)]),
    ("监督举报电话：13800000000。", [("mobile_confirm", INFO)]),
    ("李四惠农卡账号20597013057539440，请核对。", [("passbook_account", WARN)]),
    # what stands in the line above is another's
    ("汇款请转财政专户，单位名称：清溪镇人民政府。\n李四惠农卡账号20597013057539440，请核对。", [("passbook_account", WARN)]),
    ("户主李四已领取。\n收款人：云山县清溪镇人民政府，账号：2059701305753944304，用于捐款。", []),
    # a person's card named in an office's notice is the person's
    ("原发放账户户名：张某，银行卡号：6200000000000000042，请到镇财政所办理。", [("bank_account", ERROR)]),
    ("户名：财政所，账号：6200000000000000042，请汇入。", [("bank_account_confirm", INFO)]),
    ("已走访慰问高龄老人李四，家庭住址：东湾村下湾组12号，送去慰问金500元。", [("address", WARN)]),
    # an address is full of long numbers; an identity number in one is still one
    ("详见http://www.yunshan.example/public/6596381/13800000000.html", []),
    ("附件下载：/upload/32460377/746937099283836840.pdf", []),
    ("图斑编号915823051692747647，面积58.74亩。", []),
    ("工作QQ群：13800000000，公众号备案32294332157934。", []),
    # figures before and after a card, also in the lines around it, are no part of it
    ("李四卡号：6200000000000000042\n2026年3月1日", [("bank_account", ERROR)]),
    ("3\n李四 300 6200000000000000042\n4", [("bank_account", ERROR)]),
    ("李四一卡通 2026 6200 0000 0000 0000 042 300", [("bank_account", ERROR)]),
    ("户主李四.13800000000", [("mobile", ERROR)]),
    ("附件：/group3/M00/8F/wKgA13800000000B.pdf", []),
    # columns of a text file that are parted by spaces or strokes
    ("姓名 住址\n张三 东湾村下湾组\n李四 东湾村上湾组", [("address", WARN)]),
    ("姓名　病种　救助金额\n张三　尿毒症　3000\n李四　白血病　5000", [("sensitive_list", ERROR)]),
    ("姓名 | 残疾等级\n张三 | 一级\n李四 | 二级", [("sensitive_list", WARN)]),
    ("姓名 一卡通账号 金额\n张三 20597013057539440 300\n李四 20597013057539441 300", [("passbook_account", WARN)] * 2),
    # a printed list whose narrow columns broke its numbers; without the labels above them they are figures
    ("公示\n序号 姓名 联系电话 一卡通\n号\n1 张三 1380000\n0000\n6200000\n0000000\n00042\n2 李四", [("mobile", ERROR), ("bank_account", ERROR)]),
    ("面积\n1 张三 1380000\n0000\n6200000\n0000000\n00042\n2 李四", []),
    # two words are no list where no names stand
    ("平岗村 新庄组\n李家河村 河边组", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_what_a_number_is_where_it_stands(text: str, expected: list[tuple[str, Severity]]) -> None:
    found = scan(from_text(text), PRIVACY, WORDING, TODAY)
    assert [(flaw.rule_id.removeprefix("privacy."), flaw.severity) for flaw in found] == expected


def test_a_number_only_in_the_title_is_found_and_one_in_both_counts_once() -> None:
    number = "110105" + "19491231002X"
    for text in ("公示如下。", f"关于{number}的公示"):
        found = scan(from_text(text, title=f"关于{number}的公示"), PRIVACY, WORDING, TODAY)
        assert [flaw.rule_id for flaw in found] == ["privacy.id_number"]


def test_many_groups_of_four_cost_little() -> None:
    assert scan(from_text("1234 " * 50_000), PRIVACY, WORDING, TODAY) == []


def row(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell("B1", text) for text in texts)


def test_prose_among_the_rows_of_a_sheet_is_prose_and_a_second_list_has_labels_of_its_own() -> None:
    sheet = Table("表", (
        row("2026年救助公示", ""), row(), row("姓名", "金额"), row("李四", "300"), row("以上名单公示5个工作日，如有异议请反映。", ""), row(),
        row("品名", "数量"), row("打印机", "2"),
    ))  # fmt: skip
    parts = list(unfold(sheet))
    assert [part.text for part in parts if isinstance(part, Paragraph)] == ["以上名单公示5个工作日，如有异议请反映。"]
    tables = [[[cell.text for cell in line] for line in part.rows] for part in parts if isinstance(part, Table)]
    assert tables[-1] == [["品名", "数量"], ["打印机", "2"]]
    assert ["李四", "300"] in tables[1]


def test_the_lines_of_a_printed_list_are_rows() -> None:
    parts = list(printed(["公示", "序号 姓 名 卡号", "1 李四 20597013057539440", "2 王五 20597013057539441", "特此公示。"], "第1页"))
    (table,) = [part for part in parts if isinstance(part, Table)]
    assert [cell.text for cell in table.rows[0]] == ["序号", "姓名", "卡号"]
    assert len(table.rows) == 3
    assert [part.text for part in parts if isinstance(part, Paragraph)] == ["公示", "特此公示。"]


@pytest.mark.parametrize(("text", "cells"), [
    ("姓名,电话\n李四,1\n", [["姓名", "电话"], ["李四", "1"]]),
    ("姓名，电话\n李四，1\n", [["姓名", "电话"], ["李四", "1"]]),
    # sentences under the name of a table
    ("公示\n村民李四，现住某村。\n", []),
])  # fmt: skip
def test_a_table_of_commas(text: str, cells: list[list[str]]) -> None:
    tables = [part for part in read_bytes("a.csv", text.encode()).parts if isinstance(part, Table)]
    assert [[cell.text for cell in line] for part in tables for line in part.rows] == cells


def test_several_leaks_of_a_kind_make_each_worse() -> None:
    lines = "\n".join(f"户主李四，手机{number}。" for number in ("13800000000", "13800000001", "13800000002"))
    assert {flaw.severity for flaw in scan(from_text(lines), PRIVACY, WORDING, TODAY)} == {Severity.VETO}


def test_a_title_is_looked_at_too() -> None:
    found = scan(ScannedText((), title="关于秸杆禁烧的通告"), PRIVACY, WORDING, TODAY)
    assert [(flaw.where, flaw.kind) for flaw in found] == [("标题", "wording")]


@pytest.mark.parametrize(("text", "published", "rules_found"), [
    ("践行绿水青山就是金山银上理念。", None, ["wording.near_miss"]),
    ("宣讲社会主义核心价值关。", None, ["wording.near_miss"]),
    ("建设社会主义核心价值体系，弘扬社会主义核心价值观。", None, []),
    # a renamed institution, by the day of the page and by the years that the passage names
    ("请到县扶贫办办理。", date(2026, 3, 2), ["wording.confusion"]),
    ("请到县扶贫办办理。", date(2019, 3, 2), []),
    ("2019年由县扶贫办组织实施。", date(2026, 3, 2), []),
    ("原扶贫办职责划入农业农村局。", date(2026, 3, 2), []),
    ("扶贫办公室的牌子已摘下。", date(2026, 3, 2), []),
])  # fmt: skip
def test_wording_by_phrase_and_by_day(text: str, published: date | None, rules_found: list[str]) -> None:
    assert [flaw.rule_id for flaw in scan(from_text(text, published=published), PRIVACY, WORDING, TODAY)] == rules_found
