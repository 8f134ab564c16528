"""Every link of a page as it was served, and whether a visitor sees it: menus, foot, comments and scripts included.

暗链 is put where people do not look: in blocks hidden by CSS or by a script, beyond the edge of the screen, in letters of no
size or of the colour of the paper, in a marquee of one pixel, in comments, and in the titles that only search engines read.
This module says what is there and how it is hidden; what it means is judged elsewhere. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.readers.encoding import decode

MOST_LINKS = 3000
# Every repetition has an end, and what is between two marks is found by looking for the marks: a hostile page costs no more
# than its length.
_HREF = re.compile(
    r"""<a\b[^>]{0,300}?\bhref\s{0,9}=\s{0,9}\\?["']?\s{0,9}((?:https?:)?//[^"'\\\s>]{1,1000})[^>]{0,300}>(.{0,120}?)<\\?/a""",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(r"<[^>]*>")
_SIMPLE = re.compile(r"^(?:[a-z]+)?([.#][\w-]+)$", re.IGNORECASE)
_AT_RULE = re.compile(r"@[^{};@]{1,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_OPENS_HIDDEN = re.compile(
    r"""document\.write(?:ln)?\s{0,9}\(\s{0,9}["'].{0,200}?<(div|span|p|ul|table|marquee|font)\b[^>]{0,200}?style\s{0,9}=\s{0,9}[\\"']{1,4}([^"'>]{0,300})""",
    re.IGNORECASE | re.DOTALL,
)
_CLOSES = re.compile(r"""document\.write(?:ln)?\s{0,9}\(\s{0,9}["'].{0,20}?<\\?/(div|span|p|ul|table|marquee|font)>""", re.IGNORECASE | re.DOTALL)
_HIDES_BY_ID = re.compile(r"""getElementById\(\s{0,9}["']([\w-]{1,100})["']\s{0,9}\)\.style\.(?:display\s{0,9}=\s{0,9}["']none|visibility\s{0,9}=\s{0,9}["']hidden)""", re.IGNORECASE)
_LONGEST_SELECTOR, _LONGEST_STYLE = 400, 600
_SCRIPTS = 300_000
"""Characters of a page's own scripts that are looked at."""
_FAR, _FARTHER = -400, -5000
_NUMBER = r"(-?\d+(?:\.\d+)?)\s*(px|em|rem|pt|%|)"
_AWAY = re.compile(rf"(?:^|;)\s*(left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*{_NUMBER}")
_SIZE = re.compile(rf"(?:^|;)\s*font-size\s*:\s*{_NUMBER}")
_BOX = re.compile(rf"(?:^|;)\s*(?:max-)?(width|height)\s*:\s*{_NUMBER}\s*(?:!important)?\s*(?:;|$)")
_COLOUR = re.compile(r"(?:^|;)\s*(color|background(?:-color)?)\s*:\s*(#[0-9a-f]{3,6}\b|rgb\([^)]*\)|[a-z]+)")
_WHITE = {"#fff", "#ffffff", "white", "rgb(255,255,255)", "#fefefe", "#fdfdfd"}


@dataclass(frozen=True, slots=True)
class SeenLink:
    """``url`` is absolute, ``text`` what stands on it; ``hidden`` says how it is kept from visitors (empty where they see
    it); ``place`` is the part of the page: 页面, 注释 (a comment) or 脚本 (written by a script). Links with the same ``block``
    are hidden together."""

    url: str
    text: str
    hidden: str = ""
    place: str = "页面"
    block: int = 0


@dataclass(frozen=True, slots=True)
class SeenPage:
    """The links of a page in its order, and what it tells search engines of itself (title, keywords, description)."""

    links: tuple[SeenLink, ...] = ()
    heads: tuple[tuple[str, str], ...] = ()


def seen_links(body: bytes, *, url: str, content_type: str | None = None) -> SeenPage:
    """Read a page as served; anything that is not a page has no links."""
    html = decode(body, content_type).text
    if "<" not in html[:4000]:
        return SeenPage()
    tree = LexborHTMLParser(html)
    page = _Reading(tree, url)
    links = dict.fromkeys([*page.anchors(), *islice(page.written(), MOST_LINKS), *islice(page.commented(html), MOST_LINKS)])
    return SeenPage(tuple(links), tuple(_heads(tree)))


@dataclass(slots=True)
class _Reading:
    tree: LexborHTMLParser
    url: str
    hidden_names: dict[str, str] = field(default_factory=dict)
    """Classes and ids (``.a``, ``#b``) that a style or a script of the page hides, and how."""
    known: dict[int, tuple[str, int]] = field(default_factory=dict)

    def anchors(self) -> Iterator[SeenLink]:
        """The links of the document, and frames that show another page."""
        self._read_names()
        spans = self._written_spans()
        home, count = urlsplit(self.url).hostname, {True: 0, False: 0}
        for node in self.tree.css("a[href], area[href], iframe[src], frame[src]"):
            href = node.attributes.get("href" if node.tag in ("a", "area") else "src")
            target = self._absolute(href)
            if target:
                # Counted apart: a long list of the site's own links must not stand before what was put behind it.
                at_home = urlsplit(target).hostname == home
                count[at_home] += 1
                if count[at_home] > MOST_LINKS:
                    continue
                hidden, block = self._hidden(node)
                hidden = hidden or ("由脚本写入隐藏区块" if node.mem_id in spans else "")
                yield SeenLink(target, "" if node.tag in ("iframe", "frame") else _words(node), hidden, block=block)

    def written(self) -> Iterator[SeenLink]:
        """Links that a script writes into the page."""
        for words in self._scripts():
            if "<a" not in words or "href" not in words:
                continue
            hides = next((how for style in _styles_in(words) if (how := hidden_by(style))), "")
            for match in _HREF.finditer(words):
                if target := self._absolute(match[1]):
                    yield SeenLink(target, _plain(match[2]), hides, "脚本")

    def commented(self, html: str) -> Iterator[SeenLink]:
        """Links in comments: no visitor sees them, search engines and thieves do."""
        for start, end in _spans(html, "<!--", "-->"):
            comment = html[start:end]
            if "href" in comment and not comment.lstrip().startswith("[if"):
                for match in _HREF.finditer(comment):
                    if target := self._absolute(match[1]):
                        yield SeenLink(target, _plain(match[2]), "写在注释里", "注释")

    def _absolute(self, href: str | None) -> str:
        try:
            target = urljoin(self.url, (href or "").strip())
            return target if urlsplit(target).scheme in ("http", "https") and urlsplit(target).hostname else ""
        except ValueError:
            return ""

    def _read_names(self) -> None:
        for style in self.tree.css("style"):
            # What holds for some screens, or for paper, does not hide.
            for selectors, rule in _rules(_AT_RULE.sub("", _without(style.text() or "", "/*", "*/"))):
                if how := hidden_by(rule):
                    for selector in selectors.split(","):
                        if name := _SIMPLE.match(selector.strip()):
                            self.hidden_names[name[1]] = how
        for words in self._scripts():
            for match in _HIDES_BY_ID.finditer(words):
                self.hidden_names[f"#{match[1]}"] = "由脚本隐藏"

    def _written_spans(self) -> set[int]:
        """The links that stand between a script that writes the beginning of a hidden block and one that writes its end."""
        inside, found = False, set[int]()
        scripts = self.tree.css("script, a[href]")
        if not any("document.write" in words for words in self._scripts()):
            return found
        room = _SCRIPTS
        for node in scripts:
            if node.tag == "script":
                words = (node.text() or "")[:room]
                room -= len(words)
                opens = _OPENS_HIDDEN.search(words)
                if opens and hidden_by(opens[2]) and not re.search(rf"<\\?/{opens[1]}", words[opens.end():], re.IGNORECASE):
                    inside = True
                elif inside and _CLOSES.search(words):
                    inside = False
            elif inside:
                found.add(node.mem_id)
        return found

    def _scripts(self) -> Iterator[str]:
        room = _SCRIPTS
        for script in self.tree.css("script"):
            words = (script.text() or "")[:room]
            room -= len(words)
            yield words

    def _hidden(self, node: LexborNode) -> tuple[str, int]:
        """How an element is hidden, by itself or by what it stands in, and by which element."""
        path: list[LexborNode] = []
        step: LexborNode | None = node
        how, block = "", 0
        while step is not None and step.tag not in ("html", "-undef"):
            if step.mem_id in self.known:
                how, block = self.known[step.mem_id]
                break
            path.append(step)
            step = step.parent
        for each in reversed(path):
            if not how and (how := self._own(each)):
                block = each.mem_id
            self.known[each.mem_id] = how, block
        return how, block

    def _own(self, node: LexborNode) -> str:
        attributes = node.attributes
        if not attributes:
            return ""
        style = (attributes.get("style") or "").lower()
        if style and (how := hidden_by(style)):
            return how
        if "hidden" in attributes:
            return "hidden 属性"
        if node.tag == "marquee" and any(_tiny(attributes.get(side)) for side in ("width", "height")):
            return "一像素滚动字幕"
        if node.tag in ("iframe", "frame") and all(_tiny(attributes.get(side)) for side in ("width", "height")):
            return "零尺寸框架"
        names = [f".{name}" for name in (attributes.get("class") or "").split()]
        names += [f"#{attributes['id']}"] if attributes.get("id") else []
        return next((self.hidden_names[name] for name in names if name in self.hidden_names), "")


def _spans(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Where what stands between two marks begins and ends."""
    at = 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        yield start + len(opening), end
        at = end + len(closing)


def _without(text: str, opening: str, closing: str) -> str:
    """A text without what stands between two marks, and without them."""
    at, kept = 0, []
    for start, end in _spans(text, opening, closing):
        kept.append(text[at : start - len(opening)])
        at = end + len(closing)
    return "".join([*kept, text[at:]])


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Selectors and what holds for them."""
    for part in css.split("}")[:-1]:
        before, brace, rule = part.rpartition("{")
        selectors = before.rpartition("{")[2]
        if brace and len(selectors) <= _LONGEST_SELECTOR and len(rule) <= _LONGEST_STYLE:
            yield selectors, rule


def hidden_by(style: str) -> str:
    """How a style hides what it is put on, in Chinese; empty where it does not."""
    style = style.lower().replace("\\", "")
    plain = style.replace(" ", "")
    if "display:none" in plain:
        return "display:none"
    if "visibility:hidden" in plain:
        return "visibility:hidden"
    if re.search(r"(?:^|;)opacity:0(?:\.0+)?(?:;|$|!)", plain) or "alpha(opacity=0)" in plain:
        return "完全透明"
    if (size := _SIZE.search(style)) and float(size[1]) <= (1 if size[2] in ("px", "pt") else 0):
        return "字号为零"
    for side, number, unit in _AWAY.findall(style):
        place = float(number) * {"em": 16, "rem": 16, "%": 4}.get(unit, 1)
        # A negative margin centres a window; only a very great one takes it away.
        if place <= (_FARTHER if side.startswith("margin") else _FAR) and ("position" in plain or side not in _EDGES):
            # A carousel moves its pictures aside too, by some widths of its own.
            return "移到屏幕之外" if place <= _FARTHER or side == "text-indent" else "移出可见区域"
    if "overflow:hidden" in plain and any(float(number) <= 1 for _, number, unit in _BOX.findall(style) if unit != "%"):
        return "高宽为零"
    return "文字与底色相同" if _same_colour(style) else ""


_EDGES = ("left", "top", "right", "bottom")


def _same_colour(style: str) -> bool:
    colours = {name.partition("-")[0]: _WHITE & {value.replace(" ", "")} for name, value in _COLOUR.findall(style)}
    return bool(colours.get("color")) and bool(colours.get("background"))


def _styles_in(script: str) -> Iterator[str]:
    for match in re.finditer(r"""style\s*=\s*\\?["']([^"']*)""", script, re.IGNORECASE):
        yield match[1]


def _tiny(value: str | None) -> bool:
    match = re.match(r"\s*(\d+)", value or "")
    return match is not None and int(match[1]) <= 1 and "%" not in (value or "")


def _words(node: LexborNode) -> str:
    words = " ".join((node.text() or "").split()) or " ".join((node.attributes.get("title") or "").split())
    if not words and (image := node.css_first("img")) is not None:
        words = " ".join((image.attributes.get("alt") or "").split())
    return words[:200]


def _plain(html: str) -> str:
    return " ".join(_TAGS.sub("", html).split())[:200]


def _heads(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    if (title := tree.css_first("title")) is not None and (words := " ".join((title.text() or "").split())):
        yield "页面标题", words[:500]
    for meta in tree.css("meta[name]"):
        name = (meta.attributes.get("name") or "").lower()
        words = " ".join((meta.attributes.get("content") or "").split())
        if name in ("keywords", "description") and words:
            yield ("关键词" if name == "keywords" else "描述"), words[:1000]
