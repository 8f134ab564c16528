"""Whether every applicable item has its column and its content (完整性)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.nouns import Judgement, Severity, Verdict
from core.settings import CatalogueItem, Column
from monitor.catalogue.words import on_the_web
from monitor.items.membership import Members
from monitor.items.periods import name_of

COLUMN = "item.column"
MISSING = "item.missing"
_TOWN_ITEMS = re.compile(
    r"农业农村政策|农田水利|土地承包经营权|承包地?流转|宅基地使用|土地征收|征收土地|房屋征收|筹资筹劳|^社会救助"
    r"|信息公开(?:工作)?(?:指南|目录|年度报告|年报)"
)
_ARTICLES = re.compile(r"信息公开条例》?[^《》]{0,6}第?(?:十二|二十一|四十九|五十|12|21|49|50)条")


def statutory(item: CatalogueItem) -> bool:
    """Whether the 条例 itself names it: the eight items of art. 21, the guide and catalogue of art. 12, the annual report."""
    named = (item.level2, item.level3) if item.level2 or item.level3 else (item.level1 or item.field,)
    return bool(_ARTICLES.search(item.basis)) or any(_TOWN_ITEMS.search(name) for name in named if name)


def unchecked(item: CatalogueItem) -> str | None:
    """Why an item is not looked for on the town's columns; None for one that is."""
    if not item.applicable:
        return item.reason or "不适用"
    if item.channels and not on_the_web(item.channels):
        return f"只在{'、'.join(item.channels)}公开，不在网站检查"
    if item.mode and "主动" not in item.mode and "依申请" in item.mode:
        return "依申请公开的事项，不在网站检查"
    return None


def left_out(item: CatalogueItem, reason: str) -> list[Judgement]:
    """Explicit oks, so that what was found before is closed."""
    return [_judgement(item, rule, Verdict.OK, f"公开事项“{name_of(item)}”不检查", reason) for rule in (COLUMN, MISSING)]


def judge(
    item: CatalogueItem, columns: Sequence[Column], members: Members, doubts: Mapping[str, str], blank: set[str]
) -> list[Judgement]:
    """Both judgements of an item that is looked for. ``columns``: those of the catalogue that it names, applicable or not;
    ``doubts``: by column, why nothing can be said of it; ``blank``: columns proven to hold nothing."""
    applicable = [column for column in columns if column.applicable]
    if not applicable:
        why = "所填栏目均设为不适用" if columns else "还没有填写对应栏目"
        no_column = f"{why}：请在公开目录中指定栏目，或写明不适用的理由"
        return [
            _judgement(item, COLUMN, Verdict.BAD, f"公开事项“{name_of(item)}”没有对应栏目", no_column),
            _judgement(item, MISSING, Verdict.CANNOT_JUDGE, f"公开事项“{name_of(item)}”", "没有对应栏目，不能判断是否公开"),
        ]
    has_column = _judgement(item, COLUMN, Verdict.OK, f"公开事项“{name_of(item)}”有对应栏目", "、".join(c.name for c in applicable))
    return [has_column, _content(item, applicable, members, doubts, blank)]


def _content(
    item: CatalogueItem, columns: Sequence[Column], members: Members, doubts: Mapping[str, str], blank: set[str]
) -> Judgement:
    name, where = f"公开事项“{name_of(item)}”", "、".join(f"“{column.name}”" for column in columns)
    if members.strong:
        return _judgement(item, MISSING, Verdict.OK, f"{name}已公开", f"栏目{where}有{len(members.strong)}条")
    if doubt := next((doubts[column.id] for column in columns if column.id in doubts), None):
        return _judgement(item, MISSING, Verdict.CANNOT_JUDGE, name, doubt)
    if members.weak:
        reason = f"栏目{where}有{len(members.weak)}条信息与此有关，从标题不能确定是否就是本事项，请人工核对"
        return _judgement(item, MISSING, Verdict.CANNOT_JUDGE, name, reason)
    if not members.seen:
        return _empty(item, columns, blank)
    reason = f"栏目{where}的信息中，没有一条的标题与“{item.level3 or item.level2 or item.level1 or item.field}”有关"
    return _judgement(item, MISSING, Verdict.BAD, f"{name}没有公开", f"{reason}，请补充；已公开在别处的，请补填栏目")


def _empty(item: CatalogueItem, columns: Sequence[Column], blank: set[str]) -> Judgement:
    name, where = f"公开事项“{name_of(item)}”", "、".join(f"“{column.name}”" for column in columns)
    if any(not column.min_items for column in columns):
        return _judgement(item, MISSING, Verdict.OK, name, f"栏目{where}按配置允许为空")
    if all(column.id in blank for column in columns):
        return _judgement(item, MISSING, Verdict.BAD, f"{name}没有公开", f"栏目{where}没有任何内容")
    return _judgement(item, MISSING, Verdict.CANNOT_JUDGE, name, f"栏目{where}没有采到任何内容，但也未能证实栏目为空")


def _judgement(item: CatalogueItem, rule: str, verdict: Verdict, title: str, reason: str) -> Judgement:
    severity = Severity.ERROR if statutory(item) else Severity.WARN
    if verdict is Verdict.BAD and item.basis:
        reason = f"{reason}；依据：{item.basis}"
    return Judgement(
        rule_id=rule, subject=f"item:{item.id}", verdict=verdict, severity=severity, title=title, reason=reason,
        evidence={"item": name_of(item), "column": next(iter(item.columns), None), "basis": item.basis}, owner=item.owner,
    )
