"""The catalogues that ship: whole, in words that the checks understand, and signed by nobody as what they are not."""

from __future__ import annotations

import re

import pytest

from core.settings import CatalogueItem
from monitor import limits
from monitor.catalogue.presets import missing_from, preset, presets

CORE = {
    "公共资源交易", "社会救助", "养老服务", "公共法律服务", "财政预决算", "就业", "社会保险", "公共文化服务", "安全生产", "救灾", "涉农补贴", "农村危房改造",
    "扶贫（乡村振兴）",
}


def test_the_26_fields_of_which_13_apply_to_a_town() -> None:
    items = preset("fields-26").items
    assert len({item.field for item in items}) == 26
    assert {item.field for item in items if item.applicable} == CORE
    for item in items:
        assert item.applicable == (item.field in CORE)
        assert item.applicable or (len(item.reason) > 12 and re.search(r"[县省市]", item.reason)), "who does it instead"


def test_the_legal_minimum_article_by_article() -> None:
    items = {item.id: item for item in preset("legal-minimum").items}
    assert [len([i for i in items if i.startswith(f"law.{article}.")]) for article in (12, 20, 21, 49)] == [2, 15, 8, 1]
    assert set(items["law.12.catalogue"].elements) == {"索引", "名称", "内容概述", "生成日期"}
    assert len(items["law.12.guide"].elements) == 9
    assert [i for i in items if not items[i].applicable] == ["law.20.08", "law.20.10", "law.20.14", "law.20.15"]
    assert items["law.49.report"].limit == "每年1月31日前" and "没有点名乡镇" in items["law.49.report"].note
    for number, one in enumerate("一二三四五六七八九十", 1):
        assert f"第二十条第（{one}）项" in items[f"law.20.{number:02}"].basis


@pytest.mark.parametrize("each", presets(), ids=lambda each: each.id)
def test_every_item_can_be_checked(each: object) -> None:
    items = each.items  # type: ignore[attr-defined]
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert item.limit and all(rule.kind != "unknown" for rule in limits.parse(item.limit)), item.id
        assert item.basis or not item.applicable, item.id
        assert item.elements or not item.applicable, item.id
        assert not item.columns and item.owner is None, "these the town decides"


def test_applying_twice_adds_once_and_keeps_what_a_person_wrote() -> None:
    chosen = preset("town-basics")
    new, other = missing_from([], chosen)
    assert (new, other) == (list(chosen.items), [])
    decided = chosen.items[0].model_copy(update={"columns": ("zcwj",), "owner": "clerk"})
    reworded = chosen.items[1].model_copy(update={"limit": "及时公开"})
    new, other = missing_from([decided, reworded, CatalogueItem(id="own", field="x")], chosen)
    assert (new, other) == (list(chosen.items[2:]), [reworded])
