"""What the first page shows a person: what needs them by when, and what was not looked at. Gathered from the store; nothing is
judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import local_date
from core.nouns import Case, ColumnStatus, Delivery, DeliveryStatus, Finding, Run, SourceResult
from core.settings import Settings
from service.web.security.rights import Role
from service.web.security.visitor import Visitor
from store import cases, deliveries, findings, jobs, runs
from store.database import Connection
from store.jobs import JobRun

MOST = 100
_LATE = ("blank", "delinquent", "overdue")
_OPEN_DELIVERIES = (DeliveryStatus.DEAD, DeliveryStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A source that the last run did not really look at; ``result`` None: it was never run."""

    id: str
    name: str
    url: str
    result: SourceResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The first page. ``mine``: what is the visitor's own to do; ``waiting``: what nobody has been given yet; ``others``:
    what is late with others, for those who answer for all."""

    today: date
    run: Run | None
    mine: Sequence[Case]
    waiting: Sequence[Case]
    others: Sequence[Case]
    late: Sequence[ColumnStatus]
    soon: Sequence[ColumnStatus]
    findings: Sequence[Finding]
    unseen: Sequence[Unseen]
    broken: Sequence[Delivery]
    made_up: Sequence[JobRun]

    @property
    def clear(self) -> bool:
        """Whether nothing waits for this person."""
        return not (self.mine or self.waiting or self.others or self.late or self.findings or self.broken)


def gather(connection: Connection, settings: Settings, visitor: Visitor, at: datetime) -> Today:
    """Read everything that the page shows this visitor. The store is one town's."""
    today = local_date(at)
    answers = visitor.role in (Role.LEADER, Role.SUPERVISOR) or visitor.staff is None
    waiting, _ = cases.page_of_cases(connection, open_only=True, size=MOST)
    mine = [case for case in waiting if case.owner is not None and case.owner == visitor.staff]
    columns = [c for c in findings.column_statuses(connection) if answers or c.owner in (visitor.staff, None)]
    latest = runs.latest_runs(connection, 1)
    return Today(
        today=today, run=latest[0] if latest else None, mine=mine,
        waiting=[case for case in waiting if case.owner is None],
        others=[c for c in waiting if answers and c.owner not in (None, visitor.staff) and c.overdue(today)],
        late=sorted((c for c in columns if c.status in _LATE), key=lambda c: (_LATE.index(c.status), c.due or date.max)),
        soon=sorted((c for c in columns if c.status == "due"), key=lambda c: c.due or date.max),
        findings=_findings(connection, visitor, answers), unseen=_unseen(connection, settings),
        broken=_broken(connection, visitor, answers), made_up=jobs.caught_up(connection, at - timedelta(days=1)),
    )


def _findings(connection: Connection, visitor: Visitor, answers: bool) -> list[Finding]:
    """Open ones that nobody has handled, but for those of columns: they stand in their own list."""
    found, _ = findings.page_of_findings(connection, handling="", size=MOST)
    mine = [f for f in found if answers or f.owner in (visitor.staff, None)]
    return [finding for finding in mine if not finding.rule_id.startswith(("column.", "source."))]


def _unseen(connection: Connection, settings: Settings) -> list[Unseen]:
    recent = runs.recent_results(connection, limit_per_source=1)
    found = []
    for _, source in settings.all_sources:
        result = next(iter(recent.get(source.id, ())), None)
        if source.confirmed and (result is None or not result.outcome.looked) and not _weekly(result):
            found.append(Unseen(id=source.id, name=source.name, url=source.url, result=result))
    return found


def _weekly(result: SourceResult | None) -> bool:
    """Left out on purpose: not due yet, or not chosen this time."""
    return result is not None and result.outcome == "not_run" and result.checked_at is None


def _broken(connection: Connection, visitor: Visitor, answers: bool) -> list[Delivery]:
    recipient = None if answers or visitor.role is Role.TECHNICIAN else visitor.staff
    return [
        delivery for status in _OPEN_DELIVERIES
        for delivery in deliveries.list_deliveries(connection, status=status, recipient=recipient, limit=20)
    ]
