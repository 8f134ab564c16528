"""The text of attachments: PDF, OFD, Word, WPS, Excel, RTF, text, and ZIP of these. What cannot be read says why; it is never
just empty.

Reading is done by a process of its own with limits (:mod:`crawler.attachments.limits`), so that a hostile file costs seconds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from core.nouns import Attachment
from core.text import mask_private
from crawler.attachments.document import Document, Grid, Line, Link, NotStartedError, Page, UnreadableError
from crawler.attachments.keeper import keeper
from crawler.attachments.limits import MAX_BYTES, MB

__all__ = [
    "MAX_BYTES", "READERS", "Document", "Grid", "Line", "Link", "Page", "UnreadableError", "file_name", "read_attachment",
    "read_document",
]

READERS = 1
"""Raised when the readers read more than they did: what could not be read before is read again, from the archive."""
MAX_STORED = 1_000_000
"""Characters of an attachment's text that the store keeps to look for mentions in."""


def read_document(name: str, body: bytes, content_type: str | None = None, *, pages: bool = True) -> Document:
    """A file's parts with their places, judged by its bytes, within the limits. ``pages``: an HTML file is what was asked for,
    not what came instead. Raises UnreadableError with the reason, in Chinese."""
    if not body:
        raise UnreadableError("文件是空的")
    if len(body) > MAX_BYTES:
        raise UnreadableError(f"文件超过 {MAX_BYTES // MB} MB")
    return keeper().read(name, body, content_type, pages=pages)


def read_attachment(attachment: Attachment, body: bytes, content_type: str | None) -> Attachment:
    """The attachment with its hash, size and text, private numbers masked, or with the reason why there is none. What of it was
    not read is in ``reason`` even where the rest was."""
    known = replace(attachment, sha256=sha256(body).hexdigest(), size=len(body), text="", reason="", reader=READERS, reread="")
    try:
        read = read_document(file_name(attachment), body, content_type, pages=False)
    except UnreadableError as error:
        # What never came to be read is not judged by these readers.
        by = 0 if isinstance(error, NotStartedError) else READERS
        return replace(known, state="cannot_judge", reason=mask_private(str(error)), reader=by)
    text, unread = read.text, list(read.unread)
    if len(text) > MAX_STORED:
        text = text[:MAX_STORED]
        unread.append(f"文字超过 {MAX_STORED // 10_000} 万字，只保留前面的部分")
    return replace(known, state="read", text=mask_private(text), reason=mask_private("；".join(unread)[:1000]))


def file_name(attachment: Attachment) -> str:
    """The name as shown, with the ending that the address has where the name has none."""
    path = PurePosixPath(unquote(urlsplit(attachment.url).path))
    named = re.search(r"\.[0-9A-Za-z]{2,5}$", attachment.name)
    return attachment.name if named else attachment.name + path.suffix
