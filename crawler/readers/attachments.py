"""The files that a page offers."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from core.nouns import Attachment
from crawler.readers.page import Link, Page

_KINDS = r"\.(?:pdf|docx?|wps|xlsx?|et|od[stp]|csv|pptx?|dps|ofd|txt|rtf|zip|rar|7z|ceb)"
_FILE = re.compile(_KINDS + "$", re.I)
_ANY_FILE = re.compile(_KINDS, re.I)
_HANDLER = re.compile(
    r"download\.jsp|downloadattach|downfile|filedown|download(?:file)?\.(?:do|aspx?|php|action)|/download\?|fileid=|attach(?:ment)?id=|"
    r"/attachment/\d|/upload/file/|download_file|getfile",
    re.I,
)
# What links to files say that does not tell one file from another.
_NOTHING = re.compile(r"(?:点击|点此|请|在此|此处|这里|在线|立即|查看|下载|附件|文件|原文|全文|详情|预览|打开|阅读|[\s:：.、()（）\[\]【】\d一二三四五六七八九十]|download|Download)*")
_PAGE = re.compile(r"\.s?html?(?:$|[?#])", re.I)
_HAN = re.compile("[\u3400-\u9fff]")
_BEHIND = 12
_NOT_LINKS = ("javascript:", "#", "mailto:", "tel:", "data:")


def attachments_of(page: Page, start: int, end: int) -> tuple[Attachment, ...]:
    """The files that the lines ``start`` to ``end``, and the few behind them where platforms list attachments, link to or
    show in a frame, each once, absolute where the page's address is known."""
    found: dict[str, Attachment] = {}
    for link in page.links:
        if not start <= link.line < end + _BEHIND or link.href.strip().lower().startswith(_NOT_LINKS):
            continue
        if not is_file(link.href) and not _called_file(link):
            continue
        url = page.absolute(_file_in(link.href.strip()))
        if url not in found or not found[url].name:
            found[url] = Attachment(url=url, name=_name(page, link, url))
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


def _called_file(link: Link) -> bool:
    """Whether a link's words are the name of a file and its address, which does not show it, is no page's."""
    named = _FILE.search(link.title.strip()) or _FILE.search(link.text.strip())
    return bool(named and link.href.strip() and not _PAGE.search(link.href))


def _file_in(href: str) -> str:
    """The file that a viewer's address names (``viewer.html?file=/u/a.pdf``); any other address as it is."""
    path, _, query = href.partition("?")
    if not query or _FILE.search(path) or _HANDLER.search(href):
        return href
    return next((value for _, value in parse_qsl(query) if _FILE.search(value) and "/" in value), href)


def _name(page: Page, link: Link, url: str) -> str:
    """What a person reads: the link's text; where that is cut or says nothing (附件1, 点击下载) its title, what stands beside
    it in the line, or the file's own name, the first that says something."""
    text, title = link.text, link.title.strip()
    if text.endswith(("...", "…")):
        return title or text
    if text and not _NOTHING.fullmatch(text):
        return text
    line = page.lines[link.line].text if link.line < len(page.lines) else ""
    beside = line.replace(text, "", 1).strip(" 　:：()（）[]【】") if text and text in line and len(line) <= 80 else ""
    own = _own_name(url)
    for name in (title, beside, own if _HAN.search(own) else ""):
        if name and not _NOTHING.fullmatch(name):
            return name
    return text or own


def _own_name(url: str) -> str:
    """The name of the file in its address, or in what a handler is asked for."""
    parts = urlsplit(url)
    asked = next((value for _, value in parse_qsl(parts.query) if _FILE.search(value)), None)
    return unquote(asked or parts.path).rpartition("/")[2]
