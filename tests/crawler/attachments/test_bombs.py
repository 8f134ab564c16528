"""Files made to harm: each ends with a name for what it is, in seconds, and the next is read. Memory is bounded by the kernel
(test_child)."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable

import pytest

from crawler.attachments import UnreadableError, read_document
from crawler.attachments.keeper import Keeper
from crawler.attachments.limits import MAX_MEMBERS, Allowance
from tests.crawler.attachments.making import (
    SHEET,
    W,
    deflated,
    members_of,
    odt,
    pdf,
    pdf_of,
    sheet,
    sheet_xml,
    swollen,
    word_xml,
    zipped,
)  # fmt: skip

MB = 1024 * 1024
# A quarter of what is allowed in earnest: the suite has no time to be patient.
ALLOWED = Allowance(soft=1.5, hard=3, wall=60, memory=512 * MB)
TOO_LARGE, TOO_LONG, TOO_MUCH = "解压后超过 200 MB，已放弃", "读取超过时限，已放弃", "读取时占用内存过多，已放弃"
PART = "解压后其中一个文件超过 64 MB，已放弃"
LAUGHS = '<!DOCTYPE l [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"


def nested(levels: int) -> bytes:
    body = b"x"
    for _ in range(levels):
        body = zipped({"a.zip": body})
    return body


def forty_two() -> bytes:
    body = zipped({"a.txt": b"0" * (25 * MB)})
    for _ in range(2):
        body = zipped({f"{n}.zip": body for n in range(16)})
    return body


def overlapping() -> bytes:
    """Three hundred entries that all point at one member of 20 MB."""
    body = bytearray(swollen("0.txt", b"0" * MB, 20, {}))
    start = body.index(b"PK\x01\x02")
    end = body.rindex(b"PK\x05\x06")
    entry = bytes(body[start:end])
    entries = entry * 300
    tail = bytearray(body[end:])
    tail[8:10] = tail[10:12] = (300).to_bytes(2, "little")
    tail[12:16] = len(entries).to_bytes(4, "little")
    return bytes(body[:start]) + entries + bytes(tail)


def wide_document() -> bytes:
    head, tail = f"<w:document {W}><w:body>".encode(), b"</w:body></w:document>"
    return swollen("word/document.xml", "<w:p><w:r><w:t>漫水河</w:t></w:r></w:p>".encode() * 25_000, 1_000, {}, head, tail)


def shared_strings() -> bytes:
    others = {name: data for name, data in members_of(sheet([["x"]])).items() if name != "xl/sharedStrings.xml"}
    return swollen("xl/sharedStrings.xml", b"<si><t>a</t></si>" * 60_000, 1_000, others, b"<sst>", b"</sst>")


def endless_pages() -> bytes:
    count = 100_000
    kids = b" ".join(b"%d 0 R" % (n + 4) for n in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R>>"
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", pages, b"<</Length 0>>stream\n\nendstream", *[page] * count])


def deep_pages() -> bytes:
    nodes = [b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (n - 1, n + 1) for n in range(3, 20_000)]
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", *nodes, b"<</Type/Page/MediaBox[0 0 1 1]>>"])


SLIDES = {
    "ppt/presentation.xml": '<p xmlns:r="r"><sldId r:id="a"/></p>',
    "ppt/_rels/presentation.xml.rels": '<R><r Id="a" Type="x/slide" Target="slides/s.xml"/></R>',
}
BOMBS: list[tuple[str, Callable[[], bytes], tuple[str, ...]]] = [
    ("a.zip", forty_two, (TOO_LARGE,)),
    ("a.zip", overlapping, (TOO_LARGE, "压缩包里没有能读取的文件", "文件损坏")),
    ("a.zip", lambda: nested(30), ("压缩包里没有能读取的文件",)),
    ("a.zip", lambda: swollen("a.txt", b"0" * MB, 300, {}), ("压缩包里没有能读取的文件：内《a.txt》：解压后其中一个文件超过 30 MB",)),
    ("a.docx", wide_document, (PART,)),
    ("a.docx", lambda: swollen("word/document.xml", b"<w:p/>" * 100_000, 105, {}, f"<w:document {W}><w:body>".encode(), b"</w:body></w:document>"),
     (TOO_MUCH, TOO_LONG)),
    ("a.docx", lambda: word_xml("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", before=LAUGHS), ("文件损坏（内部 XML 不合格式）",)),
    ("a.docx", lambda: word_xml("<w:tbl><w:tr><w:tc>" * 2_000), ("文件损坏",)),
    ("a.xlsx", lambda: sheet_xml('<row><c t="inlineStr"><is><t>&a11;</t></is></c></row>', LAUGHS), ("Excel 文件损坏",)),
    ("a.xlsx", lambda: sheet_xml('<row><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>'), (TOO_MUCH,)),
    ("a.xlsx", lambda: sheet_xml('<row><c r="A1"><v>1</v></c></row><row><c r="ZZZZZZ4000000000"><v>1</v></c></row>'), ("文件损坏", TOO_MUCH)),
    ("a.xlsx", shared_strings, (PART,)),
    ("a.xlsx", lambda: zipped(members_of(sheet([["x"]])) | {f"xl/worksheets/sheet{n}.xml": SHEET.format("<row/>" * 9_000_000).encode() for n in range(4, 8)}),
     (TOO_LARGE,)),
    ("a.ofd", lambda: swollen("Doc_0/Document.xml", b"<a/>" * 200_000, 90, {"OFD.xml": "<O><DocRoot>Doc_0/Document.xml</DocRoot></O>"}, b"<D>", b"</D>"),
     (PART, TOO_MUCH)),
    ("a.odt", lambda: swollen("content.xml", b"<p>a</p>" * 100_000, 90, {"mimetype": "x.text"}, b"<c><body>", b"</body></c>"), (PART, TOO_LONG, TOO_MUCH)),
    ("a.odt", lambda: odt("<text:p>&a11;</text:p>", before=LAUGHS), ("文件里没有文字", "文件损坏（内部 XML 不合格式）")),
    ("a.odt", lambda: odt("<table:table><table:table-row><table:table-cell>" * 2_000), ("文件损坏",)),
    ("a.pptx", lambda: swollen("ppt/slides/s.xml", b"<a:p/>" * 100_000, 120, SLIDES, b"<s xmlns:a='a'>", b"</s>"), (PART, TOO_MUCH, TOO_LONG)),
    ("a.pdf", endless_pages, ("PDF 里没有文字", TOO_LONG)),
    ("a.pdf", deep_pages, ("PDF 里没有文字", "PDF 已损坏")),
    ("a.pdf", lambda: pdf(streams=[deflated(b" " * MB, 1200)]), (TOO_MUCH, "PDF 里没有文字")),
    ("a.pdf", lambda: pdf(streams=[deflated(b"BT /F1 9 Tf (abcdefgh) Tj ET\n" * 30_000, 100)]), (TOO_MUCH, TOO_LONG)),
    ("a.pdf", lambda: pdf(b"[" * 1_000_000), ("PDF 里没有文字", "PDF 已损坏")),
    ("a.rtf", lambda: b"{\\rtf1" + b"{" * 100_000, ("RTF 文件损坏（嵌套过深）",)),
    ("a.rtf", lambda: b"{\\rtf1\\ansicpg936 " + b"\\b\\i0 " * 4_900_000 + b"}", (TOO_LONG, "RTF 文件里没有文字")),
    ("a.doc", lambda: b"<?xml version='1.0'?><w:wordDocument xmlns:w='schemas-microsoft-com:office'>" + b"<w:a>" * 1_000_000, ("文件损坏",)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "reasons"), BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_named_and_costs_seconds(name: str, make: Callable[[], bytes], reasons: tuple[str, ...]) -> None:
    body = make()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    keeper = Keeper(ALLOWED)
    try:
        with pytest.raises(UnreadableError) as refused:
            keeper.read(name, body, pages=False)
        assert time.monotonic() - began < ALLOWED.wall + 10
        assert keeper.read("a.txt", "漫水河".encode()).text == "漫水河", "the next file was not read"
    finally:
        keeper.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert str(refused.value).startswith(reasons)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < ALLOWED.hard + 2


def test_more_members_than_are_looked_at_are_said() -> None:
    found = read_document("a.zip", zipped({f"{n}.txt": "文" for n in range(1_000)}))
    assert found.unread == (f"压缩包里有 1000 个文件，只读了前 {MAX_MEMBERS} 个",)
    assert found.text.count("文") == MAX_MEMBERS


def test_a_declared_size_is_not_believed() -> None:
    body = bytearray(swollen("a.txt", b"0" * MB, 40, {}))
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as packed:
        size = packed.getinfo("a.txt").file_size
    place = body.rindex(size.to_bytes(4, "little"))
    body[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableError, match=r"损坏|超过"):
        read_document("a.zip", bytes(body))
