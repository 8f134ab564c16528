"""One whole check: finds mentions, registers cases, judges, folds into the ledger. Everything in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from core.catalogue import ColumnStatus, ItemStatus
from core.clock import day_start, local_date
from core.errors import TownwatchError
from core.nouns import Case, Finding, Judgement, Verdict
from core.settings import CatalogueItem, Settings
from core.text import mask_shown
from monitor import compared, handling, intake, judging, ledger, page_scans, site_watch
from monitor.catalogue.choices import with_choices
from monitor.judging import Judged
from monitor.view import View, now_view, past_view
from store import catalogue_choices as choice_store
from store import findings as finding_store
from store.database import Connection, Engine, transaction

Also = Callable[[Connection, datetime], object]
Progress = Callable[[str, int, int], None]

SCOPES: Mapping[str, tuple[str, ...]] = {
    "catalogue": ("column.", "item."), "pages": ("page.",), "sites": ("source.", "run.", "site."),
}
"""What each scope of the command judges: prefixes of its rules."""
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""The days that can be judged: nothing was published on a portal before, and no year that is typed by mistake is counted out."""


class DayError(TownwatchError):
    """A day that cannot be judged; the sentence is for the person who asked."""


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


def check(
    settings: Settings, engine: Engine, *, now: datetime, as_of: date | None = None, scope: str | None = None,
    also: Also | None = None, progress: Progress | None = None, read: page_scans.Read | None = None,
) -> CheckReport:
    """Check what the store holds. Of today, what is new in the town's columns is scanned first, where ``read`` gives it; then
    all is written in one transaction, in which ``also`` is called last (it plans the alerts). Of another day (``as_of``)
    the store is judged as it stood at its end, and nothing is written. Raises DayError for a day beyond :data:`FIRST` and
    :data:`LAST`."""
    if scope is not None and scope not in SCOPES:
        raise ValueError(f"unknown scope: {scope}")
    day = as_of or local_date(now)
    if not FIRST <= day <= LAST:
        raise DayError(f"只能检查{FIRST.year}年至{LAST.year}年的日期：{day}")
    if day != local_date(now):
        with engine.connect() as connection:
            return _look_on(past_view(connection, _as_decided(connection, settings, day_start(day + timedelta(days=1))), day, now), scope)
    if read is not None and scope in (None, "pages"):
        page_scans.scan_new(settings, engine, read, now=now, progress=progress)
        compared.liken_new(engine)
    with transaction(engine) as connection:
        settings = _as_decided(connection, settings)
        new_cases = intake.take_in(connection, settings, now, progress)
        report = _judge_now(now_view(connection, settings, now), scope)
        if also is not None:
            also(connection, now)
    return replace(report, new_cases=tuple(new_cases))


def _as_decided(connection: Connection, settings: Settings, before: datetime | None = None) -> Settings:
    """With what people decided of the catalogue's items (``before`` a time)."""
    return with_choices(settings, choice_store.choices(connection, before)) if settings.items else settings


def _judge_now(view: View, scope: str | None) -> CheckReport:
    judged = judging.judge(view, scope)
    said = [*judged.judgements, *judging.taken_out(view)]
    if scope in (None, "pages"):
        said += judging.mended(view, said)
        # Of a day past, what was found then says it: of an address only the last look is kept.
        said += site_watch.links(view.connection, view.settings, view.known, view.at, view.listed)
    said = [told(judgement) for judgement in said]
    bad = [judgement.fingerprint for judgement in said if judgement.verdict is Verdict.BAD]
    closed = [finding for finding in finding_store.by_fingerprints(view.connection, bad) if not finding.open]
    fold = ledger.fold([*view.known, *closed], said, view.at)
    finding_store.apply(view.connection, fold, view.at)
    finding_store.save_judgements(view.connection, said, view.at)
    return _report(view, scope, judged, said, fold)


def _look_on(view: View, scope: str | None) -> CheckReport:
    judged = judging.judge(view, scope)
    said = [told(judgement) for judgement in judged.judgements]
    return _report(view, scope, judged, said, ledger.fold(view.known, said, view.at, handling.remembered))


def told(judgement: Judgement) -> Judgement:
    """A judgement as it may be kept and told: names of files, words of links and addresses with private numbers masked, whoever
    wrote the sentence."""
    return replace(
        judgement, title=mask_shown(judgement.title), reason=mask_shown(judgement.reason), evidence=_told(judgement.evidence)
    )


def _told(value: Any) -> Any:
    if isinstance(value, str):
        return mask_shown(value)
    if isinstance(value, Mapping):
        return {name: _told(each) for name, each in value.items()}
    return [_told(each) for each in value] if isinstance(value, list | tuple) else value


def _report(view: View, scope: str | None, judged: Judged, said: list[Judgement], fold: ledger.Fold) -> CheckReport:
    wanted = SCOPES[scope] if scope else ("",)
    return CheckReport(
        as_of=view.day, columns=tuple(judged.columns), items=tuple(judged.items), catalogue=view.settings.items,
        findings=tuple(finding for finding in fold.open if finding.rule_id.startswith(wanted)),
        cannot_judge=tuple(j for j in said if j.verdict is Verdict.CANNOT_JUDGE),
        opened=(*fold.opened, *fold.reopened), resolved=fold.resolved, new_cases=(), judged=len(judged.judgements) + judged.silent,
    )
