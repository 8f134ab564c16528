"""Word 97 to 2003 and WPS files (.doc, .wps): the text by its piece table, with tables as tables.

Fields give their result, not their code. Footnotes, headers, comments and text boxes follow the text: what leaks stands
there as well as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from crawler.attachments.blocks import Blocks
from crawler.attachments.doc_layout import Layout, Piece, layout_of
from crawler.attachments.document import Document, Part, UnreadableError
from crawler.attachments.limits import Reading
from crawler.attachments.ole import Container
from crawler.readers.encoding import common_share

_CELL, _PARAGRAPH, _FIELD, _RESULT, _FIELD_END = "\x07", "\r", "\x13", "\x14", "\x15"
_ENDS = "\r\x07\x0c"
_SAID = {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\t": "\t", "\xa0": " ", "\u2028": "\n"}
_NARROW = dict(enumerate(bytes(range(256)).decode("cp1252", "replace")))


def read_doc(container: Container, reading: Reading) -> Document:
    """Raises UnreadableError for what is encrypted, damaged or holds no text."""
    layout = layout_of(container, reading)
    parts = list(_parts(layout, reading))
    if not parts:
        raise UnreadableError("Word 文件里没有文字（可能只有图片）")
    return Document(tuple(parts))


def _parts(layout: Layout, reading: Reading) -> Iterator[Part]:
    characters = _characters(layout, reading)
    for name, length in layout.parts:
        assembly = _Assembly(name, known=bool(layout.paragraphs.starts))
        for char, offset in islice(characters, length):
            if not char or char not in _ENDS:
                assembly.take(char, None)
                continue
            reading.check()
            if reading.full("".join(assembly.run)):
                break
            assembly.take(char, layout.paragraphs.at(offset))
        yield from assembly.finish()


def _characters(layout: Layout, reading: Reading) -> Iterator[tuple[str, int]]:
    """Every character with the offset of its bytes."""
    for piece in layout.pieces:
        reading.check()
        yield from _wide(layout.main, piece) if not piece.narrow else _narrow(layout, piece)


def _wide(main: bytes, piece: Piece) -> Iterator[tuple[str, int]]:
    data = main[piece.offset : piece.offset + piece.characters * 2]
    offset = piece.offset
    text = data.decode("utf-16-le", "replace")
    for char in text:
        yield char, offset
        # A character beyond the first plane counts as two: the empty one keeps the count.
        if char > "\uffff":
            yield "", offset
            offset += 2
        offset += 2


def _narrow(layout: Layout, piece: Piece) -> Iterator[tuple[str, int]]:
    """One byte a character by the specification; some programs put GBK there, two bytes a character, and count bytes."""
    data = layout.main[piece.offset : piece.offset + piece.characters]
    if not _is_gbk(data, layout.chinese):
        yield from ((_NARROW[byte], piece.offset + place) for place, byte in enumerate(data))
        return
    place = 0
    while place < len(data):
        width = 2 if data[place] > 0x80 else 1
        yield data[place : place + width].decode("gb18030", "replace"), piece.offset + place
        if width == 2:
            yield "", piece.offset + place
        place += width


def _is_gbk(data: bytes, chinese: bool) -> bool:
    high = sum(byte > 0x80 for byte in data)
    if not high:
        return False
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return chinese and high > 20 and data.decode("gbk", "replace").count("\ufffd") * 50 < high
    beyond = "".join(char for char in text if char > "\x7f")
    return common_share(beyond) > (0.1 if chinese else 0.4)


@dataclass(slots=True)
class _Assembly(Blocks):
    """Characters of one part of the text becoming paragraphs and tables."""

    known: bool = False
    text: str = ""
    fields: list[bool] = field(default_factory=list)
    before: str = ""
    run: list[str] = field(default_factory=list)

    def take(self, char: str, said: tuple[bool, bool] | None) -> None:
        """One character; ``said`` of the paragraph that it ends: in a table, ends a row."""
        if char == _FIELD:
            self.fields.append(False)
        elif char == _RESULT and self.fields:
            self.fields[-1] = True
        elif char == _FIELD_END:
            self.fields = self.fields[:-1]
        elif char and char in _ENDS:
            self._end(char, said)
        elif self.fields and not all(self.fields):
            return
        elif char >= " " or char in _SAID:
            self.run.append(_SAID.get(char, char))

    def _end(self, char: str, said: tuple[bool, bool] | None) -> None:
        # A code that was never closed would swallow the rest.
        self.fields = self.fields if all(self.fields) else []
        self.text += "".join(self.run)
        self.run.clear()
        in_table, row_end = said if said is not None and self.known else (char == _CELL, False)
        if char == _CELL:
            # Where the file does not say, a mark right after a mark ends the row.
            if row_end or (not self.known and not self.text and self.before == _CELL):
                self.row()
                self.text = self.before = ""
                return
            self.cells.append(self.text.strip())
            self.text = ""
        elif in_table or (self.cells and not self.known):
            self.text += "\n"
        else:
            self.paragraph(self.text.strip())
            self.text = ""
        self.before = char

    def finish(self) -> list[Part]:
        """What has been assembled."""
        self._end(_PARAGRAPH, (False, False))
        return self.parts
