"""Where the next page of a list is, as the page itself says: Lonsun's ``Ls.pagination`` block, TRS's ``createPageHTML``,
``pageIndex=N`` links, or a plain link to the next page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

_LONSUN = re.compile(r"Ls\.pagination\s*\(")
_PAIR = re.compile(
    r"""["']?([\w$]+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?|true|false|null))"""
)
_TRS = (
    re.compile(r"createPageHTML\s*\(\s*(\d+)\s*,\s*(\d+)\s*,\s*[\"'](\w+)[\"']\s*,\s*[\"'](\w+)[\"']"),
    re.compile(r"var\s+countPage\s*=\s*(\d+)"),
)
_TRS_CURRENT = re.compile(r"var\s+currentPage\s*=\s*(\d+)")
_NEXT = re.compile(r"^[\s\[<«]*(?:下一页|下页|后一页|next(?: page)?|[>›»]|&gt;)[\s\]>»›]*$", re.IGNORECASE)
_PAGE_INDEX = re.compile(r"[?&]pageIndex=(\d+)", re.IGNORECASE)
_SHELL = re.compile(
    r"(?:window\.|self\.|top\.|document\.)?location(?:\.href)?\s*=\s*[\"']([^\"']+)[\"']"
    r"|location\.replace\([\"']([^\"']+)[\"']"
)


@dataclass(frozen=True, slots=True)
class LonsunPager:
    """What a Lonsun list says of itself: the address of its fragments, the parameters to send, and how many pages and
    items there are (None: not said)."""

    url: str
    data: dict[str, str] = field(default_factory=dict)
    pages: int | None = None
    total: int | None = None

    def page(self, number: int) -> str:
        """The address of a page, 1-based. Without the cache-breaking random number, so that it can be asked for
        conditionally."""
        parts = urlsplit(self.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) | self.data
        query.pop("_", None)
        query = {"IsAjax": "1", "dataType": "html"} | query | {"pageIndex": str(number)}
        return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def lonsun_pager(html: str, url: str) -> LonsunPager | None:
    """The page's own ``Ls.pagination({...})`` block; None where there is none."""
    match = _LONSUN.search(html)
    if match is None:
        return None
    block = _balanced(html, html.find("{", match.end()))
    data_block = ""
    if start := re.search(r"[\"']?\bdata\b[\"']?\s*:\s*\{", block):
        data_block = _balanced(block, start.end() - 1)
        block = block.replace(data_block, "{}", 1)
    own, data = _pairs(block), _pairs(data_block)
    address = own.get("url") or own.get("href")
    if not address:
        return None
    return LonsunPager(urljoin(url, address), data, _number(own.get("pageCount")), _number(own.get("total")))


def next_page(html: str, tree: LexborHTMLParser, url: str) -> str | None:
    """The address of the page after this one, by the page's own pager; None at the end or where there is no pager."""
    return _trs_next(html, url) or _index_next(tree, url) or _link_next(tree, url)


def shell_target(html: str, tree: LexborHTMLParser, url: str) -> str | None:
    """Where a page that only forwards (``window.location``, one iframe) leads; None for a page of its own."""
    body = tree.body
    if body is not None and len(body.text(strip=True)) > 400:
        return None
    if len(html) < 2000 and (match := _SHELL.search(html)):
        return str(urljoin(url, match[1] or match[2]))
    frames = [frame.attributes.get("src") for frame in tree.css("iframe[src], frame[src]")]
    return urljoin(url, frames[0]) if len(frames) == 1 and frames[0] else None


def _balanced(text: str, start: int) -> str:
    """The ``{...}`` that begins at ``start``, braces in strings not counted; empty where it never closes."""
    if start < 0:
        return ""
    depth, quote, escaped = 0, "", False
    for position in range(start, min(len(text), start + 20000)):
        char = text[position]
        if quote:
            quote = "" if char == quote and not escaped else quote
            escaped = char == "\\" and not escaped
        elif char in "\"'":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return text[start : position + 1]
    return ""


def _pairs(block: str) -> dict[str, str]:
    found = {}
    for name, double, single, bare in _PAIR.findall(block):
        found[name] = "" if bare == "null" else double or single or bare
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _trs_next(html: str, url: str) -> str | None:
    call, count = _TRS[0].search(html), _TRS[1].search(html)
    if call:
        pages, current, name, extension = int(call[1]), int(call[2]), call[3], call[4]
    elif count:
        shown = _TRS_CURRENT.search(html)
        pages, current, name, extension = int(count[1]), int(shown[1]) if shown else 0, "index", ""
    else:
        return None
    # A static page carries its own number in its name: the script's may be that of the template.
    named = re.search(r"_(\d+)\.(\w+)$", urlsplit(url).path)
    current = int(named[1]) if named else current
    last = urlsplit(url).path.rsplit("/", 1)[-1]
    extension = extension or (last.rsplit(".", 1)[-1] if "." in last else "html")
    return urljoin(url, f"{name}_{current + 1}.{extension}") if current + 1 < pages else None


def _index_next(tree: LexborHTMLParser, url: str) -> str | None:
    current = int(match[1]) if (match := _PAGE_INDEX.search(url)) else 1
    for link in tree.css("a[href*='pageIndex=']"):
        target = urljoin(url, link.attributes.get("href") or "")
        found = _PAGE_INDEX.search(target)
        if found and int(found[1]) == current + 1 and urlsplit(target).path == urlsplit(url).path:
            return target
    return None


def _link_next(tree: LexborHTMLParser, url: str) -> str | None:
    for link in tree.css("a[href]"):
        href = (link.attributes.get("href") or "").strip()
        if href.startswith(("#", "javascript:")) or not _NEXT.match(link.text(strip=True)):
            continue
        target = urljoin(url, href)
        return target if target.split("#")[0] != url.split("#")[0] else None
    return None
