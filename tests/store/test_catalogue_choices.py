"""Decisions about catalogue items: kept per town, the last word holds, and nothing said is not the same as none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.catalogue import ItemChoice
from store.catalogue_choices import choices, choose, forget
from store.database import Engine, for_town, transaction

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)


def chosen(item: str, **said: Any) -> ItemChoice:
    return ItemChoice(item=item, who="clerk", at=AT, **said)


def test_the_last_word_holds_and_towns_do_not_meet(engine: Engine) -> None:
    one, two = for_town(engine, "one"), for_town(engine, "two")
    given = [chosen("a"), chosen("b", columns=(), owner=""), chosen("c", columns=("x", "y"), applicable=False, reason="无此业务")]
    with transaction(one) as connection:
        choose(connection, given)
    with transaction(two) as connection:
        choose(connection, [chosen("a", owner="other")])
    with transaction(one) as connection:
        assert choices(connection) == given, "None and () come back as they went in"
        choose(connection, [later := chosen("c", columns=("z",))])
        forget(connection, ["b"])
        assert choices(connection) == [given[0], later]
    with two.connect() as connection:
        assert choices(connection) == [chosen("a", owner="other")]
