"""Plain text and CSV."""

from __future__ import annotations

import csv
import io
import re

from crawler.attachments.document import Document, Grid, Line, Part, UnreadableError, numbered
from crawler.attachments.limits import MAX_CELLS, MAX_TEXT, Reading
from crawler.readers.encoding import Decoded, decode

_LIKELY = re.compile("[\t -~\u2000-\u206f\u3000-\u9fff\uff00-\uffef]")
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_text(body: bytes, suffix: str, reading: Reading) -> Document:
    """Raises UnreadableError for what is not text or in no known encoding."""
    decoded = decode(body, reading.content_type)
    if _binary(body, decoded):
        raise UnreadableError(f"不能读取的文件类型 {suffix or '（无扩展名）'}")
    if decoded.doubtful:
        raise UnreadableError("文字编码无法识别，读出来是乱码")
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT:
        reading.full(text)
        text = text[:MAX_TEXT]
    parts = _csv(text, reading) if suffix == ".csv" else _lines(text)
    if not parts:
        raise UnreadableError("文件里没有文字")
    return Document(tuple(parts))


def _binary(body: bytes, decoded: Decoded) -> bool:
    head = body[:4096]
    if body.startswith(_MARKS):
        return False
    if b"\0" in head:
        sample = decoded.text[:2000]
        return not decoded.encoding.startswith("utf-16") or len(_LIKELY.findall(sample)) * 10 < len(sample) * 8
    # Line ends, tabs and the escape of ISO 2022 apart, text has no control characters.
    odd = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1a\x1b" for byte in head)
    return odd > len(head) // 50


def _lines(text: str) -> list[Part]:
    """A line a paragraph; consecutive lines with tabs a table."""
    parts: list[Part] = []
    rows: list[list[str]] = []
    for place, line in enumerate([*text.split("\n"), ""], start=1):
        if "\t" in line:
            rows.append([cell.strip() for cell in line.split("\t")])
            continue
        if rows and (kept := numbered(rows, first=place - len(rows))):
            parts.append(Grid("", kept))
        rows = []
        if line.strip():
            parts.append(Line(f"第{place}行", line.strip()))
    return parts


def _csv(text: str, reading: Reading) -> list[Part]:
    delimiter = max(",\t;", key=text[:4000].count)
    if delimiter not in text[:4000]:
        # A full-width comma parts cells only where the labels are parted so: sentences are full of it.
        if "，" not in text.lstrip("\ufeff\n").partition("\n")[0]:
            return _lines(text)
        delimiter = "，"
    rows = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            reading.check()
            reading.cells += len(row)
            if reading.cells > MAX_CELLS:
                reading.unread.append(f"表格超过 {MAX_CELLS // 10_000} 万格，只读了前面的部分")
                break
            rows.append([word.strip() for word in row])
    except csv.Error:
        return _lines(text)
    kept = numbered(rows)
    return [Grid("", kept)] if kept else []
