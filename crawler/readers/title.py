"""The headline of a page: what the page shows as one, checked against what its tags say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import normalize

from crawler.readers.page import Line, Page
from crawler.readers.trim import is_info

_HEADLINE = re.compile(r"title|headline|biaoti|(?:^|[\s_-])(?:bt|tit|tt|btt|till|subject|heading|topic|h1)(?:$|[\s_\d-])")
_SPACE = re.compile(r"[\s　]+")
_INDEX_LABELS = frozenset("标题 名称 信息名称 文件名称 文件标题 公文标题 信息标题".split())
_TAGS = {"h1": 8.0, "h2": 5.0, "h3": 4.0, "h4": 2.0, "ucaptitle": 8.0}
_SEPARATOR = re.compile(r"\s*(?:[_|｜＿丨]|--+|――|——|\s[-–—]\s|(?<=[^\x00-\x7f])-(?=[^\x00-\x7f]))\s*")
_LONGEST = 300
_WEAK_SUFFIX = re.compile(r"(.{6,}?)\s*(?:[—–－·•~～»›>]+|::)\s*([^—–－·•~～»›>:_|]{2,20})$")
_MARK = re.compile(r"[·•■◆●▪▶►□○★☆※\s]+")
_CRUMB = re.compile(r"[^<《〈\s]\s*[>〉»›]+\s*\S|位置\s*[:：]")
_BADGE = re.compile(r"(?:原创|转载|置顶|推荐|独家|图文|视频|首发)\s*")
# The line of who reports, and what no headline says.
_NO_HEADLINE = re.compile(r"[／/╱][^】\])）]{0,10}(?:報導|报道|電|电)[】\])）]?$|^[【\[(（][^】\])）]*(?:记者|記者)|https?:|www\.|[Cc]opyright|©|加载中|下一[页頁]")
_DIGITS = re.compile(r"\d")
_ABOVE, _PARTED = 40, 5
_SITE = re.compile(r"网$|网站|门户|频道|政府$|在线$|新闻中心|首页|网\b|網$|網站$|頻道$|新聞$|報$|台$|公司$|\.com|\.cn|中心$|局$|委$")

_PLACE = re.compile(r"[\u4e00-\u9fff]{1,9}(?:[镇乡县市区省]|街道)")


def headline(page: Page, before: int) -> tuple[str, int] | None:
    """The line that is the page's headline and its place: the one that agrees best with ``<title>`` and looks like one.

    ``before``: where the text begins; a headline further down counts less."""
    titles = [_Title(_fold(text)) for text in {page.title, page.metas.get("og:title", "")} if text and not _only_site(text)]
    looks: dict[int, float] = {}
    best, best_score, agreed = None, 0.0, False
    heads = {title.head for title in titles if len(title.head) >= 2}
    for order, (start, end, text) in enumerate(_candidates(page, heads)):
        line = page.lines[start]
        node = line.node
        if node not in looks:
            looks[node] = _looks(page, node)
        if line.links * 2 > len(text) and looks[node] < 3.0:
            continue  # most lines of most pages: links of menus
        agreement = _agreement(text, titles)
        if agreement == 0.0 and looks[node] < 4.0:
            continue
        score = _score(line, text, looks[node] + agreement) - order * 0.001 - (4.0 if start > before else 0.0)
        if score > best_score and not _in_index(page, start):
            best, best_score, agreed = (text, end - 1), score, agreement > 0.0
    return (best if agreed else _by_place(page, before)) or best or _line_above(page, before)


def _by_place(page: Page, before: int) -> tuple[str, int] | None:
    """The headline of a page whose tags name only the site: what looks like one, or is followed by the line of date and
    source, and stands near the beginning of the text."""
    best, best_score = None, 3.0
    for index in range(max(0, before - _ABOVE), min(before + 6, len(page.lines))):
        line = page.lines[index]
        if index >= before and len(line.text) > 40 and "。" in line.text:
            break
        if not 4 <= len(line.text) <= 80 or not _may_be_headline(line) or _in_index(page, index):
            continue
        node = page.nodes[line.node]
        heading = node.tag in _TAGS and node.end - node.start <= 3
        if heading and node.start < index:
            continue  # it was read with its first line
        dated = any(is_info(other) and _DIGITS.search(other.text) for other in page.lines[index + 1 : index + 4])
        score = _looks(page, line.node) + 5.0 * dated - 0.2 * abs(before - index) - (3.0 if len(line.text) < 6 else 0.0)
        if score > best_score:
            end = node.end if heading else index + 1
            best, best_score = (" ".join(part.text for part in page.lines[index:end]), end - 1), score
    return best


def _may_be_headline(line: Line) -> bool:
    text = line.text
    return not (line.links * 2 > len(text) or text[-1] in "。；，、：:." or is_info(line) or _CRUMB.search(text) or _NO_HEADLINE.search(text))


def _in_index(page: Page, index: int) -> bool:
    """Whether a line is the value of 标题 or 名称 in a disclosure index: what the index says, not what the page shows."""
    return index > 0 and _SPACE.sub("", page.lines[index - 1].text).strip(":：[]【】") in _INDEX_LABELS


def _line_above(page: Page, before: int) -> tuple[str, int] | None:
    """The line over the text, for a page whose tags name only the site."""
    for index in range(before - 1, max(before - 8, -1), -1):
        line = page.lines[index]
        if 6 <= len(line.text) <= 60 and not line.links and _may_be_headline(line):
            return line.text, index
    return None


def _candidates(page: Page, heads: set[str]) -> Iterable[tuple[int, int, str]]:
    """Lines, and headings of two lines joined. ``heads``: what ``<title>`` begins with, which may be as short as 公告."""
    for node in page.nodes:
        if node.tag in _TAGS and 2 <= node.end - node.start <= 3:
            yield node.start, node.end, " ".join(line.text for line in page.lines[node.start : node.end])
    whole = _fold(page.title)
    parted: list[tuple[int, int, str]] = []
    for index, line in enumerate(page.lines):
        if 4 <= len(line.text) <= 120 or line.text in heads:
            yield index, index + 1, line.text
            if len(parted) < _PARTED and whole and line.text[0] == whole[0] and (more := _continued(page, index, whole)):
                parted.append((index, index + len(more), " ".join(more)))
    for start, end, text in parted:
        if not any(_fold(text) in _fold(line.text) for line in page.lines):
            yield start, end, text


def _continued(page: Page, index: int, whole: str) -> list[str]:
    """A headline that stands in two to four lines of their own, as ``<title>`` gives it in one; empty where it does not."""
    parts: list[str] = []
    said = ""
    for line in page.lines[index : index + 4]:
        said += _fold(line.text)
        if line.links or not whole.startswith(said):
            break
        parts.append(line.text)
    return parts if len(parts) > 1 else []


def _agreement(text: str, titles: list[_Title]) -> float:
    """How well a line agrees with the best of the titles that the tags give."""
    folded = _fold(text)
    if len(folded) < 4 and folded not in [title.head for title in titles]:
        return 0.0
    return max((title.agreement(folded) for title in titles), default=0.0)


def _score(line: Line, text: str, score: float) -> float:
    link = line.links * 2 > len(text)
    return score - (6.0 if link else 0.0) - (12.0 if _CRUMB.search(text) else 0.0)


def _looks(page: Page, node: int) -> float:
    """How much the element around a line says that it is a headline."""
    score = 0.0
    nodes = page.nodes
    for depth in range(3):
        if node < 0:
            break
        around = nodes[node]
        if around.end - around.start <= 3:
            if around.tag in _TAGS:
                score = max(score, _TAGS[around.tag] - depth)
            if around.name and _says_headline(around.name):
                score = max(score, 4.0 - depth)
        if around.hidden:
            score -= 2.0
        node = around.parent
    return score


@lru_cache(4096)
def _says_headline(name: str) -> bool:
    return _HEADLINE.search(name) is not None


class _Title:
    """A title that a tag gives, and how well a line agrees with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.head = _SEPARATOR.split(text, maxsplit=1)[0]
        self.pairs = {text[i : i + 2] for i in range(len(text) - 1)}

    def agreement(self, folded: str) -> float:
        """0 (little in common) to 20 (the title begins with this line, or the line holds the whole title)."""
        if folded in self.text:
            share = len(folded) / len(self.text)
            return (14.0 if self.text.startswith(folded) else 8.0) + 6.0 * share
        if self.text in folded:
            return 20.0 * len(self.text) / len(folded)
        if folded[:2] not in self.pairs and folded[-2:] not in self.pairs and folded[2:4] not in self.pairs:
            return 0.0
        pairs = {folded[i : i + 2] for i in range(len(folded) - 1)}
        common = len(pairs & self.pairs) / len(pairs)
        return 12.0 * common if common >= 0.5 else 0.0


def bare(text: str, page: Page) -> str:
    """A headline without the mark or badge that the page sets before it (●, 原创, 转载...), where ``<title>`` has none."""
    mark = _MARK.match(text)
    if mark and _fold(page.title).startswith(_fold(text[mark.end() :])[:8]):
        text = text[mark.end() :]
    badge = _BADGE.match(text)
    rest = text[badge.end() :].strip() if badge else text
    return rest if badge and _fold(page.title).startswith(_fold(rest)) else text


def without_site(title: str) -> str:
    """A ``<title>`` without the site's name: the longest of its parts, or the first where that is long enough. Marks that
    titles have of their own (— · ~) part only what is plainly the name of a site."""
    while len(title) <= _LONGEST and (match := _WEAK_SUFFIX.match(title)) and _SITE.search(match[2]):
        title = match[1]
    parts = [part.strip() for part in _SEPARATOR.split(title) if part.strip()]
    if len(parts) < 2:
        return title.strip()
    if _SITE.search(parts[0]) and len(parts[-1]) > len(parts[0]) * 0.8:
        return parts[-1]
    return parts[0] if len(parts[0]) >= 6 else max(parts, key=len)


def _only_site(title: str) -> bool:
    """Whether a ``<title>`` names only its site or its place (漫水河镇), not the page."""
    if len(title) > 16 or len(_SEPARATOR.split(title)) > 1:
        return False
    return _SITE.search(title) is not None or _PLACE.fullmatch(title) is not None


def agree(one: str, other: str) -> bool:
    """Whether two titles are the same but for spaces and full or half width, or one is the other with more around it."""
    first, second = (normalize("NFKC", _fold(text)) for text in (one, other))
    return first in second or second in first


def _fold(text: str) -> str:
    return _SPACE.sub("", text)
