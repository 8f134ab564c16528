"""Every judgement of one view of the store, from all the kinds of checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.catalogue import ColumnStatus, ItemStatus
from core.nouns import Finding, Judgement, Verdict
from monitor import application_watch, compared, freshness, page_scans, pages, revisions, site_watch, watch
from monitor.items import judging as item_judging
from monitor.items.lateness import COMMON
from monitor.view import PAST_RESULTS, View
from store import applications as application_store
from store import history, likenesses
from store import records as record_store
from store import runs as run_store
from store import scans as scan_store


@dataclass(slots=True)
class Judged:
    """The columns, the periodic items, what is to be said, and how many answers were given beside: a page in order is not spoken
    of."""

    columns: list[ColumnStatus] = field(default_factory=list)
    items: list[ItemStatus] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    silent: int = 0


def judge(view: View, scope: str | None) -> Judged:
    """All that the store says of itself at the time of the view. ``scope`` as of :data:`monitor.run.SCOPES`; None: everything."""
    judged = Judged()
    if scope in (None, "catalogue"):
        for column, judgement in _columns(view):
            judged.columns += [column] if column else []
            judged.judgements.append(judgement)
        for item, judgement in item_judging.judge(view.items) if view.settings.items else ():
            judged.items += [item] if item else []
            judged.judgements.append(judgement)
    if scope in (None, "pages"):
        _pages(view, judged)
    if scope in (None, "sites"):
        judged.judgements += _sites(view)
    if scope is None:
        judged.judgements += _applications(view)
    return judged


def mended(view: View, judgements: Iterable[Judgement]) -> list[Judgement]:
    """What the scan finds no more. Only of today: of a day past, the findings that were open then say it themselves."""
    connection, known = view.connection, view.known
    bad = [judgement.fingerprint for judgement in judgements if judgement.verdict is Verdict.BAD]
    beside = {f.fingerprint: {compared.record_of(f), *f.evidence.get("others", ())} for f in known if f.rule_id in compared.RULES}
    ids = {page_scans.record_of(finding) for finding in known if page_scans.is_of_record(finding)}.union(*beside.values())
    present = {stored.id: stored for stored in record_store.by_ids(connection, ids)}
    seen = scan_store.scanned(connection, set().union(*beside.values()))

    def state(record_id: int) -> str:
        stored = present.get(record_id)
        if stored is None or stored.removed_at is not None:
            return "gone"
        return "scanned" if (stored.id, stored.content_hash) in seen else "unseen"

    return [*page_scans.mended(connection, known, bad, present), *compared.mended(known, bad, state)]


def taken_out(view: View) -> Iterator[Judgement]:
    """An explicit ok for what a person has taken out of the configuration, or from among the town's columns and the sites that are
    visited: nothing will judge it again."""
    settings = view.settings
    subjects = {f"column:{column.id}" for column in settings.columns}
    subjects |= {f"source:{source.id}" for _, source in settings.all_sources} | {f"item:{item.id}" for item in settings.items}
    subjects |= {f"site:{site.id}" for site in settings.sites}
    visited = {f"site:{site.id}" for site in site_watch.watched_sites(settings)}
    own = {f"site:{site}" for site in site_watch.own_sites(settings)}
    for finding in view.known:
        if finding.subject.startswith(("column:", "source:", "item:", "site:")) and finding.subject not in subjects:
            yield _ok(finding, "已从配置中删除，不再检查")
        elif finding.rule_id.startswith("site.") and finding.subject.startswith("site:") and finding.subject not in visited:
            yield _ok(finding, "网站不再单独访问")
        elif finding.rule_id in site_watch.OF_OWN and finding.subject.startswith("site:") and finding.subject not in own:
            yield _ok(finding, "本镇栏目已不在这个网站上，不再检查")


def _ok(finding: Finding, reason: str) -> Judgement:
    return Judgement(
        rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity, title=finding.title,
        reason=reason, owner=finding.owner,
    )


def _columns(view: View) -> Iterator[tuple[ColumnStatus | None, Judgement]]:
    for column in view.settings.columns:
        if not column.applicable:
            yield None, freshness.not_applicable(column)
            continue
        facts, looks = view.facts.get(column.source), view.looks(column.source)
        yield freshness.judge(column, facts, looks, view.settings.freshness, view.day)


def _pages(view: View, judged: Judged) -> None:
    connection = view.connection
    late = item_judging.judge_late(view.items, view.texts, view.known)
    yearly, said = item_judging.yearly(view.items), list(late.judgements)
    apart = {f"record:{record}" for record in late.decided}
    known = {(finding.rule_id, finding.subject) for finding in view.known if finding.rule_id in pages.KINDS}
    flawed = scan_store.flawed(connection)
    widespread, looked_at = site_watch.widespread(flawed), site_watch.looks(connection, flawed, view.at)
    standing: set[int] = set()
    listing = compared.Listed(view.day, view.listed, compared.static_sources(view.settings))
    for source, listed in listing.by_source.items():
        owner = view.owner_of(source)
        found = [*pages.check(listed, view.day, known, yearly), *page_scans.judge(listed, flawed, widespread, looked_at)]
        said += [replace(judgement, owner=owner) for judgement in found if judgement.rule_id != COMMON or judgement.subject not in apart]
        judged.silent += len(listed) * len(pages.KINDS) - len(found)
        standing.update(head.id for head in listed if head.removed_at is None)
    said += _unlisted(view)
    said += _revisions(view, standing)
    said += _compared(view, listing)
    judged.judgements += said


def _unlisted(view: View) -> Iterator[Judgement]:
    """Ok for what was found of a page by its column, where that is none of the town's any more."""
    here = {f"record:{head.id}" for listed in view.listed.values() for head in listed}
    for finding in view.known:
        if finding.rule_id in pages.KINDS and finding.subject not in here:
            yield _ok(finding, "所在栏目不再检查")


def _compared(view: View, listing: compared.Listed) -> Iterator[Judgement]:
    contact_pages = listing.contact_pages()
    kept = scan_store.contacts(view.connection, sorted({record_id for record_id, _ in contact_pages}))
    pairs = likenesses.pairs(view.connection)
    said = [*compared.differing(contact_pages, kept)]
    standing = listing.standing({content[0] for pair in pairs for content in (pair.one, pair.other)} | set(map(compared.record_of, said)))
    for judgement in (*said, *compared.duplicates(standing, pairs)):
        yield replace(judgement, owner=view.owner_of(min(standing[compared.record_of(judgement)][1])))


def _revisions(view: View, standing: Collection[int]) -> Iterator[Judgement]:
    rules = view.settings.runs
    kept = history.changed_since(view.connection, view.listed_sources, view.at - timedelta(days=rules.changed_days), view.at)
    kept = {record_id: versions for record_id, versions in kept.items() if record_id in standing}
    for judgement in revisions.judge(kept, view.known, rules, view.at):
        yield replace(judgement, owner=judgement.owner or view.owner)


def _sites(view: View) -> Iterator[Judgement]:
    for _, source in view.settings.all_sources:
        looks, facts = view.looks(source.id), view.facts.get(source.id)
        yield from watch.failing(looks)
        yield watch.quiet(looks, facts.latest if facts else None)
    yield from site_watch.health(view.connection, view.settings, view.at)
    yield watch.horizon(view.settings.calendar, view.day, view.settings.runs.severity)
    yield watch.silent(run_store.latest_runs(view.connection, PAST_RESULTS), view.settings.runs, view.at)


def _applications(view: View) -> Iterator[Judgement]:
    """What is in hand, and what was when a finding opened: closed, it is explicitly ok."""
    found = {finding.subject for finding in view.known}
    for application in application_store.list_applications(view.connection):
        then = application_watch.as_of(application, view.at)
        if then is not None and (then.open or f"application:{then.id}" in found):
            yield application_watch.judge(then, view.settings.calendar, view.day)
