"""Where in a WARC file the damage lies: its gzip members one after the other, each by the offset at which it begins."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
"""How each member begins: no name, no time, no flags."""
CHUNK = 1 << 16
MOST = 20
"""More damaged members than these are not listed one by one."""
_URL = re.compile(rb"WARC-Target-URI: ([^\r\n]{1,500})")


@dataclass(frozen=True, slots=True)
class Damaged:
    """A stretch of a file that is not a whole member: where it begins, what is wrong, and of which address, if that can be read."""

    offset: int
    problem: str
    url: str = ""


def damaged_members(path: Path) -> list[Damaged]:
    """What can be told of a file that is not as it was sealed; empty where every member is whole in itself."""
    with path.open("rb") as file:
        data = _Bytes(file.fileno())
        if not len(data):
            return [Damaged(0, "文件是空的")]
        return list(islice(_walk(data), MOST))


class _Bytes:
    """A file's bytes by their places, read as they are wanted. A map of the file would end the whole program by a signal where
    the file is cut meanwhile; here there is just nothing more to read."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __len__(self) -> int:
        return os.fstat(self._handle).st_size

    def __getitem__(self, part: slice) -> bytes:
        return os.pread(self._handle, part.stop - part.start, part.start)

    def find(self, mark: bytes, start: int) -> int:
        """Where a mark begins next, or -1."""
        at, before = start, b""
        while piece := self[at : at + CHUNK]:
            if (place := (before + piece).find(mark)) >= 0:
                return at - len(before) + place
            at += len(piece)
            before = (before + piece)[-len(mark) + 1 :]
        return -1


def _walk(data: _Bytes) -> Iterator[Damaged]:
    at, tail = 0, b""
    while at < len(data):
        end, start, problem = _member(data, at)
        head = data[at : at + 10]
        tail = tail or head[8:]
        if not problem and head != HEAD + tail:
            problem = "压缩头被改动"
        if problem:
            url = _URL.search(start)
            yield Damaged(at, problem, url[1].decode("utf-8", "replace") if url else "")
        if end is None:
            # What comes after is found by how members begin; to the last of them the damage goes on to the end.
            following = data.find(HEAD, at + 1)
            end = following if following > 0 else len(data)
        at = end


def _member(data: _Bytes, at: int) -> tuple[int | None, bytes, str]:
    """Where a member ends (None: that cannot be told), how its text begins, and what is wrong with it."""
    unpacker, start, place = zlib.decompressobj(zlib.MAX_WBITS | 16), b"", at
    try:
        while not unpacker.eof and (piece := data[place : place + CHUNK]):
            text = unpacker.decompress(piece)
            start += text[: 4096 - len(start)]
            place += len(piece)
    except zlib.error as error:
        summed = " data check" in str(error) or " length check" in str(error)
        return None, start, "校验和不符，有字节被改动" if summed else "解不开，有字节被改动或增删"
    if not unpacker.eof:
        return None, start, "不完整，后面的字节没有了"
    end = place - len(unpacker.unused_data)
    return end, start, "" if start.startswith(b"WARC/1.") else "不是一条存档记录"
