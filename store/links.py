"""Addresses that the town's pages link to, what the last look at each said, and which pages have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import String, and_, cast, delete, func, or_, select, tuple_

from core.visits import Address, LinkState, PageLink
from store.bulk import portions, upsert
from store.database import Connection
from store.scope import own
from store.tables import addresses, page_links, records

LONGEST = 1000
"""Bytes of an address: PostgreSQL takes no more than 2,704 of a whole row into an index."""
_A = addresses.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A link of a page that stands: the record, its link, and the address as it was last looked at."""

    record_id: int
    title: str
    url: str
    link: PageLink
    address: Address


def note(connection: Connection, found: Mapping[tuple[int, str], Sequence[PageLink]]) -> None:
    """Keep the links of these contents (record and hash) in place of those of what the records held before. KeyError for a
    record that is not of the connection's town."""
    for portion in portions(record_id for record_id, _ in found):
        known = set(connection.execute(select(records.c.id).where(records.c.id.in_(portion), own(connection, records))).scalars())
        if strange := set(portion) - known:
            raise KeyError(min(strange))
        connection.execute(delete(page_links).where(page_links.c.record_id.in_(portion)))
    rows = [
        {"record_id": record_id, "number": number, "content_hash": content_hash, "url": link.url, "text": link.text[:200],
         "attachment": link.attachment}
        for (record_id, content_hash), links in found.items() for number, link in enumerate(link for link in links if _fits(link.url))
    ]
    if rows:
        connection.execute(page_links.insert(), rows)


def add(connection: Connection, site: str, urls: Iterable[str]) -> None:
    """Look at these addresses of a site too, from now on; what is known of those that are known stays. One that was another
    site's (its configuration was renamed, or two name the same host) is this one's from now on."""
    upsert(connection, addresses, _new(site, urls), ["town", "url"], ["site"])


def look_again(connection: Connection, site: str, urls: Iterable[str]) -> None:
    """Look at these pages as soon as may be: their links are not what they were. What the last look said stands until then."""
    upsert(connection, addresses, _new(site, urls), ["town", "url"], ["site", "state"])


def pages_of(connection: Connection, identities: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The addresses of records (site and key), by site."""
    found: dict[str, list[str]] = {}
    for portion in portions(identities):
        these = and_(tuple_(records.c.site, records.c.key).in_(portion), own(connection, records))
        for row in connection.execute(select(records.c.site, records.c.url).where(these)):
            found.setdefault(row.site, []).append(row.url)
    return found


def _new(site: str, urls: Iterable[str]) -> list[dict[str, Any]]:
    new = {"site": site, "state": LinkState.NEW.value, "reason": "", "dead_days": 0}
    return [new | {"url": url} for url in dict.fromkeys(urls) if _fits(url)]


def save(connection: Connection, looked: Iterable[Address]) -> None:
    """Keep what the last look at each address said."""
    rows = [
        {"url": each.url, "site": each.site, "state": each.state.value, "status": each.status, "reason": each.reason,
         "checked_at": each.checked_at, "dead_days": each.dead_days, "dead_on": each.dead_on,
         "flaws": None if each.flaws is None else list(each.flaws)}
        for each in looked
    ]
    upsert(connection, addresses, rows, ["town", "url"],
           ["site", "state", "status", "reason", "checked_at", "dead_days", "dead_on", "flaws"])


def turn(connection: Connection, site: str, *, today: datetime, ok_before: datetime, limit: int) -> list[Address]:
    """The addresses of a site whose turn it is: every other one was dead or flawed when last looked at and was not yet looked at
    ``today`` (its first instant); between them by turns new ones, what was not clear, and those that were there before
    ``ok_before``. No kind, however many there are of it, keeps another waiting for ever."""
    query = select(addresses).where(_A.site == site, own(connection, addresses))
    waiting = or_(_A.checked_at.is_(None), _A.checked_at < today)
    suspected = or_(_A.dead_days > 0, and_(_A.flaws.is_not(None), _flawed()))
    unclear = and_(_A.state == LinkState.UNCLEAR.value, waiting)
    old = and_(_A.state == LinkState.OK.value, _A.checked_at < ok_before)
    new = or_(_A.checked_at.is_(None), _A.state == LinkState.NEW.value)
    kinds = (and_(suspected, waiting), new, unclear, old)
    first, *others = (
        [_address(row) for row in connection.execute(query.where(kind).order_by(_A.checked_at, _A.url).limit(limit))] for kind in kinds
    )
    # One may be of two kinds: there are still as many as are wanted.
    return list({each.url: each for each in _by_turns(first, [*_by_turns(*others)])}.values())[:limit]


def looked_since(connection: Connection, site: str, start: datetime) -> int:
    """How many addresses of a site were looked at since a time."""
    query = select(func.count()).select_from(addresses).where(_A.site == site, _A.checked_at >= start, own(connection, addresses))
    return connection.execute(query).scalar_one()


def dead(connection: Connection, days: int) -> list[Linked]:
    """Every link of a standing page, as its present content has it, to an address found dead on so many days."""
    return _linked(connection, _A.dead_days >= days)


def of_records(connection: Connection, record_ids: Iterable[int]) -> list[Linked]:
    """Every link of these records, where they stand, with its address."""
    return [each for portion in portions(record_ids) for each in _linked(connection, records.c.id.in_(portion))]


def flawed_pages(connection: Connection) -> list[Address]:
    """Addresses of pages with links that something is wrong with."""
    query = select(addresses).where(_A.flaws.is_not(None), _flawed(), own(connection, addresses)).order_by(_A.url)
    return [_address(row) for row in connection.execute(query)]


def looks_at(connection: Connection, record_ids: Iterable[int]) -> dict[int, Address]:
    """Of these records those whose page was looked at after its present content had come, and what was seen."""
    found: dict[int, Address] = {}
    later = and_(_A.town == records.c.town, _A.url == records.c.url, _A.checked_at > records.c.changed_at, _A.flaws.is_not(None))
    for portion in portions(record_ids):
        query = select(records.c.id, addresses).join(addresses, later).where(records.c.id.in_(portion), own(connection, records))
        found |= {row.id: _address(row) for row in connection.execute(query)}
    return found


def count_unlinked(connection: Connection) -> int:
    """How many dead addresses no page links to any more."""
    return connection.execute(select(func.count()).select_from(addresses).where(*_unlinked(connection))).scalar_one()


def forget_unlinked(connection: Connection) -> None:
    """Remove dead addresses that no page links to any more: they would be looked at every day."""
    connection.execute(delete(addresses).where(*_unlinked(connection)))


def _unlinked(connection: Connection) -> tuple[Any, ...]:
    linked = select(page_links.c.url).where(page_links.c.url == _A.url, page_links.c.town == _A.town).exists()
    return _A.dead_days > 0, ~linked, own(connection, addresses)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many addresses of each site are in which state."""
    query = select(_A.site, _A.state, func.count()).where(own(connection, addresses)).group_by(_A.site, _A.state)
    return {(site, state): number for site, state, number in connection.execute(query)}


def _flawed() -> Any:
    """A JSON list that is not empty; NULL and [] are not flawed. Text, since both databases print JSON alike here."""
    return cast(_A.flaws, String).not_in(["[]", "null"])


def _linked(connection: Connection, condition: Any) -> list[Linked]:
    here = and_(page_links.c.record_id == records.c.id, page_links.c.content_hash == records.c.content_hash)
    there = and_(_A.url == page_links.c.url, _A.town == page_links.c.town)
    query = (
        select(records.c.id, records.c.title, records.c.url.label("page"), page_links.c.text, page_links.c.attachment, addresses)
        .select_from(page_links).join(records, here).join(addresses, there)
        .where(condition, records.c.removed_at.is_(None), own(connection, page_links))
        .order_by(records.c.id, page_links.c.number)
    )
    return [
        Linked(record_id=row.id, title=row.title, url=row.page, address=_address(row),
               link=PageLink(url=row.url, text=row.text, attachment=row.attachment))
        for row in connection.execute(query)
    ]


def _address(row: Any) -> Address:
    return Address(
        url=row.url, site=row.site, state=LinkState(row.state), status=row.status, reason=row.reason, checked_at=row.checked_at,
        dead_days=row.dead_days, dead_on=row.dead_on, flaws=None if row.flaws is None else tuple(row.flaws),
    )


def _by_turns(*queues: Sequence[Address]) -> Iterator[Address]:
    for places in zip_longest(*queues):
        yield from (each for each in places if each is not None)


def _fits(url: str) -> bool:
    return len(url.encode("utf-8", "surrogatepass")) <= LONGEST
