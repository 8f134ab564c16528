"""A list page, or a fragment of one, as rows; or proven empty; or not readable. Never one for another.

Rows are found by structure (a link and a date in the same small element, repeated), because templates change with a
redesign; the known templates (facts/government-sites.md section 1.3) are only tried first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.clock import Moment

TEMPLATES = (
    "ul.xxgk_nav_list > li", "div.xxgk_navli ul:has(> li.rq)", "div.xxgk_navli ul li", "div.xxgk_navli li", "table.is-xxgkTable tr", "div.gk_list ul li",
    "ul.doc_list li", "div.navjz.listnews ul li", "div.ls-column-list ul li", "div#ls_navjz ul li",
)
CONTAINERS = (
    "ul.xxgk_nav_list", "div.xxgk_nav_con", "div.xxgk_navli", "table.is-xxgkTable", "div.gk_list", "ul.doc_list", "div.navjz",
    "div.ls-column-list", "div#ls_navjz",
)
EMPTY = re.compile(
    r"(?:暂无|没有|未找到|没有找到|未查询到|无)(?:任何|查询到|找到|符合条件的?|相关|有关|该栏目|本栏目)*"
    r"(?:信息|数据|内容|记录|文章|资料|结果)(?:发布|公开)?[!！。.…~]*"
)
DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?(?:[\sT\xa0]*(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
_SHORT_DATE = re.compile(r"^[\[(（【]?\s*\d{1,2}[-/.月]\d{1,2}日?\s*[\])）】]?$")
_ARTICLE = re.compile(
    r"/t?20\d{6}_\d+\.|/content[_/]\d+|/post_\d+|/art/|/info/\d+/\d+|/\d{5,}\.s?html?|[?&](?:id|tid|article_?id|noticeid|wbnewsid)=\w*\d{4,}"
    r"|/20\d\d[-/]?\d\d[-/]?\d{0,2}/|/[A-Z0-9]{12,}\.s?html|/c\.html", re.IGNORECASE
)
_MOST_LINKS = 4
_CLIMB = 5
# How deep rows may stand. What a row holds is looked up once for each element, in time of what stands in it: a page costs its
# length times this, where without it a date within a date within a date costs the square of its length.
_DEEPEST = 100
_FRAGMENT_LINKS = 8

Sizes = dict[int, tuple[int, int]]
"""Of each element by its ``mem_id``: the addresses of its links, and the characters that it holds."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as shown. ``url`` is absolute, without its fragment; ``published`` None where the row gives no full date."""

    title: str
    url: str
    published: Moment | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list page is: its rows, in order; ``empty`` when it says itself that it has none; else why it could not
    be read."""

    state: Literal["rows", "empty", "unreadable"]
    rows: tuple[ListRow, ...] = ()
    reason: str = ""


def read_list(
    html: str, *, url: str, templates: Sequence[str] = TEMPLATES, tree: LexborHTMLParser | None = None, later: bool = False
) -> ListPage:
    """The rows of a list page or fragment. ``later``: a page after the first, whose last row may stand alone."""
    if not html.strip():
        return ListPage("unreadable", reason="返回空白页")
    tree = tree or LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "noscript"])
    # Elements within elements, which templates name, are never done looking for in lists within lists within lists.
    flat = all(map(_in_reach, tree.css("ul, li, tr")))
    for rows in _attempts(tree, url, templates if flat else (), later):
        if rows:
            return ListPage("rows", tuple(rows))
    if proof := _proven_empty(tree, CONTAINERS if flat else ()):
        return ListPage("empty", reason=proof)
    return ListPage("unreadable", reason="页面上找不到列表行，也没有“暂无信息”的提示")


def read_rows(html: str, selector: str, *, url: str) -> tuple[ListRow, ...]:
    """The rows that are known to be rows, dated or not."""
    return tuple(_rows(LexborHTMLParser(html).css(selector), url)) if html else ()


def looks_like_article(url: str) -> bool:
    """Whether an address is built like an article's."""
    parts = urlsplit(url)
    return bool(_ARTICLE.search(parts.path + (f"?{parts.query}" if parts.query else "")))


def parse_date(text: str) -> Moment | None:
    """The first full date in a text; None where there is none, or an impossible one."""
    match = DATE.search(text)
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) if part is not None else None for part in match.groups())
    assert year and month is not None and day is not None
    try:
        return Moment.of(year, month, day, hour, minute or 0)
    except ValueError:
        return None


def _attempts(tree: LexborHTMLParser, url: str, templates: Sequence[str], later: bool) -> Iterable[list[ListRow]]:
    for template in templates:
        nodes = [node for node in tree.css(template) if row_links(node)]
        # A row without its date is a row all the same, as long as the list has dates.
        yield _rows(nodes if any(map(_has_date, nodes)) else [], url)
    yield _rows(_dated_group(tree, url, later), url)
    yield _rows(_linked_group(tree, url), url)


def _has_date(node: LexborNode) -> bool:
    text = node.text(separator=" ")
    return bool(DATE.search(text)) or any(_SHORT_DATE.match(part.strip()) for part in text.split("\n"))


def row_links(node: LexborNode) -> list[LexborNode]:
    """The links that lead somewhere, with words on them."""
    found = [node] if node.tag == "a" else node.css("a[href]")
    return [link for link in found if _leads(link) and _title(link)]


def _leads(link: LexborNode) -> bool:
    href = (link.attributes.get("href") or "").strip().lower()
    return bool(href) and not href.startswith(("#", "javascript:", "mailto:", "tel:"))


def _title(link: LexborNode) -> str:
    """The ``title`` attribute first: the text of the link is cut by the list (``length=50``)."""
    return " ".join((link.attributes.get("title") or link.text() or "").split())


def _rows(nodes: Iterable[LexborNode], url: str) -> list[ListRow]:
    found: dict[str, ListRow] = {}
    for node in nodes:
        links = row_links(node)
        if not links:
            continue
        link = max(links, key=lambda a: (bool(a.attributes.get("title")), len(_title(a))))
        target = urljoin(url, (link.attributes.get("href") or "").strip()).split("#")[0]
        if urlsplit(target).scheme in ("http", "https"):
            found.setdefault(target, ListRow(_title(link), target, parse_date(_own_words(node, link))))
    return list(found.values())


def _own_words(node: LexborNode, link: LexborNode) -> str:
    """The text of a row with that of its link last: a date in a title is not the date of the row."""
    whole, title = node.text(separator=" "), link.text(separator=" ")
    return whole.replace(title, " ", 1) + "\n" + title if title.strip() else whole


def _dated_group(tree: LexborHTMLParser, url: str, later: bool) -> list[LexborNode]:
    """The largest group of like elements that each hold a date and a few links. The element is the smallest ancestor of
    the date that has a link."""
    groups: dict[str, dict[int, LexborNode]] = defaultdict(dict)
    seen: Sizes = {}
    for node in tree.css("span, td, em, i, li, p, div, dd, dt, b, font, time, a, label, h3, h4, h5, small, cite"):
        own = " ".join((node.text(deep=False) or "").split())
        if not own or not (DATE.search(own) or _SHORT_DATE.match(own)):
            continue
        if row := row_of(node, seen):
            groups[_signature(row)][row.mem_id] = row
    if not groups:
        return []
    best = max(groups.values(), key=lambda group: (len(group), sum(len(n.text(strip=True)) for n in group.values())))
    # One dated link on a page of many is a weather box or a last post, not the list; in a fragment, or where it is an article on
    # the last of several pages, it is the list.
    if len(best) == 1 and len(tree.css("a[href]")) > _FRAGMENT_LINKS:
        return [row for row in best.values() if later and any(looks_like_article(one.url) for one in _rows([row], url))]
    return _with_undated(list(best.values()))


def _with_undated(rows: list[LexborNode]) -> list[LexborNode]:
    """The rows with those beside them that show no date, in the order of the page."""
    parent = rows[0].parent
    if parent is None or any(row.parent is None or row.parent.mem_id != parent.mem_id for row in rows):
        return rows
    alike = {(row.tag, row.attributes.get("class")) for row in rows}
    return [node for node in parent.iter() if (node.tag, node.attributes.get("class")) in alike and row_links(node)]


def row_of(node: LexborNode, seen: Sizes) -> LexborNode | None:
    """The row that a date belongs to; None where it stands alone or in something larger than a row. ``seen`` is kept from
    date to date of a page, so that no element is measured twice."""
    row: LexborNode | None = node if _in_reach(node) else None
    for _ in range(_CLIMB):
        if row is None or row.tag in ("body", "html"):
            return None
        if row.mem_id not in seen:
            seen[row.mem_id] = _size(row)
        links, length = seen[row.mem_id]
        if links:
            return row if links <= _MOST_LINKS and length < 1200 else None
        row = row.parent
    return None


def _size(node: LexborNode) -> tuple[int, int]:
    """How many addresses the links of an element have, counted as far as one too many for a row, and how much text it
    holds, where that is asked for: of what may be a row."""
    links: set[str | None] = set()
    for link in [node] if node.tag == "a" else node.css("a[href]"):
        if _leads(link) and _title(link):
            links.add(link.attributes.get("href"))
            if len(links) > _MOST_LINKS:
                return len(links), 0
    return len(links), len(node.text(strip=True)) if links else 0


def _in_reach(node: LexborNode) -> bool:
    """Whether an element stands no deeper than people build pages."""
    above = node.parent
    for _ in range(_DEEPEST):
        if above is None:
            return True
        above = above.parent
    return False


def _signature(node: LexborNode) -> str:
    """Like elements have like paths: tags all the way up, classes of the two nearest parents."""
    path: list[str] = []
    step = node.parent
    while step is not None and step.tag != "html":
        name = step.tag or ""
        if len(path) < 2:
            name += f".{step.attributes.get('class') or ''}#{step.attributes.get('id') or ''}"
        path.append(name)
        step = step.parent
    return f"{node.tag}<{'<'.join(path)}"


def _linked_group(tree: LexborHTMLParser, url: str) -> list[LexborNode]:
    """For lists that show no dates: the largest group of rows whose links look like articles of the same host."""
    groups: dict[str, dict[int, LexborNode]] = defaultdict(dict)
    host = urlsplit(url).hostname
    for link in tree.css("a[href]"):
        target = urljoin(url, link.attributes.get("href") or "")
        if not _leads(link) or len(_title(link)) < 6 or (host and urlsplit(target).hostname != host):
            continue
        if looks_like_article(target) and _in_reach(link):
            groups[_signature(link)][link.mem_id] = link
    best = max(groups.values(), key=len, default={})
    return list(best.values()) if len(best) >= 3 else []


def _proven_empty(tree: LexborHTMLParser, containers: Sequence[str]) -> str:
    """The words by which a list says that it has no rows, or its header that stands alone; empty where neither."""
    for node in tree.css("li, td, p, div, span, dd, h3, h4, body"):
        words = "".join((node.text(deep=False) or "").split())
        if words and EMPTY.fullmatch(words):
            return words
    for container in containers:
        for node in filter(_in_reach, tree.css(container)):
            heads = [" ".join(head.text().split()) for head in node.css("li, th, td")]
            if heads and not row_links(node) and any("发布日期" in head or "标题" in head for head in heads):
                return "只有表头"
    return ""
