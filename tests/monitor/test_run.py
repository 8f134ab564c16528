"""The whole check on a real store: one transaction, nothing written of another day, a late look mends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import CaseState, Judgement, Outcome, Record, Reply, Severity, SourceResult, Verdict
from core.settings import Settings
from core.visits import Address, LinkState, PageLink
from monitor.intake import terms_digest
from monitor.ledger import fold
from monitor.run import CheckReport, DayError, check
from store import cases, findings, links, mentions, records, runs
from store.database import Connection, Engine, transaction

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Make = Callable[..., Any]


def _crawl(
    engine: Engine, at: datetime, outcomes: dict[str, str], found: dict[str, list[Record]] | None = None
) -> None:
    """What a crawl leaves in the store."""
    run = f"run-{at:%m%d%H}"
    arrivals = {(r.site, r.key): r for listed in (found or {}).values() for r in listed}
    sightings = [
        records.Sighting(site=r.site, key=r.key, source=source, row_hash=None, at=at)
        for source, listed in (found or {}).items() for r in listed
    ]
    with transaction(engine) as connection:
        runs.start_run(connection, run, at)
        records.save(connection, run, [records.Arrival(record=r, at=at) for r in arrivals.values()])
        records.save_sightings(connection, sightings)
        runs.save_results(connection, run, [
            SourceResult(source=source, outcome=Outcome(outcome), checked_at=at) for source, outcome in outcomes.items()
        ])
        runs.finish_run(connection, run, status="loaded", at=at, requests=1, not_modified=0, received=0, seconds=1.0)


ALL_NEW = {"portal.news": "new", "portal.notice": "new", "board.county": "new", "paper.local": "empty"}
ALL_SAME = {"portal.news": "unchanged", "portal.notice": "unchanged", "board.county": "all_known",
            "paper.local": "empty"}


@pytest.fixture
def town(record: Make) -> dict[str, list[Record]]:
    """A first crawl: news of 1 March, one notice of two that there should be, a thread of 1 March."""
    article = {"site": "portal", "kind": "article", "thread": {}, "body": "清溪镇召开会议。"}
    return {
        "portal.news": [record(**article, key="n1", title="清溪镇召开会议", published=Moment.of(2026, 3, 1))],
        "portal.notice": [record(**article, key="t1", title="通知", published=Moment.of(2026, 2, 1))],
        "board.county": [record(replies=())],
    }


def _by_id(report: CheckReport) -> dict[str, str]:
    return {column.id: column.status for column in report.columns}


def test_a_first_check(engine: Engine, settings: Settings, town: dict[str, list[Record]]) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    report = check(settings, engine, now=NOW)
    assert _by_id(report) == {"news": "fresh", "notice": "blank"}
    assert [(finding.rule_id, finding.subject) for finding in report.findings] == [
        ("column.freshness", "column:notice")
    ]
    case, = report.new_cases
    assert (case.title, case.state, case.due) == ("反映清溪镇道路问题", CaseState.REGISTERED, date(2026, 3, 9))
    with engine.connect() as connection:
        assert cases.list_cases(connection) == [case]
        assert [m.field for m in mentions.of_record(connection, case.record_id)] == ["title", "body"]
        assert records.unmatched(connection, terms_digest(settings)) == []
        assert findings.open_findings(connection) == list(report.findings)
        assert len(findings.judgements(connection)) < report.judged, "pages that passed are counted, not kept"


def test_a_second_check_says_nothing_new(engine: Engine, settings: Settings, town: dict[str, list[Record]]) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    first = check(settings, engine, now=NOW)
    again = check(settings, engine, now=NOW + timedelta(hours=1))
    assert (again.opened, again.resolved, again.new_cases) == ((), (), ())
    assert [f.fingerprint for f in again.findings] == [f.fingerprint for f in first.findings]
    assert again.judged == first.judged


def test_a_failed_look_mends_nothing_and_a_real_one_does(
    engine: Engine, settings: Settings, town: dict[str, list[Record]], record: Make
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    check(settings, engine, now=NOW)
    late = NOW + 20 * DAY
    _crawl(engine, late - DAY, ALL_SAME)
    _crawl(engine, late, ALL_SAME)
    assert _by_id(check(settings, engine, now=late))["news"] == "overdue"
    for days in range(1, 5):
        _crawl(engine, late + days * DAY, dict.fromkeys(ALL_SAME, "blocked"))
    blocked = check(settings, engine, now=late + 4 * DAY)
    assert _by_id(blocked) == {"news": "cannot_judge", "notice": "cannot_judge"}
    assert "column:news" in {finding.subject for finding in blocked.findings}
    assert "source.blocked" in {finding.rule_id for finding in blocked.findings}
    assert blocked.resolved == ()
    fresh = record(site="portal", key="n2", kind="article", title="新动态", published=Moment.of(2026, 3, 26), thread={})
    _crawl(engine, late + 5 * DAY, ALL_NEW, {"portal.news": [fresh]})
    mended = check(settings, engine, now=late + 5 * DAY)
    assert _by_id(mended)["news"] == "fresh"
    assert {"column:news", "source:portal.news"} <= {finding.subject for finding in mended.resolved}


def test_of_a_day_past_nothing_is_written(
    engine: Engine, settings: Settings, town: dict[str, list[Record]], record: Make
) -> None:
    for days in range(25):
        _crawl(engine, NOW + days * DAY, ALL_SAME, town if days == 0 else None)
    fresh = record(site="portal", key="n2", kind="article", title="新动态", published=Moment.of(2026, 3, 20), thread={})
    # Dated the 20th, but first seen on the 27th: until then nobody could have read it.
    _crawl(engine, NOW + 25 * DAY, ALL_NEW, {"portal.news": [fresh]})
    now = NOW + 25 * DAY

    def refuse(connection: Connection, at: datetime) -> None:
        raise AssertionError("no alert is planned for a day past")

    past = [check(settings, engine, now=now, as_of=date(2026, 3, day), also=refuse) for day in (1, 14, 15, 16, 21)]
    assert [_by_id(report)["news"] for report in past] == ["cannot_judge", "due", "due", "overdue", "overdue"]
    assert [report.as_of.day for report in past] == [1, 14, 15, 16, 21]
    with engine.connect() as connection:
        assert findings.list_findings(connection) == []
        assert findings.judgements(connection) == []
        assert cases.list_cases(connection) == []
        assert len(records.unmatched(connection, terms_digest(settings))) == 4
    assert _by_id(check(settings, engine, now=now, as_of=date(2026, 3, 27)))["news"] == "fresh"


def test_a_day_past_is_found_behind_many_later_runs(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    for days in range(1, 40):
        _crawl(engine, NOW + days * DAY, ALL_SAME)
    report = check(settings, engine, now=NOW + 40 * DAY, as_of=date(2026, 3, 2))
    assert _by_id(report)["news"] == "fresh"


def test_a_day_past_does_not_know_what_came_later(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    future = replace(town["portal.news"][0], published=Moment.of(2026, 5, 1))
    _crawl(engine, NOW, ALL_NEW, {"portal.news": [future]})
    _crawl(engine, NOW + DAY, dict.fromkeys(ALL_NEW, "empty"))
    now = NOW + 2 * DAY
    before = check(settings, engine, now=now, as_of=date(2026, 3, 1))
    assert _by_id(before) == {"news": "cannot_judge", "notice": "cannot_judge"}, "not yet proven empty"
    rules = [{f.rule_id for f in check(settings, engine, now=now, as_of=date(2026, 3, day)).findings} for day in (1, 2)]
    assert ["page.future_date" in found for found in rules] == [False, True]


def test_what_was_mended_may_break_again(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    check(settings, engine, now=NOW)
    less = settings.columns[1].model_copy(update={"min_items": 1})
    mended = settings.model_copy(update={"columns": (settings.columns[0], less)})
    assert [f.subject for f in check(mended, engine, now=NOW + timedelta(hours=1)).resolved] == ["column:notice"]
    again = check(settings, engine, now=NOW + timedelta(hours=2))
    assert [(f.subject, f.first_seen_at) for f in again.opened] == [("column:notice", NOW + timedelta(hours=2))]
    with engine.connect() as connection:
        history = findings.events(connection, again.opened[0].fingerprint)
    assert [event.event for event in history] == ["opened", "resolved", "reopened"]


def test_a_day_to_come_is_judged_on_what_is_known(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    days = [date(2026, 3, 15), date(2026, 3, 16)]
    assert [_by_id(check(settings, engine, now=NOW, as_of=day))["news"] for day in days] == ["due", "overdue"]


def test_findings_of_a_day_past_keep_their_beginning(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    check(settings, engine, now=NOW)
    _crawl(engine, NOW + DAY, ALL_SAME)
    past = check(settings, engine, now=NOW + 2 * DAY, as_of=date(2026, 3, 3))
    assert [(finding.subject, finding.first_seen_at) for finding in past.findings] == [("column:notice", NOW)]


@pytest.mark.parametrize(("scope", "columns", "rules"), [
    ("catalogue", 2, {"column.freshness"}), ("pages", 0, {"page.future_date"}), ("sites", 0, {"source.blocked"}),
])
def test_a_scope_judges_only_its_own(
    engine: Engine, settings: Settings, town: dict[str, list[Record]], scope: str, columns: int, rules: set[str]
) -> None:
    future = replace(town["portal.news"][0], published=Moment.of(2026, 4, 1))
    _crawl(engine, NOW - DAY, ALL_NEW | {"paper.local": "blocked"}, town | {"portal.news": [future]})
    _crawl(engine, NOW, ALL_SAME | {"paper.local": "blocked"})
    check(settings, engine, now=NOW)
    report = check(settings, engine, now=NOW + timedelta(hours=1), scope=scope)
    assert len(report.columns) == columns
    assert {finding.rule_id for finding in report.findings} == rules


def test_an_unknown_scope_is_refused(engine: Engine, settings: Settings) -> None:
    with pytest.raises(ValueError, match="nonsense"):
        check(settings, engine, now=NOW, scope="nonsense")


def test_what_also_must_be_written_is_written_with_it_or_not_at_all(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    seen: list[int] = []

    def also(connection: Connection, at: datetime) -> None:
        seen.append(len(findings.open_findings(connection)) + len(cases.list_cases(connection)))
        raise RuntimeError("the power fails here")

    with pytest.raises(RuntimeError):
        check(settings, engine, now=NOW, also=also)
    assert seen == [2], "it is called last, when findings and cases are there"
    with engine.connect() as connection:
        assert findings.list_findings(connection) == []
        assert cases.list_cases(connection) == []
        assert len(records.unmatched(connection, terms_digest(settings))) == 3


def test_an_official_reply_ends_the_waiting(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    check(settings, engine, now=NOW)
    thread = town["board.county"][0]
    answered = replace(thread, replies=(Reply(office="清溪镇人民政府", body="已安排修复。"),))
    _crawl(engine, NOW + DAY, ALL_SAME | {"board.county": "new"}, {"board.county": [answered]})
    report = check(settings, engine, now=NOW + DAY)
    assert report.new_cases == ()
    with engine.connect() as connection:
        case, = cases.list_cases(connection)
        assert [m.field for m in mentions.of_record(connection, case.record_id)] == ["title", "body"]
    assert (case.state, [step.action for step in case.steps]) == (CaseState.REPLIED, ["register", "reply"])
    assert case.steps[-1].note == "网页已公布答复：清溪镇人民政府"


def test_without_any_run_the_watch_itself_is_the_finding(engine: Engine, settings: Settings) -> None:
    report = check(settings, engine, now=NOW)
    assert [finding.rule_id for finding in report.findings] == ["run.silent"]
    assert _by_id(report) == {"news": "cannot_judge", "notice": "cannot_judge"}


def test_what_a_person_took_out_of_the_configuration_is_closed(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    check(settings, engine, now=NOW)
    without = settings.model_copy(update={"columns": settings.columns[:1]})
    report = check(without, engine, now=NOW + timedelta(hours=1))
    assert [finding.subject for finding in report.resolved] == ["column:notice"]
    assert report.findings == ()


def test_a_page_of_a_column_that_is_the_towns_no_more_is_closed(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    future = replace(town["portal.news"][0], published=Moment.of(2026, 5, 1))
    _crawl(engine, NOW, ALL_NEW, town | {"portal.news": [future]})
    assert "page.future_date" in {finding.rule_id for finding in check(settings, engine, now=NOW).findings}
    gone = settings.columns[0].model_copy(update={"applicable": False, "reason": "栏目已停用"})
    without = settings.model_copy(update={"columns": (gone, *settings.columns[1:])})
    report = check(without, engine, now=NOW + timedelta(hours=1))
    assert "page.future_date" in {finding.rule_id for finding in report.resolved}
    assert "page.future_date" not in {finding.rule_id for finding in report.findings}


def test_dead_links_of_a_column_that_is_the_towns_no_more_are_closed(
    engine: Engine, settings: Settings, town: dict[str, list[Record]]
) -> None:
    _crawl(engine, NOW, ALL_NEW, town)
    url = "http://town.example/gone.html"
    with transaction(engine) as connection:
        stored, = (each for each in records.by_ids(connection, range(1, 10)) if each.record.key == "n1")
        links.note(connection, {(stored.id, stored.content_hash): [PageLink(url=url, text="办事指南", attachment=False)]})
        links.add(connection, "portal", [url])
        links.save(connection, [Address(
            url=url, site="portal", state=LinkState.DEAD, status=404, reason="不存在（404）", checked_at=NOW, dead_days=2,
            dead_on=NOW.date(), flaws=None,
        )])
    assert "page.dead_link" in {finding.rule_id for finding in check(settings, engine, now=NOW).findings}
    report = check(settings.model_copy(update={"columns": settings.columns[1:]}), engine, now=NOW + timedelta(hours=1))
    assert "page.dead_link" in {finding.rule_id for finding in report.resolved}


# A site whose sources nobody has confirmed is not visited; of another's site only what anybody sees is told.
@pytest.mark.parametrize(("rule", "site", "closed"), [
    ("site.down", "board", False), ("site.down", "unconfirmed", True), ("site.certificate", "board", True),
    ("site.certificate", "portal", False), ("page.text.link.hidden", "board", True),
])
def test_a_site_that_is_judged_no_more_is_closed(engine: Engine, settings: Settings, rule: str, site: str, closed: bool) -> None:
    source = settings.sites[1].sources[0].model_copy(update={"id": "unconfirmed.one", "confirmed": False})
    new = settings.sites[1].model_copy(update={"id": "unconfirmed", "home": "http://new.example/", "sources": (source,)})
    settings = settings.model_copy(update={"sites": (*settings.sites, new)})
    opened = Judgement(rule_id=rule, subject=f"site:{site}", verdict=Verdict.BAD, severity=Severity.ERROR, title="旧", reason="旧")
    with transaction(engine) as connection:
        findings.apply(connection, fold([], [opened], NOW), NOW)
    report = check(settings, engine, now=NOW + DAY)
    assert (rule in {finding.rule_id for finding in report.resolved}) == closed


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_day_that_nobody_can_mean_is_refused(engine: Engine, settings: Settings, day: date) -> None:
    with pytest.raises(DayError, match="只能检查"):
        check(settings, engine, now=NOW, as_of=day)


def test_a_baseline_is_searched_in_batches(engine: Engine, settings: Settings, record: Make) -> None:
    old = Moment.of(2020, 5, 1)
    threads = [record(key=str(number), published=old, title=f"清溪镇{number}") for number in range(2500)]
    _crawl(engine, NOW, ALL_NEW, {"board.county": threads})
    told: list[tuple[str, int, int]] = []
    report = check(settings, engine, now=NOW, progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == [1000, 2000, 2500]
    assert report.new_cases == (), "a baseline does not flood the register"
    with engine.connect() as connection:
        assert records.unmatched(connection, terms_digest(settings)) == []
        assert mentions.counts(connection, NOW, NOW + DAY) == {"清溪镇": 2500}
