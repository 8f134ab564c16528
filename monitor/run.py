"""One whole check: finds mentions, registers cases, judges, folds into the ledger. Everything in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.catalogue import ColumnStatus, ItemStatus
from core.clock import day_start, local_date
from core.nouns import Case, Finding, Judgement, SourceResult, StoredRecord, Verdict
from core.settings import CatalogueItem, Settings
from monitor import (
    application_watch,
    compared,
    freshness,
    intake,
    ledger,
    page_scans,
    pages,
    revisions,
    site_watch,
    watch,
)
from monitor.catalogue.choices import with_choices
from monitor.items import judging as item_judging
from monitor.items.judging import ItemView
from monitor.items.lateness import COMMON
from monitor.looks import Looks
from store import applications as application_store
from store import catalogue_choices as choice_store
from store import findings as finding_store
from store import history, likenesses
from store import records as record_store
from store import runs as run_store
from store import scans as scan_store
from store.database import Connection, Engine, transaction
from store.record_rows import Head, head_of

Also = Callable[[Connection, datetime], object]
Progress = Callable[[str, int, int], None]

SCOPES: Mapping[str, tuple[str, ...]] = {
    "catalogue": ("column.", "item."), "pages": ("page.",), "sites": ("source.", "run.", "site."),
}
"""What each scope of the command judges: prefixes of its rules."""
_RESULTS = 30
_PAST_RESULTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a check found. ``findings`` are all open ones of its scope, ``judged`` is how many answers it gave."""

    as_of: date
    columns: tuple[ColumnStatus, ...]
    items: tuple[ItemStatus, ...] = ()
    """The periodic items of the catalogue."""
    catalogue: tuple[CatalogueItem, ...] = ()
    """All items, as people have decided of them."""
    findings: tuple[Finding, ...]
    cannot_judge: tuple[Judgement, ...]
    opened: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    new_cases: tuple[Case, ...]
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The store as it stood at one time: what the judging modules are shown. ``day`` is the day judged."""

    settings: Settings
    day: date
    at: datetime
    facts: Mapping[str, record_store.SourceFacts]
    results: Mapping[str, list[SourceResult]]
    known: Sequence[Finding]
    """The findings that were open then."""
    listed: Callable[[Connection, Sequence[str]], Mapping[str, list[Head]]]
    """The records of sources, as they were at that time."""
    texts: Callable[[Connection, Sequence[int]], list[StoredRecord]]
    """These records, as they were at that time."""

    def looks(self, source_id: str) -> Looks:
        source = self.settings.source(source_id)[1]
        results = self.results.get(source_id, [])
        return Looks(day=local_date(self.at), source=source, results=results, rules=self.settings.runs)

    def items(self, connection: Connection) -> ItemView:
        """What the catalogue's items are judged by, the records of the town's columns among it."""
        settings, sources = self.settings, page_scans.own_sources(self.settings)
        owners = {c.id: c.owner or settings.source(c.source)[1].owner for c in settings.columns}
        return ItemView(
            items=settings.items, columns=settings.columns, listed=self.listed(connection, sources),
            looks={source: self.looks(source) for source in sources}, freshness=settings.freshness, calendar=settings.calendar,
            day=self.day, owners={column: owner for column, owner in owners.items() if owner},
        )


def check(
    settings: Settings, engine: Engine, *, now: datetime, as_of: date | None = None, scope: str | None = None,
    also: Also | None = None, progress: Progress | None = None, read: page_scans.Read | None = None,
) -> CheckReport:
    """Check what the store holds. Of today, what is new in the town's columns is scanned first, where ``read`` gives it; then
    all is written in one transaction, in which ``also`` is called last (it plans the alerts). Of another day (``as_of``)
    the store is judged as it stood at its end, and nothing is written."""
    if scope is not None and scope not in SCOPES:
        raise ValueError(f"unknown scope: {scope}")
    day = as_of or local_date(now)
    if day != local_date(now):
        with engine.connect() as connection:
            return _look_on(connection, _as_decided(connection, settings), now, day, scope)
    if read is not None and scope in (None, "pages"):
        page_scans.scan_new(settings, engine, read, now=now, progress=progress)
        compared.liken_new(engine)
    with transaction(engine) as connection:
        settings = _as_decided(connection, settings)
        new_cases = intake.take_in(connection, settings, now, progress)
        report = _judge_now(connection, settings, now, scope)
        if also is not None:
            also(connection, now)
    return replace(report, new_cases=tuple(new_cases))


def _as_decided(connection: Connection, settings: Settings) -> Settings:
    """With what people decided of the catalogue's items."""
    return with_choices(settings, choice_store.choices(connection)) if settings.items else settings


def _judge_now(connection: Connection, settings: Settings, now: datetime, scope: str | None) -> CheckReport:
    results = run_store.recent_results(connection, limit_per_source=_RESULTS)
    facts = record_store.source_facts(connection, as_of=now)
    known = finding_store.open_findings(connection)
    view = _View(
        settings=settings, day=local_date(now), at=now, facts=facts, results=results, known=known,
        listed=record_store.heads_of_sources, texts=record_store.by_ids,
    )
    columns, items, judgements, looked = _judgements(connection, view, scope)
    judgements += _taken_out(known, settings)
    judgements += _applications(connection, view, known) if scope is None else ()
    if scope in (None, "pages"):
        judgements += _mended(connection, known, judgements)
        # Of a day past, what was found then says it: of an address only the last look is kept.
        judgements += site_watch.links(connection, settings, known, now, view.listed)
    bad = [judgement.fingerprint for judgement in judgements if judgement.verdict is Verdict.BAD]
    known += [finding for finding in finding_store.by_fingerprints(connection, bad) if not finding.open]
    fold = ledger.fold(known, judgements, now)
    finding_store.apply(connection, fold, now)
    finding_store.save_judgements(connection, judgements, now)
    return _report(view, scope, columns, items, judgements, fold, looked)


def _look_on(
    connection: Connection, settings: Settings, now: datetime, day: date, scope: str | None
) -> CheckReport:
    """Judge a day as the store then stood: the versions, the removals, the findings and what people had said of them.
    The configuration is today's. A day to come is judged on what is known now, its looks no older than they are."""
    at = min(day_start(day + timedelta(days=1)) - timedelta(microseconds=1), now)
    results = run_store.recent_results(connection, limit_per_source=_PAST_RESULTS)
    then = {source: [r for r in found if r.checked_at and r.checked_at <= at] for source, found in results.items()}
    known = finding_store.open_at(connection, at)
    view = _View(
        settings=settings, day=day, at=at, facts=history.facts_at(connection, at), results=then, known=known,
        listed=lambda connection, sources: {
            source: [head_of(stored) for stored in history.of_source_at(connection, source, at)] for source in sources
        },
        texts=lambda connection, ids: history.records_at(connection, ids, at),
    )
    columns, items, judgements, looked = _judgements(connection, view, scope)
    judgements += _applications(connection, view, known) if scope is None else ()
    fold = ledger.fold(known, judgements, at)
    return _report(view, scope, columns, items, judgements, fold, looked)


def _judgements(
    connection: Connection, view: _View, scope: str | None
) -> tuple[list[ColumnStatus], list[ItemStatus], list[Judgement], int]:
    """The columns, the periodic items, what is to be said, and how many answers were given in all: a page in order is not
    spoken of."""
    columns: list[ColumnStatus] = []
    items: list[ItemStatus] = []
    reads = scope in (None, "pages") or (scope == "catalogue" and view.settings.items)
    item_view = view.items(connection) if reads else None
    judgements: list[Judgement] = []
    looked = 0
    if scope in (None, "catalogue"):
        for status, judgement in _columns(view):
            columns += [status] if status else []
            judgements.append(judgement)
        for standing, judgement in item_judging.judge(item_view) if item_view else ():
            items += [standing] if standing else []
            judgements.append(judgement)
    if scope in (None, "pages") and item_view:
        said, looked = _pages(connection, view, item_view)
        judgements += said
    if scope in (None, "sites"):
        judgements += _sites(connection, view)
    return columns, items, judgements, len(judgements) + looked


def _columns(view: _View) -> Iterator[tuple[ColumnStatus | None, Judgement]]:
    for column in view.settings.columns:
        if not column.applicable:
            yield None, freshness.not_applicable(column)
            continue
        facts, looks = view.facts.get(column.source), view.looks(column.source)
        yield freshness.judge(column, facts, looks, view.settings.freshness, view.day)


def _pages(connection: Connection, view: _View, items: ItemView) -> tuple[list[Judgement], int]:
    late = item_judging.judge_late(items, lambda ids: _texts(view.texts(connection, ids)), view.known)
    yearly, said = item_judging.yearly(items), list(late.judgements)
    apart = {f"record:{record}" for record in late.decided}
    looked = 0
    known = {(finding.rule_id, finding.subject) for finding in view.known if finding.rule_id in pages.KINDS}
    flawed = scan_store.flawed(connection)
    widespread, looked_at = site_watch.widespread(flawed), site_watch.looks(connection, flawed, view.at)
    standing: set[int] = set()
    listing = compared.Listed(view.day, items.listed, compared.static_sources(view.settings))
    for source, listed in listing.by_source.items():
        owner = _owner(view.settings, source)
        found = [*pages.check(listed, view.day, known, yearly), *page_scans.judge(listed, flawed, widespread, looked_at)]
        said += [replace(judgement, owner=owner) for judgement in found if judgement.rule_id != COMMON or judgement.subject not in apart]
        looked += len(listed) * len(pages.KINDS) - len(found)
        standing.update(head.id for head in listed if head.removed_at is None)
    said += _revisions(connection, view, standing)
    said += _compared(connection, view, listing)
    return said, looked


def _texts(found: Iterable[StoredRecord]) -> dict[int, str]:
    return {stored.id: "\n".join((stored.record.body, *(each.text for each in stored.record.attachments))) for stored in found}


def _owner(settings: Settings, source: str) -> str | None:
    owner = next((column.owner for column in settings.columns if column.source == source and column.owner), None)
    return owner or settings.source(source)[1].owner


def _compared(connection: Connection, view: _View, listing: compared.Listed) -> Iterator[Judgement]:
    contact_pages = listing.contact_pages()
    kept = scan_store.contacts(connection, sorted({record_id for record_id, _ in contact_pages}))
    pairs = likenesses.pairs(connection)
    said = [*compared.differing(contact_pages, kept)]
    standing = listing.standing({content[0] for pair in pairs for content in (pair.one, pair.other)} | set(map(compared.record_of, said)))
    for judgement in (*said, *compared.duplicates(standing, pairs)):
        yield replace(judgement, owner=_owner(view.settings, min(standing[compared.record_of(judgement)][1])))


def _revisions(connection: Connection, view: _View, standing: Collection[int]) -> Iterator[Judgement]:
    rules, sources = view.settings.runs, page_scans.own_sources(view.settings)
    kept = history.changed_since(connection, sources, view.at - timedelta(days=rules.changed_days), view.at)
    owner = next((column.owner for column in view.settings.columns if column.owner), None)
    kept = {record_id: versions for record_id, versions in kept.items() if record_id in standing}
    for judgement in revisions.judge(kept, view.known, rules, view.at):
        yield replace(judgement, owner=judgement.owner or owner)


def _mended(connection: Connection, known: Iterable[Finding], judgements: Iterable[Judgement]) -> list[Judgement]:
    """What the scan finds no more. Only of today: of a day past, the findings that were open then say it themselves."""
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


def _sites(connection: Connection, view: _View) -> Iterator[Judgement]:
    for _, source in view.settings.all_sources:
        looks, facts = view.looks(source.id), view.facts.get(source.id)
        yield from watch.failing(looks)
        yield watch.quiet(looks, facts.latest if facts else None)
    yield from site_watch.health(connection, view.settings, view.at)
    yield watch.horizon(view.settings.calendar, view.day, view.settings.runs.severity)
    yield watch.silent(run_store.latest_runs(connection, _PAST_RESULTS), view.settings.runs, view.at)


def _applications(connection: Connection, view: _View, known: Iterable[Finding]) -> Iterator[Judgement]:
    """What is in hand, and what was when a finding opened: closed, it is explicitly ok."""
    found = {finding.subject for finding in known}
    for application in application_store.list_applications(connection):
        then = application_watch.as_of(application, view.at)
        if then is not None and (then.open or f"application:{then.id}" in found):
            yield application_watch.judge(then, view.settings.calendar, view.day)


def _taken_out(known: Iterable[Finding], settings: Settings) -> Iterator[Judgement]:
    """An explicit ok for what a person has taken out of the configuration: nothing will judge it again."""
    subjects = {f"column:{column.id}" for column in settings.columns}
    subjects |= {f"source:{source.id}" for _, source in settings.all_sources} | {f"item:{item.id}" for item in settings.items}
    subjects |= {f"site:{site.id}" for site in settings.sites}
    for finding in known:
        if finding.subject.startswith(("column:", "source:", "item:", "site:")) and finding.subject not in subjects:
            yield Judgement(
                rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity,
                title=finding.title, reason="已从配置中删除，不再检查", owner=finding.owner,
            )


def _report(
    view: _View, scope: str | None, columns: Iterable[ColumnStatus], items: Iterable[ItemStatus], judgements: list[Judgement],
    fold: ledger.Fold, looked: int,
) -> CheckReport:
    wanted = SCOPES[scope] if scope else ("",)
    return CheckReport(
        as_of=view.day, columns=tuple(columns), items=tuple(items), catalogue=view.settings.items,
        findings=tuple(finding for finding in fold.open if finding.rule_id.startswith(wanted)),
        cannot_judge=tuple(j for j in judgements if j.verdict is Verdict.CANNOT_JUDGE),
        opened=(*fold.opened, *fold.reopened), resolved=fold.resolved, new_cases=(), judged=looked,
    )
