"""Which records open a case, under which category and until when; and what a later change of the record means to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from core.calendar import Deadline, WorkCalendar
from core.clock import local_date
from core.nouns import Case, CaseState, CaseStep, Mention, Record, StoredRecord
from core.settings import CaseRules, ReplyLimit, Settings
from core.text import fold_plain

SYSTEM = "townwatch"
# The board's own words for a finished thread (facts/rules.md section 5).
_ANSWERED = frozenset({"已回复", "已办理", "已解决"})
_FINISHED = frozenset({"办结", "已办结"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A case to be registered: the columns of :func:`store.cases.register`."""

    record_id: int
    source: str
    url: str
    title: str
    category: str
    state: CaseState
    owner: str | None
    registered_at: datetime
    due: date | None
    provisional: bool
    step: CaseStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step on a case, and the columns that it changes."""

    step: CaseStep
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """The time that a case has: working days after its registration, from which rule and on what basis."""

    id: str
    workdays: int
    basis: str


def opening(stored: StoredRecord, mentions: Iterable[Mention], settings: Settings, now: datetime) -> Opening | None:
    """The case that a record opens, or None. A certain mention of a registering subject opens one, unless the record is
    the town's own publication or was already too old when it was first seen (CaseRules.max_age_days)."""
    subjects = _registering(mentions, settings)
    if not subjects or _own_publication(stored, settings) or _too_old(stored, settings.cases):
        return None
    record, source = stored.record, _source(stored, settings)
    category = categorise(record, settings.cases)
    state = CaseState.REGISTERED if settings.cases.answered_opens else answered_state(record) or CaseState.REGISTERED
    limit = limit_for(record.site, category, settings.cases)
    # What was answered before it was found waits for nothing, so it has no due day.
    waiting = state is CaseState.REGISTERED
    deadline = settings.calendar.add(local_date(now), limit.workdays) if waiting else None
    note = f"提及{'、'.join(subjects)}" + (
        f"；办理时限{limit.workdays}个工作日（{limit.basis}）" if waiting else "；发现时已有答复"
    )
    step = CaseStep(at=now, who=SYSTEM, action="register", note=note, data={
        "content_hash": stored.content_hash, "limit": limit.id, "workdays": limit.workdays, "basis": limit.basis,
    })
    return Opening(
        record_id=stored.id, source=source, url=record.url, title=record.title or record.url, category=category,
        state=state, owner=_owner(source, settings), registered_at=now, due=deadline.day if deadline else None,
        provisional=bool(deadline and deadline.provisional), step=step,
    )


def change(case: Case, stored: StoredRecord, now: datetime) -> Change | None:
    """What a new content of its record means to a case: an official answer ends the waiting, anything else is noted.
    None where this content has already been noted."""
    if any(step.data.get("content_hash") == stored.content_hash for step in case.steps[-1:]):
        return None
    data = {"content_hash": stored.content_hash}
    answered = answered_state(stored.record)
    if answered and case.open:
        note = f"网页已公布答复：{stored.record.replies[-1].office}" if stored.record.replies else "网页显示已答复"
        return Change(step=CaseStep(at=now, who=SYSTEM, action="reply", note=note, data=data),
                      columns={"state": answered})
    columns = {"title": stored.record.title} if stored.record.title not in ("", case.title) else {}
    return Change(step=CaseStep(at=now, who=SYSTEM, action="update", note="网页内容有变化", data=data), columns=columns)


def settled(case: Case, calendar: WorkCalendar, now: datetime) -> Change | None:
    """The firm due day of an open case whose provisional one can now be counted; None where nothing is to be done."""
    workdays = next((step.data.get("workdays") for step in case.steps if step.action == "register"), None)
    if not case.open or not case.provisional or workdays is None:
        return None
    deadline = calendar.add(local_date(case.registered_at), workdays)
    if deadline.provisional:
        return None
    step = CaseStep(at=now, who=SYSTEM, action="update", note=f"节假日安排已录入，办理期限核定为{deadline.day}")
    return Change(step=step, columns={"due": deadline.day, "provisional": False})


def categorise(record: Record, rules: CaseRules) -> str:
    """The first category one of whose types is the thread's, one of whose words stands in title or body, or one of
    whose kinds is the record's."""
    given = str(record.thread.get("type") or "")
    types = {given, *given.split("/")}
    text = fold_plain(f"{record.title}\n{record.body}")
    for rule in rules.categories:
        if types & set(rule.types) or record.kind in rule.kinds or any(fold_plain(word) in text for word in rule.words):
            return rule.name
    return rules.default_category


def limit_for(site: str, category: str, rules: CaseRules) -> Limit:
    """The first limit that fits site and category, never more than the hard cap; the cap itself where none fits."""
    for limit in rules.limits:
        if _fits(limit, site, category):
            return Limit(limit.id, min(limit.workdays, rules.hard_cap_workdays), limit.basis)
    return Limit("hard_cap", rules.hard_cap_workdays, "办理时限上限")


def hard_cap(case: Case, rules: CaseRules, calendar: WorkCalendar) -> Deadline:
    """The day past which no extension may reach."""
    return calendar.add(local_date(case.registered_at), rules.hard_cap_workdays)


def answered_state(record: Record) -> CaseState | None:
    """Replied or closed where the page itself says so; None where it still waits."""
    state = str(record.thread.get("state") or "")
    if state in _FINISHED:
        return CaseState.CLOSED
    return CaseState.REPLIED if record.replies or state in _ANSWERED else None


def _fits(limit: ReplyLimit, site: str, category: str) -> bool:
    return (not limit.sites or site in limit.sites) and (not limit.categories or category in limit.categories)


def _registering(mentions: Iterable[Mention], settings: Settings) -> Sequence[str]:
    """The subjects that open a case, each once, in the order of the text."""
    registers = {subject.name for subject in settings.town.subjects if subject.registers}
    named = (mention.subject for mention in mentions if mention.confidence == "certain")
    return [subject for subject in dict.fromkeys(named) if subject in registers]


def _own_publication(stored: StoredRecord, settings: Settings) -> bool:
    """Whether it was found in the town's own columns only: what the town says of itself is not 舆情."""
    own = {column.source for column in settings.columns}
    return all(source in own for source in stored.sources)


def _too_old(stored: StoredRecord, rules: CaseRules) -> bool:
    published = stored.record.published
    age = timedelta(days=rules.max_age_days)
    return published is not None and local_date(stored.first_seen_at) - published.day > age


def _source(stored: StoredRecord, settings: Settings) -> str:
    own = {column.source for column in settings.columns}
    return next(source for source in stored.sources if source not in own)


def _owner(source: str, settings: Settings) -> str | None:
    try:
        return settings.source(source)[1].owner
    except KeyError:  # a source that has been taken out of the configuration since the record was seen
        return None
