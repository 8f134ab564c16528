"""The generic reader: which lines of a page are its text.

Each line weighs what prose it holds; links and boilerplate weigh below zero. As an element covers a range of lines, the
element whose lines weigh most in all holds the article: whatever is added beyond it costs more than it brings. One pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from crawler.readers.page import Line, Node, Page

# Names of elements repeat within a page and from page to page: what they say is looked up once.
_NAMES = 4096
_PUNCTUATION = re.compile(r"[，。；！？,;!?]")
_ASIDE = re.compile(
    r"comment|pinglun|footer|copyright|related|relative|relevant|xiangguan|recommend|tuijian|sidebar|breadcrumb|share|qrcode|erweima|"
    r"disclaimer|shengming|reward|hotnews|toolbar|img_?wrap|caption|img_?desc|pic_?desc|"
    r"(?:^|[\s_-])(?:foot|crumb|nav|navi|navbar|menu|hot|rank|paihang|login|search|pager|pagination|friendlink|links|topbar|bottom|"
    r"ewm|advert|ads?|pl|tj|copy|tags?|keywords?|tips?)(?:$|[\s_\d-])"
)
_COMMENTS = re.compile(r"comment|pinglun|reply|replies|huifu|respond|feedback|guestbook")
# Every alternative begins with a plain character (and none ignores case): so the pattern is searched for by a set of first
# characters, ten times as quickly as otherwise.
_BOILERPLATE = re.compile(
    r"版权所有|版權所有|版权归|著作权归|ICP备|ICP证|icp备|网安备|公网安备|Copyright|CopyRight|COPYRIGHT|copyright|©|All [Rr]ights [Rr]eserved|ALL RIGHTS RESERVED|"
    r"all rights reserved|违法和不良信息|举报电话|许可证号?|未經授權|网站声明|邮编|邮政编码|"
    r"未经.{0,12}(?:允许|许可|授权)|转载请注明|請註明|免责声明|免責聲明|网站标识码|技术支持|主办单位|建议使用.{0,20}分辨率|Powered [Bb]y|powered by|POWERED BY|扫一扫|浏览器版本|"
    r"二维码|微信公众号|客户端下载|下载客户端|仅代表.{0,12}(?:作者|网友|本人|个人)|只代表.{0,12}(?:作者|网友|本人|个人)|僅代表.{0,12}(?:作者|网友|本人|个人)|"
    r"不代?表.{0,8}(?:本网|本站|本报|我们|新浪|网站).{0,8}(?:观点|立场|赞同)|无代?表.{0,8}(?:本网|本站|本报|我们|新浪|网站).{0,8}(?:观点|立场|赞同)|并不意味着赞同|"
    r"与(?:本网|本站|本报|凤凰网).{0,4}无关|凡(?:本网|本站)?.{0,4}注明|不构成.{0,12}建议|风险自担|自负其责"
)
_BOILERPLATE_HEAD = re.compile(r"声明[:：]|[（(]?(?:本文|以上)(?:内容)?(?:仅供参考|转载自)")
_FLAT = frozenset({"p", "td", "th", "pre", "section", "font", "span", "blockquote"})
_SHORT = 0.1
BOILERPLATE_WEIGHT = -20.0
_RUN_OVER_ELEMENT = 1.5
_SHORTEST, _NEAR, _UNDER_HEADLINE = 50.0, 12, 0.4
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of every line, the sums up to each, so that the weight of a range is one subtraction, and which lines
    stand in an element that says that it is no part of the article (comments, related, share)."""

    lines: list[float]
    sums: list[float]
    aside: bytearray

    def of(self, start: int, end: int) -> float:
        """The weight of the lines ``start`` to ``end``."""
        return self.sums[end] - self.sums[start]


def weigh(page: Page) -> Weights:
    """Weigh the lines of a page."""
    lines = [_weight(page, line) for line in page.lines]
    _lower_teasers(page, lines)
    _lower_choices(page, lines)
    prose = [0.0, *accumulate(max(weight, 0.0) for weight in lines)]
    aside = bytearray(len(lines))
    for node in page.nodes:
        if node.start < node.end and (node.hidden or (node.name and _says_aside(node.name))) and _is_aside(node, prose):
            aside[node.start : node.end] = b"\x01" * (node.end - node.start)
    lines = [min(weight, -1.0) if apart else weight for weight, apart in zip(lines, aside, strict=True)]
    return Weights(lines, [0.0, *accumulate(lines)], aside)


def _lower_choices(page: Page, lines: list[float]) -> None:
    """The choices of a survey beside an article are controls like links, and no prose."""
    if page.choices and sum(max(weight, 0.0) for weight in lines) >= 300:
        for index in page.choices:
            lines[index] = -8.0
            page.lines[index].links = len(page.lines[index].text)


def _lower_teasers(page: Page, lines: list[float]) -> None:
    """A list of other articles, each a linked title and a paragraph, may hold more prose than the article before it. Four or
    more such pairs in a row count for nothing where enough is said before them; a page of nothing else keeps them."""
    pairs: list[int] = []
    before = total = 0.0
    for index, weight in enumerate(lines):
        if weight >= 20 and index and _is_linked_title(page.lines[index - 1], lines[index - 1]):
            if pairs and index - pairs[-1] > 4:
                pairs = _lowered(lines, pairs, before)
            if not pairs:
                before = total
            pairs.append(index)
        total += max(weight, 0.0)
    _lowered(lines, pairs, before)


def _lowered(lines: list[float], pairs: list[int], before: float) -> list[int]:
    if len(pairs) >= 4 and before >= 60:
        for index in range(pairs[0], pairs[-1] + 1):
            lines[index] = min(lines[index], -1.0)
    return []


def _is_linked_title(line: Line, weight: float) -> bool:
    return line.links >= 6 and line.links * 3 > len(line.text) and weight <= 0 and len(line.text) < 100


@lru_cache(_NAMES)
def _says_aside(name: str) -> bool:
    return _ASIDE.search(name) is not None


def _is_aside(node: Node, prose: list[float]) -> bool:
    """An element that calls itself an aside is believed unless it holds a good part of the page's prose; comments even
    then, where an article stands before them."""
    inside = prose[node.end] - prose[node.start]
    if _COMMENTS.search(node.name) and prose[node.start] > 120:
        return True
    # Hidden copies of an article (for reading aloud) are as long as the article itself.
    return inside <= (0.6 if node.hidden else 0.35) * prose[-1]


def _weight(page: Page, line: Line) -> float:
    text = line.text
    length = len(text)
    tag = page.nodes[line.node].tag if line.node >= 0 else "body"
    if line.links * 2 > length or (tag == "li" and line.links * 3 > length and length < 80):
        return -8.0 - min(line.links, 40) * 0.5
    if length < 320 and (_BOILERPLATE.search(text) or _BOILERPLATE_HEAD.match(text)):
        return BOILERPLATE_WEIGHT
    plain = length - line.links
    if tag in _HEADINGS and plain < 60:
        return -1.0
    if plain >= 12 and _PUNCTUATION.search(text):
        return float(plain)
    if line.row >= 0:
        row = page.nodes[line.row]
        return 0.0 if row.nested or row.cells < 2 else _SHORT * plain
    return 0.0 if tag in _FLAT or length >= 20 else -1.0


def best_range(page: Page, weights: Weights) -> tuple[int, int] | None:
    """The lines that hold the article: those of the element that weighs most, the innermost of equals, and of a paragraph
    the element around it; or, where a run of lines weighs much more than any element (old pages put the article and link
    lists into one cell), that run. None for a page without prose."""
    best, best_weight = None, 0.0
    sums = weights.sums
    for node in page.nodes:
        weight = sums[node.end] - sums[node.start]
        if weight >= best_weight and weight > 0:
            best, best_weight = node, weight
    run = _heaviest_run(weights.lines)
    if weights.of(*run) > _RUN_OVER_ELEMENT * best_weight:
        return run
    if best is None:
        return None
    if best.tag == "p" and best.parent >= 0:
        around = page.nodes[best.parent]
        if weights.of(around.start, around.end) >= best_weight - 3:
            best = around
    return best.start, best.end


def range_below(weights: Weights, headline: int, chosen: tuple[int, int]) -> tuple[int, int] | None:
    """The lines that hold the article where it stands right under its headline and is short: what stands further down or
    over the headline (comments, other articles) may weigh more. None where ``chosen`` is the first that says much."""
    first = headline + 1
    last = chosen[0] if chosen[0] > headline else len(weights.lines)
    start, end = (first + line for line in _heaviest_run(weights.lines[first:last]))
    weight = weights.of(start, end)
    near = start - first <= _NEAR and weight >= max(_SHORTEST, _UNDER_HEADLINE * weights.of(*chosen))
    return (start, end) if near else None


def _heaviest_run(lines: list[float]) -> tuple[int, int]:
    """The consecutive lines of the greatest sum (Kadane's algorithm)."""
    best, best_sum, start, total = (0, 0), 0.0, 0, 0.0
    for index, weight in enumerate(lines):
        if total <= 0:
            start, total = index, 0.0
        total += weight
        if total > best_sum:
            best, best_sum = (start, index + 1), total
    return best
