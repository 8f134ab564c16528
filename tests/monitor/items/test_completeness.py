"""Every applicable item has its column and its content."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.settings import CatalogueItem
from monitor.items.completeness import statutory
from monitor.items.judging import judge
from tests.monitor.items.parts import column, heads, item, view

DAY = date(2026, 11, 24)
TITLES = heads(
    ("漫水河镇2026年10月城乡居民最低生活保障资金发放情况", date(2026, 11, 8)), ("漫水河镇临时救助对象审批结果公示（2026年10月）", date(2026, 10, 20)),
    ("城乡居民最低生活保障办事指南", date(2026, 5, 8)), ("漫水河镇困难残疾人生活补贴发放名单公示", date(2026, 10, 1)),
)


def verdicts(items: list[CatalogueItem], listed: dict[str, Any], **more: Any) -> dict[tuple[str, str], str]:
    return {
        (j.subject.removeprefix("item:"), j.rule_id.removeprefix("item.")): str(j.verdict)
        for _, j in judge(view(DAY, items, listed, **more)) if j.rule_id != "item.period"
    }


def relief(key: str, level1: str, level2: str) -> CatalogueItem:
    return item(level1, id=key, level2=level2, field="社会救助", columns=("relief",))


def test_several_items_in_one_column_are_told_apart_by_their_words() -> None:
    items = [
        relief("money", "最低生活保障", "资金发放"), relief("guide", "最低生活保障", "办事指南"), relief("urgent", "临时救助", "审批信息"),
        relief("end", "特困人员救助供养", "终止供养名单"), relief("check", "最低生活保障", "审核信息"),
    ]
    found = verdicts(items, {"relief": TITLES})
    assert {key: found[key, "missing"] for key in ("money", "guide", "urgent", "end", "check")} == {
        "money": "ok", "guide": "ok", "urgent": "ok", "end": "bad",
        # What speaks of 最低生活保障 is the money and the guide, certainly: of 审核 there is nothing.
        "check": "bad",
    }


def test_what_speaks_of_the_field_alone_decides_nothing() -> None:
    items = [relief("money", "最低生活保障", "资金发放"), relief("policy", "特困人员救助供养", "政策法规文件")]
    spoken = heads(("关于做好社会救助工作的通知", date(2026, 5, 8)), ("低保资金发放情况", date(2026, 5, 8)))
    assert verdicts(items, {"relief": spoken})["policy", "missing"] == "cannot_judge"
    assert verdicts(items, {"relief": spoken[1:]})["policy", "missing"] == "bad"


def test_an_item_that_is_alone_in_its_column_has_all_of_it() -> None:
    assert verdicts([item("随便什么", id="one", columns=("relief",))], {"relief": TITLES})["one", "missing"] == "ok"


@pytest.mark.parametrize(("columns", "outcome", "changes", "column_verdict", "missing"), [
    ((), "new", {}, "bad", "cannot_judge"),
    (("money",), "empty", {}, "ok", "bad"),
    # The list is empty and may be.
    (("money",), "empty", {"min_items": 0}, "ok", "ok"),
    # Nothing was read, so nothing is known to be missing.
    (("money",), "blocked", {}, "ok", "cannot_judge"),
    (("money",), "all_filtered", {}, "ok", "cannot_judge"),
    (("money",), "new", {"applicable": False, "reason": "不涉及"}, "bad", "cannot_judge"),
])
def test_a_column_and_its_content(
    columns: tuple[str, ...], outcome: str, changes: dict[str, Any], column_verdict: str, missing: str
) -> None:
    found = verdicts([item(id="one", columns=columns)], {}, columns=[column(**changes)], outcomes={"money": outcome})
    assert (found["one", "column"], found["one", "missing"]) == (column_verdict, missing)


@pytest.mark.parametrize("changes", [
    {"applicable": False, "reason": "本镇不涉及"}, {"channels": ("社区/企事业单位/村公示栏",)}, {"mode": "依申请公开"},
])
def test_what_is_not_looked_for_closes_explicitly(changes: dict[str, Any]) -> None:
    found = verdicts([item(id="one", columns=(), limit="每月", **changes)], {}, columns=[column()])
    assert set(found.values()) == {"ok"}


@pytest.mark.parametrize(("changes", "severe"), [
    ({"level1": "农田水利工程建设运营"}, True), ({"level1": "政府信息公开指南"}, True), ({"level1": "政府信息公开年度报告"}, True),
    ({"level1": "综合业务", "level2": "监督检查", "field": "社会救助"}, False),
    ({"level1": "监督检查", "basis": "《中华人民共和国政府信息公开条例》第二十一条"}, True),
    ({"level1": "乡镇简介", "basis": "《政府信息公开条例》第二十条"}, False),
])
def test_what_the_regulation_itself_names_is_an_error(changes: dict[str, Any], severe: bool) -> None:
    assert statutory(item(**changes)) is severe
