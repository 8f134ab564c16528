"""Items in the whole check on a real store: found, told again as they were, closed explicitly, decided by people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.catalogue import ItemChoice
from core.clock import Moment
from core.nouns import Outcome, Record, SourceResult, Verdict
from core.settings import CatalogueItem, Settings
from monitor.items.lateness import RULE
from monitor.run import CheckReport, check
from store import catalogue_choices, findings, records, runs
from store.database import Engine, transaction

NOW = datetime(2026, 11, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)
Make = Callable[..., Any]


def crawl(engine: Engine, at: datetime, found: dict[str, list[Record]], **outcomes: str) -> None:
    """What a crawl leaves: both columns read, and what is new in them."""
    run = f"run-{at:%m%d%H}"
    arrivals = [records.Arrival(record=record, at=at) for listed in found.values() for record in listed]
    seen = [records.Sighting(site=r.site, key=r.key, source=s, row_hash=None, at=at) for s, listed in found.items() for r in listed]
    told = {"portal.news": "all_known", "portal.notice": "all_known"} | dict.fromkeys(found, "new") | outcomes
    with transaction(engine) as connection:
        runs.start_run(connection, run, at)
        records.save(connection, run, arrivals)
        records.save_sightings(connection, seen)
        results = [SourceResult(source=s, outcome=Outcome(o), checked_at=at) for s, o in told.items()]
        runs.save_results(connection, run, results)
        runs.finish_run(connection, run, status="loaded", at=at, requests=1, not_modified=0, received=0, seconds=1.0)


@pytest.fixture
def town(settings: Settings) -> Settings:
    """Three items: one every quarter, one with a limit of its own, one without a column."""
    items = [
        {"id": "money", "field": "财政", "level1": "专项资金", "limit": "每季度公开一次", "columns": ("news",)},
        {"id": "notice", "field": "工作", "level1": "通知", "limit": "信息形成之日起3个工作日内", "columns": ("notice",)},
        {"id": "lost", "field": "工作", "level1": "农田水利工程建设运营"},
    ]
    return settings.model_copy(update={"items": tuple(CatalogueItem.model_validate(item) for item in items)})


@pytest.fixture
def pages(record: Make) -> dict[str, list[Record]]:
    article = {"site": "portal", "kind": "article", "thread": {}, "body": "正文。"}
    quarters = ((1, 4, 20), (2, 7, 20))
    return {
        "portal.news": [
            record(**article, key=f"q{n}", title=f"2026年第{'一二'[n - 1]}季度专项资金", published=Moment.of(2026, month, day))
            for n, month, day in quarters
        ],
        "portal.notice": [
            record(**article, key="late", title="关于甲的通知", published=Moment.of(2026, 11, 9), written=Moment.of(2026, 11, 2)),
            record(**article, key="well", title="关于乙的通知", published=Moment.of(2026, 11, 4), written=Moment.of(2026, 11, 2)),
        ],
    }


def told(report: CheckReport) -> dict[str, str]:
    """By rule, the subject of what is found of items."""
    return {f.rule_id: f.subject for f in report.findings if f.rule_id.startswith("item.") or f.rule_id == RULE}


def test_found_mended_and_told_again(engine: Engine, town: Settings, pages: dict[str, list[Record]], record: Make) -> None:
    crawl(engine, NOW, pages)
    first = check(town, engine, now=NOW)
    assert told(first) == {"item.period": "item:money", "item.column": "item:lost", RULE: "record:3"}
    assert {f.rule_id: str(f.severity) for f in first.findings if f.rule_id in told(first)} == {
        "item.period": "warn", "item.column": "error", RULE: "warn",
    }
    assert [(item.status, item.period) for item in first.items] == [("overdue", "2026年第三季度")]
    with engine.connect() as connection:
        assert findings.item_statuses(connection) == list(first.items)
    later = NOW + DAY
    third = record(site="portal", key="q3", kind="article", thread={}, body="正文。", title="2026年第三季度专项资金", published=Moment.of(2026, 11, 11))
    amended = record(site="portal", key="late", kind="article", thread={}, body="正文。", title="关于甲的通知",
                     published=Moment.of(2026, 11, 9), written=Moment.of(2026, 11, 5))
    crawl(engine, later, {"portal.news": [third], "portal.notice": [amended]})
    second = check(town, engine, now=later)
    assert told(second) == {"item.column": "item:lost"}
    assert {f.rule_id for f in second.resolved} >= {"item.period", RULE}
    past = check(town, engine, now=later, as_of=date(2026, 11, 10))
    assert told(past) == told(first)
    assert past.items == first.items


def test_a_failed_look_neither_opens_nor_closes(engine: Engine, town: Settings, pages: dict[str, list[Record]]) -> None:
    crawl(engine, NOW - 12 * DAY, pages)
    before = check(town, engine, now=NOW - 12 * DAY)
    assert "item.period" not in told(before), "the third quarter is due on 3 November"
    for days in range(11, -1, -1):
        crawl(engine, NOW - days * DAY, {}, **{"portal.news": "blocked"})
    report = check(town, engine, now=NOW)
    assert "item.period" not in told(report)
    unknown = {j.rule_id: j for j in report.cannot_judge if j.subject == "item:money"}
    assert unknown["item.period"].verdict is Verdict.CANNOT_JUDGE
    assert [item.status for item in report.items] == ["cannot_judge"]


def test_what_people_decide_holds_and_what_is_taken_out_closes(engine: Engine, town: Settings, pages: dict[str, list[Record]]) -> None:
    crawl(engine, NOW, pages)
    check(town, engine, now=NOW)
    with transaction(engine) as connection:
        catalogue_choices.choose(connection, [
            ItemChoice(item="lost", columns=("notice",), who="clerk", at=NOW),
            ItemChoice(item="money", applicable=False, reason="本镇没有", who="clerk", at=NOW),
        ])
    decided = check(town, engine, now=NOW + timedelta(hours=1))
    assert "item.column" not in told(decided) and "item.period" not in told(decided)
    # Now two items share the column: nothing there speaks of 农田水利.
    assert told(decided)["item.missing"] == "item:lost"
    without = check(town.model_copy(update={"items": town.items[:1]}), engine, now=NOW + timedelta(hours=2))
    assert told(without) == {}


def test_a_day_past_is_judged_by_what_was_decided_then(engine: Engine, town: Settings, pages: dict[str, list[Record]]) -> None:
    crawl(engine, NOW, pages)
    lived = {}
    for number in range(4):
        at = NOW + number * DAY
        with transaction(engine) as connection:
            if number == 1:
                catalogue_choices.choose(connection, [ItemChoice(item="lost", columns=("notice",), owner="boss", who="clerk", at=at)])
            elif number == 2:
                catalogue_choices.choose(connection, [ItemChoice(item="money", applicable=False, reason="本镇没有", who="clerk", at=at)])
            elif number == 3:
                catalogue_choices.forget(connection, ["lost", "money"], "clerk", at)
        report = check(town, engine, now=at + timedelta(hours=1))
        lived[report.as_of] = (report.catalogue, {rule: on for rule, on in told(report).items() if rule.startswith("item.")})
    again = {day: check(town, engine, now=NOW + 9 * DAY, as_of=day) for day in lived}
    assert {day: (r.catalogue, {rule: on for rule, on in told(r).items() if rule.startswith("item.")}) for day, r in again.items()} == lived
    assert [next(i for i in items if i.id == "money").applicable for items, _ in lived.values()] == [True, True, False, True]
    assert [rules.get("item.column") for _, rules in lived.values()] == ["item:lost", None, None, "item:lost"]


def test_what_has_no_column_is_the_towns_to_answer_for(engine: Engine, town: Settings, pages: dict[str, list[Record]]) -> None:
    crawl(engine, NOW, pages)
    owners = {f.rule_id: f.owner for f in check(town, engine, now=NOW).findings}
    assert owners["item.column"] == "clerk", "not nobody's: then the technician would hear of each"
    # Columns name nobody, but the source of one does.
    board = town.columns[0].model_copy(update={"id": "board", "source": "board.county", "owner": None})
    bare = town.model_copy(update={"columns": (*(c.model_copy(update={"owner": None}) for c in town.columns), board)})
    owners = {f.rule_id: f.owner for f in check(bare, engine, now=NOW + timedelta(hours=1)).findings}
    assert owners["item.column"] == "duty"


def test_a_record_that_cannot_be_judged_for_now_stays_late(
    engine: Engine, town: Settings, pages: dict[str, list[Record]], record: Make
) -> None:
    crawl(engine, NOW, pages)
    late = told(check(town, engine, now=NOW))[RULE]
    undated = record(site="portal", kind="article", thread={}, body="正文。", key="late", title="关于甲的通知", published=Moment.of(2026, 11, 9))
    crawl(engine, NOW + DAY, {"portal.notice": [undated]})
    again = check(town, engine, now=NOW + DAY)
    assert told(again)[RULE] == late, "the page has lost its 成文日期: nobody knows whether it was in time"
    assert (RULE, "item:notice") in {(j.rule_id, j.subject) for j in again.cannot_judge}


@pytest.mark.parametrize(("scope", "rules"), [("catalogue", {"item.period", "item.column"}), ("pages", {RULE}), ("sites", set())])
def test_scopes(engine: Engine, town: Settings, pages: dict[str, list[Record]], scope: str, rules: set[str]) -> None:
    crawl(engine, NOW, pages)
    assert set(told(check(town, engine, now=NOW, scope=scope))) == rules
