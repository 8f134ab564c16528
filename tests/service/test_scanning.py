"""Files that staff hand to the scan: every format that the crawl reads, with places that a clerk can find."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.attachments import UnreadableError
from monitor import wording
from monitor.privacy import rules
from monitor.scan import scan
from monitor.scanned import Flaw
from service.scanning import read_bytes
from tests.crawler.attachments.making import (
    PICTURE,
    at,
    excel_97,
    ofd,
    pdf,
    rtf,
    sheet,
    word,
    word_97,
    word_xml,
    written,
    zipped,
)

ID = "341525199003070018"
LIST = [("姓名", "身份证号"), ("张某", ID)]
CONFIG = Path(__file__).parents[2] / "config"
SHEET = excel_97([[], ["", "姓名", "身份证号"], ["", "张某", ID]])
BOX = f"<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>身份证号{ID}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"


def flaws(name: str, body: bytes) -> list[Flaw]:
    return scan(read_bytes(name, body), rules.load(CONFIG), wording.load(CONFIG), date(2026, 11, 26))


@pytest.mark.parametrize(("name", "body", "where"), [
    ("a.doc", word_97("名单", LIST), "表1第2行第2列"),
    ("a.wps", word_97(f"张某，身份证号{ID}"), "第1段"),
    ("a.doc", word_97("正文", headers=f"身份证号{ID}"), "页眉页脚"),
    ("a.docx", word(table=[list(row) for row in LIST]), "表1第2行第2列"),
    ("a.docx", word_xml(BOX), "第1段文本框"),
    ("a.xls", SHEET, "花名册!C3"),
    ("a.xlsx", sheet([["无"]], hidden=LIST), "底册（隐藏的工作表）!B2"),
    ("a.rtf", rtf(rf"\f0 前\par\trowd 姓名\cell 身份证号\cell\row\trowd 张某\cell {ID}\cell\row"), "表1第2行第2列"),
    ("a.ofd", ofd(at(1, 1, "名单"), at(1, 1, f"张某 身份证号{ID}")), "第2页第1行"),
    ("a.pdf", pdf(written("名单", f"张某 身份证号{ID}")), "第1页第2行"),
    ("a.csv", f"姓名,身份证号\n张某,{ID}\n".encode("gbk"), "第2行第2列"),
    ("a.txt", f"甲\n张某身份证号{ID}".encode(), "第2行"),
    ("a.xls", f"<table><tr><td>姓名<td>身份证号<tr><td>张某<td>{ID}</table>".encode(), "表1第2行第2列"),
    ("a.zip", zipped({"2026/花名册.xls": SHEET}), "内《2026/花名册.xls》花名册!C3"),
    ("a.zip", zipped({"内.zip": zipped({"a.doc": word_97(f"身份证号{ID}")})}), "内《内.zip》内《a.doc》第1段"),
])  # fmt: skip
def test_a_leak_is_found_where_it_stands(name: str, body: bytes, where: str) -> None:
    (found,) = [flaw for flaw in flaws(name, body) if flaw.rule_id == "privacy.id_number"]
    assert found.where == where
    assert ID not in str(flaws(name, body))


def test_what_was_not_read_is_never_called_clean() -> None:
    pages = pdf(written("关于公布低保对象名单的通知，请各村公示"), PICTURE)
    body = zipped({"名单.pdf": pages, "13912345678.png": b"\x89PNG\r\n\x1a\n"})
    found = [flaw for flaw in flaws("a.zip", body) if flaw.rule_id == "element.unread"]
    assert [flaw.evidence for flaw in found] == [
        "内《名单.pdf》第2页是扫描图片，没有文字可读", "内《***.png》：图片，其中的文字不能读取，请人工核对",
    ]


def test_a_whole_file_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnreadableError, match="扫描件"):
        read_bytes("a.pdf", pdf(PICTURE))
