"""The old Office's container (OLE compound file): what lies in it decides how it is read."""

from __future__ import annotations

import io
from typing import Any

import olefile

from crawler.attachments.document import UnreadableError
from crawler.attachments.limits import MAX_PART

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    "powerpoint document": "旧版演示文稿（.ppt、.dps），不能读取，请另存为 .pptx", "visiodocument": "Visio 图形，不能读取",
    "__properties_version1.0": "Outlook 邮件（.msg），不能读取", "matost": "Works 文件，不能读取，请另存为 .docx",
    "contents": "旧版 WPS 或 Works 文件，不能读取，请另存为 .docx", "catalog": "缩略图文件，没有文字",
}


class Container:
    """An opened container: its streams by name, in any case."""

    def __init__(self, body: bytes) -> None:
        """Raises UnreadableError."""
        try:
            # What is wrong inside is told by its reader; defects of the container itself are borne where possible.
            self._ole: Any = olefile.OleFileIO(io.BytesIO(body), raise_defects=olefile.DEFECT_FATAL)  # type: ignore[no-untyped-call]
            self._names = {"/".join(path).lower(): path for path in self._ole.listdir()}  # type: ignore[no-untyped-call]
        except (OSError, ValueError, IndexError, RecursionError, AttributeError, TypeError) as error:
            raise UnreadableError("文件损坏（不是完整的 Office 文件）") from error

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def stream(self, name: str) -> bytes:
        """A stream's bytes, or none where there is no such stream; raises UnreadableError."""
        path = self._names.get(name.lower())
        if path is None:
            return b""
        try:
            if self._ole.get_size(path) > MAX_PART:
                raise UnreadableError("文件损坏（内部数据过大）")
            return bytes(self._ole.openstream(path).read())
        except (OSError, ValueError, IndexError, TypeError) as error:
            raise UnreadableError("文件损坏（不是完整的 Office 文件）") from error


def refuse_other(container: Container) -> None:
    """Raises UnreadableError with what the container is, if it is neither a Word nor an Excel file."""
    if "EncryptedPackage" in container or "EncryptionInfo" in container:
        raise UnreadableError("文件已加密，需要密码")
    for name, reason in _OTHERS.items():
        if name in container:
            raise UnreadableError(reason)
    raise UnreadableError("不能读取的 Office 文件（既不是 Word 也不是 Excel）")
