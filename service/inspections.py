"""The inspection out of the store: what a town's last check left, or a day past judged again, against a preset."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from core.catalogue import ColumnStatus
from core.clock import day_start, local_date
from core.errors import TownwatchError
from core.nouns import Case, Finding
from core.settings import Column, Settings
from core.text import mask_address
from monitor import inspection_rules
from monitor.inspection import Count, Inspection, Seen, Subject, Waiting, inspect
from monitor.inspection_rules import Preset
from monitor.run import CheckReport, check
from store import cases, findings, mentions, records, runs, vitals
from store.database import Connection, Engine

STATES: Mapping[str, str] = {"ok": "未占用", "used": "占用额度", "full": "达到否决界限", "cannot_judge": "无法判断"}
ITEM_STATES: Mapping[str, str] = {"ok": "没有发现", "used": "有问题", "full": "有问题", "cannot_judge": "无法判断"}
_LOOKS = 1000
_ANSWERED = ("reply", "close")
_YEAR = timedelta(days=365)
"""W5 of the national indicators looks back a year."""
_QUARTER = re.compile(r"(20\d\d)[-\s]?[Qq第]?([1-4])(?:季度)?")


class InspectionError(TownwatchError):
    """A preset, quarter or day that there is not; the sentence is for the person who asked."""


def quarter_end(text: str) -> date:
    """The last day of a quarter such as 2026Q3; raises InspectionError."""
    match = _QUARTER.fullmatch(text.strip())
    if match is None:
        raise InspectionError("季度应写成 2026Q3 这样")
    year, quarter = int(match[1]), int(match[2])
    return date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - timedelta(days=1)


def quarter_of(day: date) -> str:
    """The quarter of a day, as 2026Q3."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def preset_of(settings: Settings, name: str) -> Preset:
    """A preset of the town's rules; raises ConfigErrors, and InspectionError for one that there is not."""
    rules = inspection_rules.load(settings.directory)
    try:
        return rules.named(name)
    except KeyError:
        raise InspectionError(f"没有这套指标：{name}（有 {'、'.join(each.id for each in rules.preset)}）") from None


@dataclass(frozen=True, slots=True)
class _Past:
    """A day that was judged again, and what it was judged from."""

    settings: Settings
    stamp: datetime | None
    report: CheckReport


_KEPT: OrderedDict[tuple[str, str, date], _Past] = OrderedDict()
_MOST_KEPT = 32
_LOCK = Lock()


def past_report(settings: Settings, engine: Engine, day: date, at: datetime) -> CheckReport:
    """A day past, judged again once and kept in memory until the town was crawled or checked anew, or is configured otherwise: whole
    checks take a second, and a page is looked at more than once."""
    key = (str(engine.url), settings.town.id, day)
    with engine.connect() as connection:
        stamp = vitals.last_change(connection)
    with _LOCK:
        kept = _KEPT.get(key)
        if kept is not None and kept.settings is settings and kept.stamp == stamp:
            _KEPT.move_to_end(key)
            return kept.report
    report = check(settings, engine, now=at, as_of=day)
    with _LOCK:
        _KEPT[key] = _Past(settings, stamp, report)
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return report


def inspection_of(settings: Settings, engine: Engine, preset: Preset, day: date, at: datetime) -> Inspection:
    """A preset on a day: today from what the last check left, a day past from what was stored then. Raises InspectionError for a
    day to come."""
    today = local_date(at)
    if day > today:
        raise InspectionError(f"{day}还没有到")
    if day == today:
        with engine.connect() as connection:
            columns, found = findings.column_statuses(connection), findings.open_findings(connection)
    else:
        report = past_report(settings, engine, day, at)
        columns, found = list(report.columns), list(report.findings)
    with engine.connect() as connection:
        waiting = _waiting(connection, settings, day, today)
        answered = findings.rules_judged(connection) | {finding.rule_id for finding in found}
        seen = Seen(
            day=day, columns=_columns(settings, columns), findings=found, waiting=waiting, answered=answered,
            looked=_looked(connection, day) and (bool(answered) or day != today),
            sources_of=_sources_of(connection, found) if _asks_for_columns(preset) else {},
        )
    return inspect(preset, seen)


def _columns(settings: Settings, columns: Iterable[ColumnStatus]) -> list[tuple[Column, ColumnStatus | None]]:
    status = {column.id: column for column in columns}
    return [(column, status.get(column.id)) for column in settings.columns]


def _asks_for_columns(preset: Preset) -> bool:
    """Whether any indicator counts the findings of some columns alone."""
    wheres = [where for counter in (*preset.veto, *preset.item) for where in counter.where]
    return any(where.rules and (where.names or where.kinds) for where in wheres)


def _sources_of(connection: Connection, found: Iterable[Finding]) -> dict[int, Collection[str]]:
    ids = {int(finding.subject.partition(":")[2]) for finding in found if finding.subject.startswith("record:")}
    return {stored.id: stored.sources for stored in records.by_ids(connection, ids)}


def _looked(connection: Connection, day: date) -> bool:
    """Whether a run had ended by the end of the day."""
    end = day_start(day + timedelta(days=1))
    ends = (result.checked_at for results in runs.recent_results(connection, _LOOKS).values() for result in results)
    return any(at is not None and at < end for at in ends)


def _waiting(connection: Connection, settings: Settings, day: date, today: date) -> list[Waiting]:
    """The public's messages of a year that name the town and had no answer at the end of the day, the oldest first: also those that
    were too old to be registered when the watch began."""
    end = day_start(day + timedelta(days=1))
    subjects = [subject.name for subject in settings.town.subjects if subject.registers]
    ids = mentions.threads_naming(connection, subjects, end - _YEAR, end)
    registered = cases.by_records(connection, ids)
    found = []
    for stored in records.by_ids(connection, ids):
        case, answers = registered.get(stored.id), stored.record.replies
        answered = any(reply.at is None or reply.at.at < end for reply in answers)
        closed = case is not None and (not case.open if day == today else _closed_by(case, end))
        if not answered and not closed and stored.first_seen_at < end:
            since = stored.record.published.day if stored.record.published else local_date(stored.first_seen_at)
            found.append(Waiting(
                record=stored.id, case=case.id if case else None, title=stored.record.title, since=since,
                owner=case.owner if case else None,
                type=str(stored.record.thread.get("type", "")), url=mask_address(stored.record.url),
            ))
    return sorted(found, key=lambda waiting: (waiting.since, waiting.record))


def _closed_by(case: Case, end: datetime) -> bool:
    return any(step.action in _ANSWERED and step.at < end for step in case.steps)


def inspection_json(found: Inspection) -> dict[str, Any]:
    """As ``townwatch inspection --json`` and the API have it."""
    return {
        "preset": found.preset.id, "name": found.preset.name, "basis": found.preset.basis, "as_of": found.day,
        "vetoes": [count_json(count) for count in found.veto], "items": [count_json(count) for count in found.items],
        "deducted_known": found.deducted if any(count.deducted is not None for count in found.items) else None,
        "score": found.score, "score_note": found.score_note, "false_alarms": found.false_alarms,
    }


def count_json(count: Count) -> dict[str, Any]:
    """An indicator with what was counted."""
    counter = count.counter
    return {
        "id": counter.id, "group": counter.group, "name": counter.name, "state": count.state, "used": count.used, "budget": counter.budget,
        "points": counter.points, "deducted": count.deducted, "reason": count.reason or counter.manual, "basis": counter.basis,
        "subjects": [subject_json(each) for each in count.subjects], "doubtful": [subject_json(each) for each in count.doubtful],
    }


def subject_json(subject: Subject) -> dict[str, Any]:
    """One thing that was counted."""
    return asdict(subject)


def figure(count: Count) -> str:
    """占用 of 额度 as staff read it: 2/5个栏目."""
    if count.counter.manual:
        return "—"
    of = f"/{count.counter.budget}" if count.counter.budget is not None else ""
    return f"{count.used}{of}{count.counter.unit}"


def points_text(count: Count) -> str:
    """What is deducted, or that nobody has verified the points."""
    if count.counter.points is None:
        return "分值未核实"
    return "—" if count.deducted is None else f"扣{count.deducted:g}分" if count.deducted else "不扣分"


def state_word(count: Count) -> str:
    """An indicator's state as staff read it."""
    return (STATES if count.counter.budget is not None or count.counter.manual else ITEM_STATES)[count.state]
