"""The ledger of findings, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.nouns import Finding, Judgement, Severity, Verdict
from monitor.ledger import fold
from store import findings
from store.database import Connection, Engine, transaction

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _judgement(verdict: Verdict, subject: str = "column:a", severity: Severity = Severity.WARN) -> Judgement:
    return Judgement(rule_id="column.freshness", subject=subject, verdict=verdict, severity=severity, title="逾期",
                     reason="已超过14天", evidence={"latest": "2026-02-01"}, owner="clerk")


def _check(connection: Connection, at: datetime, *judged: Judgement) -> None:
    """What a check does with the store."""
    known = findings.open_findings(connection)
    known += [f for f in findings.by_fingerprints(connection, [j.fingerprint for j in judged]) if not f.open]
    findings.apply(connection, fold(known, judged, at), at)
    findings.save_judgements(connection, judged, at)


def test_the_life_of_a_finding(engine: Engine) -> None:
    fingerprint = _judgement(Verdict.BAD).fingerprint
    days = [
        _judgement(Verdict.BAD), _judgement(Verdict.BAD, severity=Severity.VETO), _judgement(Verdict.CANNOT_JUDGE),
        _judgement(Verdict.OK), _judgement(Verdict.BAD),
    ]
    seen: list[Finding | None] = []
    for number, judgement in enumerate(days):
        with transaction(engine) as connection:
            _check(connection, NOW + number * DAY, judgement)
            seen.append(findings.get(connection, fingerprint))
    assert seen[0] == Finding(
        fingerprint=fingerprint, rule_id="column.freshness", subject="column:a", severity=Severity.WARN, title="逾期",
        reason="已超过14天", evidence={"latest": "2026-02-01"}, owner="clerk", first_seen_at=NOW, last_seen_at=NOW,
    )
    assert [(f.severity, f.first_seen_at - NOW, f.last_seen_at - NOW, f.open) for f in seen if f] == [
        (Severity.WARN, 0 * DAY, 0 * DAY, True),
        (Severity.VETO, 0 * DAY, DAY, True),
        (Severity.VETO, 0 * DAY, DAY, True),
        (Severity.VETO, 0 * DAY, DAY, False),
        (Severity.WARN, 4 * DAY, 4 * DAY, True),  # a new episode
    ]
    with engine.connect() as connection:
        history = findings.events(connection, fingerprint)
    assert [(event.event, event.at - NOW, event.note) for event in history] == [
        ("opened", 0 * DAY, ""), ("severity", DAY, "warn -> veto"), ("resolved", 3 * DAY, ""),
        ("reopened", 4 * DAY, ""), ("severity", 4 * DAY, "veto -> warn"),
    ]
    # Any of those days is read back from that history, the bad one before it opened again too.
    with engine.connect() as connection:
        then = [findings.open_at(connection, NOW + number * DAY) for number in range(5)]
    assert [[f.severity for f in found] for found in then] == [[Severity.WARN], [Severity.VETO], [Severity.VETO], [], [Severity.WARN]]


def test_what_was_open_when(engine: Engine) -> None:
    with transaction(engine) as connection:
        _check(connection, NOW, _judgement(Verdict.BAD, "a"), _judgement(Verdict.BAD, "b", Severity.VETO))
        _check(connection, NOW + 2 * DAY, _judgement(Verdict.OK, "a"), _judgement(Verdict.BAD, "c"))

        def subjects(found: list[Finding]) -> list[str]:
            return [finding.subject for finding in found]

        assert subjects(findings.open_findings(connection)) == ["b", "c"]  # the worst first
        assert subjects(findings.open_at(connection, NOW - DAY)) == []
        assert subjects(findings.open_at(connection, NOW + DAY)) == ["b", "a"]
        assert subjects(findings.open_at(connection, NOW + 2 * DAY)) == ["b", "c"]
        assert subjects(findings.resolved_since(connection, NOW + 2 * DAY)) == ["a"]
        assert subjects(findings.resolved_since(connection, NOW + 3 * DAY)) == []
        assert subjects(findings.list_findings(connection)) == ["b", "a", "c"]
        assert subjects(findings.list_findings(connection, until=NOW + 2 * DAY)) == ["b", "a"]
        assert subjects(findings.list_findings(connection, since=NOW + 3 * DAY)) == ["b", "c"]
        assert findings.get(connection, "unknown") is None


def test_the_last_judgement_of_each_subject_is_kept(engine: Engine) -> None:
    many = [_judgement(Verdict.OK, f"record:{number}") for number in range(1000)]
    with transaction(engine) as connection:
        findings.save_judgements(connection, many, NOW)
        findings.save_judgements(connection, [_judgement(Verdict.BAD, "record:7")], NOW + DAY)
        kept = findings.judgements(connection)
        assert len(kept) == 1000
        assert [j.subject for j in kept if j.verdict is Verdict.BAD] == ["record:7"]
        assert len(findings.by_fingerprints(connection, [j.fingerprint for j in many])) == 0
        findings.save_judgements(connection, [], NOW)


def test_what_a_person_did_is_an_event(engine: Engine) -> None:
    judgement = _judgement(Verdict.BAD)
    with transaction(engine) as connection:
        _check(connection, NOW, judgement)
        findings.add_event(connection, judgement.fingerprint, "ack", NOW + DAY, who="clerk", note="正在补发")
        event = findings.events(connection, judgement.fingerprint)[-1]
    assert (event.event, event.who, event.note) == ("ack", "clerk", "正在补发")
