"""What a person decided in the workbench beats the configuration, part by part."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.nouns import ItemChoice
from core.settings import CatalogueItem
from monitor.catalogue.choices import effective_items

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
