"""What passes between the crawl and its reading process: frames of a mark, a number and a length, JSON inside.

JSON, not pickle: the far end has been fed by strangers and may send anything.
"""

from __future__ import annotations

import json
import re
import struct
from typing import Any

from crawler.attachments.document import Document, Grid, Line, Link, Page, Part, UnreadableError

HEAD = struct.Struct(">4sII")
MARK, LAST = b"TWat", b"TWzz"
"""Of a frame, and of the last one before its sender ends."""
MAX_ANSWER = 64 * 1024 * 1024
# What no database takes or no terminal bears; line ends and tabs stay.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


class BrokenFrameError(Exception):
    """The other end sent what it never sends."""


def frame(number: int, payload: bytes, mark: bytes = MARK) -> bytes:
    """A payload with its head."""
    return HEAD.pack(mark, number, len(payload)) + payload


def length_of(head: bytes, number: int) -> tuple[int, bool]:
    """The length of the payload that follows, and whether it is the last; raises BrokenFrameError."""
    mark, said, length = HEAD.unpack(head)
    if mark not in (MARK, LAST) or said != number or length > MAX_ANSWER:
        raise BrokenFrameError
    return int(length), mark == LAST


def encode_question(name: str, body: bytes, content_type: str | None, pages: bool) -> bytes:
    """A question's payload."""
    header = json.dumps({"name": name[:500], "content_type": content_type, "pages": pages}).encode()
    return struct.pack(">I", len(header)) + header + body


def decode_question(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Name, content type and whether pages are wanted; the file's bytes."""
    (length,) = struct.unpack_from(">I", payload)
    return json.loads(payload[4 : 4 + length]), payload[4 + length :]


def encode_answer(read: Document | str) -> bytes:
    """An answer's payload: what was read, or the reason why nothing was."""
    if isinstance(read, str):
        return json.dumps({"reason": clean(read)}).encode()
    parts: list[list[Any]] = []
    for part in read.parts:
        if isinstance(part, Line):
            parts.append(["line", clean(part.where), clean(part.text)])
        elif isinstance(part, Page):
            parts.append(["page", clean(part.where), [clean(line) for line in part.lines]])
        else:
            rows = [[number, [clean(cell) for cell in row]] for number, row in part.rows]
            parts.append(["grid", clean(part.where), rows, part.sheet])
    return json.dumps({
        "parts": parts, "title": clean(read.title), "published": read.published, "unread": [clean(one) for one in read.unread],
        "links": [[clean(link.where), clean(link.href), clean(link.text)] for link in read.links],
    }).encode()  # fmt: skip


def decode_answer(payload: bytes) -> Document:
    """What was read; raises UnreadableError with the reason, BrokenFrameError for anything else."""
    try:
        data = json.loads(payload)
        if "reason" in data:
            reason = str(data["reason"])
        else:
            return Document(
                tuple(_part(*part) for part in data["parts"]), str(data["title"]), str(data["published"]),
                tuple(Link(str(where), str(href), str(text)) for where, href, text in data["links"]),
                tuple(str(one) for one in data["unread"]),
            )  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenFrameError from error
    raise UnreadableError(reason)


def _part(kind: str, where: str, content: Any, sheet: bool = False) -> Part:
    if kind == "line":
        return Line(str(where), str(content))
    if kind == "page":
        return Page(str(where), tuple(str(line) for line in content))
    if kind != "grid":
        raise ValueError(kind)
    return Grid(str(where), tuple((int(number), tuple(str(cell) for cell in row)) for number, row in content), bool(sheet))


def clean(text: str) -> str:
    """A text without the characters that no store takes."""
    return _UNWANTED.sub("", text)
