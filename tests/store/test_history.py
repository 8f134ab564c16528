"""The store as it stood: contents, absences and what a source held at any time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from core.clock import Moment
from core.nouns import Finding, Record, Severity
from store import history, records
from store.database import Engine, transaction
from store.finding_history import FindingEvent, as_of

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def page(title: str, day: int | None = 1, key: str = "1") -> Record:
    return Record(site="s", key=key, kind="article", url=f"https://a.gov.cn/{title}", title=title, body=title,
                  published=Moment.of(2026, 3, day) if day else None)


def arrive(engine: Engine, hours: int, found: Record, *sources: str) -> None:
    at = AT + hours * HOUR
    with transaction(engine) as connection:
        records.save(connection, f"r{hours}", [records.Arrival(record=found, at=at)])
        records.save_sightings(connection, [records.Sighting(site="s", key=found.key, source=source, row_hash=None, at=at) for source in sources])


def go(engine: Engine, hours: int) -> None:
    with transaction(engine) as connection:
        records.removed(connection, {("s", "1"): AT + hours * HOUR})


def test_a_record_through_its_life(engine: Engine) -> None:
    """Hour 0 listed in a, 2 changed, 4 listed in b too, 5 away, 7 back with another date, 9 away for good."""
    arrive(engine, 0, page("一"), "a")
    arrive(engine, 2, page("二", 2), "a")
    arrive(engine, 4, page("二", 2), "a", "b")
    go(engine, 5)
    go(engine, 6)
    arrive(engine, 7, page("三", None), "a")
    go(engine, 9)
    # (title, when it was taken away) by hour; None: the source had not listed it yet.
    expected = {
        "a": {-1: None, 0: ("一", None), 1: ("一", None), 2: ("二", None), 5: ("二", 5), 6: ("二", 5), 7: ("三", None), 9: ("三", 9), 20: ("三", 9)},
        "b": {3: None, 4: ("二", None), 5: ("二", 5), 8: ("三", None), 9: ("三", 9)},
    }
    held = {
        "a": {-1: None, 0: (1, "一", 0), 3: (1, "二", 0), 5: None, 6: None, 7: (1, None, 1), 8: (1, None, 1), 9: None},
        "b": {3: None, 4: (1, "二", 0), 5: None, 7: (1, None, 1), 9: None},
    }
    with engine.connect() as connection:
        for source, hours in expected.items():
            for hour, told in hours.items():
                found = history.of_source_at(connection, source, AT + hour * HOUR)
                listed = [(f.record.title, round((f.removed_at - AT) / HOUR) if f.removed_at else None) for f in found]
                assert listed == ([told] if told else []), (source, hour)
        spans = history.spans(connection)
        for source, facts_by_hour in held.items():
            for hour, facts in facts_by_hour.items():
                at = AT + hour * HOUR
                got = history.facts_of(spans[source], at)
                shown = got and (got.count, got.latest_url and got.latest_url.rpartition("/")[2], got.undated)
                assert shown == facts, (source, hour)
                assert history.facts_at(connection, at).get(source) == got
        # Of now it is what the store says of now.
        now = AT + 8 * HOUR
        assert history.of_source_at(connection, "none", now) == [] and history.spans(connection, ["none"]) == {}


def test_of_now_both_ways_say_the_same(engine: Engine) -> None:
    for number in range(6):
        arrive(engine, number, page(f"第{number}", number + 1 if number % 3 else None, key=str(number)), "a", *(["b"] if number % 2 else []))
    arrive(engine, 8, page("改了", 20, key="2"), "a")
    go(engine, 9)
    with engine.connect() as connection:
        assert history.facts_at(connection, AT + 10 * HOUR) == records.source_facts(connection, AT + 10 * HOUR)
        assert history.of_source_at(connection, "a", AT + 10 * HOUR) == records.of_source(connection, "a")


def happened(*events: tuple[int, str, str, date | None]) -> list[FindingEvent]:
    return [FindingEvent(at=AT + hour * HOUR, event=event, who="w", note=note, until=until) for hour, event, note, until in events]


UNTIL = date(2026, 4, 1)
LIFE = happened(
    (0, "opened", "", None), (2, "accepted", "x", UNTIL), (4, "severity", "warn -> veto", None), (4, "worse", "", None), (5, "fixed", "", None),
    (6, "resolved", "", None), (8, "reopened", "", None), (9, "false_alarm", "x", None), (10, "acknowledged", "", None), (11, "undo", "", None),
)


def test_a_finding_as_its_events_tell() -> None:
    now = Finding(
        fingerprint="f", rule_id="r", subject="s", severity=Severity.VETO, title="t", reason="", evidence={}, owner=None,
        first_seen_at=AT + 8 * HOUR, last_seen_at=AT + 12 * HOUR,
    )
    expected = {
        -1: None, 0: (0, "warn", "", None), 1: (0, "warn", "", None), 2: (0, "warn", "accepted", UNTIL), 3: (0, "warn", "accepted", UNTIL),
        4: (0, "veto", "", None), 5: (0, "veto", "fixed", None), 6: None, 7: None, 8: (8, "veto", "", None), 9: (8, "veto", "false_alarm", None),
        10: (8, "veto", "false_alarm", None), 12: (8, "veto", "", None),
    }
    for hour, told in expected.items():
        then = as_of(now, LIFE, AT + hour * HOUR)
        shown = then and ((then.first_seen_at - AT) // HOUR, str(then.severity), then.handling, then.handled_until)
        assert shown == told, hour
        assert then is None or (then.open and then.first_seen_at <= then.last_seen_at <= max(AT + hour * HOUR, then.first_seen_at))


def test_an_acceptance_from_before_days_were_kept_takes_the_findings_own() -> None:
    now = Finding(
        fingerprint="f", rule_id="r", subject="s", severity=Severity.WARN, title="t", reason="", evidence={}, owner=None, first_seen_at=AT,
        last_seen_at=AT, handling="accepted", handled_until=UNTIL,
    )
    then = as_of(now, happened((0, "opened", "", None), (1, "accepted", "x", None)), AT + 2 * HOUR)
    assert then is not None and then.handled_until == UNTIL
