"""A round of visits to a town's sites: opens each home page, looks at some of the addresses that pages link to, keeps what
came of it. One after another; a site that a crawl holds is left out, and not made up for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from core.clock import day_start, local_date
from core.errors import ConfigError, ConfigErrors, CrawlBusyError
from core.settings import Settings, Site
from core.visits import Address, LinkState, Visit
from crawler.addresses import on_hosts
from crawler.outcomes import guarded
from crawler.platforms.base import Answer
from crawler.visits import WAIT_SECONDS, visit_site
from monitor.links import LinkRules, check_links
from monitor.links import load as load_rules
from monitor.page_scans import host_names, kept, own_sources
from monitor.scanned import Flaw
from monitor.site_links import to_look_at
from monitor.site_watch import own_sites, watched_sites
from service.page_texts import links_of
from store import links as link_store
from store import visits as visit_store
from store.database import Engine, transaction

DAY_MINUTES = 1440
_PAGE = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One site of a round. ``visit`` None where it was not made, ``reason`` says why; ``looked`` and ``dead``: how many
    addresses were looked at, and how many of them were found dead."""

    site: str
    name: str
    visit: Visit | None
    reason: str = ""
    looked: int = 0
    dead: int = 0


def visit_round(
    settings: Settings, engine: Engine, *, every_minutes: int, now: Callable[[], datetime], site: str | None = None,
    wait: float = WAIT_SECONDS, go_on: Callable[[], object] = lambda: None,
) -> list[Visited]:
    """Visit every watched site of a town, or one of them. ``go_on`` is called before each, and may raise. Raises ConfigErrors
    for a site that there is none of."""
    home = next((one.home for one in settings.sites if one.id == site), None)
    chosen = [one for one in watched_sites(settings) if site in (None, one.id) or one.home == home]
    if site is not None and not chosen:
        remedy = "用 sites/ 下某个文件的名称（不带 .toml），且其中有已确认（confirmed）的来源"
        raise ConfigErrors([ConfigError(f"没有可访问的站点 “{site}”", file="sites/", remedy=remedy)])
    rules, begun, made = load_rules(settings.directory), now(), []
    for one in chosen:
        go_on()
        try:
            made.append(_visit(settings, engine, one, rules, begun, every_minutes, now, wait))
        except CrawlBusyError as error:
            made.append(Visited(site=one.id, name=one.name, visit=None, reason=str(error)))
    return made


def _visit(
    settings: Settings, engine: Engine, site: Site, rules: LinkRules, begun: datetime, every_minutes: int,
    now: Callable[[], datetime], wait: float,
) -> Visited:
    own = site.id in own_sites(settings)

    def turn() -> Sequence[Address]:
        return _turn(settings, engine, site, every_minutes, now()) if own else ()

    got = visit_site(engine, site, settings.sites, settings.health, round_at=begun, now=now, turn=turn, wait=wait)
    flaws = _flaws(got.home, site, rules) if own and got.home is not None else []
    visit = replace(got.visit, flaws=tuple(map(kept, flaws)))
    looked = [_address(address, answer, site, rules) for address, answer in got.addresses]
    with transaction(engine) as connection:
        visit_store.add(connection, [visit])
        link_store.save(connection, looked)
    dead = sum(address.state is LinkState.DEAD for address in looked)
    return Visited(site=site.id, name=site.name, visit=visit, reason=visit.reason, looked=len(looked), dead=dead)


def _turn(settings: Settings, engine: Engine, site: Site, every_minutes: int, now: datetime) -> list[Address]:
    """The addresses whose turn it is in this round: the day's budget is spread over its rounds."""
    rules, today = settings.health, day_start(local_date(now))
    share = ceil(rules.links_per_day * max(every_minutes, 1) / DAY_MINUTES)
    # The lists of the town's columns are pages of the site too: what is injected into them is looked for.
    urls = [settings.source(name)[1].url for name in own_sources(settings)]
    lists = [url for url in urls if on_hosts(url, site.hosts)]
    with transaction(engine) as connection:
        link_store.add(connection, site.id, lists)
        left = rules.links_per_day - link_store.looked_since(connection, site.id, today)
        limit = min(share, left)
        before = now - timedelta(days=rules.links_every_days)
        return link_store.turn(connection, site.id, today=today, ok_before=before, limit=limit) if limit > 0 else []


def _address(address: Address, answer: Answer | None, site: Site, rules: LinkRules) -> Address:
    if answer is None or not (answer.content_type or "").startswith(_PAGE):
        return address
    return replace(address, flaws=tuple(flaw for flaw in map(kept, _flaws(answer, site, rules)) if to_look_at(flaw)))


def _flaws(answer: Answer, site: Site, rules: LinkRules) -> list[Flaw]:
    """What is wrong with the links of a page; nothing of one that breaks the reader."""
    found = guarded(_check, answer, site, rules)
    return found if isinstance(found, list) else []


def _check(answer: Answer, site: Site, rules: LinkRules) -> list[Flaw]:
    whole, *_ = links_of(answer.body, answer.url)
    return check_links(replace(whole, own=host_names(site.hosts)), rules)


def round_data(made: Sequence[Visited]) -> dict[str, Any]:
    """A round as ``visit --json`` prints it."""
    return {"sites": [_data(each) for each in made]}


def _data(each: Visited) -> dict[str, Any]:
    visit = each.visit
    held = visit.certificate if visit else None
    return {
        "site": each.site, "name": each.name, "outcome": visit.outcome if visit else None, "at": visit.at if visit else None,
        "seconds": visit.seconds if visit else None, "status": visit.status if visit else None, "reason": each.reason,
        "newest": visit.newest if visit else None, "certificate_until": held.until if held else None,
        "certificate_fault": held.fault if held else "", "looked": each.looked, "dead": each.dead,
    }
