"""Attachments made by hand, as small as their formats allow: what offices publish, and what would harm a reader."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence

import docx
import openpyxl


def zipped(members: Mapping[str, bytes | str], level: int = 6) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def swollen(name: str, chunk: bytes, times: int, others: Mapping[str, bytes | str], head: bytes = b"", tail: bytes = b"") -> bytes:
    """An archive with one member of a chunk many times over, without holding it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for other, content in others.items():
            packed.writestr(other, content)
        with packed.open(name, "w", force_zip64=True) as member:
            member.write(head)
            for _ in range(times):
                member.write(chunk)
            member.write(tail)
    return file.getvalue()


def members_of(body: bytes) -> dict[str, bytes]:
    """What lies in an archive."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def word(*paragraphs: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A .docx by python-docx."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_xml(body: str, others: Mapping[str, bytes | str] = {}, before: str = "") -> bytes:
    """A .docx of one body, as XML."""
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": f"{before}<w:document {W}><w:body>{body}</w:body></w:document>", **others})


def sheet(rows: Iterable[Sequence[object]], hidden: Iterable[Sequence[object]] = ()) -> bytes:
    """A .xlsx by openpyxl."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "花名册"
    for row in rows:
        book.active.append(list(row))
    if hidden:
        other = book.create_sheet("底册")
        other.sheet_state = "hidden"
        for row in hidden:
            other.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


SHEET = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{}</sheetData></worksheet>"


def sheet_xml(rows: str, before: str = "") -> bytes:
    """A .xlsx whose only sheet has these rows, as XML."""
    return zipped(members_of(sheet([["x"]])) | {"xl/worksheets/sheet1.xml": (before + SHEET.format(rows)).encode()})


# OLE compound files ------------------------------------------------------------------------------------------------


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file ([MS-CFB]) with every stream in sectors of 512 bytes."""
    padded = {name: data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0") for name, data in streams.items()}
    directory = -(-(len(padded) + 1) // 4)
    sectors = directory + sum(len(data) // 512 for data in padded.values())
    tables = 1
    while (sectors + tables + 127) // 128 > tables:
        tables += 1
    links = [0xFFFFFFFD] * tables + [*range(tables + 1, tables + directory), 0xFFFFFFFE]
    entries = [_entry("Root Entry", 5, child=1 if padded else -1, start=-2, size=0)]
    content = b""
    for number, (name, data) in enumerate(padded.items(), start=1):
        start = len(links)
        links += [*range(start + 1, start + len(data) // 512), 0xFFFFFFFE]
        entries.append(_entry(name, 2, right=number + 1 if number < len(padded) else -1, start=start, size=len(data)))
        content += data
    fat = struct.pack(f"<{len(links)}I", *links).ljust(tables * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, -2, 0, -2, 0
    )
    head += struct.pack(f"<{tables}I", *range(tables)).ljust(436, b"\xff")
    return head + fat + b"".join(entries).ljust(directory * 512, b"\0") + content


def _entry(name: str, kind: int, *, right: int = -1, child: int = -1, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack("<HBBiii36xiII", len(raw), kind, 1, -1, right, child, start, size, 0)


Row = tuple[str, ...]


def word_97(
    *blocks: str | list[Row], flags: int = 0, compressed: Sequence[bytes] = (), headers: str = "", marked: bool = True,
    shuffled: bool = False, language: int = 0x804,
) -> bytes:  # fmt: skip
    """A .doc by [MS-DOC]: paragraphs, and tables as lists of rows. ``compressed``: paragraphs more, as pieces of one byte a
    character; ``marked``: the file says which paragraphs lie in tables; ``shuffled``: saved fast, its pieces out of order."""
    runs: list[tuple[str, bool, bool]] = []
    for block in blocks:
        if isinstance(block, str):
            runs.append((block + "\r", False, False))
            continue
        for row in block:
            runs += [(cell + "\x07", True, False) for cell in row]
            runs.append(("\x07", True, True))
    wide = [text.encode("utf-16-le") for text, _, _ in runs]
    order = sorted(range(len(runs)), key=lambda n: -n if shuffled else n)
    text, offsets = b"", dict[int, int]()
    for number in order:
        offsets[number] = 0x800 + len(text)
        text += wide[number]
    pieces = [(len(data) // 2, offsets[number]) for number, data in enumerate(wide)]
    paragraphs = [(offsets[number], runs[number][1], runs[number][2]) for number in range(len(runs))]
    for raw in compressed:
        paragraphs.append((0x800 + len(text), False, False))
        pieces.append((len(raw) + 1, (0x800 + len(text)) * 2 | 0x40000000))
        text += raw + b"\r"
    counted = sum(characters for characters, _ in pieces)
    if headers:
        text += b"\0" * (len(text) % 2)
        paragraphs.append((0x800 + len(text), False, False))
        pieces.append((len(headers) + 1, 0x800 + len(text)))
        text += (headers + "\r").encode("utf-16-le")
    places = [0]
    for characters, _ in pieces:
        places.append(places[-1] + characters)
    plc = struct.pack(f"<{len(places)}I", *places) + b"".join(struct.pack("<HIH", 0, where, 0) for _, where in pieces)
    clx = b"\x02" + struct.pack("<I", len(plc)) + plc
    text = text.ljust(-(-len(text) // 512) * 512, b"\0")
    bins = struct.pack("<III", 0x800, 0x800 + len(text), (0x800 + len(text)) // 512) if marked else b""
    fib = bytearray(0x800)
    struct.pack_into("<HHHHHH", fib, 0, 0xA5EC, 0xC1, 0, language, 0, 0x1200 | flags)
    struct.pack_into("<H", fib, 0x20, 14)
    struct.pack_into("<H", fib, 0x3E, 22)
    struct.pack_into("<III", fib, 0x4C, counted, 0, len(headers) + 1 if headers else 0)
    struct.pack_into("<H", fib, 0x98, 93)
    struct.pack_into("<II", fib, 0x9A + 33 * 8, 0, len(clx))
    struct.pack_into("<II", fib, 0x9A + 13 * 8, len(clx), len(bins))
    struct.pack_into("<II", fib, 0x18, 0x800, 0x800 + len(text))
    return ole({"WordDocument": bytes(fib) + text + _fkp(sorted(paragraphs), 0x800 + len(text)), "1Table": clx + bins})


def _fkp(paragraphs: Sequence[tuple[int, bool, bool]], end: int) -> bytes:
    """A page of paragraph properties: in a table, ending a row."""
    page = bytearray(512)
    page[480:486] = b"\x03\0\0" + struct.pack("<HB", 0x2416, 1)
    page[490:500] = b"\0\x04\0\0" + struct.pack("<HBHB", 0x2416, 1, 0x2417, 1)
    count = page[511] = len(paragraphs)
    struct.pack_into(f"<{count + 1}I", page, 0, *(start for start, _, _ in paragraphs), end)
    for number, (_, table, row_end) in enumerate(paragraphs):
        page[(count + 1) * 4 + number * 13] = 245 if row_end else 240 if table else 0
    return bytes(page)


def word_95(text: str) -> bytes:
    """A .doc of Word 6 for Chinese Windows: bytes in code page 936, without pieces."""
    raw = text.encode("gbk")
    fib = bytearray(0x400)
    struct.pack_into("<HHHHHH", fib, 0, 0xA5DC, 0x68, 0, 0x804, 0, 0x4000)
    struct.pack_into("<II", fib, 0x18, 0x400, 0x400 + len(raw))
    return ole({"WordDocument": bytes(fib) + raw})


def excel_97(rows: Sequence[Sequence[str | float]], *, hidden: bool = False, sealed: bool = False) -> bytes:
    """A .xls by [MS-XLS]: one sheet 花名册 of labels and numbers."""

    def record(code: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", code, len(data)) + data

    opening = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    opening += record(0x2F, bytes(54)) if sealed else b""
    opening += record(0x42, struct.pack("<H", 1200))
    name = "花名册".encode("utf-16-le")
    start = len(opening) + 4 + 8 + len(name) + 4
    opening += record(0x85, struct.pack("<IBBBB", start, hidden, 0, 3, 1) + name) + record(0x0A)
    cells = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    cells += record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            at = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                cells += record(0x204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            else:
                cells += record(0x203, at + struct.pack("<d", value))
    return ole({"Workbook": opening + cells + record(0x0A)})


def excel_95(text: str, number: float) -> bytes:
    """A .xls of Excel 95 for Chinese Windows: a text and a number, bytes in code page 936."""

    def record(code: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", code, len(data)) + data

    name, label = "花名册".encode("gbk"), text.encode("gbk")
    opening = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, struct.pack("<H", 936))
    start = len(opening) + 4 + 7 + len(name) + 4
    opening += record(0x85, struct.pack("<IBBB", start, 0, 0, len(name)) + name) + record(0x0A)
    cells = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0)) + record(0x200, struct.pack("<HHHHH", 0, 1, 0, 2, 0))
    cells += record(0x204, struct.pack("<HHHH", 0, 0, 0, len(label)) + label) + record(0x203, struct.pack("<HHHd", 0, 1, 0, number))
    return ole({"Book": opening + cells + record(0x0A)})


# Fixed pages ------------------------------------------------------------------------------------------------------

_CJK = b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[7 0 R]>>"
_CID = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor 8 0 R>>"
_BARE = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[9 0 R]>>"
_IDENTITY = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 8 0 R>>"
_DESCRIPTOR = b"<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 800/StemV 80>>"
PICTURE = b"q 300 0 0 200 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"


def written(*lines: str, font: str = "F1") -> bytes:
    """The content of a page with lines of text; ``F2`` is a font that does not tell its characters."""
    shown = [b"BT /%s 12 Tf 10 %d Td <%s> Tj ET" % (font.encode(), 180 - 20 * n, line.encode("utf-16-be").hex().encode()) for n, line in enumerate(lines)]
    return b"\n".join(shown)


def pdf(*pages: bytes, encrypted: bool = False, compress: bool = False, streams: Sequence[bytes] = ()) -> bytes:
    """A PDF of pages by their contents. ``streams``: contents as they are, already packed by Flate."""
    contents = [b"<</Length %d>>stream\n%s\nendstream" % (len(page), page) for page in pages]
    contents += [b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(page), page) for page in streams]
    first = 10
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)), _CJK, _BARE,
        b"<</Font<</F1 3 0 R/F2 4 0 R>>>>", b"<</Filter/Standard/V 1/R 2/O(" + b"x" * 32 + b")/U(" + b"y" * 32 + b")/P -4>>",
        _CID, _DESCRIPTOR, _IDENTITY,
    ]
    for number, content in enumerate(contents):
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents %d 0 R/Resources 5 0 R>>" % (first + 2 * number + 1), content]
    return pdf_of(objects, b"/Encrypt 6 0 R/ID[(a)(a)]" if encrypted else b"")


def pdf_of(objects: Sequence[bytes], extra: bytes = b"") -> bytes:
    """A PDF of numbered objects, the first of which is its catalogue."""
    pieces, offsets, at = [b"%PDF-1.5\n"], [], 9
    for number, content in enumerate(objects, start=1):
        offsets.append(at)
        pieces.append(b"%d 0 obj%sendobj\n" % (number, content))
        at += len(pieces[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pieces.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table)
    pieces.append(b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, extra, at))
    return b"".join(pieces)


def deflated(chunk: bytes, times: int) -> bytes:
    """A chunk many times over, packed."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(chunk) for _ in range(times)) + packer.flush()


def ofd(*pages: str, template: str = "") -> bytes:
    """An OFD of pages by their content, as XML."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    common = '<ofd:TemplatePage ID="99" BaseLoc="Tpls/Tpl_0/Content.xml"/>' if template else ""
    used = '<ofd:Template TemplateID="99"/>' if template else ""
    members = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
        "Doc_0/Tpls/Tpl_0/Content.xml": f"<ofd:Page {space}>{template}</ofd:Page>",
    }
    for number, page in enumerate(pages):
        content = f"<ofd:Page {space}>{used}<ofd:Content><ofd:Layer>{page}</ofd:Layer></ofd:Content></ofd:Page>"
        members[f"Doc_0/Pages/Page_{number}/Content.xml"] = content
    return zipped(members)


def at(x: float, y: float, text: str) -> str:
    """A run of text on an OFD's page."""
    return f'<ofd:TextObject Boundary="{x} {y} 90 5" Size="3.5"><ofd:TextCode X="0" Y="3">{text}</ofd:TextCode></ofd:TextObject>'


def rtf(body: str, head: str = r"\ansi\ansicpg936{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fswiss\fcharset0 Arial;}}") -> bytes:
    """An RTF in GBK: characters beyond ASCII as \\'xx."""
    escaped = "".join(char if char < "\x80" else "".join(f"\\'{byte:02x}" for byte in char.encode("gbk")) for char in body)
    return ("{\\rtf1" + head + escaped + "}").encode("ascii")


# Presentations and OpenDocument ------------------------------------------------------------------------------------

P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def shape(*lines: str, kind: str = "") -> str:
    """A shape of a slide with lines of text."""
    holder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    return f"<p:sp>{holder}<p:txBody>" + "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines) + "</p:txBody></p:sp>"


def slide_table(*rows: Sequence[str]) -> str:
    """A table on a slide."""
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    return "<p:graphicFrame><a:tbl>" + "".join("<a:tr>" + "".join(map(cell.format, row)) + "</a:tr>" for row in rows) + "</a:tbl></p:graphicFrame>"


def pptx(*slides: str, notes: str = "", hidden: bool = False, others: Mapping[str, bytes | str] = {}) -> bytes:
    """A .pptx of slides by their shapes, listed in an order other than that of their names; ``notes``: of the first."""
    count = len(slides)
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="rId{n}"/>' for n in range(count))
    links = "".join(f'<Relationship Id="rId{n}" Type="http://x/slide" Target="slides/slide{count - n}.xml"/>' for n in range(count))
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>", "ppt/presentation.xml": f"<p:presentation {P}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{links}</Relationships>",
    }
    for n, shapes in enumerate(slides):
        show = ' show="0"' if hidden and n == 0 else ""
        members[f"ppt/slides/slide{count - n}.xml"] = f"<p:sld {P}{show}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
    if notes:
        members[f"ppt/slides/_rels/slide{count}.xml.rels"] = '<R><r Id="rId1" Type="http://x/notesSlide" Target="../notesSlides/n.xml"/></R>'
        members["ppt/notesSlides/n.xml"] = f"<p:notes {P}>{shape(notes)}{shape('1', kind='sldNum')}</p:notes>"
    return zipped({**members, **others})


ODF = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"' for name, full in (
    ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("presentation", "presentation"),
))


def odt(body: str, kind: str = "text", before: str = "", others: Mapping[str, bytes | str] = {}) -> bytes:
    """An OpenDocument file of one body, as XML."""
    inner = f"<office:{kind}>{body}</office:{kind}>"
    content = f"{before}<office:document-content {ODF}><office:body>{inner}</office:body></office:document-content>"
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content, **others})
