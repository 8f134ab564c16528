"""OpenDocument texts and presentations (.odt, .odp and their templates): paragraphs, lists, tables, frames, notes, headers. Deleted
text is left out. Workbooks are read with the other workbooks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from lxml import etree

from crawler.attachments.document import Document, Grid, Line, Part, UnreadableError, numbered
from crawler.attachments.limits import MB, Reading
from crawler.attachments.opening import attribute, local, parse_xml

READ = ("text", "text-template", "text-master", "presentation", "presentation-template")
"""The last words of the media types that are read here."""
_SKIPPED = frozenset("tracked-changes forms sequence-decls variable-decls user-field-decls note-citation event-listeners".split())
_ASIDES = {"note": "脚注", "annotation": "批注", "text-box": "文本框"}
_ROWS = ("table-rows", "table-header-rows", "table-row-group")
_CELLS = ("table-cell", "covered-table-cell")
_MOST_COLUMNS = 63
_SHORT = 50


def is_sealed(archive: zipfile.ZipFile, reading: Reading) -> bool:
    """Whether an OpenDocument file is encrypted."""
    name = "META-INF/manifest.xml"
    return name in archive.namelist() and b"encryption-data" in reading.unpack(archive, name, MB)


def read_odf(archive: zipfile.ZipFile, reading: Reading) -> Document:
    """Raises UnreadableError."""
    names = set(archive.namelist())
    if is_sealed(archive, reading):
        raise UnreadableError("文件已加密，需要密码")
    if "content.xml" not in names:
        raise UnreadableError("OpenDocument 文件损坏（没有正文）")
    root = parse_xml(reading.unpack(archive, "content.xml"))
    body = next((node for node in root if local(node) == "body"), None)
    if body is None:
        raise UnreadableError("OpenDocument 文件损坏（没有正文）")
    parts = list(_Walk(reading).blocks(body))
    if "styles.xml" in names:
        parts += _headers(parse_xml(reading.unpack(archive, "styles.xml")), reading)
    pictures = sum(1 for node in body.iter() if local(node) == "image")
    if not parts:
        raise UnreadableError("文件里只有图片，没有可读文字" if pictures else "文件里没有文字")
    # A report's emblem is no text that was missed.
    few = sum(len(part.text) for part in parts if isinstance(part, Line)) < _SHORT and not any(isinstance(part, Grid) for part in parts)
    unread = (f"文中 {pictures} 张图片里的文字未读",) if pictures and few else ()
    return Document(tuple(parts), _title(archive, names, reading), unread=unread)


class _Walk:
    """Through a body's blocks, counting paragraphs, tables and slides."""

    def __init__(self, reading: Reading, name: str = "") -> None:
        self.reading, self.name = reading, name
        self.paragraphs = self.tables = self.slides = 0

    def blocks(self, parent: etree._Element) -> Iterator[Part]:
        """The paragraphs and tables of an element, whatever wraps them; raises UnreadableError."""
        for node in parent:
            kind = local(node)
            if kind in ("p", "h"):
                yield from self._paragraph(node)
            elif kind == "table":
                yield from self._table(node)
            elif kind == "page":
                self.slides += 1
                yield from _Walk(self.reading, f"第{self.slides}张幻灯片").blocks(node)
            elif kind == "notes":
                yield from _Walk(self.reading, f"{self.name}备注").blocks(node)
            elif kind and kind not in _SKIPPED:
                yield from self.blocks(node)

    def _paragraph(self, node: etree._Element) -> Iterator[Part]:
        self.reading.check()
        self.paragraphs += 1
        asides: list[tuple[str, etree._Element]] = []
        text = _text(node, asides).strip()
        where = self.name or f"第{self.paragraphs}段"
        if text and not self.reading.full(text):
            yield Line(where, text)
        for kind, aside in asides:
            yield from _Walk(self.reading, where + kind).blocks(aside)

    def _table(self, node: etree._Element) -> Iterator[Part]:
        self.tables += 1
        asides: list[tuple[str, etree._Element]] = []
        rows = [self._row(row, asides) for row in _rows(node)]
        where = f"{self.name}表{self.tables}"
        if any(cell for row in rows for cell in row):
            yield Grid(where, numbered(rows))
        for kind, aside in asides:
            yield from _Walk(self.reading, where + kind).blocks(aside)

    def _row(self, row: etree._Element, asides: list[tuple[str, etree._Element]]) -> list[str]:
        """A row's cells, each in its column; one that is repeated says how often, and is believed as far as tables are wide."""
        self.reading.check()
        cells: list[str] = []
        for cell in row:
            if local(cell) in _CELLS and len(cells) <= _MOST_COLUMNS:
                text = "\n".join(_lines(cell, asides)).strip()
                times = attribute(cell, "number-columns-repeated")
                repeated = int(times) if times.isascii() and times.isdigit() and len(times) < 5 else 1
                cells += [text if not self.reading.full(text) else ""] * max(1, min(repeated, _MOST_COLUMNS - len(cells)))
        return cells


def _rows(node: etree._Element) -> Iterator[etree._Element]:
    for child in node:
        if local(child) == "table-row":
            yield child
        elif local(child) in _ROWS:
            yield from _rows(child)


def _lines(cell: etree._Element, asides: list[tuple[str, etree._Element]]) -> Iterator[str]:
    """The lines of a cell; a table within it gives its rows."""
    for node in cell:
        kind = local(node)
        if kind in ("p", "h"):
            yield _text(node, asides).strip()
        elif kind == "table":
            for row in _rows(node):
                yield "\t".join(" ".join(_lines(inner, asides)) for inner in row if local(inner) in _CELLS)
        elif kind and kind not in _SKIPPED:
            yield from _lines(node, asides)


def _text(node: etree._Element, asides: list[tuple[str, etree._Element]]) -> str:
    """The text of a paragraph with its spaces (runs of them are counted); notes and frames are put aside."""
    pieces = [_squeezed(node.text)]
    for child in node:
        kind = local(child)
        if kind == "s":
            times = attribute(child, "c")
            pieces.append(" " * min(int(times) if times.isascii() and times.isdigit() else 1, 99))
        elif kind in ("tab", "line-break"):
            pieces.append("\t" if kind == "tab" else "\n")
        elif kind in _ASIDES:
            asides.append((_ASIDES[kind], child))
        elif kind == "ruby":
            pieces += [_text(inner, asides) for inner in child if local(inner) == "ruby-base"]
        elif kind and kind not in _SKIPPED:
            pieces.append(_text(child, asides))
        pieces.append(_squeezed(child.tail))
    return "".join(pieces)


def _squeezed(text: str | None) -> str:
    """White space as the format has it: a line end in the file is a space."""
    return "" if not text else " ".join(text.split("\n")) if "\n" in text else text


def _headers(styles: etree._Element, reading: Reading) -> Iterator[Part]:
    for node in styles.iter():
        if local(node) in ("header", "footer") and "style" in str(etree.QName(node).namespace):
            yield from _Walk(reading, "页眉" if local(node) == "header" else "页脚").blocks(node)


def _title(archive: zipfile.ZipFile, names: set[str], reading: Reading) -> str:
    if "meta.xml" not in names:
        return ""
    try:
        root = parse_xml(reading.unpack(archive, "meta.xml"))
    except UnreadableError:
        return ""
    return next((node.text or "" for node in root.iter() if local(node) == "title"), "").strip()
