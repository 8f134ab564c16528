"""Word files of today (.docx, .docm), Word 2003 XML and flat packages: paragraphs, tables, text boxes, headers, notes, comments
and the office files within them. Deleted text and the codes of fields are left out; a merged cell is told once."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from lxml import etree

from crawler.attachments.document import Document, Grid, Line, Part, UnreadableError, numbered
from crawler.attachments.limits import Reading
from crawler.attachments.opening import attribute, local, parse_xml
from crawler.attachments.package import relations, title_of, within

_SKIPPED = frozenset("pPr rPr tblPr trPr tcPr sectPr tblGrid delText instrText del moveFrom rt Fallback fldData binData docPr".split())
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-", "ptab": "\t"}
_ASIDES = {
    "header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注", "comments": "批注",
}  # fmt: skip
_MEMBERS = (".xlsx", ".xls", ".docx", ".doc", ".xlsm", ".xlsb", ".bin", ".rtf", ".txt", ".html", ".htm")
_SHORT = 50


def read_docx(archive: zipfile.ZipFile, reading: Reading) -> Document:
    """Raises UnreadableError."""
    names = {info.filename for info in archive.infolist()}
    main = _main_part(archive, names, reading)
    walk = _Walk(reading)
    parts = list(walk.blocks(parse_xml(reading.unpack(archive, main))))
    related = _related(archive, names, main, reading)
    seen: set[str] = set()
    for kind, name in related:
        if kind in _ASIDES and name not in seen:
            seen.add(name)
            parts += _aside(_ASIDES[kind], parse_xml(reading.unpack(archive, name)), reading)
    unread: list[str] = []
    for kind, name in related:
        if kind in ("package", "oleObject", "aFChunk") and name.lower().endswith(_MEMBERS) and name not in seen:
            seen.add(name)
            within(archive, name, reading, parts, unread)
    pictures = sum(1 for kind, _ in related if kind == "image")
    return _whole(parts, title_of(archive, names, reading), unread, pictures)


def read_word_xml(root: etree._Element, reading: Reading) -> Document:
    """A document that is one XML file: Word 2003's, or a package written flat. Raises UnreadableError."""
    body = root if local(root) == "body" else next((node for node in root.iter() if local(node) == "body"), None)
    if body is None:
        raise UnreadableError("Word 文件损坏（没有正文）")
    return _whole(list(_Walk(reading).blocks(body)), "", [], sum(1 for node in root.iter() if local(node) == "binData"))


def _whole(parts: list[Part], title: str, unread: list[str], pictures: int) -> Document:
    length = sum(len(part.text) for part in parts if isinstance(part, Line)) + sum(isinstance(part, Grid) for part in parts) * _SHORT
    if not parts:
        raise UnreadableError("Word 文件里只有图片，没有可读文字" if pictures else "Word 文件里没有文字")
    if pictures and length < _SHORT:
        unread.append(f"文中 {pictures} 张图片里的文字未读")
    return Document(tuple(parts), title, unread=tuple(unread))


class _Walk:
    """Through a body's blocks, counting paragraphs and tables."""

    def __init__(self, reading: Reading, name: str = "") -> None:
        self.reading, self.name = reading, name
        self.paragraphs = self.tables = 0

    def blocks(self, parent: etree._Element) -> Iterator[Part]:
        """The paragraphs and tables of an element, whatever wraps them; raises UnreadableError."""
        for node in parent:
            kind = local(node)
            if kind == "p":
                yield from self._paragraph(node)
            elif kind == "tbl":
                yield from self._table(node)
            elif kind and kind not in _SKIPPED:
                yield from self.blocks(node)

    def _paragraph(self, node: etree._Element) -> Iterator[Part]:
        self.reading.check()
        self.paragraphs += 1
        boxes: list[etree._Element] = []
        text = _text(node, boxes).strip()
        if self.reading.full(text):
            return
        where = self.name or f"第{self.paragraphs}段"
        if text:
            yield Line(where, text)
        yield from self._boxes(boxes, where)

    def _boxes(self, boxes: Iterable[etree._Element], where: str) -> Iterator[Part]:
        for box in boxes:
            yield from _Walk(self.reading, f"{where}文本框").blocks(box)

    def _table(self, node: etree._Element) -> Iterator[Part]:
        self.tables += 1
        where = f"{self.name}表{self.tables}"
        boxes: list[etree._Element] = []
        rows = [self._row(row, boxes) for row in _within_table(node, "tr")]
        if any(cell for row in rows for cell in row):
            yield Grid(where, numbered(rows))
        yield from self._boxes(boxes, where)

    def _row(self, node: etree._Element, boxes: list[etree._Element]) -> list[str]:
        """A row's cells, each in its column of the grid."""
        self.reading.check()
        cells = [""] * min(_number(node, "trPr", "gridBefore"), 63)
        for cell in _within_table(node, "tc"):
            goes_on = (merge := _property(cell, "tcPr", "vMerge")) is not None and attribute(merge, "val") != "restart"
            text = "" if goes_on else "\n".join(_cell_lines(cell, boxes)).strip()
            cells += ["" if self.reading.full(text) else text, *[""] * min(max(_number(cell, "tcPr", "gridSpan"), 1) - 1, 62)]
        return cells


def _within_table(node: etree._Element, kind: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, those of content controls and insertions among them."""
    for child in node:
        name = local(child)
        if name == kind:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _within_table(child, kind)


def _cell_lines(cell: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The lines of a cell; a table within it gives its rows."""
    for node in cell:
        kind = local(node)
        if kind == "p":
            yield _text(node, boxes).strip()
        elif kind == "tbl":
            for row in _within_table(node, "tr"):
                yield "\t".join(" ".join(_cell_lines(inner, boxes)) for inner in _within_table(row, "tc"))
        elif kind and kind not in _SKIPPED:
            yield from _cell_lines(node, boxes)


def _text(node: etree._Element, boxes: list[etree._Element]) -> str:
    """The text of a paragraph; the contents of its text boxes are put aside."""
    pieces: list[str] = []
    for child in node:
        kind = local(child)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind in _BREAKS:
            pieces.append(_BREAKS[kind])
        elif kind == "txbxContent":
            boxes.append(child)
        elif kind and kind not in _SKIPPED:
            pieces.append(_text(child, boxes))
    return "".join(pieces)


def _property(node: etree._Element, group: str, name: str) -> etree._Element | None:
    found = (inner for child in node if local(child) == group for inner in child if local(inner) == name)
    return next(found, None)


def _number(node: etree._Element, group: str, name: str) -> int:
    found = _property(node, group, name)
    value = attribute(found, "val") if found is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0


def _aside(place: str, root: etree._Element, reading: Reading) -> Iterator[Part]:
    yield from _Walk(reading, place).blocks(root)


def _main_part(archive: zipfile.ZipFile, names: set[str], reading: Reading) -> str:
    for _, kind, name in relations(archive, names, "", reading):
        if kind == "officeDocument" and name in names:
            return name
    if "word/document.xml" not in names:
        raise UnreadableError("Word 文件损坏（没有正文）")
    return "word/document.xml"


def _related(archive: zipfile.ZipFile, names: set[str], main: str, reading: Reading) -> list[tuple[str, str]]:
    return [(kind, name) for _, kind, name in relations(archive, names, main, reading) if name in names]
