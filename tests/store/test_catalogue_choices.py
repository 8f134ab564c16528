"""Decisions about catalogue items: kept per town, the last word holds, and nothing said is not the same as none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.catalogue import ItemChoice
from store.catalogue_choices import choices, choose, forget, move
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
        forget(connection, ["b"], "clerk", AT)
        assert choices(connection) == [given[0], later]
    with two.connect() as connection:
        assert choices(connection) == [chosen("a", owner="other")]


def test_what_was_decided_before_a_time(engine: Engine) -> None:
    one = for_town(engine, "one")
    hour = timedelta(hours=1)
    first, second = chosen("a", owner="clerk"), replace(chosen("a", columns=("x",)), at=AT + 2 * hour)
    with transaction(one) as connection:
        choose(connection, [first, chosen("b", columns=("y",))])
        choose(connection, [second])
        forget(connection, ["a"], "clerk", AT + 4 * hour)
    with transaction(for_town(engine, "two")) as connection:
        choose(connection, [chosen("a", owner="other")])
    def then(connection: Any) -> list[list[ItemChoice]]:
        return [[c for c in choices(connection, AT + n * hour) if c.item in ("a", "new")] for n in (0, 1, 3, 5)]
    with transaction(one) as connection:
        assert then(connection) == [[], [first], [second], []]
        assert choices(connection) == choices(connection, AT + 9 * hour) == [chosen("b", columns=("y",))]
        # A workbook worded the item anew: what was decided of it on days past goes on under its new id.
        move(connection, {"a": "new", "b": "newer"})
        assert then(connection) == [[], [replace(first, item="new")], [replace(second, item="new")], []]
        assert choices(connection) == [chosen("newer", columns=("y",))]
