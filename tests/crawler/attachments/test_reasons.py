"""Attachments that cannot be read: each says why, and none is called read."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from core.nouns import Attachment
from crawler.attachments import MAX_BYTES, UnreadableError, read_attachment, read_document
from tests.crawler.attachments.making import (
    PICTURE,
    at,
    excel_97,
    odt,
    ofd,
    ole,
    pdf,
    pptx,
    shape,
    sheet,
    word,
    word_97,
    word_xml,
    written,
    zipped,
)  # fmt: skip


def sealed_zip() -> bytes:
    """An archive whose members have the mark of encryption."""
    body = bytearray(zipped({"a.txt": "字"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + place] |= 1
    return bytes(body)


def cut(body: bytes, share: float = 0.6) -> bytes:
    return body[: int(len(body) * share)]


def strange_zip() -> bytes:
    """An archive packed by a method that nobody knows."""
    body = bytearray(zipped({"a.txt": "字"}))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", body, body.index(mark) + place, 77)
    return bytes(body)


def spoilt_zip() -> bytes:
    """An archive with one byte changed: its checksum tells."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a.txt", "漫水河")
    return file.getvalue().replace("漫".encode(), "浸".encode())


SEALED = ole({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000})
SEALED_ODS = zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<m:encryption-data/>"})
GLYPHS = "".join(map(chr, range(0x300, 0x1300, 37)))
LOGIN = "<html><head><title>用户登录</title></head><body><table><tr><td>账号<td>密码<tr><td>1<td>2</table></body></html>"
MENU = "<html><title>漫水河镇</title><body>" + "<a href=/>栏目</a><br>" * 30 + "<table><tr><td>最新<td>更多</table>"
BODIES = [
    ("a.pdf", b"", "文件是空的"),
    ("a.pdf", b"%PDF-" + b"0" * MAX_BYTES, "文件超过 30 MB"),
    # Fixed pages.
    ("a.pdf", pdf(PICTURE, PICTURE), "PDF 是扫描件（2 页都是图片），没有可读文字"),
    # A page number and the mark of a scanning program are not the text of a page.
    ("a.pdf", pdf(PICTURE + b"\n" + written("扫描全能王 创建", "- 1 -")), "PDF 是扫描件（1 页都是图片），没有可读文字"),
    ("a.pdf", pdf(b""), "PDF 里没有文字"),
    ("a.pdf", pdf(written(GLYPHS, font="F2")), "PDF 的字体没有文字对照表，读出来是乱码"),
    ("a.pdf", pdf(written("\ue001\ue002\ue003\ue004\ue005\ue006")), "PDF 的字体没有文字对照表，读出来是乱码"),
    ("a.pdf", pdf(written("!\"#$&'*+;<=>?@[]^_`{|}~!\"#$&'*+;<=")), "PDF 的字体没有文字对照表，读出来是乱码"),
    # Glyph numbers that happen to be Chinese characters: rare ones, never the common.
    ("a.pdf", pdf(written("".join(map(chr, range(0x9000, 0x9D00, 11))))), "PDF 的字体没有文字对照表，读出来是乱码"),
    ("a.pdf", pdf(written("x"), encrypted=True), "PDF 已加密，需要密码"),
    ("a.pdf", b"%PDF-1.4 broken", "PDF 已损坏"),
    ("a.pdf", b"not a pdf", "不是 PDF 文件或已损坏"),
    ("a.ofd", ofd("<ofd:ImageObject/>", "<ofd:ImageObject/>"), "OFD 是扫描件（2 页都是图片），没有可读文字"),
    ("a.ofd", zipped({"OFD.xml": "<OFD><DocRoot>Doc_0/Document.xml</DocRoot></OFD>"}), "OFD 文件损坏或已加密（缺少内容）"),
    ("a.ofd", zipped({"OFD.xml": "<OFD><"}), "文件损坏（内部 XML 不合格式）"),
    ("a.ofd", zipped({"OFD.xml": "<OFD/>"}), "OFD 文件损坏（没有页面）"),
    ("a.ofd", cut(ofd(at(1, 1, "字"))), "文件损坏（压缩包不完整）"),
    # Word.
    ("a.doc", word_97("字", flags=0x100), "Word 文件已加密，需要密码"),
    ("a.wps", cut(word_97("字"), 0.5), "Word 文件损坏（没有正文目录）"),
    ("a.doc", b"\xd0\xcf\x11\xe0" + b"0" * 100, "文件损坏（不是完整的 Office 文件）"),
    ("a.doc", ole({"WordDocument": b"\x31\xbe" + bytes(40)}), "Word 文件损坏或版本过旧（Word 6 以前）"),
    ("a.doc", word_97("\x01"), "Word 文件里没有文字（可能只有图片）"),
    ("a.docx", SEALED, "文件已加密，需要密码"),
    ("a.docx", zipped({"word/document.xml": "<not-word"}), "文件损坏（内部 XML 不合格式）"),
    ("a.docx", zipped({"[Content_Types].xml": "<Types/>", "word/x.xml": "<x/>"}), "Word 文件损坏（没有正文）"),
    ("a.docx", cut(word("字")), "文件损坏（压缩包不完整）"),
    ("a.docx", b"PK\x03\x04 broken", "文件损坏（压缩包不完整）"),
    ("a.docx", word(""), "Word 文件里没有文字"),
    ("a.docx", word_xml("<w:p/>", {"word/_rels/document.xml.rels": '<R><r Type="http://x/image" Target="a.png"/></R>', "word/a.png": "x"}),
     "Word 文件里只有图片，没有可读文字"),
    ("a.doc", b"\0\1\2\3" * 50, "Word 文件损坏"),
    ("a.rtf", b"{\\rtf1{\\pict 0102}}", "RTF 文件里没有文字（可能只有图片）"),
    ("a.wps", ole({"CONTENTS": b"x"}), "旧版 WPS 或 Works 文件，不能读取，请另存为 .docx"),
    # Workbooks.
    ("a.xls", excel_97([["x"]], sealed=True), "Excel 文件已加密，需要密码"),
    ("a.xlsx", SEALED, "文件已加密，需要密码"),
    ("a.ods", SEALED_ODS, "表格已加密，需要密码"),
    ("a.xlsx", zipped({"xl/workbook.xml": "<workbook>"}), "Excel 文件损坏"),
    ("a.xlsx", sheet([]), "Excel 文件里没有内容"),
    ("a.xls", ole({"Workbook": b"\0" * 100}), "Excel 文件损坏"),
    # Archives.
    ("a.zip", sealed_zip(), "压缩包已加密，需要密码"),
    ("a.zip", zipped({}), "压缩包是空的"),
    ("a.zip", strange_zip(), "压缩包里没有能读取的文件：内《a.txt》：压缩方式不支持"),
    ("a.zip", spoilt_zip(), "压缩包里没有能读取的文件：内《a.txt》：压缩数据损坏"),
    ("a.zip", zipped({"图.png": b"\x89PNG\r\n"}), "压缩包里没有能读取的文件：内《图.png》：图片，其中的文字不能读取，请人工核对"),
    # What came instead of the file.
    ("a.pdf", b"<!DOCTYPE html><html>404</html>", "下载到的是网页，不是文件"),
    ("a.xls", LOGIN.encode(), "下载到的是网页，不是文件"),
    ("a.doc", MENU.encode(), "下载到的是网页，不是文件"),
    ("a.xls", b"<html><body><h1>404 Not Found</h1><table><tr><td>a<td>b</table>", "下载到的是网页，不是文件"),
    ("a.html", b"<html><body><p>x", "下载到的是网页，不是文件"),
    # What is not read.
    ("a.rar", b"Rar!\x1a\x07\x01\0", "压缩包格式不支持（RAR），请改用 ZIP"),
    ("a.zip", b"7z\xbc\xaf\x27\x1c", "压缩包格式不支持（7z），请改用 ZIP"),
    ("a.tar.gz", b"\x1f\x8b\x08\0", "压缩包格式不支持（gz），请改用 ZIP"),
    ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "图片，其中的文字不能读取，请人工核对"),
    ("a.pdf", b"\x89PNG\r\n\x1a\n", "图片，其中的文字不能读取，请人工核对"),
    ("a.ppt", ole({"PowerPoint Document": b"x"}), "旧版演示文稿（.ppt、.dps），不能读取，请另存为 .pptx"),
    ("a.pptx", zipped({"[Content_Types].xml": "", "ppt/x.xml": ""}), "演示文稿损坏（没有正文）"),
    ("a.pptx", zipped({"ppt/presentation.xml": "<p"}), "文件损坏（内部 XML 不合格式）"),
    ("a.pptx", cut(pptx(shape("字"))), "文件损坏（压缩包不完整）"),
    ("a.pptx", pptx("<p:pic/>"), "演示文稿里只有图片，没有可读文字"),
    ("a.pptx", pptx(""), "演示文稿里没有文字"),
    ("a.pptx", SEALED, "文件已加密，需要密码"),
    ("a.mp3", b"ID3\x03", "音频文件，没有文字可读"),
    ("a.mp4", b"\0\0\0\x18ftypmp42", "视频文件，没有文字可读"),
    ("a.exe", b"MZ\x90\0", "可执行程序，不应作为附件发布"),
    ("a.dwg", b"AC1027", "CAD 图纸，不能读取，请人工核对"),
    ("a.ceb", b"Founder CEB", "方正 CEB 版式文件，不能读取，请改用 PDF 或 OFD"),
    ("a.odt", zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "OpenDocument 文件损坏（没有正文）"),
    ("a.odt", cut(odt("<text:p>字</text:p>")), "文件损坏（压缩包不完整）"),
    ("a.odt", odt("<text:p>", others={}), "文件损坏（内部 XML 不合格式）"),
    ("a.odt", odt("<text:p><draw:frame><draw:image/></draw:frame></text:p>"), "文件里只有图片，没有可读文字"),
    ("a.odt", odt("x", others={"META-INF/manifest.xml": "<m:encryption-data/>"}), "文件已加密，需要密码"),
    ("a.odg", odt("", "graphics"), "OpenDocument 图形、公式或电子书文件，不能读取，请人工核对"),
    ("a.dat", b"\0\1\2\3" * 20, "不能读取的文件类型 .dat"),
    ("a.txt", b"\x01\x02\x03\x04\x05\x06" * 20, "不能读取的文件类型 .txt"),
    ("a.txt", b"\x81\x20\xff\xfe\xfd\x90" * 50, "文字编码无法识别，读出来是乱码"),
    ("a.txt", b"  \r\n ", "文件里没有文字"),
]


@pytest.mark.parametrize(("name", "body", "reason"), BODIES, ids=range(len(BODIES)))
def test_what_cannot_be_read_says_why(name: str, body: bytes, reason: str) -> None:
    found = read_attachment(Attachment(url=f"https://a.gov.cn/{name}", name=name), body, None)
    assert (found.state, found.text, found.reason) == ("cannot_judge", "", reason)


def test_a_reason_never_tells_a_private_number() -> None:
    found = read_attachment(Attachment(url="https://a.gov.cn/a.zip", name="a.zip"), zipped({"341525199003070018.png": b"\x89PNG\r\n"}), None)
    assert "199003070018" not in found.reason and "34*************018" in found.reason


def test_only_a_page_that_was_asked_for_is_one() -> None:
    assert read_document("a.html", LOGIN.encode()).title == "用户登录"
    with pytest.raises(UnreadableError, match="网页"):
        read_document("a.html", LOGIN.encode(), pages=False)
