"""From a page's text to its lines and ranges: one pass of lxml's parser, without a tree."""

from __future__ import annotations

import re

from lxml import etree

from crawler.readers.page import Line, Link, Node, Page, tidy

_BLOCK, _INLINE, _SKIP, _BREAK = range(4)
_TAGS = {
    _SKIP: "script style noscript template select option datalist button textarea iframe svg object applet canvas audio video",
    _INLINE: "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o:p q ruby rp rt s samp "
    "small span strike strong sub sup time tt u ucapcontent var wbr smarttagtype input link meta title base",
    _BREAK: "br hr col area param embed source track frame",
}
_KIND = {tag: kind for kind, tags in _TAGS.items() for tag in tags.split()}
# Inline elements that some platforms use as the container of a whole article (<font id="Zoom">, <span id="zoom">).
_BLOCK_IDS = frozenset({"zoom", "ozoom", "zoomcon", "ucap-content", "content", "articlecontent", "article_content"})
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
# Inline elements whose attributes or text mean something here.
_SPECIAL = frozenset({"a", "meta", "title", "link", "base", "time", "input", "img"})
_TABLE = frozenset({"table", "tr", "td", "th"})
# A viewer that a script calls: VSB's showVsbpdfIframe('/__local/....pdf', ...), PDFObject.embed('....pdf').
_VIEWER = re.compile(r"""(?:showVsb\w+|PDFObject\.embed)\(\s*["']([^"']{3,400})["']""")
_DEEP = 2000
# Columns beyond this are of no table that a person reads; cells that span rows there are not followed down.
_WIDEST = 200


def parse_page(text: str, url: str | None = None) -> Page:
    """Parse and walk a page. Survives anything: an empty page has no lines, a page nested beyond what the parser
    follows is read as plain text."""
    walker = _Walker(url)
    try:
        # huge_tree lifts the depth of 256, which the unclosed <font> of old pages reaches; libxml2 still stops at 2048.
        parser = etree.HTMLParser(target=walker, huge_tree=True, encoding="utf-8")
        page: Page = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        page = walker.close()
    if walker.deepest >= _DEEP:
        _plain(page, text)
    return page


def _plain(page: Page, text: str) -> None:
    text = re.sub(r"(?is)<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->", "", text)
    page.nodes, page.lines, page.links = [Node("body", "", -1, 0)], [], []
    for part in re.split(r"<[^<>]*>|\n", text):
        if line := tidy(part):
            page.lines.append(Line(line, 0, 0))
    page.nodes[0].end = len(page.lines)


def _span(attrs: dict[str, str], name: str) -> int:
    """Over how many rows or columns a cell goes; a few dozen at most, whatever is written."""
    value = attrs[name].strip()
    return min(max(int(value), 1), 60) if value.isascii() and value.isdigit() else 1


class _Walker:
    """The parser's target: collects lines, nodes, links and tags in document order while the page is parsed, without
    a tree (half the time of a tree and a walk).

    Pages hold more pieces of text than elements, most of them white space between tags; ``data`` is therefore the bare
    ``append`` of a list, and what a piece is (text, link text, script) is told when an element closes, by where in the
    list the element began.
    """

    def __init__(self, url: str | None) -> None:
        self.page = Page(url=url)
        self.parts: list[str] = []
        self.data = self.parts.append
        self.links = 0
        self.anchor: Link | None = None
        self.anchor_at = 0
        self.anchor_parts: list[str] = []
        self.node = -1
        self.row = self.cell = -1
        self.rows: list[tuple[int, int]] = []
        self.column = 0
        self.spans: dict[int, int] = {}
        self.tables: list[tuple[int, dict[int, int]]] = []
        self.choice = False
        self.title_at = -1
        self.kept: list[str] | None = None
        self.skipping = self.skipped_at = 0
        self.blocks: list[int] = []
        self.deepest = 0
        self.depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """An element opens. What is skipped holds no text that a person reads. ``attrs`` is a dict only where there are any:
        else it is a mapping whose every look-up is slow, so that ``attrs and`` comes first where it matters."""
        self.depth += 1
        if self.depth > self.deepest:
            self.deepest = self.depth
        if self.skipping:
            self.skipping += 1
            return
        kind = _KIND.get(tag, _BLOCK)
        if kind == _BLOCK:
            if self.parts:
                self._flush()
            self._open(tag, attrs)
        elif kind == _INLINE:
            if tag in _SPECIAL:
                self._start_special(tag, attrs)
            elif attrs and "id" in attrs and attrs["id"].lower() in _BLOCK_IDS:
                self.blocks.append(self.depth)
                self._flush()
                self._open(tag, attrs)
        else:
            self._start_empty(kind, tag, attrs)

    def _start_empty(self, kind: int, tag: str, attrs: dict[str, str]) -> None:
        """What has no text: skipped, or a break in a line."""
        if kind == _SKIP:
            self.skipping, self.skipped_at = 1, len(self.parts)
        else:
            self._flush()
        if tag == "script":
            self._script(attrs)
        elif tag in ("iframe", "embed", "object"):
            self._frame(attrs)

    def _start_special(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "a":
            self.anchor = Link(attrs.get("href", ""), "", attrs.get("title", ""), len(self.page.lines))
            self.anchor_at, self.anchor_parts = len(self.parts), []
        elif tag == "meta":
            self._meta(attrs)
        elif tag == "title":
            self.title_at = len(self.parts)
        elif tag == "img":
            if self.anchor is not None:
                self.anchor.title = self.anchor.title or attrs.get("alt") or attrs.get("title", "")
        else:
            self._note(tag, attrs)

    def _note(self, tag: str, attrs: dict[str, str]) -> None:
        """What an element without text says by its attributes."""
        if tag == "link":
            if attrs.get("rel", "").lower() == "canonical":
                self.page.metas.setdefault("link:canonical", attrs.get("href", ""))
        elif tag == "input":
            self.choice = self.choice or attrs.get("type", "").lower() in ("radio", "checkbox")
        elif tag == "base":
            self.page.base = self.page.base or attrs.get("href")
        elif value := attrs.get("datetime"):
            self.page.times.append((value, len(self.page.lines)))

    def end(self, tag: str) -> None:
        """An element closes."""
        self.depth -= 1
        if self.skipping:
            self.skipping -= 1
            if not self.skipping:
                self._end_skipped()
            return
        kind = _KIND.get(tag, _BLOCK)
        if kind == _BLOCK:
            if self.parts:
                self._flush()
            if self.node >= 0:
                self._close(tag)
        elif kind == _INLINE:
            if tag == "a":
                self._close_link()
            elif self.blocks and self.blocks[-1] == self.depth + 1:
                self.blocks.pop()
                self._flush()
                self._close(tag)
            elif tag == "title":
                self._close_title()

    def _end_skipped(self) -> None:
        """What was skipped leaves the line; of a script it is kept."""
        if len(self.parts) > self.skipped_at:
            if self.kept is not None:
                self.kept.extend(self.parts[self.skipped_at :])
                self._viewer(self.kept)
            del self.parts[self.skipped_at :]
        self.kept = None

    def comment(self, text: str) -> None:
        """A comment; some platforms mark the article with a pair of them."""
        if len(text) < 100:
            self.page.marks.append((text.strip(), len(self.page.lines) + bool(tidy("".join(self.parts)))))

    def close(self) -> Page:
        """The page is over."""
        if self.skipping:
            self._end_skipped()
        self._flush()
        while self.node >= 0:
            self._close(self.page.nodes[self.node].tag)
        return self.page

    def _open(self, tag: str, attrs: dict[str, str]) -> None:
        nodes = self.page.nodes
        parent = self.node
        name, hidden = "", parent >= 0 and nodes[parent].hidden
        if attrs:
            name = f"{attrs['id']} {attrs.get('class', '')}".lower() if "id" in attrs else attrs.get("class", "").lower()
            if "style" in attrs and not hidden:
                hidden = _HIDDEN.search(attrs["style"]) is not None
        self.node = len(nodes)
        nodes.append(Node(tag, name, parent, len(self.page.lines), 0, hidden))
        if tag in _TABLE:
            self._open_table(tag, attrs)

    def _open_table(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "tr":
            self.rows.append((self.row, self.cell))
            self.row, self.cell, self.column = self.node, -1, 0
        elif tag == "table":
            if self.row >= 0:
                self.page.nodes[self.row].nested = True
            self.tables.append((self.column, self.spans))
            self.spans = {}
        elif self.row >= 0:
            row = self.page.nodes[self.row]
            if self.spans:
                self._pass_spans()
            self.cell = self.column
            self.column += _span(attrs, "colspan") if attrs and "colspan" in attrs else 1
            row.cells += 1
            row.width = self.column
            if attrs and "rowspan" in attrs and (rows := _span(attrs, "rowspan")) > 1:
                self.spans |= dict.fromkeys(range(self.cell, min(self.column, _WIDEST)), rows - 1)

    def _pass_spans(self, to_the_end: bool = False) -> None:
        """Go by the columns that a cell of a row above reaches down into."""
        last = max(self.spans, default=-1)
        while self.column <= last and (to_the_end or self.spans.get(self.column, 0) > 0):
            if self.spans.get(self.column, 0) > 0:
                self.spans[self.column] -= 1
            self.column += 1

    def _close(self, tag: str) -> None:
        node = self.page.nodes[self.node]
        node.end = len(self.page.lines)
        self.node = node.parent
        if tag == "tr" and self.rows:
            if self.spans:
                self._pass_spans(to_the_end=True)
            self.row, self.cell = self.rows.pop()
        elif tag == "table" and self.tables:
            self.column, self.spans = self.tables.pop()

    def _close_link(self) -> None:
        if self.anchor is not None:
            inside = self._inside_link()
            if self.anchor.href:
                self.anchor.raw = "".join([*self.anchor_parts, *inside])
                self.page.links.append(self.anchor)
            self.anchor = None

    def _inside_link(self) -> list[str]:
        """The pieces of the line that stand in the link that is open, counted as link text."""
        inside = self.parts[self.anchor_at :]
        for text in inside:
            self.links += len(text.strip())
        return inside

    def _close_title(self) -> None:
        if self.title_at >= 0:
            self.page.title = self.page.title or tidy("".join(self.parts[self.title_at :]))
            del self.parts[self.title_at :]
            self.title_at = -1

    def _flush(self) -> None:
        """The line is over."""
        parts = self.parts
        if not parts:
            return
        if len(parts) == 1 and parts[0].isspace():  # what stands between most tags
            parts.clear()
            self.anchor_at = 0
            return
        if self.anchor is not None:
            self.anchor_parts += self._inside_link()
            self.anchor_at = 0
        text = "".join(parts) if len(parts) > 1 else parts[0]
        parts.clear()
        if not text.isspace() and (text := tidy(text)):
            if self.choice:
                self.page.choices.append(len(self.page.lines))
                self.choice = False
            self.page.lines.append(Line(text, min(self.links, len(text)), self.node, self.row, self.cell))
        self.links = 0

    def _viewer(self, script: list[str]) -> None:
        if any("showVsb" in part or "PDFObject" in part for part in script):
            for match in _VIEWER.finditer("".join(script)):
                self.page.links.append(Link(match[1], "", "", len(self.page.lines)))

    def _frame(self, attrs: dict[str, str]) -> None:
        if src := attrs.get("src") or attrs.get("data"):
            self.page.links.append(Link(src, "", attrs.get("title", ""), len(self.page.lines)))

    def _meta(self, attrs: dict[str, str]) -> None:
        key = attrs.get("name") or attrs.get("property") or attrs.get("itemprop")
        value = attrs.get("content")
        if value and "<" in value:
            value = _TAG.sub(" ", value)
        if key and value and (value := tidy(value)):
            self.page.metas.setdefault(key.strip().lower(), value)

    def _script(self, attrs: dict[str, str]) -> None:
        if "src" in attrs:
            return
        self.kept = []
        scripts = self.page.json_ld if attrs.get("type", "").lower() == "application/ld+json" else self.page.scripts
        scripts.append(self.kept)
