"""The files that a page offers."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from core.nouns import Attachment
from crawler.readers.page import Link, Page

_KINDS = r"\.(?:pdf|docx?|wps|xlsx?|et|csv|pptx?|dps|ofd|txt|rtf|zip|rar|7z|ceb)"
_FILE = re.compile(_KINDS + "$", re.I)
_ANY_FILE = re.compile(_KINDS, re.I)
_HANDLER = re.compile(
    r"download\.jsp|downloadattach|downfile|filedown|download(?:file)?\.(?:do|aspx?|php|action)|/download\?|fileid=|attach(?:ment)?id=|"
    r"/attachment/\d|/upload/file/|download_file|getfile",
    re.I,
)
_BEHIND = 12
_NOT_LINKS = ("javascript:", "#", "mailto:", "tel:", "data:")


def attachments_of(page: Page, start: int, end: int) -> tuple[Attachment, ...]:
    """The files that the lines ``start`` to ``end``, and the few behind them where platforms list attachments, link to or
    show in a frame, each once, absolute where the page's address is known."""
    found: dict[str, Attachment] = {}
    for link in page.links:
        if not start <= link.line < end + _BEHIND or not is_file(link.href) or link.href.lower().startswith(_NOT_LINKS):
            continue
        url = page.absolute(link.href.strip())
        if url not in found or not found[url].name:
            found[url] = Attachment(url=url, name=_name(link, url))
    return tuple(found.values())


def is_file(href: str) -> bool:
    """Whether an address is that of a file for reading, or of a handler that serves one."""
    if _HANDLER.search(href):
        return True
    if not _ANY_FILE.search(href):
        return False
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    return bool(_FILE.search(parts.path) or _FILE.search(parts.query))


def _name(link: Link, url: str) -> str:
    """What a person reads: the link's text, its title where the text is cut or says nothing, else the file's own name."""
    text, title = link.text, link.title.strip()
    if title and (not text or text.endswith(("...", "…")) or text in ("下载", "附件", "点击下载", "附件下载", "查看")):
        return title
    return text or unquote(urlsplit(url).path.rpartition("/")[2])
