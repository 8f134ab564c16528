"""The ledger's figures by owner: who has what, how old, and what was put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from core.catalogue import ColumnStatus
from core.nouns import Finding, Severity
from monitor.standings import by_owner, of_town
from monitor.timeline import Spell, spells

NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
DAY = date(2026, 3, 20)


def finding(owner: str | None, severity: Severity = Severity.WARN, days: int = 0, handling: str = "", until: date | None = None) -> Finding:
    made = Finding(
        fingerprint=f"{owner}{severity}{days}{handling}{until}", rule_id="r", subject="s", severity=severity, title="t", reason="", evidence={},
        owner=owner, first_seen_at=NOON - timedelta(days=days), last_seen_at=NOON,
    )
    return replace(made, handling=handling, handled_until=until)


OPEN = [
    finding("clerk", Severity.ERROR, 3), finding("clerk", Severity.WARN, 40, "accepted", DAY), finding("clerk", Severity.INFO, 0, "fixed"),
    finding("duty", Severity.VETO, 1), finding(None, Severity.VETO), finding("duty", Severity.WARN, 2, "accepted", DAY - timedelta(days=1)),
]
ENDED = [finding("duty", days=9), finding("gone", days=90)]


def test_by_owner_the_worst_first_and_nobodys_last() -> None:
    lines = by_owner(OPEN, ENDED, DAY)
    assert [(line.owner, line.open, line.oldest_days, line.put_off, line.resolved) for line in lines] == [
        ("duty", 2, 2, 0, 1), ("clerk", 3, 40, 1, 0), ("gone", 0, None, 0, 1), (None, 1, 0, 0, 0)]
    assert lines[1].by_severity == {Severity.VETO: 0, Severity.ERROR: 1, Severity.WARN: 1, Severity.INFO: 1}


def test_the_town_is_the_sum() -> None:
    town, lines = of_town(OPEN, ENDED, DAY), by_owner(OPEN, ENDED, DAY)
    assert (town.open, town.resolved, town.put_off) == tuple(map(sum, zip(*((x.open, x.resolved, x.put_off) for x in lines), strict=True)))
    assert town.by_severity == {s: sum(x.by_severity[s] for x in lines) for s in Severity} and town.oldest_days == 40
    assert by_owner([], [], DAY) == [] and of_town([], [], DAY).oldest_days is None


def test_days_alike_are_one_spell() -> None:
    def status(name: str, number: int) -> ColumnStatus:
        return ColumnStatus(id="c", name="c", status=name, latest=date(2026, 3, number), due=None, count=1, owner=None, reason=f"{name}{number}")

    days = [(date(2026, 3, n), status(name, n)) for n, name in enumerate(["fresh", "fresh", "due", "overdue", "overdue", "fresh"], start=1)]
    assert [(s.since.day, s.until.day, s.status, s.reason) for s in spells(days)] == [
        (1, 2, "fresh", "fresh2"), (3, 3, "due", "due3"), (4, 5, "overdue", "overdue5"), (6, 6, "fresh", "fresh6")]
    assert spells([]) == []
    assert isinstance(spells(days)[0], Spell)
