"""How much of a file is read, and how long it may take. Every limit is measured while reading, never taken from what a file
says of itself; a file beyond one is named to staff, or read in part with the rest named."""

from __future__ import annotations

import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from crawler.attachments.document import Document, UnreadableError

MB = 1024 * 1024
MAX_BYTES = 30 * MB
"""Of the file as downloaded: a portal's own limit for uploads is usually 10 to 20 MB."""
MAX_UNPACKED = 200 * MB
"""Of all that is unpacked from one file, files within files included."""
MAX_PART = 64 * MB
"""Of one XML part: a tree takes about ten times its text. A report of 1,000 pages has a part of about 20 MB."""
MAX_PAGES = 300
"""Of a PDF or OFD; the pages beyond are said to be unread."""
MAX_CELLS = 200_000
"""Of all sheets together, empty ones not counted; the rows beyond are said to be unread."""
MAX_TEXT = 2_000_000
"""Characters of one file; a novel has 300,000."""
MAX_MEMBERS = 300
"""Files in an archive that are looked at."""
MAX_DEPTH = 3
"""Archives within archives."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the reading of one file may take. A real file of 30 MB takes 1 to 3 seconds.

    ``soft``: seconds of computing after which the reader itself gives up between two pages, rows or parts; ``hard``: after which
    the kernel ends a reader that no longer comes to its own checks; ``wall``: seconds after which it is killed, whatever it
    does or waits for, many more than it may compute: on a busy machine an honest file waits its turn; ``memory``: bytes of
    address space, 50 MB of which it takes at rest."""

    soft: float = 6.0
    hard: int = 10
    wall: float = 45.0
    memory: int = 1024 * MB


TOO_LONG = "读取超过时限，已放弃"
TOO_LARGE = f"解压后超过 {MAX_UNPACKED // MB} MB，已放弃"
_CHUNK = 256 * 1024


@dataclass(slots=True)
class Reading:
    """One file being read: what has been used up of its limits. ``read`` reads a file within it."""

    read: Callable[[str, bytes, Reading], Document]
    content_type: str | None = None
    seconds: float = 6.0
    depth: int = 0
    began: float = field(default_factory=time.process_time)
    unpacked: int = 0
    members: int = 0
    cells: int = 0
    characters: int = 0
    unread: list[str] = field(default_factory=list)

    def late(self) -> bool:
        """Whether the file has had its time."""
        return time.process_time() - self.began > self.seconds

    def check(self) -> None:
        """Raises UnreadableError when it has."""
        if self.late():
            raise UnreadableError(TOO_LONG)

    def unpack(self, archive: zipfile.ZipFile, name: str | zipfile.ZipInfo, most: int = MAX_PART) -> bytes:
        """A member's bytes, counted as they come; raises UnreadableError, KeyError."""
        pieces, size = [], 0
        try:
            with archive.open(name) as member:
                while piece := self._piece(member):
                    pieces.append(piece)
                    size += len(piece)
                    if size > most:
                        raise UnreadableError(f"解压后其中一个文件超过 {most // MB} MB，已放弃")
        except zipfile.BadZipFile as error:
            raise UnreadableError("压缩数据损坏") from error
        except (zlib.error, EOFError) as error:
            raise UnreadableError("压缩数据损坏") from error
        except NotImplementedError:
            raise UnreadableError("压缩方式不支持") from None
        except RuntimeError:
            raise UnreadableError("已加密，需要密码") from None
        return b"".join(pieces)

    def _piece(self, member: IO[bytes]) -> bytes:
        piece = member.read(_CHUNK)
        self.unpacked += len(piece)
        if self.unpacked > MAX_UNPACKED:
            raise UnreadableError(TOO_LARGE)
        self.check()
        return piece

    def full(self, text: str) -> bool:
        """Count a text; whether there were too many before it. The first time that is noted as unread."""
        if self.characters > MAX_TEXT:
            return True
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            self.unread.append(f"文字超过 {MAX_TEXT // 10_000} 万字，只读了前面的部分")
        return False
