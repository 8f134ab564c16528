"""Copied from another government's site: the page acts in another town's name (旺苍县 2024年第二季度通报)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.scanned import Flaw, ScannedText

_TOWN = re.compile(r"(?=([\u4e00-\u9fff]{2,4}(?:镇|乡|街道))(?![村居里企贤亲土音情情风域级办容政]))")
_GOVERNMENT = re.compile(r"((?:现?公布|发布|编制|制定)?[\u4e00-\u9fff]{2,4}?(?:镇|乡))(?:人民政府|党委|党政办|人大)")
# Words that end in 镇 or 乡 and name no place.
_GENERAL = re.compile(
    r"(?:乡|城|集|村|古|小|本|全|我|各|该|报|送|交|经|县|两|多|外|家|他|回|返|下|故|制|个|和|与|及|在|对|为|将|由|到|从|是|向|让|把|给|等|的|了)(?:镇|乡|街道)$"
    r"|(?:部分|主持|协助|负责|配合|联系|分管|服从)(?:镇|乡)$|^(?:主持|协助|组织|负责|配合|参加|联系|分管|听取|召开|根据|按照|落实|贯彻|研究|坚持|加强|推进|完成|做好|开展|服从|担任|兼任)"
    r"|^(?:中心|重点|特色|所在|建制|有关|相关|其他|周边|邻近|相邻|兄弟|所有|示范|各个|沿线|户籍|原籍)"
)
_ISSUED = re.compile(r"^(?:现?公布|发布|编制|制定)")
_COUNTY = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,3}?[县区市])(?:人民政府|政府|委|人大|政协|[\u4e00-\u9fff]{2,6}局)")
_NO_COUNTY = re.compile(
    r"^(?:全|各|本|我|该|两|多|省|市|县|区|由|在|经|对|向|请|与|和|及)|(?:地|社|园|景|山|库|灾|疫|辖|城|发|验|开发|自治)[区市县]$"
)
_JOINT = 2


def foreign_place(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Another town is named, in its own name or again and again, where the own town is not named at all in the text."""
    if not page.own:
        return
    yield from _opening(page, text)
    body = fold_plain("\n".join(part.text for part in paragraphs(text)))
    if any(name in body for name in page.own):
        return
    found = _others(body)
    governments = {_ISSUED.sub("", match[1]) for match in _GOVERNMENT.finditer(body)}
    governments = {name for name in governments if not _GENERAL.search(name)}
    repeated = [name for name, count in found.items() if count >= _JOINT]
    # Several towns by turns: a report about the county, not one town's copied text.
    if len(repeated) > _JOINT or not (repeated or governments):
        return
    name = max(repeated, key=lambda each: found[each]) if repeated else min(governments)
    where = next((part.where for part in paragraphs(text) if name in fold_plain(part.text)), "正文")
    yield flaw("foreign_place", Severity.WARN, where, name, f"正文写的是“{name}”，没有提到本镇，请核对是否误用外地稿件。")


def foreign_county(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """One other county's government or party committee speaks, again and again, and the own county is not named at all."""
    body = fold_plain("\n".join(part.text for part in paragraphs(text)))
    mine = (*page.own, *page.region)
    if not page.region or any(name in body or name in page.title for name in mine):
        return
    found = Counter(match[1] for match in _COUNTY.finditer(body) if not _NO_COUNTY.search(match[1]))
    if len(found) == 1 and (name := next(iter(found))) and found[name] > _JOINT:
        where = next((part.where for part in paragraphs(text) if name in fold_plain(part.text)), "正文")
        yield flaw("foreign_place", Severity.WARN, where, name, f"正文写的是“{name}”，没有提到本县本镇，请核对是否误用外地稿件。")


def _opening(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """A title in the own name over an opening in another's: a report or guide that was filled in over a neighbour's."""
    if not any(name in page.title for name in page.own) or "联合" in page.title:
        return
    for part in paragraphs(text)[:2]:
        for match in _GOVERNMENT.finditer(fold_plain(part.text)):
            name = _ISSUED.sub("", match[1])
            if name not in page.own and not _GENERAL.search(name) and _ISSUED.match(match[1]):
                yield flaw("foreign_place", Severity.WARN, part.where, name, f"标题是本镇的，开头写的是“{name}”，请核对更正。")


def _others(body: str) -> dict[str, int]:
    """Names of towns with how often each stands; of names that end alike the longest that stands as often."""
    counts = Counter[str]()
    for match in _TOWN.finditer(body):
        if not _GENERAL.search(match[1]):
            counts[match[1]] += 1
    return {
        name: count for name, count in counts.items()
        if not any(other != name and (other.endswith(name) and counts[other] >= count) for other in counts)
        and not any(other != name and name.endswith(other) and counts[other] > count for other in counts)
    }
