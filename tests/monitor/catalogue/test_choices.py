"""What a person decided in the workbench beats the configuration, part by part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.catalogue import ItemChoice
from core.settings import CatalogueItem
from monitor.catalogue.choices import carried, effective_items, merged
from monitor.catalogue.reading import item_id

AT = datetime(2026, 11, 26, tzinfo=UTC)
ITEM = CatalogueItem(id="a", field="就业", columns=("jobs",), owner="wang", applicable=False, reason="没有")


def chosen(**said: Any) -> ItemChoice:
    return ItemChoice(item="a", who="clerk", at=AT, **said)


@pytest.mark.parametrize(("choice", "expected"), [
    (chosen(), (("jobs",), "wang", False, "没有")),  # Nothing said: the configuration stands.
    (chosen(owner="li"), (("jobs",), "li", False, "没有")),
    (chosen(owner=""), (("jobs",), None, False, "没有")),  # Nobody is an answer.
    (chosen(columns=()), ((), "wang", False, "没有")),  # So is: there is no such column.
    (chosen(applicable=True), (("jobs",), "wang", True, "")),
    (chosen(applicable=False, reason="已划归县"), (("jobs",), "wang", False, "已划归县")),
    (chosen(columns=("gone", "news"), owner="left"), (("news",), "wang", False, "没有")),  # What has gone since is not named.
])
def test_part_by_part(choice: ItemChoice, expected: tuple[Any, ...]) -> None:
    other = CatalogueItem(id="b", field="就业")
    first, second = effective_items([ITEM, other], [choice], columns={"jobs", "news"}, staff={"wang", "li"})
    assert (first.columns, first.owner, first.applicable, first.reason) == expected
    assert second is other


def test_not_applicable_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        chosen(applicable=False)


def test_a_choice_about_an_item_that_is_gone_does_nothing() -> None:
    assert effective_items([], [chosen(owner="li")]) == ()


def item(level1: str, content: str = "一", field: str = "就业", **values: Any) -> CatalogueItem:
    said = {"id": item_id(field, level1, content), "field": field, "level1": level1, "elements": (content,)}
    return CatalogueItem.model_validate(said | values)


def test_what_people_decided_survives_another_import() -> None:
    before = [
        item("甲", columns=("jiuye",), owner="clerk"), item("乙", applicable=False, reason="本镇没有"), item("丙", owner="x"),
        item("丁", owner="clerk"), item("戊", owner="clerk"), item("戊", "二", owner="leader"), item("己", field="救灾", owner="x"),
    ]
    read = [item("甲", basis="新条例"), item("乙"), item("丁", "要素换了说法"), item("戊", "三"), item("庚")]
    after, gone = merged(before, read)
    assert [(i.level1, i.columns, i.owner, i.applicable, i.basis) for i in after] == [
        ("己", (), "x", True, ""),  # Another field: this workbook does not speak for it.
        ("甲", ("jiuye",), "clerk", True, "新条例"), ("乙", (), None, False, ""),
        ("丁", (), "clerk", True, ""),  # The same item by name, though its id is another.
        ("戊", (), None, True, ""),  # There were two of that name: which one goes on nobody knows.
        ("庚", (), None, True, ""),
    ]
    assert [(i.level1, i.elements) for i in gone] == [("丙", ("一",)), ("戊", ("一",)), ("戊", ("二",))]


def test_a_decision_in_the_store_goes_on_under_the_new_id() -> None:
    ids = carried([item("丁"), item("甲")], [item("丁", "二"), item("甲")])
    assert ids == {item("丁").id: item("丁", "二").id}


def test_a_field_is_the_same_with_and_without_its_second_name() -> None:
    after, gone = merged([item("识别", field="扶贫（乡村振兴）", owner="li")], [item("识别", field="扶贫")])
    assert ([i.owner for i in after], gone) == (["li"], [])
