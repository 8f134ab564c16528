"""Which records of its columns belong to an item. A column that holds one item holds nothing else; in one that holds several a
record belongs to those whose words its title says best."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from core.settings import CatalogueItem, Column
from core.text import fold_plain
from store.record_rows import Head

_SPLIT = re.compile(r"[、,;/和与及()《》“”\"·—\-]+")
_TAIL = re.compile(r"(?:信息|情况|结果|事项|文件|内容|名单|公示|公开|公告|管理|工作|说明|资料|材料|制度|要求|类|等)+$")
_HEAD = re.compile(r"^(?:关于|相关|有关|主要|全部|年度|本级|各类|各项)+")
_NUMBERS = re.compile(r"\d+")
_NO_WORDS = re.compile(r"(?!)")
# What titles say for what a level says: the level's words on the left, the title's on the right.
_ALIASES: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(level), title) for level, title in (
    (r"最低生活保障|低保", "低保|最低生活保障"), (r"特困", "特困|五保"), (r"临时救助", "临时救助"), (r"预决算", "预算|决算"),
    (r"三公", "三公"), (r"危房", "危房|危旧房"), (r"规划|计划", "规划|计划|要点"), (r"职能|职责|机构设置", "职能|职责|机构设置|内设机构"),
    (r"领导", "领导|分工|书记|镇长|乡长|主任"),
    (r"政策|法规|规章|法律|规范性文件|标准", "通知|意见|办法|规定|方案|条例|细则|政策|标准|法规"),
    (r"指南|流程|程序|申报|申请", "指南|流程|须知|条件|申请|申报|怎么|如何"), (r"解读", "解读|图解|问答|一图读懂|明白纸"),
    (r"监督|检查|投诉", "监督|检查|投诉|举报|通报|整改"), (r"审核|审批|确认|结果|名单|公示", "审核|审批|公示|名单|结果|确认|拟|评议"),
    (r"补贴|资金|发放", "补贴|资金|发放|补助|拨付"), (r"年度报告|年报", "年度报告|年报"), (r"概况|简介", "概况|简介|区位|沿革|基本情况"),
    (r"会议", "会议|召开"), (r"应急|预案", "预案|应急"), (r"人事|任免|招录|招考", "任免|招聘|招录|招考|录用|拟任|选拔"),
))  # fmt: skip
STRONG, WEAK = 4, 1
_PARENT = 2


@dataclass(slots=True)
class Members:
    """The records of one item, newest first. ``strong``: certainly its own; ``weak``: its wider field names them. ``seen``: how
    many records its columns hold."""

    strong: list[Head] = field(default_factory=list)
    weak: list[Head] = field(default_factory=list)
    seen: int = 0


def columns_of(items: Iterable[CatalogueItem], columns: Iterable[Column]) -> dict[str, list[CatalogueItem]]:
    """By the id of an applicable column, the applicable items that must appear in it."""
    known = {column.id for column in columns if column.applicable}
    found: dict[str, list[CatalogueItem]] = defaultdict(list)
    for item in items:
        for column in dict.fromkeys(item.columns) if item.applicable else ():
            if column in known:
                found[column].append(item)
    return found


def members(
    items: Mapping[str, Sequence[CatalogueItem]], columns: Iterable[Column], listed: Mapping[str, Sequence[Head]]
) -> dict[str, Members]:
    """By item, its records that stand. ``items`` by column; ``listed``: the records of each source."""
    found: dict[str, Members] = defaultdict(Members)
    for column in columns:
        here = items.get(column.id, ())
        standing = [head for head in listed.get(column.source, ()) if head.removed_at is None] if here else []
        for item in here:
            found[item.id].seen += len(standing)
        if len(here) == 1:
            found[here[0].id].strong += standing
        elif here:
            _shared(here, standing, found)
    for item in (item for several in items.values() for item in several):
        found.setdefault(item.id, Members())
    return found


def _shared(items: Sequence[CatalogueItem], standing: Sequence[Head], found: dict[str, Members]) -> None:
    words = [(item.id, _words(item)) for item in items]
    # Titles of a column differ in their numbers more than in their words.
    known: dict[str, tuple[int, list[str]]] = {}
    for head in standing:
        title = _NUMBERS.sub("0", head.title)
        if (found_before := known.get(title)) is None:
            found_before = known[title] = _best(fold_plain(title), words)
        best, chosen = found_before
        for item in chosen:
            (found[item].strong if best >= STRONG else found[item].weak).append(head)


def _best(folded: str, words: Sequence[tuple[str, _Words]]) -> tuple[int, list[str]]:
    best, chosen = 0, []
    for item, said in words:
        score = said.score(folded)
        if score > best:
            best, chosen = score, [item]
        elif score and score == best:
            chosen.append(item)
    return best, chosen


@dataclass(frozen=True, slots=True)
class _Words:
    """What a title may say of an item: its own name, the names above it, its elements, its field."""

    own: re.Pattern[str]
    own_loosely: re.Pattern[str]
    above: tuple[re.Pattern[str], ...]
    elements: re.Pattern[str]
    of_field: re.Pattern[str]

    def score(self, folded: str) -> int:
        """How well a folded title names the item. Its own name, or another word for it beside a name above it, is certain."""
        above = sum(_PARENT for level in self.above if level.search(folded))
        if self.own.search(folded):
            return STRONG + 1 + above
        if self.own_loosely.search(folded):
            return STRONG + above if above or not self.above else WEAK * bool(self.of_field.search(folded))
        return above + WEAK * bool(self.elements.search(folded))


def _words(item: CatalogueItem) -> _Words:
    return _words_of((item.level1, item.level2, item.level3), item.elements, item.field)


@lru_cache(maxsize=8192)
def _words_of(levels: tuple[str, ...], elements: tuple[str, ...], of_field: str) -> _Words:
    named = [level for level in levels if level] or [of_field]
    own, above = named[-1], [level for level in named[:-1] if level != named[-1]]
    return _Words(
        _any(_parts(own)), _any([title for level, title in _ALIASES if level.search(own)], escaped=False),
        tuple(_any([*map(re.escape, _parts(level)), *(t for words, t in _ALIASES[:6] if words.search(level))], escaped=False)
              for level in above),
        _any(part for element in elements for part in _parts(element) if len(part) >= 3), _any(_parts(of_field)),
    )


def _parts(name: str) -> list[str]:
    """The words of a level: 政策法规文件 says 政策法规, 审批信息 says 审批."""
    return list(dict.fromkeys(part for part in _cores(name) if len(part) >= 2))


def _cores(name: str) -> Iterator[str]:
    for part in _SPLIT.split(fold_plain(name)):
        core = _HEAD.sub("", _TAIL.sub("", part))
        yield core if len(core) >= 2 else part


def _any(words: Iterable[str], *, escaped: bool = True) -> re.Pattern[str]:
    told = sorted({re.escape(word) if escaped else word for word in words}, key=len, reverse=True)
    return re.compile("|".join(told)) if told else _NO_WORDS
