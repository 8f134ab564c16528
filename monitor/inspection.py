"""The inspection (检查测评): what today's judgements would cost, indicator by indicator. Pure.

An indicator about which nothing is known is ``cannot_judge``, never passed; a score is given only where all its points are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.calendar import Period
from core.catalogue import ColumnStatus
from core.nouns import Finding, Severity
from core.settings import Column
from monitor.inspection_rules import Counter, Preset, Where

State = Literal["ok", "used", "full", "cannot_judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message of the public that waits for its answer, and since when."""

    record: int
    case: int | None
    """Its entry in the register, where it has one: what was old already when the watch began has none."""
    title: str
    since: date
    owner: str | None
    type: str = ""
    """What its author called it: 投诉, 咨询, 感谢..."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a day's check left. ``columns``: each configured column with its state; ``sources_of``: the columns' sources that list a
    record, by its id; ``answered``: ids of rules that gave any answer; ``looked``: whether anything had been looked at by then."""

    day: date
    columns: Sequence[tuple[Column, ColumnStatus | None]]
    findings: Sequence[Finding]
    waiting: Sequence[Waiting]
    sources_of: Mapping[int, Collection[str]]
    answered: Collection[str]
    looked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing that was counted. ``kind`` and ``id`` say where it is looked at."""

    kind: Literal["column", "finding", "case", "message"]
    id: str
    title: str
    reason: str
    owner: str | None
    severity: Severity | None = None
    url: str = ""
    """Of a message that stands in no list of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """An indicator's answer. ``used`` of ``counter.budget``; ``deducted`` None where the points are not known or nothing can be
    said; ``doubtful``: columns that could not be judged, which are never counted as passed."""

    counter: Counter
    state: State
    used: int
    subjects: tuple[Subject, ...]
    doubtful: tuple[Subject, ...]
    deducted: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A preset's answer for a day. ``score`` is None unless every indicator's points are known and judged; ``score_note`` says why."""

    preset: Preset
    day: date
    veto: tuple[Count, ...]
    items: tuple[Count, ...]
    deducted: float
    score: float | None
    score_note: str
    false_alarms: int

    @property
    def vetoed(self) -> tuple[Count, ...]:
        """The vetoes that this town alone would bring about."""
        return tuple(count for count in self.veto if count.state == "full")


def inspect(preset: Preset, seen: Seen) -> Inspection:
    """Count a preset on what was seen. What a person has called a false alarm is left out, and said."""
    real = [finding for finding in seen.findings if finding.handling != "false_alarm"]
    counted: dict[str, Count] = {}
    # First those whose subjects others leave out.
    for counter in preset.in_order():
        counted[counter.id] = _count(counter, seen, real, counted)
    items = tuple(counted[counter.id] for counter in preset.item)
    score, note = _score(preset, items)
    return Inspection(
        preset=preset, day=seen.day, veto=tuple(counted[counter.id] for counter in preset.veto), items=items,
        deducted=sum(count.deducted or 0 for count in items), score=score, score_note=note, false_alarms=len(seen.findings) - len(real),
    )


def _count(counter: Counter, seen: Seen, findings: Sequence[Finding], counted: Mapping[str, Count]) -> Count:
    if counter.manual:
        return _answer(counter, "cannot_judge", (), (), counter.manual)
    if counter.needs and not any(rule.startswith(counter.needs) for rule in seen.answered):
        return _answer(counter, "cannot_judge", (), (), "没有这方面的监测数据")
    if not seen.looked:
        return _answer(counter, "cannot_judge", (), (), "到这一天还没有检查过")
    elsewhere = {(subject.kind, subject.id) for other in counter.without for subject in counted[other].subjects}
    subjects: dict[tuple[str, str], Subject] = {}
    doubtful: dict[tuple[str, str], Subject] = {}
    for where in counter.where:
        for subject, sure in _matching(where, seen, findings):
            if (key := (subject.kind, subject.id)) not in elsewhere:
                (subjects if sure else doubtful).setdefault(key, subject)
    found = tuple(subjects.values())
    left = tuple(subject for key, subject in doubtful.items() if key not in subjects)
    said = f"另有{len(left)}个栏目无法判断" if left else ""
    if counter.budget is not None and len(found) >= counter.budget:
        return _answer(counter, "full", found, left, said)
    if found:
        return _answer(counter, "used", found, left, said)
    return _answer(counter, "cannot_judge" if left else "ok", found, left, said)


def _answer(counter: Counter, state: State, found: tuple[Subject, ...], left: tuple[Subject, ...], reason: str) -> Count:
    deducted: float | None = None
    if counter.points is not None and state != "cannot_judge":
        deducted = min(counter.points * (len(found) if counter.each else bool(found)), counter.most or float("inf"))
    return Count(counter=counter, state=state, used=len(found), subjects=found, doubtful=left, deducted=deducted, reason=reason)


def _score(preset: Preset, items: Sequence[Count]) -> tuple[float | None, str]:
    if preset.full is None:
        return None, "这套办法没有公布分值，不计分"
    unknown = sum(count.counter.points is None and not count.counter.manual for count in items)
    unjudged = sum(count.state == "cannot_judge" for count in items)
    if unknown or unjudged:
        parts = [f"{unknown}项的分值没有核实"] if unknown else []
        parts += [f"{unjudged}项不能由程序判断"] if unjudged else []
        return None, "、".join(parts) + "，不计总分"
    return preset.full - sum(count.deducted or 0 for count in items), ""


def _matching(where: Where, seen: Seen, findings: Iterable[Finding]) -> Iterator[tuple[Subject, bool]]:
    if where.rules:
        yield from ((_of_finding(finding), True) for finding in _findings(where, seen, findings))
    elif where.waiting:
        period = Period.parse(where.waiting)
        for message in seen.waiting:
            if period.after(message.since) < seen.day and message.type not in where.not_types:
                yield _of_message(message, seen.day), True
    else:
        yield from _columns(where, seen)


def _findings(where: Where, seen: Seen, findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        if not finding.rule_id.startswith(where.rules) or (where.skip and finding.rule_id.startswith(where.skip)):
            continue
        if where.severities and finding.severity not in where.severities:
            continue
        if (where.names or where.kinds) and not any(_named(where, column) for column in _columns_of(finding, seen)):
            continue
        yield finding


def _columns_of(finding: Finding, seen: Seen) -> Iterator[Column]:
    kind, _, name = finding.subject.partition(":")
    for column, _status in seen.columns:
        if (kind == "column" and column.id == name) or (kind == "record" and column.source in seen.sources_of.get(int(name), ())):
            yield column


def _named(where: Where, column: Column) -> bool:
    named = not where.names or any(word in column.name for word in where.names)
    return named and (not where.kinds or column.kind in where.kinds) and (where.level is None or column.level == where.level)


def _columns(where: Where, seen: Seen) -> Iterator[tuple[Subject, bool]]:
    """Columns in that state, and those of which it is not known."""
    for column, status in seen.columns:
        if not column.applicable or not _named(where, column):
            continue
        if status is None or status.status == "cannot_judge":
            reason = status.reason if status else "还没有检查过"
            yield _of_column(column, status, reason), False
        elif where.max_age and status.status != "blank":
            due = Period.parse(where.max_age).after(status.latest) if status.latest else None
            if due is not None and due < seen.day:
                yield _of_column(column, status, f"最近一条发布于{status.latest}，应于{due}前更新"), True
        elif status.status in where.statuses:
            yield _of_column(column, status, status.reason), True


def _of_column(column: Column, status: ColumnStatus | None, reason: str) -> Subject:
    owner = (status.owner if status else None) or column.owner
    return Subject(kind="column", id=column.id, title=column.name, reason=reason, owner=owner)


def _of_message(message: Waiting, day: date) -> Subject:
    reason = f"{message.since}留言，{(day - message.since).days}天没有答复"
    if message.case is None:
        return Subject(kind="message", id=str(message.record), title=message.title, reason=reason, owner=message.owner, url=message.url)
    return Subject(kind="case", id=str(message.case), title=message.title, reason=reason, owner=message.owner)


def _of_finding(finding: Finding) -> Subject:
    return Subject(kind="finding", id=finding.fingerprint, title=finding.title, reason=finding.reason, owner=finding.owner,
                   severity=finding.severity)  # fmt: skip
