"""Presentations of today (.pptx, and .dps that are such): the paragraphs and tables of each slide, its drawings with text, its notes
and the office files within it. The text of layouts and masters is the same on every slide and is left out."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from lxml import etree

from crawler.attachments.document import Document, Grid, Line, Part, UnreadableError, numbered
from crawler.attachments.limits import MAX_PAGES, Reading
from crawler.attachments.opening import attribute, local, parse_xml
from crawler.attachments.package import relations, title_of, within

_MAIN = "ppt/presentation.xml"
_SKIPPED = frozenset("pPr rPr endParaRPr bodyPr lstStyle nvSpPr nvGrpSpPr nvGraphicFramePr spPr grpSpPr style extLst Fallback".split())
_PARTS = {"diagramData": "图示", "notesSlide": "备注", "comments": "批注"}
_BOOKS = (".xlsx", ".xls", ".xlsb", ".xlsm", ".docx", ".doc", ".bin")
_NUMBERS = frozenset(("sldNum", "dt", "ftr", "hdr", "sldImg"))
"""Placeholders that hold a slide's number, the day and what every slide has at its foot."""


def read_pptx(archive: zipfile.ZipFile, reading: Reading) -> Document:
    """Raises UnreadableError."""
    names = {info.filename for info in archive.infolist()}
    if _MAIN not in names:
        raise UnreadableError("演示文稿损坏（没有正文）")
    slides = _slides(archive, names, reading)
    parts: list[Part] = []
    unread: list[str] = []
    bare: list[int] = []
    for number, name in enumerate(slides[:MAX_PAGES], start=1):
        if not _slide(archive, names, name, f"第{number}张幻灯片", reading, parts, unread):
            bare.append(number)
    if len(slides) > MAX_PAGES:
        unread.append(f"共 {len(slides)} 张幻灯片，只读了前 {MAX_PAGES} 张")
    if not parts:
        raise UnreadableError("演示文稿里只有图片，没有可读文字" if bare else "演示文稿里没有文字")
    unread += [f"第{number}张幻灯片是图片，没有文字可读" for number in bare]
    return Document(tuple(parts), title_of(archive, names, reading), unread=tuple(unread))


def _slides(archive: zipfile.ZipFile, names: set[str], reading: Reading) -> list[str]:
    """The slides' parts in their order."""
    by_id = {id_: name for id_, kind, name in relations(archive, names, _MAIN, reading) if kind == "slide" and name in names}
    # An entry has its own number as id, and the relation's with a namespace.
    listed = [
        by_id[str(value)] for node in parse_xml(reading.unpack(archive, _MAIN)).iter() if local(node) == "sldId"
        for key, value in node.attrib.items() if str(key).endswith("}id") and str(value) in by_id
    ]
    return list(dict.fromkeys(listed))


def _slide(
    archive: zipfile.ZipFile, names: set[str], name: str, where: str, reading: Reading, parts: list[Part], unread: list[str]
) -> bool:
    """Read one slide with what belongs to it; whether it has text, or no picture that might."""
    root, before = parse_xml(reading.unpack(archive, name)), len(parts)
    where += "（隐藏）" if attribute(root, "show") in ("0", "false") else ""
    parts += _Walk(reading, where).blocks(root)
    for _, kind, other in relations(archive, names, name, reading):
        if other not in names:
            continue
        if kind in _PARTS:
            parts += _Walk(reading, where + _PARTS[kind]).blocks(parse_xml(reading.unpack(archive, other)))
        elif kind in ("package", "oleObject") and other.lower().endswith(_BOOKS):
            within(archive, other, reading, parts, unread)
    return len(parts) > before or all(local(node) != "pic" for node in root.iter())


class _Walk:
    """Through the shapes of a slide."""

    def __init__(self, reading: Reading, where: str) -> None:
        self.reading, self.where = reading, where
        self.tables = 0

    def blocks(self, parent: etree._Element) -> Iterator[Part]:
        """The paragraphs and tables of an element, whatever groups them; raises UnreadableError."""
        for node in parent:
            kind = local(node)
            if kind == "tbl":
                yield from self._table(node)
            elif kind in ("p", "text"):
                self.reading.check()
                text = (_text(node) if kind == "p" else node.text or "").strip()
                if text and not self.reading.full(text):
                    yield Line(self.where, text)
            elif kind and kind not in _SKIPPED and not (kind == "sp" and _is_number(node)):
                yield from self.blocks(node)

    def _table(self, node: etree._Element) -> Iterator[Part]:
        self.tables += 1
        rows = [[self._cell(cell) for cell in row if local(cell) == "tc"] for row in node if local(row) == "tr"]
        if any(cell for row in rows for cell in row):
            yield Grid(f"{self.where}表{self.tables}", numbered(rows))

    def _cell(self, cell: etree._Element) -> str:
        """What a merged cell covers has cells of its own, without text."""
        self.reading.check()
        return "\n".join(part.text for part in _Walk(self.reading, self.where).blocks(cell) if isinstance(part, Line))


def _is_number(shape: etree._Element) -> bool:
    return any(local(node) == "ph" and attribute(node, "type") in _NUMBERS for node in shape.iter())


def _text(node: etree._Element) -> str:
    pieces: list[str] = []
    for child in node:
        kind = local(child)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind == "br":
            pieces.append("\n")
        elif kind == "tab":
            pieces.append("\t")
        elif kind and kind not in _SKIPPED:
            pieces.append(_text(child))
    return "".join(pieces)
