"""The text of an attachment: PDF, Word, Excel and plain text. What cannot be read says why; it is never just empty."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from core.nouns import Attachment
from crawler.readers.encoding import decode

MAX_BYTES = 30 * 1024 * 1024
MAX_PAGES = 300
MAX_UNPACKED = 200 * 1024 * 1024
MAX_TEXT = 1_000_000
MAX_CELLS = 200_000
_HTML = re.compile(rb"^\s*<(?:!doctype html|html)", re.IGNORECASE)


class UnreadableError(Exception):
    """An attachment that gives no text; the message says why, in Chinese."""


def read_attachment(attachment: Attachment, body: bytes, content_type: str | None) -> Attachment:
    """The attachment with its hash, size and text, or with the reason why there is none."""
    known = replace(attachment, sha256=sha256(body).hexdigest(), size=len(body), text="", reason="")
    try:
        text = text_of(body, attachment.name or urlsplit(attachment.url).path, content_type)
    except UnreadableError as error:
        return replace(known, state="cannot_judge", reason=str(error))
    except Exception as error:  # noqa: BLE001 -- libraries on hostile files: what they raise is shown to staff
        return replace(known, state="cannot_judge", reason=f"文件损坏或格式不符（{type(error).__name__}）")
    return replace(known, state="read", text=text[:MAX_TEXT])


def text_of(body: bytes, name: str, content_type: str | None = None) -> str:
    """The text of a file's bytes, judged by their beginning, not by the name; raises UnreadableError."""
    if not body:
        raise UnreadableError("文件是空的")
    if len(body) > MAX_BYTES:
        raise UnreadableError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB")
    if _HTML.match(body[:200]):
        raise UnreadableError("下载到的是网页，不是文件")
    return _reader(body, name)(body, content_type)


def _reader(body: bytes, name: str) -> Callable[[bytes, str | None], str]:
    suffix = PurePosixPath(unquote(name)).suffix.lower()
    if body.startswith(b"%PDF-") or b"%PDF-" in body[:1024]:
        return _pdf
    if body.startswith(b"PK\x03\x04"):
        return _zip
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        if suffix in (".xls", ".et"):
            return _workbook
        raise UnreadableError("旧版 Word（.doc/.wps）文件，暂不能读取")
    if suffix in (".txt", ".csv"):
        return lambda data, kind: decode(data, kind).text
    raise UnreadableError(f"不能读取的文件类型 {suffix or '（无扩展名）'}")


def _pdf(body: bytes, _: str | None) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)  # type: ignore[no-untyped-call]
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError("PDF 已加密" if locked else "PDF 已损坏") from None
    try:
        pages = min(len(document), MAX_PAGES)
        texts = []
        for number in range(pages):
            page = document[number]
            words = page.get_textpage()
            texts.append(words.get_text_bounded().replace("\r\n", "\n"))
            words.close()
            page.close()
    finally:
        document.close()  # type: ignore[no-untyped-call]
    text = "\n".join(texts).strip()
    if not text:
        raise UnreadableError("PDF 是扫描件，没有可读文字")
    return text


def _zip(body: bytes, _: str | None) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise UnreadableError("解压后过大")
        names = set(archive.namelist())
    if "word/document.xml" in names:
        return _docx(body)
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return _workbook(body, None)
    raise UnreadableError("压缩包，未解开")


def _docx(body: bytes) -> str:
    import docx
    from docx.table import Table

    lines: list[str] = []
    for block in docx.Document(io.BytesIO(body)).iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in block.rows]
        elif block.text.strip():
            lines.append(block.text.strip())
    return "\n".join(lines)


def _workbook(body: bytes, _: str | None) -> str:
    import python_calamine

    lines: list[str] = []
    cells = 0
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    for name in book.sheet_names:
        lines.append(name)
        for row in book.get_sheet_by_name(name).to_python():
            cells += len(row)
            if cells > MAX_CELLS:
                return "\n".join(lines)
            words = [str(cell).strip() for cell in row]
            if any(words):
                lines.append("\t".join(words).rstrip())
    return "\n".join(lines)
