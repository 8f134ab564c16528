"""The ledger of findings, what became of each, and the last judgement of every rule for every subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case, delete, func, insert, or_, select, update

from core.catalogue import ColumnStatus, ItemStatus
from core.nouns import Finding, Judgement, Severity, Verdict
from store import tables
from store.bulk import portions, upsert
from store.database import Connection
from store.finding_history import FindingEvent, as_of
from store.lists import page
from store.scope import own

__all__ = ["FindingEvent", "Fold"]

_FINDINGS, _EVENTS, _JUDGEMENTS = tables.findings, tables.finding_events, tables.judgements
_SYSTEM = "townwatch"


class Fold(Protocol):
    """What a fold of judgements into the ledger changes (:class:`monitor.ledger.Fold`)."""

    @property
    def opened(self) -> Sequence[Finding]: ...  # noqa: D102
    @property
    def reopened(self) -> Sequence[Finding]: ...  # noqa: D102
    @property
    def still_open(self) -> Sequence[Finding]: ...  # noqa: D102
    @property
    def resolved(self) -> Sequence[Finding]: ...  # noqa: D102
    @property
    def severity_changes(self) -> Sequence[tuple[Finding, Severity]]: ...  # noqa: D102
    @property
    def handling_changes(self) -> Sequence[tuple[Finding, str]]: ...  # noqa: D102


def get(connection: Connection, fingerprint: str) -> Finding | None:
    """A finding, open or resolved."""
    return next(iter(_select(connection, _FINDINGS.c.fingerprint == fingerprint)), None)


def by_fingerprints(connection: Connection, fingerprints: Iterable[str]) -> list[Finding]:
    """Those of the named findings that the ledger knows, open or resolved."""
    return [
        finding for portion in portions(fingerprints)
        for finding in _select(connection, _FINDINGS.c.fingerprint.in_(portion))
    ]


def of_subject(connection: Connection, subject: str) -> list[Finding]:
    """The findings about one subject, open or resolved."""
    return _select(connection, _FINDINGS.c.subject == subject)


def open_findings(connection: Connection) -> list[Finding]:
    """The open findings, the worst first, then the oldest."""
    return _select(connection, _FINDINGS.c.resolved_at.is_(None))


def open_at(connection: Connection, moment: datetime) -> list[Finding]:
    """The findings that were open at a time past, as their history tells: since when in that episode, how bad, and what
    people had said by then. Words and evidence are the last ones known."""
    known = {finding.fingerprint: finding for finding in _select(connection, _FINDINGS.c.first_seen_at <= moment)}
    known |= {finding.fingerprint: finding for finding in _reopened_since(connection, moment)}
    query = select(_EVENTS).where(own(connection, _EVENTS)).order_by(_EVENTS.c.at, _EVENTS.c.id)
    told: dict[str, list[FindingEvent]] = {}
    for portion in portions(known):
        for row in connection.execute(query.where(_EVENTS.c.fingerprint.in_(portion))):
            told.setdefault(row.fingerprint, []).append(_event(row._mapping))
    then = [as_of(finding, told.get(name, []), moment) for name, finding in known.items()]
    return sorted((finding for finding in then if finding is not None), key=_worst_first)


def list_findings(
    connection: Connection, *, since: datetime | None = None, until: datetime | None = None
) -> list[Finding]:
    """The findings that were open at any time from ``since`` to before ``until``."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(or_(_FINDINGS.c.resolved_at.is_(None), _FINDINGS.c.resolved_at >= since))
    if until is not None:
        conditions.append(_FINDINGS.c.first_seen_at < until)
    return _select(connection, *conditions)


def resolved_since(connection: Connection, since: datetime) -> list[Finding]:
    """The findings resolved at or after a time, and not open again."""
    return _select(connection, _FINDINGS.c.resolved_at >= since)


def page_of_findings(
    connection: Connection, *, severity: Severity | None = None, rule: str = "", owner: str | None = None,
    handling: str | None = None, text: str = "", resolved: bool = False, number: int = 1, size: int = 50,
) -> tuple[list[Finding], int | None]:
    """A page of the open findings, the worst first, then the oldest; or of the resolved ones, the last resolved first.
    ``number`` counts from 1; the second answer is how many there are in all (None: more than 10,000).

    ``rule``: how the rule's id begins. ``handling``: what a person said of it, empty for nothing yet. ``text``: stands in
    its title or its reason.
    """
    table = _FINDINGS.c
    equal = {"severity": severity, "owner": owner, "handling": handling}
    conditions = [table[name] == value for name, value in equal.items() if value is not None]
    if rule:
        conditions.append(table.rule_id.startswith(rule, autoescape=True))
    if text:
        conditions.append(or_(*(column.contains(text, autoescape=True) for column in (table.title, table.reason))))
    query = select(_FINDINGS).where(own(connection, _FINDINGS), *conditions)
    if resolved:
        query = query.where(table.resolved_at.is_not(None)).order_by(table.resolved_at.desc(), table.fingerprint)
    else:
        rank = case(*((table.severity == each, each.rank) for each in Severity))
        query = query.where(table.resolved_at.is_(None)).order_by(rank, table.first_seen_at, table.subject, table.fingerprint)
    rows, total = page(connection, query, number, size)
    return [_finding(row._mapping) for row in rows], total


def severity_counts(connection: Connection) -> dict[Severity, int]:
    """How many findings are open, by severity, the worst first; a severity without any is 0."""
    query = select(_FINDINGS.c.severity, func.count()).where(own(connection, _FINDINGS), _FINDINGS.c.resolved_at.is_(None))
    found = {Severity(name): number for name, number in connection.execute(query.group_by(_FINDINGS.c.severity))}
    return {severity: found.get(severity, 0) for severity in sorted(Severity, key=lambda each: each.rank)}


def apply(connection: Connection, fold: Fold, now: datetime) -> None:
    """Write what a fold changed, with an event for each opening, reopening, change of severity and resolution."""
    if fold.opened:
        connection.execute(insert(_FINDINGS), [_row(finding) for finding in fold.opened])
    for finding in (*fold.reopened, *fold.still_open, *fold.resolved):
        connection.execute(
            update(_FINDINGS).where(_FINDINGS.c.fingerprint == finding.fingerprint, own(connection, _FINDINGS))
            .values(_row(finding))
        )
    _add_events(connection, "opened", fold.opened, now)
    _add_events(connection, "reopened", fold.reopened, now)
    _add_events(connection, "resolved", fold.resolved, now)
    for finding, before in fold.severity_changes:
        add_event(connection, finding.fingerprint, "severity", now, note=f"{before} -> {finding.severity}")
    for finding, event in fold.handling_changes:
        add_event(connection, finding.fingerprint, event, now)
        _forget_said(connection, finding.fingerprint)


def handle(
    connection: Connection, fingerprint: str, *, handling: str, until: date | None, event: str, who: str, note: str, at: datetime
) -> None:
    """Write what a person said of a finding. What is taken back is to be heard of anew."""
    values = {"handling": handling, "handled_until": until}
    mine = (_FINDINGS.c.fingerprint == fingerprint, own(connection, _FINDINGS))
    connection.execute(update(_FINDINGS).where(*mine).values(values))
    add_event(connection, fingerprint, event, at, who=who, note=note, until=until)
    if not handling:
        _forget_said(connection, fingerprint)


def add_event(
    connection: Connection, fingerprint: str, event: str, at: datetime, *, who: str = _SYSTEM, note: str = "",
    until: date | None = None,
) -> None:
    """Note what became of a finding, or what a person did about it."""
    connection.execute(insert(_EVENTS).values(
        fingerprint=fingerprint, at=at, event=event, who=who, note=note, until=until))


def events(connection: Connection, fingerprint: str) -> list[FindingEvent]:
    """The history of a finding, oldest first."""
    query = select(_EVENTS).where(_EVENTS.c.fingerprint == fingerprint, own(connection, _EVENTS)).order_by(_EVENTS.c.at, _EVENTS.c.id)
    return [_event(row) for row in connection.execute(query).mappings()]


def save_judgements(connection: Connection, judgements: Iterable[Judgement], now: datetime) -> None:
    """Keep the last judgement of each rule for each subject; what was not judged now stays as it was."""
    rows = {judgement.fingerprint: _judgement_row(judgement, now) for judgement in judgements}
    keys = ["town", "rule_id", "subject"]
    said = [column.name for column in _JUDGEMENTS.columns if column.name not in keys]
    upsert(connection, _JUDGEMENTS, list(rows.values()), keys, said)


def judgements(connection: Connection) -> list[Judgement]:
    """The last judgement of every rule for every subject."""
    query = select(_JUDGEMENTS).where(own(connection, _JUDGEMENTS)).order_by(_JUDGEMENTS.c.rule_id, _JUDGEMENTS.c.subject)
    return [
        Judgement(
            rule_id=row["rule_id"], subject=row["subject"], verdict=Verdict(row["verdict"]),
            severity=Severity(row["severity"]), title=row["title"], reason=row["reason"], evidence=row["evidence"],
            owner=row["owner"],
        )
        for row in connection.execute(query).mappings()
    ]


def column_statuses(connection: Connection) -> list[ColumnStatus]:
    """Every column as the last check judged it."""
    return [_column_status(judgement) for judgement in judgements(connection) if "status" in judgement.evidence]


def rules_judged(connection: Connection) -> set[str]:
    """The rules that gave any answer in the last check that asked them."""
    return set(connection.execute(select(_JUDGEMENTS.c.rule_id).where(own(connection, _JUDGEMENTS)).distinct()).scalars())


def item_statuses(connection: Connection) -> list[ItemStatus]:
    """Every periodic item of the catalogue as the last check judged it."""
    return [_item_status(judgement) for judgement in judgements(connection) if "standing" in judgement.evidence]


def _item_status(judgement: Judgement) -> ItemStatus:
    seen = judgement.evidence

    def day(name: str) -> date | None:
        return date.fromisoformat(seen[name]) if seen[name] else None

    return ItemStatus(
        id=judgement.subject.partition(":")[2], name=seen["item"], status=seen["standing"], period=seen["period"], due=day("due"),
        missing=tuple(seen["missing"]), latest=day("latest"), owner=judgement.owner, reason=judgement.reason,
        provisional=seen["provisional"], next_period=seen["next_period"], next_due=day("next_due"),
    )


def _forget_said(connection: Connection, fingerprint: str) -> None:
    """Let the plan take it for something new: its owner hears of it again."""
    said = tables.said
    mine = (own(connection, said), said.c.kind == "finding", said.c.item == fingerprint)
    connection.execute(delete(said).where(*mine))


def _column_status(judgement: Judgement) -> ColumnStatus:
    seen = judgement.evidence
    return ColumnStatus(
        id=judgement.subject.partition(":")[2], name=seen["name"], status=seen["status"], count=seen["count"],
        latest=date.fromisoformat(seen["latest"]) if seen["latest"] else None,
        due=date.fromisoformat(seen["due"]) if seen["due"] else None,
        owner=judgement.owner, reason=judgement.reason,
    )


def _reopened_since(connection: Connection, moment: datetime) -> list[Finding]:
    """Findings whose present episode began later: an earlier one may have been open then."""
    opened = select(_EVENTS.c.fingerprint).where(own(connection, _EVENTS), _EVENTS.c.event == "opened", _EVENTS.c.at <= moment)
    return _select(connection, _FINDINGS.c.first_seen_at > moment, _FINDINGS.c.fingerprint.in_(opened))


def _select(connection: Connection, *conditions: ColumnElement[bool]) -> list[Finding]:
    rows = connection.execute(select(_FINDINGS).where(own(connection, _FINDINGS), *conditions)).mappings()
    found = [_finding(row) for row in rows]
    return sorted(found, key=_worst_first)


def _worst_first(finding: Finding) -> tuple[int, datetime, str, str]:
    return finding.severity.rank, finding.first_seen_at, finding.subject, finding.fingerprint


def _event(row: Mapping[Any, Any]) -> FindingEvent:
    return FindingEvent(at=row["at"], event=row["event"], who=row["who"], note=row["note"], until=row["until"])


def _finding(row: Mapping[Any, Any]) -> Finding:
    return Finding(
        fingerprint=row["fingerprint"], rule_id=row["rule_id"], subject=row["subject"],
        severity=Severity(row["severity"]), title=row["title"], reason=row["reason"], evidence=row["evidence"],
        owner=row["owner"], first_seen_at=row["first_seen_at"], last_seen_at=row["last_seen_at"],
        resolved_at=row["resolved_at"], handling=row["handling"], handled_until=row["handled_until"],
    )


def _row(finding: Finding) -> dict[str, Any]:
    return {column.name: getattr(finding, column.name) for column in _FINDINGS.columns if column.name != "town"}


def _judgement_row(judgement: Judgement, now: datetime) -> dict[str, Any]:
    names = [column.name for column in _JUDGEMENTS.columns if column.name not in ("town", "judged_at")]
    return {name: getattr(judgement, name) for name in names} | {"judged_at": now}


def _add_events(connection: Connection, event: str, found: Sequence[Finding], now: datetime) -> None:
    if found:
        rows = [{"fingerprint": finding.fingerprint, "at": now, "event": event, "who": _SYSTEM} for finding in found]
        connection.execute(insert(_EVENTS), rows)
