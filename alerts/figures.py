"""The figures of the monthly digest and what each of them means. Pure; each is defined here alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.catalogue import ColumnStatus
from core.clock import local_date
from core.nouns import Case, CaseState, Finding, Severity

_WORST = ("blank", "delinquent", "overdue")
DEFINITIONS: Mapping[str, str] = {
    "registered": "本月登记：登记时间在本月的留言和舆情。",
    "valid": "有效留言：本月登记数，减去其中未作答复即办结的（不属本镇、重复、无实质内容等）。",
    "answered": "本月答复：首次答复在本月的件，不论何时登记。",
    "closed": "本月办结：在本月办结的件，不论何时登记。",
    "open_at_end": "月末在办：统计截止时仍未答复也未办结的件，不论何时登记。",
    "overdue": "月末超期：统计截止时仍未答复或办结、且已过期限的件；期限为暂定的不算超期。",
    "answer_rate": "答复率 = 本月登记的有效留言中截至统计时已答复并公开的 ÷ 有效留言数。",
    "on_time_rate": "按时办结率 = 在期限当日及以前答复或办结的 ÷ 期限在本月且已到期的件；期限以统计时为准。",
    "mentions": "提及：本月首次采到、确定点到本镇（或村、项目、负责人）名称的内容；两个来源都列出的，各计一次。",
    "findings": "问题：检查规则判为不合格的事项。本月新增含再次出现的；只有检查明确合格才算解决。",
    "columns": "栏目状态：按栏目更新期限判断；“无法判断”不算合格。",
    "coming": "下月应公开：到期日在下个月的栏目更新和公开事项；月份未结束时按最近一次检查，已结束的按月末的情形。",
    "unchecked": "未检查：本月没有一次真正读到的来源，以及没有一次采集运行完成的日子。",
    "deliveries": "消息：本月建立的提醒（不含已并入新消息的）；送达以渠道自身的确认为准。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A month in China: ``start`` <= t < ``end``, looked at as of ``as_of`` (its end, or now while it lasts)."""

    month: str
    start: datetime
    end: datetime
    as_of: datetime

    @property
    def days(self) -> tuple[date, ...]:
        """Its days up to ``as_of``, the unfinished present day included."""
        first = local_date(self.start)
        count = (local_date(self.as_of - timedelta(microseconds=1)) - first).days + 1
        return tuple(first + timedelta(days=number) for number in range(count))

    def holds(self, moment: datetime | None) -> bool:
        """Whether a time falls into what is looked at."""
        return moment is not None and self.start <= moment < self.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFigures:
    """Of the register. Rates are None where there is nothing to divide by."""

    registered: int
    valid: int
    valid_answered: int
    answered: int
    closed: int
    open_at_end: int
    overdue: int
    fell_due: int
    on_time: int
    """Of those that fell due in the month."""
    by_source: Mapping[str, int]
    by_category: Mapping[str, int]
    per_day: tuple[tuple[date, int, int], ...]
    overdue_cases: tuple[Case, ...]

    @property
    def answer_rate(self) -> float | None:
        """答复率, 0 to 1."""
        return self.valid_answered / self.valid if self.valid else None

    @property
    def on_time_rate(self) -> float | None:
        """按时办结率, 0 to 1."""
        return self.on_time / self.fell_due if self.fell_due else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFigures:
    """By severity, the worst first."""

    opened: Mapping[Severity, int]
    resolved: Mapping[Severity, int]
    open_at_end: Mapping[Severity, int]
    worst: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """What nobody looked at: sources never read with how often it was tried, and days without a finished run."""

    sources: tuple[tuple[str, int], ...]
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFigures:
    """Messages created in the month by what became of them, and tries that a channel did not confirm."""

    sent: int
    waiting: int
    dead: int
    failed_tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One thing that must be published in the month after: what, by when, in which column (its name), by whom (id of staff, None for
    nobody) and why."""

    due: date
    what: str
    column: str
    owner: str | None
    reason: str
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The digest of one month for the town (``person`` None) or for one staff member."""

    period: Period
    town: str
    person: str | None
    cases: CaseFigures
    mentions_by_source: Mapping[str, int]
    mentions_by_subject: Mapping[str, int]
    columns: tuple[ColumnStatus, ...]
    columns_as_of: str
    findings: FindingFigures
    unchecked: Unchecked
    deliveries: DeliveryFigures
    coming: tuple[Coming, ...] = ()
    """Owners by name."""

    @property
    def next_month(self) -> str:
        """YYYY-MM: the month in which ``coming`` falls due."""
        return f"{local_date(self.period.end):%Y-%m}"

    @property
    def quiet(self) -> bool:
        """Nothing came in, nothing is wrong, nothing is open."""
        cases, findings = self.cases, self.findings
        happened = cases.registered or cases.answered or cases.closed or cases.open_at_end or self.mentions_by_subject
        wrong = findings.opened or findings.open_at_end or findings.resolved
        columns = any(column.status not in ("fresh", "due") for column in self.columns)
        return not (happened or wrong or columns or self.deliveries.dead)

    @property
    def vetoes(self) -> tuple[Finding, ...]:
        """The open findings of which each may cost a veto."""
        return tuple(finding for finding in self.findings.worst if finding.severity is Severity.VETO)

    @property
    def alarm(self) -> str:
        """The sentence that stands above everything else where there are such findings. Else empty."""
        if not self.vetoes:
            return ""
        named = "；".join(finding.title for finding in self.vetoes[:3]) + ("等" if len(self.vetoes) > 3 else "")
        return f"单项否决的问题有 {len(self.vetoes)} 个没有解决：{named}。详见“三、问题”。"

    @property
    def late(self) -> tuple[ColumnStatus, ...]:
        """The columns that are not in order, the worst first; what could not be judged after what was."""
        late = (column for column in self.columns if column.status not in ("fresh", "due"))
        return tuple(sorted(late, key=lambda c: _WORST.index(c.status) if c.status in _WORST else len(_WORST)))

    @property
    def all_clear(self) -> str:
        """The sentence for a month in which nothing happened; with a warning where nobody looked. Else empty."""
        if not self.quiet:
            return ""
        if self.unchecked.sources or self.unchecked.days:
            return "本月没有发现问题，也没有新的舆情；但有来源或日期未检查（见下），不能据此认为一切正常。"
        return "本月平安：各来源均已检查，没有新的舆情，没有发现问题，没有未办结的事项。"


def case_figures(cases: Iterable[Case], period: Period) -> CaseFigures:
    """The register's figures; ``cases`` are all that were registered before the end of the period."""
    known = [case for case in cases if case.registered_at < period.as_of]
    fresh = [case for case in known if period.holds(case.registered_at)]
    invalid = [case for case in fresh if closed_at(case, period.as_of) and not answered_at(case, period.as_of)]
    valid = [case for case in fresh if case not in invalid]
    today = local_date(period.as_of - timedelta(microseconds=1))
    fell_due = [case for case in known if _fell_due(case, period, today)]
    overdue = [case for case in known if _overdue(case, period, today)]
    arrivals = Counter(local_date(case.registered_at) for case in fresh)
    answers = [moment for case in known if period.holds(moment := answered_at(case, period.as_of)) and moment]
    answers_by_day = Counter(local_date(moment) for moment in answers)
    return CaseFigures(
        registered=len(fresh), valid=len(valid),
        valid_answered=sum(answered_at(case, period.as_of) is not None for case in valid),
        answered=len(answers), closed=sum(period.holds(closed_at(case, period.as_of)) for case in known),
        open_at_end=sum(_settled_at(case, period.as_of) is None for case in known), overdue=len(overdue),
        fell_due=len(fell_due), on_time=sum(_on_time(case, period) for case in fell_due),
        by_source=_counted(case.source for case in fresh), by_category=_counted(case.category for case in fresh),
        per_day=tuple((day, arrivals[day], answers_by_day[day]) for day in period.days),
        overdue_cases=tuple(sorted(overdue, key=lambda case: (due_at(case, period.as_of) or date.max, case.id))),
    )


def answered_at(case: Case, moment: datetime) -> datetime | None:
    """When a case had its first answer, as known before a time."""
    return _first(case, moment, "reply", CaseState.REPLIED)


def closed_at(case: Case, moment: datetime) -> datetime | None:
    """When a case was first finished, as known before a time."""
    return _first(case, moment, "close", CaseState.CLOSED)


def due_at(case: Case, moment: datetime) -> date | None:
    """The due day as it stood at a time: a later extension does not make a late case a timely one."""
    for step in case.steps:
        if step.at >= moment and "due_before" in step.data:
            return date.fromisoformat(step.data["due_before"])
    return case.due


def finding_figures(
    opened: Iterable[Finding], resolved: Iterable[Finding], open_at_end: Sequence[Finding]
) -> FindingFigures:
    """Counts by severity, and the open ones themselves, the worst first."""
    worst = sorted(open_at_end, key=lambda f: (f.severity.rank, f.first_seen_at, f.subject, f.fingerprint))
    return FindingFigures(
        opened=_by_severity(opened), resolved=_by_severity(resolved), open_at_end=_by_severity(open_at_end),
        worst=tuple(worst),
    )


def unchecked(
    sources: Iterable[tuple[str, str]], looks: Mapping[str, tuple[int, int]], run_days: set[date], period: Period
) -> Unchecked:
    """``sources`` as id and name, ``looks`` as looked and failed by id. A day that is not over is not yet missed."""
    never = [(name, looks.get(source, (0, 0))[1]) for source, name in sources if not looks.get(source, (0, 0))[0]]
    today = local_date(period.as_of) if period.as_of < period.end else None
    return Unchecked(
        sources=tuple(never), days=tuple(day for day in period.days if day not in run_days and day != today),
    )


def _first(case: Case, moment: datetime, action: str, state: CaseState) -> datetime | None:
    for step in case.steps:
        if step.at < moment and (step.action == action or step.data.get("state") == state):
            return step.at
    # A thread that was answered before it was first seen has no step that says so.
    untouched = case.state is state and not any(_moves(step.data, step.action) for step in case.steps)
    return case.registered_at if untouched else None


def _moves(data: Mapping[str, object], action: str) -> bool:
    return "state" in data or action in ("reply", "close", "assign", "assess")


def _settled_at(case: Case, moment: datetime) -> datetime | None:
    ends = [end for end in (answered_at(case, moment), closed_at(case, moment)) if end is not None]
    return min(ends, default=None)


def _fell_due(case: Case, period: Period, today: date) -> bool:
    """Its day lies in the month and is over, or it was settled already."""
    due = due_at(case, period.as_of)
    if due is None or case.provisional or not local_date(period.start) <= due < local_date(period.end):
        return False
    return due < today or period.as_of >= period.end or _settled_at(case, period.as_of) is not None


def _on_time(case: Case, period: Period) -> bool:
    due, settled = due_at(case, period.as_of), _settled_at(case, period.as_of)
    return due is not None and settled is not None and local_date(settled) <= due


def _overdue(case: Case, period: Period, today: date) -> bool:
    due = due_at(case, period.as_of)
    return due is not None and not case.provisional and due < today and _settled_at(case, period.as_of) is None


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0])))


def _by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in Severity if counts[severity]}
