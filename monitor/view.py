"""The store as it stood at one time: what the judging modules are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from core.clock import day_start, local_date
from core.nouns import Finding, SourceResult, StoredRecord
from core.settings import Settings
from monitor import page_scans
from monitor.items.judging import ItemView
from monitor.looks import Looks
from store import findings as finding_store
from store import history
from store import records as record_store
from store import runs as run_store
from store.database import Connection
from store.record_rows import Head, head_of

_RESULTS = 30
PAST_RESULTS = 1000


@dataclass(frozen=True, kw_only=True)
class View:
    """``day`` is the day judged, ``at`` the moment until which anything is known. It holds for as long as ``connection`` does."""

    settings: Settings
    connection: Connection
    day: date
    at: datetime
    facts: Mapping[str, record_store.SourceFacts]
    results: Mapping[str, list[SourceResult]]
    known: Sequence[Finding]
    """The findings that were open then."""
    list_sources: Callable[[Connection, Sequence[str]], Mapping[str, list[Head]]]
    """The records of sources, as they were at that time."""
    read_records: Callable[[Connection, Sequence[int]], list[StoredRecord]]
    """These records, as they were at that time."""

    @cached_property
    def listed(self) -> Mapping[str, list[Head]]:
        """The records of the town's own columns, by source; read once a check."""
        return self.list_sources(self.connection, self.listed_sources)

    @cached_property
    def items(self) -> ItemView:
        """What the catalogue's items are judged by."""
        settings = self.settings
        owners = {column.id: column.owner or settings.source(column.source)[1].owner for column in settings.columns}
        return ItemView(
            items=settings.items, columns=settings.columns, listed=self.listed,
            looks={source: self.looks(source) for source in self.listed_sources}, freshness=settings.freshness,
            calendar=settings.calendar, day=self.day, owners={column: owner for column, owner in owners.items() if owner},
            fallback=self.owner,
        )

    @property
    def listed_sources(self) -> list[str]:
        """The sources of the town's own columns."""
        return page_scans.own_sources(self.settings)

    @property
    def owner(self) -> str | None:
        """Who answers for what is nobody's own: the first who answers for a column or its source."""
        columns = self.settings.columns
        owners = (*(column.owner for column in columns), *(self.settings.source(column.source)[1].owner for column in columns))
        return next(filter(None, owners), None)

    def owner_of(self, source: str) -> str | None:
        """Who answers for the pages of a source."""
        owner = next((column.owner for column in self.settings.columns if column.source == source and column.owner), None)
        return owner or self.settings.source(source)[1].owner

    def looks(self, source_id: str) -> Looks:
        """How well a source was looked at."""
        source = self.settings.source(source_id)[1]
        results = self.results.get(source_id, [])
        return Looks(day=local_date(self.at), source=source, results=results, rules=self.settings.runs)

    def texts(self, ids: Sequence[int]) -> dict[int, str]:
        """The whole texts of records, their attachments among them."""
        found = self.read_records(self.connection, ids)
        return {stored.id: "\n".join((stored.record.body, *(each.text for each in stored.record.attachments))) for stored in found}


def now_view(connection: Connection, settings: Settings, now: datetime) -> View:
    """The store as it is."""
    return View(
        settings=settings, connection=connection, day=local_date(now), at=now,
        facts=record_store.source_facts(connection, as_of=now),
        results=run_store.recent_results(connection, limit_per_source=_RESULTS), known=finding_store.open_findings(connection),
        list_sources=record_store.heads_of_sources, read_records=record_store.by_ids,
    )


def past_view(connection: Connection, settings: Settings, day: date, now: datetime) -> View:
    """The store as it stood at the end of a day: the versions, the removals, the findings and what people had said of them. The
    configuration and what people decided of items are today's. Of a day to come what is known now, its looks no older than they
    are."""
    at = min(day_start(day + timedelta(days=1)) - timedelta(microseconds=1), now)
    results = run_store.recent_results(connection, limit_per_source=PAST_RESULTS)
    return View(
        settings=settings, connection=connection, day=day, at=at, facts=history.facts_at(connection, at),
        results={source: [r for r in found if r.checked_at and r.checked_at <= at] for source, found in results.items()},
        known=finding_store.open_at(connection, at),
        list_sources=lambda connection, sources: {
            source: [head_of(stored) for stored in history.of_source_at(connection, source, at)] for source in sources
        },
        read_records=lambda connection, ids: history.records_at(connection, ids, at),
    )
