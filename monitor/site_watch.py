"""What the store knows of sites, shown to the rules: visits, addresses that were looked at, and links that do not belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core.nouns import Finding, Judgement
from core.settings import Settings, Site
from core.visits import LinkState, VisitOutcome
from monitor import dead_links, site_health, site_links
from monitor.page_scans import own_sources
from monitor.site_links import Carried, of_site, to_look_at
from store import links as link_store
from store import scans
from store import visits as visit_store
from store.database import Connection
from store.record_rows import Head
from store.scans import Content, Scan

EDGE = timedelta(days=1)
"""Visits a little older than the week are read too: a certificate was perhaps last seen then."""
OF_OWN = frozenset({site_health.HOME_STALE, site_health.CERTIFICATE, *(site_links.PREFIX + rule for rule in site_links.TITLES)})
"""Rules that judge the sites of the town's columns alone."""


def watched_sites(settings: Settings) -> list[Site]:
    """The sites that are visited: those with a source that a person has confirmed. A file for the town's columns on a portal that
    another file watches too has the same home page: it is opened once, for the town's own."""
    confirmed = [site for site in settings.sites if any(source.confirmed for source in site.sources)]
    own = own_sites(settings)
    homes = {site.home for site in confirmed if site.id in own}
    kept = [site for site in confirmed if site.id in own]
    for site in confirmed:
        if site.home not in homes:
            homes.add(site.home)
            kept.append(site)
    return sorted(kept, key=confirmed.index)


def own_sites(settings: Settings) -> set[str]:
    """The sites that the town's columns are on; all of them where no columns are configured."""
    own = {settings.source(source)[0].id for source in own_sources(settings)}
    return own or {site.id for site in settings.sites}


def owner_of(settings: Settings, site: Site) -> str | None:
    """Who hears of a site: the first owner of one of its sources, or of a column."""
    owners = [source.owner for source in site.sources] + [column.owner for column in settings.columns]
    return next((owner for owner in owners if owner), None)


def health(connection: Connection, settings: Settings, at: datetime) -> Iterator[Judgement]:
    """The health of every visited site by the visits until ``at``, of a town that has ever made one."""
    if visit_store.latest(connection) is None:
        return
    visits = visit_store.since(connection, at - timedelta(days=settings.health.days) - EDGE, at)
    doubtful, own = site_health.doubtful_rounds(visits), own_sites(settings)
    for site in watched_sites(settings):
        yield from site_health.judge(site_health.Watched(
            site=site, visits=visits.get(site.id, []), doubtful=doubtful, rules=settings.health, at=at, own=site.id in own,
            owner=owner_of(settings, site),
        ))


def summaries(connection: Connection, settings: Settings, at: datetime) -> list[tuple[Site, site_health.Summary]]:
    """What people are shown of each visited site."""
    visits = visit_store.since(connection, at - timedelta(days=30), at)
    doubtful = site_health.doubtful_rounds(visits)
    return [
        (site, site_health.summary(site_health.Watched(
            site=site, visits=visits.get(site.id, []), doubtful=doubtful, rules=settings.health, at=at, own=False,
        )))
        for site in watched_sites(settings)
    ]


def widespread(flawed: Mapping[Content, Scan]) -> set[tuple[str, str]]:
    """Links in the texts of records that are the site's matter: they stand in so many, or outside the text of others."""
    every = [(record_id, flaw) for (record_id, _), scan in flawed.items() for flaw in scan.flaws if flaw.get("host")]
    shared = {(flaw["rule_id"], flaw["host"]) for _, flaw in every if of_site(flaw)}
    return shared | site_links.widespread((record_id, flaw) for record_id, flaw in every if not of_site(flaw))


def looks(connection: Connection, flawed: Mapping[Content, Scan], at: datetime) -> dict[int, set[tuple[str, str]]]:
    """Of the records with links that do not belong those that were looked at again by then, and what they had then: what was
    injected may be taken out without a change of the text."""
    ids = {record_id for (record_id, _), scan in flawed.items() if any(map(to_look_at, scan.flaws))}
    seen = link_store.looks_at(connection, ids)
    return {
        record_id: {(flaw["rule_id"], flaw["host"]) for flaw in address.flaws or ()}
        for record_id, address in seen.items() if address.checked_at and address.checked_at <= at
    }


def links(
    connection: Connection, settings: Settings, known: Iterable[Finding], at: datetime, listed: Mapping[str, Sequence[Head]]
) -> Iterator[Judgement]:
    """Dead links of the town's own pages, and hidden or foreign ones that its sites' pages share. ``listed``: the records of
    the town's columns by source."""
    known = list(known)
    open_ones = [finding for finding in known if finding.rule_id == dead_links.RULE and finding.subject.startswith("record:")]
    ids = [int(finding.subject.partition(":")[2]) for finding in open_ones]
    own = own_sites(settings)
    counted = link_store.counts(connection)
    looked = {site for site, state in counted if state != LinkState.NEW and site in own}
    unclear = {site: counted.get((site, LinkState.UNCLEAR), 0) for site in sorted(looked)}
    dead = link_store.dead(connection, dead_links.DAYS)
    # The links of a column that was taken out are still known, and nobody's to mend here.
    here = {head.id for heads in listed.values() for head in heads} if dead or ids else set()
    dead = [each for each in dead if each.record_id in here]
    owners = {site.id: owner_of(settings, site) for site in settings.sites}
    owner = next((owners[site] for site in owners if site in own and owners[site]), None)
    for judgement in dead_links.judge(dead, open_ones, link_store.of_records(connection, ids), unclear, here):
        yield judgement if judgement.owner else _with_owner(judgement, owner)
    sites = [(site, owners[site.id]) for site in settings.sites if site.id in own]
    homes = _homes(connection, settings, at)
    carried = _carried(connection, settings, own, listed)
    for site, _ in sites:
        if site.id in homes:
            carried[site.id] += [Carried(site.home, flaw) for flaw in homes[site.id]]
    # A town that makes no visits goes by its pages alone.
    seen = homes.keys() if visit_store.latest(connection) else own
    yield from site_links.judge(sites, carried, known, seen)


def _homes(connection: Connection, settings: Settings, at: datetime) -> dict[str, tuple[dict[str, Any], ...]]:
    """What is wrong with the links of each home page, as it was last opened within the week."""
    visits = visit_store.since(connection, at - timedelta(days=settings.health.days), at)
    opened = {site: next((v for v in made if v.outcome is VisitOutcome.OK), None) for site, made in visits.items()}
    return {site: visit.flaws for site, visit in opened.items() if visit is not None}


def _with_owner(judgement: Judgement, owner: str | None) -> Judgement:
    return replace(judgement, owner=owner)


def _carried(
    connection: Connection, settings: Settings, own: set[str], listed: Mapping[str, Sequence[Head]]
) -> dict[str, list[Carried]]:
    """Every link that does not belong, by site, as its page was last seen; without the home pages."""
    found: dict[str, list[Carried]] = {site: [] for site in own}
    flawed = scans.flawed(connection)
    spread = widespread(flawed)

    def shared(flaw: Mapping[str, Any]) -> bool:
        return of_site(flaw) or (flaw["rule_id"], flaw.get("host")) in spread

    carrying = {content: flaws for content, scan in flawed.items() if (flaws := [f for f in scan.flaws if shared(f) or to_look_at(f)])}
    looked = link_store.looks_at(connection, {record_id for record_id, _ in carrying})
    told: set[str] = set()
    for source, heads in (listed if carrying else {}).items():
        site = settings.source(source)[0].id
        for head in heads:
            flaws = carrying.get((head.id, head.content_hash), [])
            if not flaws or head.removed_at is not None or head.url in told:
                continue
            told.add(head.url)
            again = looked.get(head.id)
            # What is in its text alone is the record's; what a look found besides is nobody's yet.
            mine = {(flaw["rule_id"], flaw["host"]) for flaw in flaws if not shared(flaw)}
            now = flaws if again is None else again.flaws or ()
            found[site] += [Carried(head.url, flaw) for flaw in now if (flaw["rule_id"], flaw["host"]) not in mine]
    for address in link_store.flawed_pages(connection):
        if address.site in own and address.url not in told:
            found[address.site] += [Carried(address.url, flaw) for flaw in address.flaws or ()]
    return found
