"""Addresses in turn, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.nouns import Record
from core.visits import Address, LinkState, PageLink
from store import links, records
from store.database import Engine, transaction

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
TODAY = AT.replace(hour=0)
DAY = timedelta(days=1)


def address(url: str, state: LinkState = LinkState.OK, days: float = 0, **more: Any) -> Address:
    return Address(url=url, site="a", state=state, checked_at=AT - days * DAY, **more)


def turn(engine: Engine, limit: int = 99) -> list[str]:
    with engine.connect() as connection:
        found = links.turn(connection, "a", today=TODAY, ok_before=AT - 30 * DAY, limit=limit)
    return [each.url for each in found]


def test_whose_turn_it_is(engine: Engine) -> None:
    with transaction(engine) as connection:
        links.add(connection, "a", ["new", "new", "x" * 1001])
        links.add(connection, "b", ["another site's"])
        links.save(connection, [
            address("dead today", LinkState.DEAD, 0, dead_days=1, dead_on=date(2026, 11, 26)),
            address("dead yesterday", LinkState.DEAD, 1, dead_days=1, dead_on=date(2026, 11, 25)),
            address("was dead, unclear", LinkState.UNCLEAR, 2, dead_days=2, dead_on=date(2026, 11, 24)),
            address("unclear today", LinkState.UNCLEAR, 0), address("unclear", LinkState.UNCLEAR, 3),
            address("fresh", LinkState.OK, 5), address("old", LinkState.OK, 31), address("older", LinkState.OK, 40),
            address("flawed", LinkState.OK, 1, flaws=({"host": "x"},)), address("flawed today", LinkState.OK, 0, flaws=({"host": "x"},)),
            address("clean", LinkState.OK, 1, flaws=()),
        ])
    assert turn(engine) == ["was dead, unclear", "dead yesterday", "flawed", "new", "unclear", "older", "old"]
    assert turn(engine, 4) == ["was dead, unclear", "dead yesterday", "flawed", "new"]
    with engine.connect() as connection:
        assert [each.url for each in links.flawed_pages(connection)] == ["flawed", "flawed today"]
        assert links.looked_since(connection, "a", TODAY) == 3
        assert links.counts(connection)["a", "dead"] == 2


def test_what_is_known_of_an_address_is_not_lost_when_it_is_linked_again(engine: Engine) -> None:
    dead = address("u", LinkState.DEAD, 1, dead_days=1, dead_on=date(2026, 11, 25), reason="404", status=404)
    with transaction(engine) as connection:
        links.save(connection, [dead])
        links.add(connection, "a", ["u"])
        assert links.turn(connection, "a", today=TODAY, ok_before=TODAY, limit=9) == [dead]


def test_only_the_present_content_of_a_standing_page_has_links(engine: Engine) -> None:
    record = Record(site="a", key="1", kind="article", url="http://a/1", title="公告", body="正文")
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=record, at=AT)])
        (stored,) = records.by_ids(connection, [1])
        links.note(connection, {(1, "an older content"): [PageLink(url="u", text="旧")]})
        links.save(connection, [address("u", LinkState.DEAD, 1, dead_days=2)])
        assert links.dead(connection, 2) == []
        links.note(connection, {(1, stored.content_hash): [PageLink(url="u", text="新", attachment=True)]})
        (found,) = links.dead(connection, 2)
        assert (found.link, found.title) == (PageLink(url="u", text="新", attachment=True), "公告")
        assert links.dead(connection, 3) == []
        records.removed(connection, {("a", "1"): AT})
        assert links.dead(connection, 2) == links.of_records(connection, [1]) == []
        with pytest.raises(KeyError):
            links.note(connection, {(99, "h"): []})


def test_dead_addresses_that_no_page_links_to_are_forgotten(engine: Engine) -> None:
    record = Record(site="a", key="1", kind="article", url="http://a/1", title="公告", body="正文")
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=record, at=AT)])
        links.note(connection, {(1, "h"): [PageLink(url="linked", text="")]})
        links.save(connection, [address(url, LinkState.DEAD, 1, dead_days=2) for url in ("linked", "gone from its page")])
        links.save(connection, [address("there")])
        assert links.count_unlinked(connection) == 1
        links.forget_unlinked(connection)
        assert links.counts(connection) == {("a", "dead"): 1, ("a", "ok"): 1}


def test_a_look_counts_from_when_the_content_came(engine: Engine) -> None:
    record = Record(site="a", key="1", kind="article", url="http://a/1", title="公告", body="正文")
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=record, at=AT)])
        links.save(connection, [address("http://a/1", LinkState.OK, 1, flaws=())])
        assert links.looks_at(connection, [1]) == {}
        links.save(connection, [address("http://a/1", LinkState.OK, -1, flaws=())])
        assert links.looks_at(connection, [1])[1].flaws == ()
        # A look that saw no page says nothing.
        links.save(connection, [address("http://a/1", LinkState.UNCLEAR, -2)])
        assert links.looks_at(connection, [1]) == {}
