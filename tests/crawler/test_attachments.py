"""Attachments: their text, or why there is none."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256

import docx
import openpyxl
import pytest

from core.nouns import Attachment
from crawler.attachments import MAX_BYTES, read_attachment


def read(name: str, body: bytes) -> Attachment:
    return read_attachment(Attachment(url=f"https://a.gov.cn/{name}", name=name), body, None)


def pdf(text: str = "", encrypted: bool = False) -> bytes:
    """A one-page PDF by hand; ``text`` in Helvetica."""
    stream = f"BT /F1 18 Tf 20 100 Td ({text}) Tj ET".encode() if text else b"0 0 10 10 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Filter/Standard/V 1/R 2/O(" + b"x" * 32 + b")/U(" + b"y" * 32 + b")/P -4>>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    extra = b"/Encrypt 6 0 R/ID[(a)(a)]" if encrypted else b""
    return body + b"xref\n0 7\n0000000000 65535 f \n" + table + b"trailer<</Size 7/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (
        extra, len(body))


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph("关于防汛工作的通知")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "村名", "漫水河村"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "金额"])
    book.active.append(["张三", 300])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(("name", "body", "words"), [
    ("a.pdf", pdf("Manshuihe 2026"), ["Manshuihe 2026"]),
    ("a.docx", word(), ["关于防汛工作的通知", "村名\t漫水河村"]),
    ("a.xlsx", sheet(), ["姓名\t金额", "张三\t300"]),
    ("a.txt", "漫水河镇".encode("gb18030"), ["漫水河镇"]),
    # The bytes decide, not the name.
    ("a.doc", word(), ["关于防汛工作的通知"]),
])
def test_text_is_read(name: str, body: bytes, words: list[str]) -> None:
    found = read(name, body)
    assert (found.state, found.reason) == ("read", "")
    assert [word for word in words if word not in found.text] == []
    assert (found.sha256, found.size) == (sha256(body).hexdigest(), len(body))


@pytest.mark.parametrize(("name", "body", "reason"), [
    ("a.pdf", b"", "空"),
    ("a.pdf", pdf(), "扫描件"),
    ("a.pdf", pdf("x", encrypted=True), "加密"),
    ("a.pdf", b"%PDF-1.4 broken", "损坏"),
    ("a.docx", b"PK\x03\x04 broken", "损坏"),
    ("a.docx", archive({"word/document.xml": b"<not-word/>"}), "损坏"),
    ("a.zip", archive({"a.txt": b"x"}), "压缩包"),
    ("a.zip", archive({"bomb": b"0" * (201 * 1024 * 1024)}), "解压后过大"),
    ("a.doc", b"\xd0\xcf\x11\xe0" + b"0" * 100, ".doc"),
    ("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 100, "损坏"),
    ("a.pdf", b"<!DOCTYPE html><html>404</html>", "网页"),
    ("a.exe", b"MZ", ".exe"),
    ("a.pdf", b"%PDF-" + b"0" * MAX_BYTES, "超过"),
])
def test_what_cannot_be_read_says_why(name: str, body: bytes, reason: str) -> None:
    found = read(name, body)
    assert found.state == "cannot_judge"
    assert reason in found.reason
    assert found.text == ""
