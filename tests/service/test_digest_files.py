"""The digest as a document and as a workbook: its own figures, nothing cut, nothing taken for a formula."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from alerts.digest import build
from alerts.figures import Digest, Unchecked
from core.catalogue import ColumnStatus
from service.digest_files import Part, as_docx, as_xlsx, parts
from store.database import for_town, open_store
from tests.alerts.parts import at, settings

LONG = "最近一条发布于2026-07-16，已超过3个月期限39天（应于2026-10-16前更新）；依据：季度测评：回应关切栏目每季度应有更新" * 2
DAYS = tuple(date(2026, 3, 2) + timedelta(days=number) for number in (0, 1, 2, 6))


@pytest.fixture
def digest(sqlite_url: str) -> Digest:
    engine = for_town(open_store(sqlite_url), "town")
    with engine.connect() as connection:
        found = build(connection, settings(), "2026-03", None, now=lambda: at(20))
    engine.dispose()
    late = ColumnStatus(id="x", name="=1+1", status="overdue", latest=None, due=None, count=0, owner=None, reason=LONG)
    return replace(found, columns=(late,), unchecked=Unchecked(sources=(), days=DAYS))


def unseen(digest: Digest) -> Part:
    return next(part for part in parts(digest) if part.title.startswith("四、"))


def test_days_without_a_look_are_one_sentence(digest: Digest) -> None:
    assert unseen(digest).rows == (("没有巡查的日子：2—4日、8日",),)
    assert unseen(replace(digest, unchecked=Unchecked(sources=(("留言板", 3),), days=()))).rows == (("来源：留言板",),)
    assert unseen(replace(digest, unchecked=Unchecked(sources=(), days=()))).rows == ()


def test_the_document_has_chinese_faces_and_heads_on_every_page(digest: Digest) -> None:
    document = Document(io.BytesIO(as_docx(digest)))
    section = document.sections[0]
    assert section.page_width is not None and round(section.page_width.cm, 1) == 21.0
    styled = [document.styles["Normal"].element.rPr, *(run._element.rPr for each in document.paragraphs for run in each.runs)]
    faces = {properties.rFonts.get(qn("w:eastAsia")) for properties in styled if properties is not None}
    assert faces == {"黑体", "仿宋"}
    assert {run._element.rPr.rFonts.get(qn("w:eastAsia")) for table in document.tables for cell in table._cells
            for run in cell.paragraphs[0].runs} == {"黑体", "宋体"}
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert abs(sum(column.width.cm for column in table.columns) - 16.5) < 0.1
    assert "PAGE" in section.footer.paragraphs[0]._p.xml
    late = next(table for table in document.tables if table.rows[0].cells[0].text == "栏目")
    assert [cell.text for cell in late.rows[1].cells] == ["=1+1", "逾期", LONG]


def test_the_workbook_shows_all_of_a_long_text_and_no_formula(digest: Digest) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(digest)))
    sheet = next(sheet for sheet in book.worksheets if "未按期更新的栏目" in sheet.title)
    assert [cell.value for cell in sheet[4]] == ["=1+1", "逾期", LONG]
    assert sheet["A4"].data_type == "s"
    width, height = sheet.column_dimensions["C"].width, sheet.row_dimensions[4].height
    assert width == 60 and sheet["C4"].alignment.wrap_text
    assert height >= 15 * 2 * len(LONG) / width * 0.75


def test_what_was_crawled_goes_out_masked_and_without_what_xml_refuses(digest: Digest) -> None:
    hostile = replace(digest.columns[0], name="咨询\x0b13912345678\x00", reason="<b>&amp;")
    changed = replace(digest, columns=(hostile,))
    document = Document(io.BytesIO(as_docx(changed)))
    late = next(table for table in document.tables if table.rows[0].cells[0].text == "栏目")
    cells = [cell.text for cell in late.rows[1].cells]
    assert cells[0].startswith("咨询") and "13912345678" not in cells[0]
    assert cells[2] == "<b>&amp;"
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(changed)))
    assert [sheet["A4"].value for sheet in book.worksheets if "未按期" in sheet.title] == [cells[0]]
