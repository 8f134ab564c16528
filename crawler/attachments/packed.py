"""ZIP archives: every file in them by its own reader, or the reason why not."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile

from crawler.attachments.document import Document, Line, Link, Part, UnreadableError
from crawler.attachments.limits import MAX_BYTES, MAX_DEPTH, MAX_MEMBERS, TOO_LARGE, TOO_LONG, Reading

_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$)", re.IGNORECASE)
_ENDS = (TOO_LARGE, TOO_LONG)
_UTF8, _SEALED = 0x800, 0x1
_UNICODE_PATH = 0x7075
_TOLD = 10


def read_zip(archive: zipfile.ZipFile, reading: Reading) -> Document:
    """Raises UnreadableError when nothing in it can be read, and for what is encrypted or a bomb."""
    if reading.depth >= MAX_DEPTH:
        raise UnreadableError(f"压缩包套了 {MAX_DEPTH} 层以上，未解开")
    members = [info for info in archive.infolist() if not info.is_dir()]
    members = [info for info in members if not _SYSTEM.search(info.filename)]
    if not members:
        raise UnreadableError("压缩包是空的")
    if all(info.flag_bits & _SEALED for info in members):
        raise UnreadableError("压缩包已加密，需要密码")
    reading.depth += 1
    parts: list[Part] = []
    links: list[Link] = []
    unread: list[str] = []
    for count, info in enumerate(members):
        reading.members += 1
        if reading.members > MAX_MEMBERS:
            unread.append(f"压缩包里有 {len(members)} 个文件，只读了前 {count} 个")
            break
        name = name_of(info)
        try:
            inner = _member(archive, info, name, reading).inside(name)
        except UnreadableError as error:
            if str(error) in _ENDS:
                raise
            unread.append(f"内《{name}》：{error}")
            continue
        # A list's name says what it is a list of.
        parts += [Line(f"内《{name}》文件名", posixpath.basename(name)), *inner.parts]
        links += inner.links
        unread += inner.unread
    reading.depth -= 1
    if not parts:
        more = f"；等共 {len(unread)} 个" if len(unread) > _TOLD else ""
        raise UnreadableError("压缩包里没有能读取的文件：" + "；".join(unread[:_TOLD]) + more)
    return Document(tuple(parts), links=tuple(links), unread=tuple(unread))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, reading: Reading) -> Document:
    if info.flag_bits & _SEALED:
        raise UnreadableError("已加密，需要密码")
    return reading.read(name, reading.unpack(archive, info, MAX_BYTES), reading)


def name_of(info: zipfile.ZipInfo) -> str:
    """A member's name: programs on Chinese Windows write GBK and do not say so, others UTF-8 with or without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", "replace")
        name = _unicode_path(info.extra) or _decoded(raw)
    name = "".join(char for char in name.replace("\\", "/") if char.isprintable()).strip("/ ")
    return f"…{name[-80:]}" if len(name) > 80 else name or "（无名）"


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("gb18030", "replace")


def _unicode_path(extra: bytes) -> str:
    """The name in UTF-8 that Info-ZIP and WinRAR put beside the other."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _UNICODE_PATH and size > 5:
            return extra[at + 9 : at + 4 + size].decode("utf-8", "replace")
        at += 4 + size
    return ""
