"""What the first page shows: the day's result, gathered from the store and judged by nobody here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import local_date
from core.nouns import Case, ColumnStatus, Delivery, Finding, Run, SourceResult
from core.settings import Settings
from store import cases, deliveries, findings, runs
from store.database import Engine

_ORDER = ("blank", "delinquent", "overdue", "cannot_judge", "due", "fresh")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source with its last looks, newest first."""

    id: str
    name: str
    site: str
    url: str
    results: Sequence[SourceResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The first page."""

    town: str
    today: date
    at: datetime
    run: Run | None
    cases: Sequence[Case]
    findings: Sequence[Finding]
    columns: Sequence[ColumnStatus]
    sources: Sequence[SourceRow]
    deliveries: Sequence[Delivery]
    staff: dict[str, str]

    @property
    def unseen(self) -> list[SourceRow]:
        """Sources that the last run did not really look at."""
        return [row for row in self.sources if not row.results or not row.results[0].outcome.looked]

    @property
    def late(self) -> list[ColumnStatus]:
        """Columns past their due day."""
        return [column for column in self.columns if column.status in ("blank", "overdue", "delinquent")]


def gather(settings: Settings, engine: Engine, at: datetime) -> Day:
    """Read everything that the page shows."""
    with engine.connect() as connection:
        recent = runs.recent_results(connection)
        latest = runs.latest_runs(connection, 1)
        return Day(
            town=settings.town.full_name,
            today=local_date(at),
            at=at,
            run=latest[0] if latest else None,
            cases=sorted(cases.list_cases(connection, open_only=True), key=lambda case: (case.due or date.max, case.id)),
            findings=sorted(findings.open_findings(connection), key=lambda f: (f.severity.rank, f.first_seen_at)),
            columns=sorted(findings.column_statuses(connection), key=lambda column: _ORDER.index(column.status)),
            sources=[
                SourceRow(id=source.id, name=source.name, site=site.name, url=source.url, results=recent.get(source.id, []))
                for site, source in settings.all_sources
            ],
            deliveries=deliveries.list_deliveries(connection, limit=20),
            staff={person.id: person.name for person in settings.staff},
        )
