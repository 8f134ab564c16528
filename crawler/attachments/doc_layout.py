"""The structure of a Word 97 to 2003 file below its text: the header, the pieces of the text, and which paragraphs lie in
tables. Field names are those of [MS-DOC] 2.5, 2.8 and 2.9."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.attachments.document import UnreadableError
from crawler.attachments.limits import Reading
from crawler.attachments.ole import Container

_ENCRYPTED, _SECOND_TABLE, _COMPLEX, _FAR_EAST = 0x0100, 0x0200, 0x0004, 0x4000
_WORD_97 = 0x00C1
_CLX, _BINTABLE = 33, 13
_IN_TABLE, _ROW_END, _INNER_CELL, _INNER_ROW_END = 0x2416, 0x2417, 0x244B, 0x244C
_OPERANDS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_PARTS = (("", 0), ("脚注", 1), ("页眉页脚", 2), ("宏", 3), ("批注", 4), ("尾注", 5), ("文本框", 6), ("页眉文本框", 7))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: where its bytes are, how many characters, and whether a character is one byte."""

    offset: int
    characters: int
    narrow: bool


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Offsets at which paragraphs begin, and what is said of each: in a table, ends a row. Empty where the file does not say."""

    starts: tuple[int, ...]
    table: tuple[bool, ...]
    row_end: tuple[bool, ...]

    def at(self, offset: int) -> tuple[bool, bool] | None:
        """Whether the paragraph at a byte offset lies in a table and ends a row; None where nothing is known."""
        index = bisect_right(self.starts, offset) - 1
        return (self.table[index], self.row_end[index]) if index >= 0 else None


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's stream of text, its pieces, the lengths of the parts of the text by name, and its paragraphs."""

    main: bytes
    pieces: tuple[Piece, ...]
    parts: tuple[tuple[str, int], ...]
    paragraphs: Paragraphs
    chinese: bool


def layout_of(container: Container, reading: Reading) -> Layout:
    """Raises UnreadableError for what is encrypted or damaged."""
    main = container.stream("WordDocument")
    try:
        return _layout(container, main, reading)
    except (struct.error, IndexError) as error:
        raise UnreadableError("Word 文件损坏") from error


def _layout(container: Container, main: bytes, reading: Reading) -> Layout:
    magic, version = struct.unpack_from("<HH", main)
    language, flags = struct.unpack_from("<H", main, 6)[0], struct.unpack_from("<H", main, 10)[0]
    if magic not in (0xA5EC, 0xA5DC, 0xA697, 0xA699):
        raise UnreadableError("Word 文件损坏或版本过旧（Word 6 以前）")
    if flags & _ENCRYPTED:
        raise UnreadableError("Word 文件已加密，需要密码")
    # Chinese, Japanese and Korean by primary language.
    chinese = bool(flags & _FAR_EAST) or language & 0x3FF in (0x04, 0x11, 0x12)
    if version < _WORD_97:
        return _word_95(main, flags, chinese, reading)
    table = container.stream("1Table" if flags & _SECOND_TABLE else "0Table")
    words = struct.unpack_from("<H", main, 0x20)[0]
    lengths_at = 0x22 + words * 2 + 2
    counts = struct.unpack_from("<8I", main, lengths_at + 12)
    pairs = lengths_at + struct.unpack_from("<H", main, lengths_at - 2)[0] * 4 + 2
    clx_at, clx_size = struct.unpack_from("<II", main, pairs + _CLX * 8)
    bins_at, bins_size = struct.unpack_from("<II", main, pairs + _BINTABLE * 8)
    pieces = tuple(_pieces(table[clx_at : clx_at + clx_size], len(main)))
    paragraphs = _paragraphs(main, table[bins_at : bins_at + bins_size], reading)
    return Layout(main, pieces, tuple((name, counts[index]) for name, index in _PARTS), paragraphs, chinese)


def _word_95(main: bytes, flags: int, chinese: bool, reading: Reading) -> Layout:
    start, end = struct.unpack_from("<II", main, 0x18)
    pieces: tuple[Piece, ...] = (Piece(start, max(0, min(end, len(main)) - start), True),)
    if flags & _COMPLEX:
        clx_at, clx_size = struct.unpack_from("<II", main, 0x160)
        pieces = tuple(_pieces(main[clx_at : clx_at + clx_size], len(main), narrow=True)) or pieces
    return Layout(main, pieces, (("", 1 << 30),), Paragraphs((), (), ()), chinese)


def _pieces(clx: bytes, size: int, narrow: bool = False) -> Iterator[Piece]:
    """The pieces of the text in order; raises UnreadableError where the table is not one."""
    at = 0
    while at < len(clx) and clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise UnreadableError("Word 文件损坏（没有正文目录）")
    (length,) = struct.unpack_from("<I", clx, at + 1)
    plc = clx[at + 5 : at + 5 + length]
    count = (len(plc) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", plc)
    total = 0
    for index in range(count):
        (where,) = struct.unpack_from("<I", plc, (count + 1) * 4 + index * 8 + 2)
        compressed = narrow or bool(where & 0x40000000)
        offset = (where & 0x3FFFFFFF) // 2 if compressed and not narrow else where & 0x3FFFFFFF
        width = 1 if compressed else 2
        characters = max(0, min(places[index + 1] - places[index], (size - offset) // width))
        total += characters
        # Pieces that overlap would make a small file a text without end.
        if total > size:
            raise UnreadableError("Word 文件损坏（正文目录重叠）")
        yield Piece(offset, characters, compressed)


def _paragraphs(main: bytes, bins: bytes, reading: Reading) -> Paragraphs:
    """From the bin table's pages of 512 bytes; what of it is damaged is left out."""
    count = (len(bins) - 4) // 8
    found: dict[int, tuple[bool, bool]] = {}
    for index in range(max(0, count)):
        reading.check()
        number = struct.unpack_from("<I", bins, (count + 1) * 4 + index * 4)[0] & 0x3FFFFF
        page = main[number * 512 : number * 512 + 512]
        if len(page) == 512:
            found.update(_runs(page))
    starts = tuple(sorted(found))
    return Paragraphs(starts, tuple(found[start][0] for start in starts), tuple(found[start][1] for start in starts))


def _runs(page: bytes) -> Iterator[tuple[int, tuple[bool, bool]]]:
    count = page[511]
    if (count + 1) * 4 + count * 13 > 511:
        return
    for index, start in enumerate(struct.unpack_from(f"<{count}I", page)):
        at = page[(count + 1) * 4 + index * 13] * 2
        table = row_end = False
        if at:
            size = page[at] * 2 - 1 if page[at] else page[at + 1] * 2 if at + 1 < 511 else 0
            at += 1 if page[at] else 2
            for code, value in _properties(page[at + 2 : at + max(size, 2)]):
                table = table or (code == _IN_TABLE and value != 0)
                row_end = row_end or (code in (_ROW_END, _INNER_ROW_END) and value != 0)
        yield start, (table, row_end)


def _properties(grpprl: bytes) -> Iterator[tuple[int, int]]:
    """Codes and the first byte of their operands."""
    at = 0
    while at + 3 <= len(grpprl):
        (code,) = struct.unpack_from("<H", grpprl, at)
        yield code, grpprl[at + 2]
        size = _OPERANDS.get(code >> 13)
        if size is None:
            # The definition of a row's cells has a longer length, itself included but for one.
            size = struct.unpack_from("<H", grpprl, at + 2)[0] + 1 if code == 0xD608 and at + 4 <= len(grpprl) else grpprl[at + 2] + 1
        at += 2 + size
