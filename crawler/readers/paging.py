"""Where the next page of a list is, as the page itself says: Lonsun's ``Ls.pagination`` block, ``createPageHTML`` of TRS and of
开普云, VSB's ``gotopage``, a link to the next page or with its number, or how many pages there are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LONSUN = re.compile(r"Ls\.pagination\s*\(")
_PAIR = re.compile(
    r"""["']?([\w$]+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?|true|false|null))"""
)
_TRS = (
    re.compile(r"createPageHTML\s*\(\s*(\d+)\s*,\s*(\d+)\s*,\s*[\"'](\w+)[\"']\s*,\s*[\"'](\w+)[\"']"),
    re.compile(r"var\s+countPage\s*=\s*(\d+)"),
)
_TRS_CURRENT = re.compile(r"var\s+currentPage\s*=\s*(\d+)")
_UCAP = re.compile(r"createPageHTML\s*\(\s*[\"'][^\"']*[\"']\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']")
_VSB = re.compile(r"_simple_list_gotopage_fun\s*\(\s*(\d+)\s*,[^,)]+,\s*2\s*\)")
_COUNT = re.compile(r"\b(?:contenpage|totalPages?|pageCount|countPage|page_count)\b[\"']?\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_KEYS = "pageIndex|pageNo|pageNum|page|cur_page|currpage|curpage|PAGENUM"
_NUMBERED = re.compile(
    rf"(?P<query>[?&](?:{_KEYS})=)(\d+)|(?P<path>/(?:column-index-|page[_-]|list_|index_))(\d+)(?=[./]|$)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"^[\s\[<«]*(?:下一页|下页|后一页|后页|下一版|next(?: page)?|[>›»]|&gt;)[\s\]>»›]*$", re.IGNORECASE)
_PAGE_QUERY = re.compile(rf"[?&](?:{_KEYS})=(\d+)", re.IGNORECASE)
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


def next_page(html: str, tree: LexborHTMLParser, url: str, number: int = 1) -> str | None:
    """The address of the page after this one, by the page's own pager; None at the end or where there is no pager.
    ``number``: which page of the walk this is, from 1."""
    for script in (trs_next, ucap_next, vsb_next):
        said, follow = script(html, url)
        if said:
            return follow
    # An address that carries its number says more than the words on links; without one, the words tell page=1 from page=2,
    # which on some sites is the third page.
    numbered = None if _PAGE_QUERY.search(url) else _number_next(tree, url, number)
    return _link_next(tree, url) or numbered or _query_next(tree, url) or _counted_next(html, url)


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


def trs_next(html: str, url: str) -> tuple[bool, str | None]:
    """Whether TRS's script pages this list, and the page after this one. ``index_1`` is page two."""
    call, count = _TRS[0].search(html), _TRS[1].search(html)
    if call:
        pages, current, name, extension = int(call[1]), int(call[2]), call[3], call[4]
    elif count:
        shown = _TRS_CURRENT.search(html)
        pages, current, name, extension = int(count[1]), int(shown[1]) if shown else 0, "index", ""
    else:
        return False, None
    # A static page carries its own number in its name: the script's may be that of the template.
    named = re.search(r"_(\d+)\.(\w+)$", urlsplit(url).path)
    current = int(named[1]) if named else current
    last = urlsplit(url).path.rsplit("/", 1)[-1]
    extension = extension or (last.rsplit(".", 1)[-1] if "." in last else "html")
    return True, urljoin(url, f"{name}_{current + 1}.{extension}") if current + 1 < pages else None


def ucap_next(html: str, url: str) -> tuple[bool, str | None]:
    """Whether 开普云's script pages this list, and the page after this one. ``list_2`` is page two."""
    call = _UCAP.search(html)
    if call is None:
        return False, None
    named = re.search(rf"{re.escape(call[3])}_(\d+)\.\w+$", urlsplit(url).path)
    current = int(named[1]) if named else max(1, int(call[2]))
    return True, urljoin(url, f"{call[3]}_{current + 1}.{call[4]}") if current < int(call[1]) else None


def vsb_next(html: str, url: str) -> tuple[bool, str | None]:
    """Whether VSB's script pages this static list, and the page after this one: ``x.htm`` is the newest, ``x/N.htm`` count
    down to ``x/1.htm``."""
    call = _VSB.search(html)
    path = urlsplit(url).path
    if call is None or not path.endswith(".htm"):
        return False, None
    older = re.search(r"/(\d+)\.htm$", path)
    if older:
        return True, urljoin(url, f"{int(older[1]) - 1}.htm") if int(older[1]) > 1 else None
    stem = path.rsplit("/", 1)[-1].removesuffix(".htm")
    return True, urljoin(url, f"{stem}/{int(call[1]) - 1}.htm") if int(call[1]) > 1 else None


def _link_next(tree: LexborHTMLParser, url: str) -> str | None:
    for link in tree.css("a[href]"):
        if _leads(link) and _NEXT.match(link.text(strip=True) or link.attributes.get("title") or ""):
            return _other(link, url)
    return None


def _number_next(tree: LexborHTMLParser, url: str, number: int) -> str | None:
    """The link that shows the next page's number, among links that show others."""
    links = {link.text(strip=True): link for link in tree.css("a[href]") if _leads(link) and link.text(strip=True).isdigit()}
    follow = links.get(str(number + 1))
    neighbours = {str(number), str(number + 2), "1"} & links.keys()
    return _other(follow, url) if follow is not None and (neighbours or number == 1) else None


def _query_next(tree: LexborHTMLParser, url: str) -> str | None:
    current = int(match[1]) if (match := _PAGE_QUERY.search(url)) else 1
    for link in tree.css("a[href*='=']"):
        target = urljoin(url, link.attributes.get("href") or "")
        found = _PAGE_QUERY.search(target)
        if found and int(found[1]) == current + 1 and urlsplit(target).path == urlsplit(url).path:
            return target
    return None


def _counted_next(html: str, url: str) -> str | None:
    """For a page that says how many there are and carries its own number in its address."""
    count, own = _COUNT.search(html), _NUMBERED.search(url)
    if count is None or own is None:
        return None
    number = int(own[2] or own[4])
    if number < 1 or number >= int(count[1]):
        return None
    return url[: own.start()] + f"{own['query'] or own['path']}{number + 1}" + url[own.end() :]


def _leads(link: LexborNode) -> bool:
    return not (link.attributes.get("href") or "").strip().lower().startswith(("#", "javascript:"))


def _other(link: LexborNode, url: str) -> str | None:
    """Where a link leads, if that is another page."""
    target = urljoin(url, (link.attributes.get("href") or "").strip())
    return target if target.split("#")[0] != url.split("#")[0] else None
