"""HTML files: pages, and the many "workbooks" and "Word files" that are HTML under another name."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from crawler.attachments.document import Document, Grid, Line, Link, Part, UnreadableError
from crawler.attachments.limits import MAX_TEXT, MB, Reading
from crawler.readers import decode, read_page
from crawler.readers.page import Line as PageLine
from crawler.readers.page import Page
from crawler.readers.parsing import parse_page

MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|div|table|p|title|meta|script)\b", re.IGNORECASE)
OFFICE = (".doc", ".docx", ".wps", ".wpt", ".xls", ".xlsx", ".et", ".ett", ".rtf", ".csv")
A_PAGE = "下载到的是网页，不是文件"
_SAVED = re.compile(
    rb"urn:schemas-microsoft-com:office|ProgId\b[^>]{0,40}(?:Excel|Word)|name=[\"']?Generator[\"']?[^>]{0,60}(?:Excel|Word|WPS)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?<!\d)(?:40[0-9]|50[0-9])(?!\d)|错误|出错|不存在|找不到|无法访问|登录|登陆|拒绝|验证|拦截|error|not found|forbidden|login|denied",
    re.IGNORECASE,
)
_PASSWORD = re.compile(rb"<input[^>]{0,200}type\s*=\s*[\"']?password", re.IGNORECASE)
_LARGE = 2 * MB
_MENU = 15
"""Links that a table may have and still be one, not a site's page."""


def is_document(body: bytes, suffix: str) -> bool:
    """Whether HTML that was downloaded as an office file is that file and not a page of the site that stands in for it: an
    office program saved it, or it is a table and little else."""
    if suffix not in OFFICE or _PASSWORD.search(body):
        return False
    page = parse_page(decode(body).text)
    first = next((line.text for line in page.lines if line.text.strip()), "")
    if _ERROR.search(page.title) or (len(page.lines) < 30 and _ERROR.search(first)):
        return False
    if _SAVED.search(body[:8192]):
        return True
    inside = sum(len(line.text) for line in page.lines if _table_of(page, line.row) >= 0)
    return inside * 2 > sum(len(line.text) for line in page.lines) and len(page.links) < _MENU


def read_html(body: bytes, reading: Reading) -> Document:
    """A page with its lines, tables and links; raises UnreadableError for an empty one."""
    decoded = decode(body, reading.content_type)
    if decoded.doubtful:
        raise UnreadableError("文字编码无法识别，读出来是乱码")
    page = parse_page(decoded.text)
    reading.check()
    # What is larger is a table saved as a page: it has no day of publication.
    article = read_page(body) if len(body) < _LARGE else None
    lines, characters = [], 0
    for line in page.lines:
        characters += len(line.text)
        if characters > MAX_TEXT:
            reading.full("字" * (MAX_TEXT + 1))
            break
        lines.append(line)
    parts = tuple(_parts(page, lines))
    if not parts:
        raise UnreadableError("网页里没有文字")
    links = tuple(
        Link(f"第{link.line + 1}段", link.href, link.text) for link in page.links if link.href and not link.href.startswith("#")
    )
    published = article.published.day.isoformat() if article and article.published else ""
    return Document(parts, (article.title if article else None) or page.title, published, links)


def read_mhtml(body: bytes, reading: Reading) -> Document:
    """A page saved as one file, as Word and browsers do; raises UnreadableError."""
    message = email.message_from_bytes(body, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                reading.content_type = str(part.get("Content-Type", ""))
                return read_html(payload, reading)
    raise UnreadableError("网页归档（MHT）里没有文字")


def _parts(page: Page, lines: Sequence[PageLine]) -> Iterator[Part]:
    """Lines, and the tables among them that are not layout, in the page's order."""
    tables = 0
    for table, group in groupby(enumerate(lines, start=1), key=lambda item: _table_of(page, item[1].row)):
        members = list(group)
        if table < 0:
            yield from (Line(f"第{place}段", line.text) for place, line in members)
            continue
        tables += 1
        rows = groupby((line for _, line in members), key=lambda line: line.row)
        yield Grid(f"表{tables}", tuple((number, _row(list(row))) for number, (_, row) in enumerate(rows, start=1)))


def _table_of(page: Page, row: int) -> int:
    """The table node of a row, or -1 for a row that only arranges the page."""
    if row < 0 or page.nodes[row].nested or page.nodes[row].cells < 2:
        return -1
    return next((node for node in page.ancestors(row) if page.nodes[node].tag == "table"), -1)


def _row(lines: Sequence[PageLine]) -> tuple[str, ...]:
    texts: dict[int, list[str]] = {}
    for line in lines:
        texts.setdefault(max(line.cell, 0), []).append(line.text)
    return tuple("\n".join(texts.get(column, ())) for column in range(max(texts) + 1))
