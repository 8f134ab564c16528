"""What the first page shows a person: what needs them by when, what was not looked at, and whether the watch itself runs.
Gathered from the store; nothing is judged here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.catalogue import ColumnStatus
from core.clock import SHANGHAI, local_date, local_text
from core.nouns import Case, Delivery, DeliveryStatus, Finding, Outcome, Reason, Run, Severity, SourceResult
from core.service import Schedule
from core.settings import Settings, SourceSettings
from core.words import JOBS
from monitor.items.judging import PERIOD
from monitor.items.upcoming import Due
from service.schedule.slots import Slot, overdue_jobs, timetables
from service.web.coming import due_soon
from service.web.security.rights import Role
from service.web.security.visitor import Visitor
from store import deliveries, findings, jobs, looks, runs
from store.case_lists import Wanted, page_of
from store.database import Connection
from store.jobs import JobRun

MOST = 10
"""Lines of one list; the rest is behind its link."""
MOST_FINDINGS = 1000
"""Read to be counted: a town with more has other worries than the number."""
_LATE = ("blank", "delinquent", "overdue")
_OPEN_DELIVERIES = (DeliveryStatus.DEAD, DeliveryStatus.FAILED)
_ITEM_DAYS = 15
_EVERY_DAYS = {"daily": 1, "weekly": 7}
_RECENT = timedelta(days=1)
_ESCALATED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """The first cases of a list, and how many there are in all (None: more than 10,000)."""

    cases: Sequence[Case] = ()
    total: int | None = 0

    @property
    def told(self) -> str:
        """The number as a person reads it."""
        return "1 万+" if self.total is None else str(self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A source of which nothing is known today, and why. ``at``: when it was last asked; None: never."""

    source: SourceSettings
    outcome: Outcome
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Whether the watch itself runs. ``stuck``: a sentence per job whose time is long past; ``made_up``: one per slot that
    was run late or missed; ``next_crawl`` None: nothing is planned."""

    run: Run | None
    next_crawl: datetime | None
    stuck: Sequence[str]
    made_up: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The first page. ``mine``: what is the visitor's own to do; ``waiting``: what nobody has been given yet; ``others``:
    what is overdue with others, and ``escalated``: what has been raised to the visitor, for those who answer for all."""

    today: date
    watch: Watch
    mine: Some
    waiting: Some
    others: Some
    escalated: Sequence[Case]
    late: Sequence[ColumnStatus]
    soon: Sequence[ColumnStatus]
    items: Sequence[Due]
    """What of the catalogue's items and of the law's yearly duties falls due in the days to come."""
    findings: Sequence[Finding]
    unseen: Sequence[Unseen]
    broken: Sequence[Delivery]

    @property
    def clear(self) -> bool:
        """Whether nothing waits for this person."""
        some = (self.mine.cases, self.waiting.cases, self.others.cases, self.escalated)
        return not (any(some) or self.late or self.findings or self.broken or self.watch.stuck)


def gather(connection: Connection, settings: Settings, schedule: Schedule, visitor: Visitor, at: datetime) -> Today:
    """Read everything that the page shows this visitor. The store is one town's."""
    today, staff = local_date(at), visitor.staff
    answers = answers_for_all(visitor)
    columns = [c for c in findings.column_statuses(connection) if answers or c.owner in (staff, None)]
    return Today(
        today=today, watch=_watch(connection, settings, schedule, at),
        mine=_some(connection, Wanted(open_only=True, owner=staff)) if staff else Some(),
        waiting=_some(connection, Wanted(open_only=True, unowned=True)),
        others=_some(connection, Wanted(overdue_on=today, not_of=staff or "")) if answers else Some(),
        escalated=_escalated(connection, staff, at) if staff else (),
        late=sorted((c for c in columns if c.status in _LATE), key=lambda c: (_LATE.index(c.status), c.due or date.max)),
        soon=sorted((c for c in columns if c.status == "due"), key=lambda c: c.due or date.max),
        items=[
            due for due in due_soon(connection, settings, (), today, _ITEM_DAYS) if answers or due.owner in (staff, None)
        ],
        findings=_findings(connection, visitor, answers), unseen=unseen(settings, looks.last_looks(connection), today),
        broken=_broken(connection, visitor, answers),
    )


def answers_for_all(visitor: Visitor) -> bool:
    """Whether the work of everyone in the town is this visitor's to know of: a leader, the county, or no one of the staff."""
    return visitor.role in (Role.LEADER, Role.SUPERVISOR) or visitor.staff is None


def next_crawl(schedule: Schedule, settings: Settings, at: datetime) -> datetime | None:
    """When the next site of a town is crawled; None where none of its sources is confirmed."""
    times = [
        start for table in timetables(schedule, settings) if table.key[1] == "crawl"
        for day in (local_date(at) + timedelta(days=n) for n in (-1, 0, 1)) for clock in table.clocks
        if (start := _begins(day, clock, table.delay)) > at
    ]
    return min(times, default=None)


def stuck(slots: Iterable[Slot]) -> list[str]:
    """A sentence per job and time that has come and gone, however many sites it had."""
    groups = Counter((slot.at, slot.job) for slot in slots)
    return [f"{local_text(at)} 的{JOBS.get(job, job)}{_sites(number)}至今没有完成" for (at, job), number in groups.items()]


def made_up(late: Iterable[JobRun]) -> list[str]:
    """A sentence per slot that was run late or missed, however many sites it had."""
    groups: dict[tuple[datetime, str, str], list[JobRun]] = {}
    for run in late:
        groups.setdefault((run.slot, run.job, run.status), []).append(run)
    return [_made_up(slot, JOBS.get(job, job), status, found) for (slot, job, status), found in groups.items()]


def _made_up(slot: datetime, job: str, status: str, found: list[JobRun]) -> str:
    what = f"{local_text(slot)} 的{job}{_sites(len(found))}"
    if status == "missed":
        return f"{what}错过了，由之后的一次代替。"
    if status == "failed":
        return f"{what}当时没有运行，补做没有成功：{found[0].note or '没有记下原因'}"
    ended = max((run.finished_at for run in found if run.finished_at), default=None)
    return f"{what}当时没有运行，" + (f"已于 {local_text(ended)} 补做。" if status == "done" else "正在补做。")


def _sites(number: int) -> str:
    return f"（{number} 个网站）" if number > 1 else ""


def _begins(day: date, clock: time, delay: timedelta) -> datetime:
    return datetime.combine(day, clock, tzinfo=SHANGHAI) + delay


def _watch(connection: Connection, settings: Settings, schedule: Schedule, at: datetime) -> Watch:
    latest = runs.latest_runs(connection, 1)
    town = {settings.town.id: settings}
    return Watch(
        run=latest[0] if latest else None, next_crawl=next_crawl(schedule, settings, at),
        stuck=stuck(overdue_jobs(schedule, town, jobs.last_done(connection), jobs.begun(connection), at)),
        made_up=made_up(jobs.caught_up(connection, at - _RECENT)),
    )


def _some(connection: Connection, wanted: Wanted) -> Some:
    found, total = page_of(connection, wanted, size=MOST)
    return Some(cases=found, total=total)


def _escalated(connection: Connection, staff: str, at: datetime) -> list[Case]:
    """The cases still open of which the alerts have told this person that they were raised to them."""
    told = deliveries.list_deliveries(connection, recipient=staff, since=at - _ESCALATED_WITHIN, limit=100)
    ids = {
        int(item.id) for delivery in told for item in delivery.items
        if item.kind == "case" and (item.level > 0 or item.reason is Reason.ESCALATED)
    }
    return page_of(connection, Wanted(open_only=True, ids=ids), size=MOST)[0] if ids else []


def _findings(connection: Connection, visitor: Visitor, answers: bool) -> list[Finding]:
    """Open ones that nobody has handled, but for those that stand in lists of their own: columns, sources, items to come."""
    found, _ = findings.page_of_findings(connection, handling="", size=MOST_FINDINGS)
    mine = [f for f in found if answers or f.owner in (visitor.staff, None)]
    return [
        finding for finding in mine
        if not finding.rule_id.startswith(("column.", "source."))
        and not (finding.rule_id == PERIOD and finding.severity is Severity.INFO)
    ]


def unseen(settings: Settings, last: Mapping[str, SourceResult], today: date) -> list[Unseen]:
    """The sources that were not really read when they were last asked, or have not been asked for longer than they should
    be. ``last``: by source, the last look."""
    found = (_unseen(source, last.get(source.id), today) for _, source in settings.all_sources if source.confirmed)
    return [one for one in found if one is not None]


def _unseen(source: SourceSettings, look: SourceResult | None, today: date) -> Unseen | None:
    if look is None or look.checked_at is None:
        return Unseen(source=source, outcome=Outcome.NOT_RUN, at=None, reason="还没有巡查过")
    days = (today - local_date(look.checked_at)).days
    long_ago = f"已有 {days} 天没有巡查" if days > _EVERY_DAYS[source.cadence] else ""
    if look.outcome.looked:
        return Unseen(source=source, outcome=Outcome.NOT_RUN, at=look.checked_at, reason=long_ago) if long_ago else None
    why = look.error or "没有记下原因"
    return Unseen(source=source, outcome=look.outcome, at=look.checked_at, reason=f"{why}；{long_ago}" if long_ago else why)


def _broken(connection: Connection, visitor: Visitor, answers: bool) -> list[Delivery]:
    """What is tried again, and what was given up on a channel that has carried nothing since."""
    recipient = None if answers or visitor.role is Role.TECHNICIAN else visitor.staff
    dumb = {(channel.recipient, channel.channel) for channel in deliveries.broken_channels(connection)}
    listed = [
        delivery for status in _OPEN_DELIVERIES
        for delivery in deliveries.list_deliveries(connection, status=status, recipient=recipient, limit=MOST)
    ]
    return [d for d in listed if d.status is DeliveryStatus.FAILED or (d.recipient, d.channel) in dumb]
