"""All that is said of the catalogue's items on one day, from what the store held then. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from core.calendar import WorkCalendar
from core.catalogue import ItemStatus
from core.clock import day_start
from core.nouns import Finding, Judgement, Severity, Verdict
from core.settings import CatalogueItem, Column, FreshnessRules
from core.text import fold_title
from monitor.items import completeness, lateness, periods
from monitor.items.lateness import Texts
from monitor.items.membership import Members, columns_of, members
from monitor.looks import Looks
from store.record_rows import Head

PERIOD = "item.period"
PREFIX = "item."
_TITLES = {
    "fresh": "按期公开", "due": "即将到期", "overdue": "逾期未公开", "delinquent": "长期未公开", "cannot_judge": "无法判断是否按期公开",
}


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """What the items are judged by. ``listed``: the records of each source; ``looks``: how well each was looked at."""

    items: Sequence[CatalogueItem]
    columns: Sequence[Column]
    listed: Mapping[str, Sequence[Head]]
    looks: Mapping[str, Looks]
    freshness: FreshnessRules
    calendar: WorkCalendar
    day: date
    fallback: str | None = None
    """Who answers for what is nobody's: an item without an owner in a column without one."""
    owners: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Column]:
        """The columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def looked_for(self) -> tuple[CatalogueItem, ...]:
        """The items that are looked for on the town's columns."""
        return tuple(item for item in self.items if completeness.unchecked(item) is None)

    @cached_property
    def members(self) -> Mapping[str, Members]:
        """By item, its records."""
        return members(columns_of(self.looked_for, self.columns), self.columns, self.listed)

    @cached_property
    def doubts(self) -> Mapping[str, str]:
        """By column, why nothing certain can be said of it."""
        found = {column.id: self.looks[column.source].doubt for column in self.columns if column.source in self.looks}
        return {column: doubt for column, doubt in found.items() if doubt}

    @cached_property
    def blank(self) -> set[str]:
        """The columns that are proven to hold nothing."""
        return {c.id for c in self.columns if c.source in self.looks and self.looks[c.source].proven_empty}

    def columns_of(self, item: CatalogueItem) -> list[Column]:
        """The columns that an item names and that there are."""
        return [self.by_id[name] for name in dict.fromkeys(item.columns) if name in self.by_id]

    def owned(self, item: CatalogueItem) -> CatalogueItem:
        """The item with whoever answers for it: its own owner, else its first column's, else the town's."""
        owners = (self.owners.get(column.id) for column in self.columns_of(item))
        return item if item.owner else item.model_copy(update={"owner": next(filter(None, owners), self.fallback)})


def judge(view: ItemView) -> Iterator[tuple[ItemStatus | None, Judgement]]:
    """Every item: its column, its content, its periods. An item that is not looked for has explicit oks."""
    for item in map(view.owned, view.items):
        if (reason := completeness.unchecked(item)) is not None:
            yield from ((None, judgement) for judgement in completeness.left_out(item, reason))
            yield None, _no_period(item, reason)
            continue
        mine = view.members.get(item.id) or Members()
        found = completeness.judge(item, view.columns_of(item), mine, view.doubts, view.blank)
        yield from ((None, judgement) for judgement in found)
        yield _period(view, item, mine)


def _period(view: ItemView, item: CatalogueItem, mine: Members) -> tuple[ItemStatus | None, Judgement]:
    # A record of which it is not certain that it is the item's own may be the one that is missed.
    doubt = next((view.doubts[column.id] for column in view.columns_of(item) if column.id in view.doubts), None)
    records = mine.strong + mine.weak
    status = periods.status_of(item, records, view.calendar, view.day, warn_days=view.freshness.warn_days, doubt=doubt)
    if status is None:
        return None, _no_period(item, "没有定期公开的要求")
    verdict = {"fresh": Verdict.OK, "cannot_judge": Verdict.CANNOT_JUDGE}.get(status.status, Verdict.BAD)
    severity = Severity.ERROR if completeness.statutory(item) else Severity.WARN
    judgement = Judgement(
        rule_id=PERIOD, subject=f"item:{item.id}", verdict=verdict, severity=Severity.INFO if status.status == "due" else severity,
        title=f"公开事项“{status.name}”{_TITLES[status.status]}",
        reason=status.reason,
        evidence={
            "item": status.name, "column": next(iter(item.columns), None), "standing": status.status,
            "period": status.period, "missing": list(status.missing),
            "due": status.due.isoformat() if status.due else None, "latest": status.latest.isoformat() if status.latest else None,
            "provisional": status.provisional, "next_period": status.next_period,
            "next_due": status.next_due.isoformat() if status.next_due else None, "basis": item.basis,
        },
        owner=item.owner,
    )  # fmt: skip
    return status, judgement


def _no_period(item: CatalogueItem, reason: str) -> Judgement:
    return Judgement(
        rule_id=PERIOD, subject=f"item:{item.id}", verdict=Verdict.OK, severity=Severity.WARN,
        title=f"公开事项“{periods.name_of(item)}”", reason=reason, owner=item.owner,
    )


def yearly(view: ItemView) -> set[int]:
    """The records of items whose years are judged as periods, so that the habit of their column is not judged beside."""
    return {head.id for item in periods.covered(view.looked_for) if item in view.members for head in view.members[item].strong}


@dataclass(frozen=True, slots=True)
class LateRecords:
    """Records later than their item allows, and what cannot be judged; ``decided``: records for which an item's own limit counts
    and the common one does not."""

    judgements: tuple[Judgement, ...]
    decided: frozenset[int]


def judge_late(view: ItemView, texts: Texts, known: Collection[Finding]) -> LateRecords:
    """Every item with a limit of its own. An open finding whose record is late no more, or is judged by no item, is closed; one
    whose record cannot be judged for now stays."""
    found: dict[str, Judgement] = {}
    unknown: list[Judgement] = []
    decided: set[int] = set()
    doubtful: set[int] = set()
    published = _policies(view)
    for item in map(view.owned, view.looked_for):
        records = view.members[item.id].strong if item.id in view.members else ()
        late = lateness.judge(item, records, texts, published, view.calendar, view.day)
        if late is None:
            continue
        decided |= late.decided
        doubtful |= late.unknown
        found |= {judgement.subject: _milder(judgement, found.get(judgement.subject)) for judgement in late.bad}
        unknown += [_unknown(item, len(late.unknown), late.why)] if late.unknown else []
    mine = [finding for finding in known if finding.rule_id == lateness.RULE and finding.subject not in found]
    theirs = [finding for finding in known if finding.rule_id == lateness.COMMON and _record(finding) in decided]
    mine = [finding for finding in mine if _record(finding) not in doubtful - decided]
    closed = [_closing(finding, "按现在的时限、栏目和日期判断没有超期") for finding in mine]
    closed += [_closing(finding, "改按公开事项自己的时限判断") for finding in theirs]
    return LateRecords((*found.values(), *unknown, *closed), frozenset(decided))


def _record(finding: Finding) -> int:
    return int(finding.subject.partition(":")[2])


def _policies(view: ItemView) -> lateness.Published:
    """The policy files of the town that what came in the last year may explain; asked for only where an item's limit runs from them."""
    if not any(limit.trigger == "policy_published" for item in view.looked_for for limit in lateness.limits_of(item)):
        return ()
    sources = {column.source for column in view.columns if column.applicable and column.kind in ("policy", "notice")}
    heads = (head for source in sources for head in view.listed.get(source, ()) if head.removed_at is None)
    first = day_start(view.day - 2 * lateness.WINDOW)
    return [(fold_title(head.title), head.published.day) for head in heads if head.published and head.published.at >= first]


def _milder(one: Judgement, other: Judgement | None) -> Judgement:
    """A record that may be of several items: what the mildest says."""
    return one if other is None or one.severity.rank > other.severity.rank else other


def _unknown(item: CatalogueItem, number: int, why: str) -> Judgement:
    return Judgement(
        rule_id=lateness.RULE, subject=f"item:{item.id}", verdict=Verdict.CANNOT_JUDGE, severity=Severity.INFO,
        title=f"公开事项“{periods.name_of(item)}”", reason=f"近一年的{number}条信息不能判断是否按时限（{item.limit}）公开：{why}",
        owner=item.owner,
    )


def _closing(finding: Finding, reason: str) -> Judgement:
    return Judgement(
        rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity, title=finding.title,
        reason=reason, owner=finding.owner,
    )
