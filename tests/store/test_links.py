"""Addresses in turn, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.nouns import Record
from core.visits import Address, LinkState, PageLink
from store import links, records
from store.database import Engine, transaction

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
TODAY = AT.replace(hour=0)
DAY = timedelta(days=1)
RECORD = Record(site="a", key="1", kind="article", url="http://a/1", title="公告", body="正文")


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
    assert turn(engine) == ["was dead, unclear", "new", "dead yesterday", "unclear", "flawed", "older", "old"]
    assert turn(engine, 4) == ["was dead, unclear", "new", "dead yesterday", "unclear"]
    with engine.connect() as connection:
        assert [each.url for each in links.flawed_pages(connection)] == ["flawed", "flawed today"]
        assert links.looked_since(connection, "a", TODAY) == 3
        assert links.counts(connection)["a", "dead"] == 2


def test_no_kind_of_address_keeps_another_waiting_for_ever(engine: Engine) -> None:
    """A day's budget of ten, a site with an injection on every page, a host that answers nothing clear."""
    with transaction(engine) as connection:
        links.add(connection, "a", [f"new {number}" for number in range(50)])
        links.save(connection, [address(f"flawed {number}", days=1, flaws=({"host": "x"},)) for number in range(50)])
        links.save(connection, [address(f"unclear {number}", LinkState.UNCLEAR, 1) for number in range(50)])
        links.save(connection, [address(f"old {number}", days=40) for number in range(50)])
    kinds = Counter(url.partition(" ")[0] for url in turn(engine, 10))
    assert kinds == {"flawed": 5, "new": 2, "unclear": 2, "old": 1}


def test_an_address_belongs_to_the_site_that_links_to_it_now(engine: Engine) -> None:
    with transaction(engine) as connection:
        links.save(connection, [address("http://a/1", LinkState.DEAD, 1, dead_days=2, dead_on=date(2026, 11, 25))])
        links.add(connection, "renamed", ["http://a/1"])
        assert links.turn(connection, "a", today=TODAY, ok_before=AT, limit=9) == []
        (one,) = links.turn(connection, "renamed", today=TODAY, ok_before=AT, limit=9)
    assert (one.site, one.dead_days, one.state) == ("renamed", 2, LinkState.DEAD)


def test_a_page_with_other_links_is_looked_at_soon_and_what_was_known_stands_until_then(engine: Engine) -> None:
    flaws = ({"rule_id": "link.hidden", "host": "x"},)
    with transaction(engine) as connection:
        links.save(connection, [address("seen", days=2, flaws=()), address("flawed", days=0, flaws=flaws), address("other", days=2)])
        links.look_again(connection, "a", ["seen", "flawed", "never"])
        waiting = links.turn(connection, "a", today=TODAY, ok_before=AT - 30 * DAY, limit=9)
        assert sorted(each.url for each in waiting) == ["flawed", "never", "seen"]
        assert links.flawed_pages(connection)[0].checked_at == AT
        links.save(connection, [address("seen", flaws=())])
        assert "seen" not in [each.url for each in links.turn(connection, "a", today=TODAY, ok_before=AT - 30 * DAY, limit=9)]


def test_an_address_too_long_for_an_index_is_left_out(engine: Engine) -> None:
    # Letters by chance: PostgreSQL compresses what repeats itself. A thousand of them are three thousand bytes.
    chance = Random(1)
    long = "http://a/" + "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(990))
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=RECORD, at=AT)])
        links.add(connection, "a", [long, "http://a/short"])
        links.note(connection, {(1, "h"): [PageLink(url=long, text="长"), PageLink(url="http://a/short", text="短")]})
    assert turn(engine) == ["http://a/short"]


def test_what_is_known_of_an_address_is_not_lost_when_it_is_linked_again(engine: Engine) -> None:
    dead = address("u", LinkState.DEAD, 1, dead_days=1, dead_on=date(2026, 11, 25), reason="404", status=404)
    with transaction(engine) as connection:
        links.save(connection, [dead])
        links.add(connection, "a", ["u"])
        assert links.turn(connection, "a", today=TODAY, ok_before=TODAY, limit=9) == [dead]


def test_only_the_present_content_of_a_standing_page_has_links(engine: Engine) -> None:
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=RECORD, at=AT)])
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
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=RECORD, at=AT)])
        links.note(connection, {(1, "h"): [PageLink(url="linked", text="")]})
        links.save(connection, [address(url, LinkState.DEAD, 1, dead_days=2) for url in ("linked", "gone from its page")])
        links.save(connection, [address("there")])
        assert links.count_unlinked(connection) == 1
        links.forget_unlinked(connection)
        assert links.counts(connection) == {("a", "dead"): 1, ("a", "ok"): 1}


def test_a_look_counts_from_when_the_content_came(engine: Engine) -> None:
    with transaction(engine) as connection:
        records.save(connection, "r", [records.Arrival(record=RECORD, at=AT)])
        links.save(connection, [address("http://a/1", LinkState.OK, 1, flaws=())])
        assert links.looks_at(connection, [1]) == {}
        links.save(connection, [address("http://a/1", LinkState.OK, -1, flaws=())])
        assert links.looks_at(connection, [1])[1].flaws == ()
        # A look that saw no page says nothing.
        links.save(connection, [address("http://a/1", LinkState.UNCLEAR, -2)])
        assert links.looks_at(connection, [1]) == {}
