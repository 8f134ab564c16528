"""A day past, judged again from what the store keeps, is judged as it was on that day: whatever pages, titles, dates, removals
and people's words have changed since."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.clock import Moment, local_date
from core.nouns import Outcome, Record, SourceResult
from core.settings import Settings
from monitor import handling, timeline
from monitor.run import CheckReport, check
from store import findings, records, runs
from store.database import Connection, Engine, transaction

DAYS = 24
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Make = Callable[..., Any]


class Portal:
    """A site that publishes, changes its mind, takes pages down and brings them back."""

    def __init__(self, seed: int, record: Make) -> None:
        self.dice, self.record = random.Random(seed), record
        self.pages: dict[str, Record] = {}
        self.gone: set[str] = set()

    def lives(self, day: date) -> None:
        for source in ("portal.news", "portal.notice"):
            if self.dice.random() < 0.25:
                key = f"{source}-{len(self.pages)}"
                self.pages[key] = self.page(key, day)
        for key in list(self.pages):
            if self.dice.random() < 0.15:
                self.pages[key] = self.page(key, day)
            if self.dice.random() < 0.1:
                self.gone ^= {key}

    def page(self, key: str, day: date) -> Record:
        """A title that others may have, and a date that may be missing, long past or still to come."""
        when = self.dice.choice([None, day, day, day - timedelta(days=self.dice.randrange(40)), day + timedelta(days=3)])
        published = Moment.of(when.year, when.month, when.day) if when else None
        title = self.dice.choice(["通知", "动态", f"第{self.dice.randrange(9)}号"])
        return self.record(site="portal", key=key, kind="article", thread={}, title=title, published=published)


def crawled(connection: Connection, portal: Portal, at: datetime, outcome: str) -> None:
    run, looked = f"run-{at:%m%d%H}", outcome == "new"
    runs.start_run(connection, run, at)
    if looked:
        there = {key: page for key, page in portal.pages.items() if key not in portal.gone}
        records.save(connection, run, [records.Arrival(record=page, at=at) for page in there.values()])
        records.save_sightings(connection, [
            records.Sighting(site="portal", key=key, source=key.rpartition("-")[0], row_hash=None, at=at) for key in there])
        records.removed(connection, {("portal", key): at for key in portal.gone})
    results = [SourceResult(source=source, outcome=Outcome(outcome), checked_at=at) for source in ("portal.news", "portal.notice")]
    runs.save_results(connection, run, results)
    runs.finish_run(connection, run, status="loaded", at=at, requests=1, not_modified=0, received=0, seconds=1.0)


def handled(connection: Connection, dice: random.Random, at: datetime) -> None:
    """A person says something of a finding or two, or takes it back."""
    for finding in findings.open_findings(connection):
        if dice.random() > 0.2:
            continue
        what = "undo" if finding.handling else dice.choice(["fixed", "false_alarm", "accepted"])
        until = local_date(at) + timedelta(days=dice.randrange(1, 6)) if what == "accepted" else None
        said = handling.decide(finding, what, note="理由", until=until, today=local_date(at))
        findings.handle(connection, finding.fingerprint, handling=said.handling, until=said.until, event=said.event, who="clerk",
                        note=said.note, at=at)


def told(report: CheckReport) -> tuple[Any, ...]:
    """What a person would read of that day, but for the hours since the last run, and the words of what could not be judged
    on it: those are the last ones known."""
    mine = [f for f in report.findings if f.rule_id.startswith(("column.", "page."))]
    doubtful = {(j.rule_id, j.subject): j.reason for j in report.cannot_judge if j.rule_id.startswith(("column.", "page."))}
    return report.columns, {
        (f.rule_id, f.subject, f.severity, f.owner, f.first_seen_at, f.handling, f.handled_until):
        None if (f.rule_id, f.subject) in doubtful else (f.title, f.reason, f.evidence) for f in mine
    }, doubtful


@pytest.mark.parametrize("seed", range(4))
def test_every_day_is_judged_again_as_it_was(engine: Engine, settings: Settings, record: Make, seed: int) -> None:
    portal = Portal(seed, record)
    lived = {}
    for number in range(DAYS):
        noon = NOON + number * DAY
        with transaction(engine) as connection:
            handled(connection, portal.dice, noon - 2 * HOUR)
            portal.lives(local_date(noon))
            crawled(connection, portal, noon - HOUR, portal.dice.choice(["new", "new", "new", "blocked", "unchanged"]))
        lived[local_date(noon)] = told(check(settings, engine, now=noon))
    now = NOON + DAYS * DAY
    again = {day: told(check(settings, engine, now=now, as_of=day)) for day in lived}
    for day in lived:
        assert again[day] == lived[day], day
    with engine.connect() as connection:
        for column in settings.columns:
            spells = timeline.of_column(connection, settings, column, min(lived), max(lived), now)
            assert [day for day in lived for spell in spells if spell.since <= day <= spell.until] == list(lived)
            shown = {day: spell.status for day in lived for spell in spells if spell.since <= day <= spell.until}
            assert shown == {day: next(c.status for c in columns if c.id == column.id) for day, (columns, *_) in lived.items()}
    # There was something to forget: pages changed, went and came back, findings ended and were spoken of.
    with engine.connect() as connection:
        stored = [each for source in ("portal.news", "portal.notice") for each in records.of_source(connection, source)]
        happened = {event.event for f in findings.list_findings(connection) for event in findings.events(connection, f.fingerprint)}
    assert max(each.versions for each in stored) > 1 and {"opened", "resolved", "reopened"} <= happened


def test_an_accepted_finding_is_silent_until_its_day_and_then_again(engine: Engine, settings: Settings, record: Make) -> None:
    portal = Portal(0, record)
    portal.pages["portal.news-1"] = record(site="portal", key="portal.news-1", kind="article", thread={}, published=Moment.of(2026, 1, 1))
    seen: dict[int, tuple[str, date | None]] = {}
    for number in range(8):
        noon = NOON + number * DAY
        with transaction(engine) as connection:
            crawled(connection, portal, noon - HOUR, "new")
        check(settings, engine, now=noon)
        with transaction(engine) as connection:
            (late,) = [f for f in findings.open_findings(connection) if f.subject == "column:news"]
            seen[number] = (late.handling, late.handled_until)
            if number == 1:
                until = local_date(noon) + timedelta(days=3)
                findings.handle(connection, late.fingerprint, handling="accepted", until=until, event="accepted", who="clerk", note="x",
                                at=noon + HOUR)
    until = local_date(NOON + 4 * DAY)
    assert seen == {**dict.fromkeys((0, 1, 5, 6, 7), ("", None)), **dict.fromkeys((2, 3, 4), ("accepted", until))}
    now = NOON + 8 * DAY
    for number, day in enumerate(local_date(NOON + n * DAY) for n in range(8)):
        report = check(settings, engine, now=now, as_of=day)
        (late,) = [f for f in report.findings if f.subject == "column:news"]
        # At the end of day 1 it had been accepted: the check of noon could not know.
        assert (late.handling, late.handled_until) == (("accepted", until) if number == 1 else seen[number]), day
