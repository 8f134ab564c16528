"""Attachments that can be read: their text and tables, right, with places that a clerk can find."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256

import docx
import pytest

from core.nouns import Attachment
from crawler.attachments import Document, Grid, Line, Page, read_attachment, read_document
from tests.crawler.attachments.making import (
    ODF,
    PICTURE,
    W,
    at,
    excel_95,
    excel_97,
    odt,
    ofd,
    ole,
    pdf,
    pptx,
    rtf,
    shape,
    sheet,
    sheet_xml,
    slide_table,
    word,
    word_95,
    word_97,
    word_xml,
    written,
    zipped,
)  # fmt: skip

# Numbers of glyphs, as a font without its table gives them.
GLYPHS = "".join(map(chr, range(0x300, 0x1300, 37)))
ID = "341525199003070018"


def read(name: str, body: bytes) -> Document:
    return read_document(name, body, pages=False)


@pytest.mark.parametrize(("name", "body", "lines"), [
    ("a.pdf", pdf(written("关于防汛工作的通知", "漫水河村")), ["关于防汛工作的通知", "漫水河村"]),
    ("a.docx", word("关于防汛工作的通知", table=[["村名", "人数"], ["漫水河村", "12"]]), ["关于防汛工作的通知", "村名\t人数", "漫水河村\t12"]),
    # The bytes decide, not the name.
    ("a.doc", word("关于防汛工作的通知"), ["关于防汛工作的通知"]),
    ("a.doc", rtf(r"\f0 关于防汛\par 漫水河\par"), ["关于防汛", "漫水河"]),
    ("a.doc", word_97("关于防汛工作的通知", "漫水河村"), ["关于防汛工作的通知", "漫水河村"]),
    ("a.wps", word_97("关于防汛", [("姓名", "备注", "金额"), ("张三", "", "12"), ("", "", "13")], "完"),
     ["关于防汛", "姓名\t备注\t金额", "张三\t\t12", "\t\t13", "完"]),
    # A file saved fast keeps its pieces in any order.
    ("a.doc", word_97("一", "二", [("甲", "乙")], "三", shuffled=True), ["一", "二", "甲\t乙", "三"]),
    # Where it does not say what lies in tables, the marks of the cells do.
    ("a.doc", word_97("前", [("甲", "乙"), ("丙", "丁")], "后", marked=False), ["前", "甲\t乙", "丙\t丁", "后"]),
    # One byte a character: Western by the specification, GBK by some programs.
    ("a.doc", word_97("中", compressed=[b"caf\xe9 \x93x\x94 \x96 1"]), ["中", "café “x” – 1"]),
    ("a.doc", word_97("中", compressed=["漫水河镇人民政府关于二〇二六年工作的通知".encode("gbk")]), ["中", "漫水河镇人民政府关于二〇二六年工作的通知"]),
    ("a.doc", word_97("见\x13 HYPERLINK \"http://x/秘\" \x14门户\x13PAGE\x15网站\x15。"), ["见门户网站。"]),
    ("a.doc", word_97("正文\x0b第二行\x01\x08", "𠮷野\x1e家", headers="页眉字"), ["正文\n第二行", "𠮷野-家", "页眉字"]),
    ("a.doc", word_95("漫水河镇人民政府\r关于防汛的通知\r"), ["漫水河镇人民政府", "关于防汛的通知"]),
    ("a.xls", excel_97([["姓名", "金额"], ["张三", 300.0]]), ["花名册", "姓名\t金额", "张三\t300"]),
    ("a.xls", excel_95("丂漫水河镇丟", 3.5), ["花名册", "丂漫水河镇丟\t3.5"]),
    ("a.et", excel_97([["姓名"]], hidden=True), ["花名册（隐藏的工作表）", "姓名"]),
    ("a.xlsx", sheet([["姓名", "金额"], ["张三", 300]]), ["花名册", "姓名\t金额", "张三\t300"]),
    ("a.ofd", ofd(at(10, 10, "漫水") + at(17, 10, "河镇") + at(40, 10, "通知") + at(10, 20, "第二行"), at(1, 1, "次页")),
     ["漫水河镇 通知", "第二行", "次页"]),
    ("a.ofd", ofd(at(10, 10, "正文"), template=at(5, 5, "底版")), ["正文", "底版"]),
    ("a.txt", "漫水河镇\n姓名\t金额".encode("gb18030"), ["漫水河镇", "姓名\t金额"]),
    ("a.txt", "漫水河镇".encode("utf-16"), ["漫水河镇"]),
    ("a.csv", "姓名,备注\n张三,\"甲,乙\"\n".encode("gbk"), ["姓名\t备注", "张三\t甲,乙"]),
    # Slides in the order of the presentation, not of their names; what every slide has (its number) is left out.
    ("a.pptx", pptx(shape("防汛培训", "第二行") + shape("1", kind="sldNum"), slide_table(("村名", "人数"), ("漫水河村", "12")), notes="讲稿"),
     ["防汛培训", "第二行", "讲稿", "村名\t人数", "漫水河村\t12"]),
    ("a.dps", pptx(shape("甲")), ["甲"]),
    ("a.odt", odt('<text:h>关于防汛<text:s text:c="2"/>的通知</text:h><text:list><text:list-item><text:p>一<text:tab/>二</text:p></text:list-item>'
                  "</text:list><text:tracked-changes><text:p>删去的</text:p></text:tracked-changes>"
                  "<text:p>正文<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>注</text:p></text:note-body></text:note>完</text:p>"),
     ["关于防汛  的通知", "一\t二", "正文完", "注"]),
    ("a.odt", odt("<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>姓名</text:p></table:table-cell>"
                  '<table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>金额</text:p></table:table-cell>'
                  "</table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>张三</text:p></table:table-cell>"
                  "<table:covered-table-cell/><table:table-cell/><table:table-cell><text:p>12</text:p></table:table-cell>"
                  "</table:table-row></table:table>"), ["姓名\t\t\t金额", "张三\t\t\t12"]),
    ("a.odt", odt("<text:p>正文</text:p>", others={"styles.xml": f"<office:document-styles {ODF}><style:header><text:p>页眉字</text:p>"
                  "</style:header></office:document-styles>"}), ["正文", "页眉字"]),
    ("a.odp", odt("<draw:page><draw:frame><draw:text-box><text:p>甲</text:p></draw:text-box></draw:frame></draw:page>"
                  "<draw:page><text:p>乙</text:p></draw:page>", "presentation"), ["甲", "乙"]),
    # A table of tabs under another name.
    ("a.xls", "姓名\t金额\n张三\t300\n".encode("gbk"), ["姓名\t金额", "张三\t300"]),
])  # fmt: skip
def test_text_is_read(name: str, body: bytes, lines: list[str]) -> None:
    found = read(name, body)
    assert found.text.split("\n") == "\n".join(lines).split("\n")
    assert found.unread == ()


def test_what_the_crawl_keeps() -> None:
    body = word(f"身份证号{ID}，电话13912345678")
    kept = read_attachment(Attachment(url="https://a.gov.cn/down?f=a.docx", name="附件1"), body, None)
    assert (kept.state, kept.reason, kept.sha256, kept.size) == ("read", "", sha256(body).hexdigest(), len(body))
    assert kept.text == "身份证号34*************018，电话139****5678"


def test_the_ending_of_the_address_counts_where_the_name_has_none() -> None:
    kept = read_attachment(Attachment(url="https://a.gov.cn/x/a.csv", name="附件1：名单"), "姓名,村\n张三,一村".encode(), None)
    assert kept.text == "姓名\t村\n张三\t一村"


# Presentations and OpenDocument ------------------------------------------------------------------------------------


def test_slides_say_where_and_what_was_not_read() -> None:
    book = sheet([["村名"], ["漫水河村"]])
    others = {"ppt/slides/_rels/slide3.xml.rels": '<R><r Id="a" Type="x/package" Target="../embeddings/b.xlsx"/></R>', "ppt/embeddings/b.xlsx": book}
    found = read("a.pptx", pptx(shape("甲"), "<p:pic/>", slide_table(("姓名", "金额")), hidden=True, others=others))
    assert found.parts[0] == Line("第1张幻灯片（隐藏）", "甲")
    assert found.parts[-1] == Grid("第3张幻灯片表1", ((1, ("姓名", "金额")),))
    assert "漫水河村" in found.text and any(part.where.startswith("内《b.xlsx》") for part in found.parts)
    assert found.unread == ("第2张幻灯片是图片，没有文字可读",)


def test_a_table_of_an_open_document_says_where() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format
    rows = f"<table:table-row>{cell('姓名')}</table:table-row><table:table-row>{cell('张三')}</table:table-row>"
    found = read("a.odt", odt(f"<text:p>前</text:p><text:section><table:table>{rows}</table:table></text:section>"))
    assert found.parts == (Line("第1段", "前"), Grid("表1", ((1, ("姓名",)), (2, ("张三",)))))


# Word -------------------------------------------------------------------------------------------------------------


def test_a_word_file_is_read_whole_and_once() -> None:
    document = docx.Document()
    document.core_properties.title = "名单"
    document.sections[0].header.paragraphs[0].text = "漫水河镇人民政府"
    table = document.add_table(rows=3, cols=3)
    table.rows[0].cells[0].merge(table.rows[0].cells[1]).text = "横并"
    table.rows[1].cells[0].merge(table.rows[2].cells[0]).text = "竖并"
    table.rows[0].cells[2].text, table.rows[2].cells[2].text = "丙", "己"
    inner = table.rows[1].cells[2].add_table(rows=1, cols=2)
    inner.rows[0].cells[0].text = "内甲"
    file = io.BytesIO()
    document.save(file)
    found = read("a.docx", file.getvalue())
    assert found.title == "名单"
    assert found.parts == (
        Grid("表1", ((1, ("横并", "", "丙")), (2, ("竖并", "", "内甲")), (3, ("", "", "己")))), Line("页眉", "漫水河镇人民政府"),
    )


def test_what_a_reader_of_word_sees_is_what_is_read() -> None:
    body = word_xml(
        "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins>"
        '<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:br/><w:t>次行</w:t></w:r></w:p>'
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件内</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        '<w:p><w:r><mc:AlternateContent xmlns:mc="m"><mc:Choice><w:pict><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Choice>'
        "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read("a.docx", body).parts == (Line("第1段", "留增\n次行"), Line("第2段", "控件内"), Line("第3段文本框", "框内"))


def test_a_sheet_and_notes_within_a_word_file_are_read() -> None:
    relation = '<Relationship Type="http://x/{}" Target="{}"/>'
    rels = relation.format("package", "embeddings/b.xlsx") + relation.format("comments", "comments.xml")
    body = word_xml("<w:p><w:r><w:t>见表</w:t></w:r></w:p>", {
        "word/_rels/document.xml.rels": f"<Relationships>{rels}</Relationships>", "word/embeddings/b.xlsx": sheet([[ID]]),
        "word/comments.xml": f"<w:comments {W}><w:comment><w:p><w:r><w:t>核</w:t></w:r></w:p></w:comment></w:comments>",
    })
    found = read("a.docx", body)
    assert found.parts == (Line("第1段", "见表"), Line("批注", "核"), Grid("内《b.xlsx》花名册", ((1, (ID,)),), sheet=True))


@pytest.mark.parametrize("suffix", [".xml", ".doc"])
def test_office_files_of_one_xml_part(suffix: str) -> None:
    text = '<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body><w:p><w:r><w:t>漫水河</w:t></w:r></w:p></w:body></w:wordDocument>'
    assert read("a" + suffix, text.encode()).parts == (Line("第1段", "漫水河"),)
    book = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="册"><Table><Row ss:Index="2"><Cell ss:Index="2"><Data ss:Type="Number">{ID}</Data></Cell>'
        '<Cell><Data ss:Type="DateTime">2026-03-07T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>'
    )
    (grid,) = read("a" + suffix, book.encode()).parts
    assert isinstance(grid, Grid)
    assert grid.rows == ((2, ("", "341525199003070000", "2026-03-07")),)
    assert grid.place(2, 1) == "册!B2"


# Workbooks --------------------------------------------------------------------------------------------------------


def test_cells_are_as_a_person_sees_them() -> None:
    rows = [
        [], [None, 341525199003070018, 13912345678, date(2026, 3, 7), datetime(2026, 3, 7, 8, 30, tzinfo=UTC).replace(tzinfo=None), 0.1 + 0.2, 1e-7, True, "0012"],
        [], [], [None, "末"],
    ]
    found = read("a.xlsx", sheet(rows, hidden=[["底"]]))
    first, second = found.parts
    assert isinstance(first, Grid) and isinstance(second, Grid)
    # Excel keeps fifteen digits of a number; the rest is lost before we see it.
    assert first.rows == (
        (2, ("", "341525199003070000", "13912345678", "2026-03-07", "2026-03-07 08:30", "0.3", "0.0000001", "TRUE", "0012")), (3, ()),
        (5, ("", "末")),
    )
    assert first.place(5, 1) == "花名册!B5"
    assert second.where == "底册（隐藏的工作表）"


def test_a_stray_cell_far_below_is_no_trouble() -> None:
    (grid,) = read("a.xlsx", sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="60000"><c r="C60000"><v>2</v></c></row>')).parts
    assert isinstance(grid, Grid)
    assert grid.rows == ((1, ("1",)), (2, ()), (60000, ("", "", "2")))


def test_a_sheet_beyond_the_limit_is_said_to_be_cut() -> None:
    rows = "".join(f'<row r="{r}">' + "<c><v>7</v></c>" * 250 + "</row>" for r in range(1, 1001))
    found = read("a.xlsx", sheet_xml(rows))
    assert found.unread == ("表格超过 20 万格，只读了前面的部分",)
    assert found.text.count("7") == 200_250


# Pages ------------------------------------------------------------------------------------------------------------


def test_pages_that_could_not_be_read_are_named() -> None:
    scanned_one, text = PICTURE + b"\n" + written("- 2 -"), written("关于防汛工作的通知，请各村遵照执行")
    mixed = pdf(text, scanned_one, PICTURE, b"", written(GLYPHS, font="F2"))
    found = read("a.pdf", mixed)
    assert found.parts == (Page("第1页", ("关于防汛工作的通知，请各村遵照执行",)),)
    # An empty page is no loss.
    assert found.unread == ("第2至3页是扫描图片，没有文字可读", "第5页的字体没有文字对照表，读出来是乱码")


def test_a_recognised_scan_is_text() -> None:
    found = read("a.pdf", pdf(PICTURE + b"\n3 Tr " + written("关于防汛工作的通知，请各村遵照执行并于月底前上报")))
    assert "请各村遵照执行" in found.text


def test_many_pages_are_read_in_part_and_said() -> None:
    found = read("a.pdf", pdf(*[written("字")] * 320))
    assert len(found.parts) == 300
    assert found.unread == ("共 320 页，只读了前 300 页",)


# Rich text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "lines"), [
    (r"\f0 漫水河\f1  Town\par", ["漫水河 Town"]),
    # Unicode with a fallback in the code page, and with none.
    (r"\uc2\u28459\'c2\'fe\u27700\'cb\'ae\uc0\u27827 \par", ["漫水河"]),
    (r"\uc1\u-10179?\u-9142?\par", ["\U0001f44a"]),
    (r"{\stylesheet{\s0 Normal;}}{\*\generator WPS;}{\pict\wmetafile8 0102}正文\par", ["正文"]),
    (r"{\field{\*\fldinst HYPERLINK \"http://x\"}{\fldrslt 门户}}\par", ["门户"]),
    (r"前\par\trowd\intbl 姓名\cell 金额\cell\row\trowd\intbl 张三\par 李四\cell\cell\row\pard 后\par", ["前", "姓名\t金额", "张三 李四\t", "后"]),
    (r"文{\header 页眉字\par}{\footnote 注}\par{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt 框内\par}}}", ["文", "页眉字", "注", "框内"]),
    (r"甲\line 乙\tab 丙\emdash\ldblquote 丁\rdblquote\~\{\}\par", ["甲\n乙\t丙—“丁” {}"]),
    (r"{\pict\bin5 }{\\{z}图后\par", ["图后"]),
])  # fmt: skip
def test_rich_text(body: str, lines: list[str]) -> None:
    assert read("a.rtf", rtf(body)).text.replace("\t\n", "\n").rstrip() == "\n".join(lines).replace("\t\n", "\n").rstrip()


def test_rich_text_in_the_code_page_of_a_font() -> None:
    head = r"\ansi\ansicpg1252{\fonttbl{\f0\fcharset134 \'cb\'ce;}{\f1\fcharset0 Arial;}}"
    assert read("a.rtf", rtf(r"\f0 漫水河\f1 caf\'e9\par", head)).text == "漫水河café"


# HTML -------------------------------------------------------------------------------------------------------------

TABLE = "<table><tr><td>姓名<td>金额<tr><td>张三<td>300</table>"


@pytest.mark.parametrize(("name", "body"), [
    ("a.xls", f"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><meta charset=gbk><body>{TABLE}".encode("gbk")),
    ("a.xls", TABLE.encode()),
    ("a.et", f"<html><head><title>导出</title></head><body>{TABLE}</body></html>".encode()),
    ("a.doc", b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=gbk\n\n"
     + TABLE.encode("gbk") + b"\n--x--\n"),
])  # fmt: skip
def test_html_under_an_office_name_is_the_file(name: str, body: bytes) -> None:
    (grid,) = read(name, body).parts
    assert grid == Grid("表1", ((1, ("姓名", "金额")), (2, ("张三", "300"))))


def test_a_page_that_was_asked_for_is_read() -> None:
    page = f"<html><title>公示</title><body><p>名单如下：</p>{TABLE}<p>完</p><a href='http://a.gov.cn/'>回</a>"
    found = read_document("a.html", page.encode())
    assert [type(part) for part in found.parts] == [Line, Grid, Line, Line]
    assert found.links[0].href == "http://a.gov.cn/"


# Archives ---------------------------------------------------------------------------------------------------------


def test_an_archive_of_everything() -> None:
    inner = zipped({"深.txt": "深处"})
    body = zipped({
        "2026/花名册.xls": excel_97([["姓名"], ["张三"]]), "通知.doc": word_97("通知"), "照片.jpg": b"\xff\xd8\xff\xe0", "内.zip": inner,
        "封.pdf": pdf(PICTURE), "__MACOSX/._通知.doc": b"x", "页.html": f"<html>{TABLE}",
    })  # fmt: skip
    found = read("a.zip", body)
    assert found.text.split("\n") == [
        "花名册.xls", "花名册", "姓名", "张三", "通知.doc", "通知", "内.zip", "深.txt", "深处", "页.html", "姓名\t金额", "张三\t300",
    ]
    assert found.unread == ("内《照片.jpg》：图片，其中的文字不能读取，请人工核对", "内《封.pdf》：PDF 是扫描件（1 页都是图片），没有可读文字")
    grid = next(part for part in found.parts if isinstance(part, Grid))
    assert grid.place(2, 0) == "内《2026/花名册.xls》花名册!A2"
    assert Line("内《内.zip》内《深.txt》第1行", "深处") in found.parts


@pytest.mark.parametrize(("raw", "extra"), [
    ("名单.txt".encode("gbk"), b""), ("名单.txt".encode(), b""),
    # Beside a name that says nothing, the name in UTF-8.
    (b"____.txt", struct.pack("<HHBI", 0x7075, 15, 1, 0) + "名单.txt".encode()),
])  # fmt: skip
def test_names_of_members_without_the_mark_of_their_encoding(raw: bytes, extra: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        info = zipfile.ZipInfo("x" * len(raw))
        info.extra = extra
        packed.writestr(info, "字")
    body = file.getvalue().replace(b"x" * len(raw), raw)
    assert read("a.zip", body).parts[0] == Line("内《名单.txt》文件名", "名单.txt")


def test_an_encrypted_office_file_inside_an_archive_is_named() -> None:
    found = read("a.zip", zipped({"a.txt": "字", "b.xlsx": ole({"EncryptionInfo": b"x", "EncryptedPackage": b"x"})}))
    assert found.unread == ("内《b.xlsx》：文件已加密，需要密码",)
