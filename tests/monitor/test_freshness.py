"""The freshness of a column: boundary days, and the difference between stale, empty and not looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import ColumnStatus
from core.clock import Moment
from core.nouns import Judgement, Outcome, Severity, SourceResult, Verdict
from core.settings import Column, FreshnessRules, KindRule, RunRules, SourceSettings
from monitor.freshness import judge, not_applicable
from monitor.looks import Looks
from store.records import SourceFacts

RULES = FreshnessRules(warn_days=3, delinquent_after=1, kinds={
    "news": KindRule(max_age="P14D", severity=Severity.VETO, basis="国办秘函〔2019〕19号"),
    "notice": KindRule(max_age="P6M", severity=Severity.ERROR, basis="国办秘函〔2019〕19号"),
    "static": KindRule(max_age="P1Y", severity=Severity.INFO, basis=""),
})
NEWS = Column(id="dt", name="镇村动态", source="s", kind="news", owner="clerk")
SOURCE = SourceSettings(id="s", name="镇村动态", url="http://town.example/", owner="duty")
RUNS = RunRules(failures=2, silent_days=2)
LATEST = date(2026, 3, 2)
Results = Callable[..., list[SourceResult]]


def _facts(latest: date | None = LATEST, count: int = 5, undated: int = 0) -> SourceFacts:
    moment = Moment.of(latest.year, latest.month, latest.day) if latest else None
    return SourceFacts(count, moment, undated, "http://town.example/1")


def _judge(
    day: date, facts: SourceFacts | None, found: list[SourceResult], column: Column = NEWS,
    source: SourceSettings = SOURCE,
) -> tuple[ColumnStatus, Judgement]:
    return judge(column, facts, Looks(day=day, source=source, results=found, rules=RUNS), RULES, day)


DAYS = [
    # day, state, verdict, severity
    ("2026-03-02", "fresh", Verdict.OK, Severity.VETO),
    ("2026-03-12", "fresh", Verdict.OK, Severity.VETO),
    ("2026-03-13", "due", Verdict.BAD, Severity.INFO),           # warn_days before the due day: told, not yet blamed
    ("2026-03-15", "due", Verdict.BAD, Severity.INFO),
    ("2026-03-16", "due", Verdict.BAD, Severity.INFO),           # the due day itself is still in time
    ("2026-03-17", "overdue", Verdict.BAD, Severity.VETO),
    ("2026-03-30", "overdue", Verdict.BAD, Severity.VETO),
    ("2026-03-31", "delinquent", Verdict.BAD, Severity.VETO),    # another period more
]


@pytest.mark.parametrize(("day", "state", "verdict", "severity"), DAYS)
def test_by_age(results: Results, day: str, state: str, verdict: Verdict, severity: Severity) -> None:
    today = date.fromisoformat(day)
    status, judgement = _judge(today, _facts(), results("unchanged", newest=today))
    assert (status.status, judgement.verdict, judgement.severity) == (state, verdict, severity)
    assert (status.latest, status.due, status.count, status.owner) == (LATEST, date(2026, 3, 16), 5, "clerk")


def test_the_reason_counts() -> None:
    day = date(2026, 4, 6)
    found = [SourceResult(source="s", outcome=Outcome.UNCHANGED, checked_at=Moment.of(2026, 4, 6, 9).at)]
    status, judgement = _judge(day, _facts(undated=2), found)
    assert status.reason == (
        "最近一条发布于2026-03-02，已超过14天期限21天（应于2026-03-16前更新）；另有2条未注明发布时间，不计入更新"
    )
    assert judgement.title == "栏目“镇村动态”长期未更新"
    assert judgement.reason == f"{status.reason}；依据：国办秘函〔2019〕19号"
    assert judgement.evidence == {
        "name": "镇村动态", "status": "delinquent", "latest": "2026-03-02", "due": "2026-03-16", "count": 5,
        "latest_url": "http://town.example/1", "basis": "国办秘函〔2019〕19号",
    }


@pytest.mark.parametrize(("day", "state"), [
    ("2026-08-29", "fresh"), ("2026-09-02", "due"), ("2026-09-03", "overdue"), ("2027-03-02", "overdue"),
    ("2027-03-03", "delinquent"),
])
def test_months_are_calendar_months(results: Results, day: str, state: str) -> None:
    column = Column(id="tz", name="通知", source="s", kind="notice")
    today = date.fromisoformat(day)
    assert _judge(today, _facts(), results("new", newest=today), column)[0].status == state


def test_a_column_may_have_its_own_period(results: Results) -> None:
    column = Column(id="dt", name="动态", source="s", kind="response", max_age="P10D")  # a kind without a rule
    status, judgement = _judge(date(2026, 3, 13), _facts(), results("new", newest=date(2026, 3, 13)), column)
    assert (status.status, status.due, judgement.severity) == ("overdue", date(2026, 3, 12), Severity.WARN)


EMPTY = [
    # facts, outcomes (newest first), min_items -> state
    (None, ["empty"], 1, "blank"),
    (None, ["unchanged", "empty"], 1, "blank"),             # unchanged since it was proven empty
    (None, ["unchanged"], 1, "cannot_judge"),               # nothing proves it
    (None, ["all_filtered"], 1, "cannot_judge"),            # there is something, but none of it counts
    (None, ["new"], 1, "cannot_judge"),
    (None, ["blocked", "empty"], 1, "blank"),               # yesterday's proof still holds today
    (None, ["empty"], 0, "fresh"),                          # may be empty
    (_facts(count=2), ["new"], 3, "blank"),
    (_facts(count=3), ["new"], 3, "fresh"),
    (_facts(), ["empty"], 1, "blank"),                      # the list shows nothing, whatever is stored
    (_facts(latest=None, undated=5), ["new"], 1, "cannot_judge"),
    (_facts(latest=date(2026, 3, 5)), ["new"], 1, "cannot_judge"),  # dated in the future: no proof of an update
    (_facts(latest=date(2026, 3, 4)), ["new"], 1, "fresh"),
]


@pytest.mark.parametrize(("facts", "outcomes", "min_items", "state"), EMPTY)
def test_empty_is_not_unseen(
    results: Results, facts: SourceFacts | None, outcomes: list[str], min_items: int, state: str
) -> None:
    column = Column(id="dt", name="动态", source="s", kind="news", min_items=min_items)
    day = date(2026, 3, 4)
    assert _judge(day, facts, results(*outcomes, newest=day), column)[0].status == state


LOOKS = [
    # how the last looks went, days since the newest of them, cadence -> state of a column that is long overdue
    (["unchanged"], 0, "daily", "delinquent"),
    (["unchanged"], 2, "daily", "delinquent"),
    (["unchanged"], 3, "daily", "cannot_judge"),                          # past silent_days
    (["blocked", "unreachable", "unchanged"], 0, "daily", "delinquent"),
    (["blocked", "unreachable", "redesigned", "unchanged"], 0, "daily", "cannot_judge"),
    (["unchanged"], 8, "weekly", "delinquent"),
    (["unchanged"], 9, "weekly", "cannot_judge"),
    (["not_run"], 0, "daily", "cannot_judge"),
    ([], 0, "daily", "cannot_judge"),
]


@pytest.mark.parametrize(("outcomes", "age", "cadence", "state"), LOOKS)
def test_a_column_not_looked_at_is_not_judged(
    results: Results, outcomes: list[str], age: int, cadence: Any, state: str
) -> None:
    newest, day = date(2026, 7, 1), date(2026, 7, 1 + age)
    source = SOURCE.model_copy(update={"cadence": cadence})
    status, judgement = _judge(day, _facts(), results(*outcomes, newest=newest), source=source)
    assert status.status == state
    assert (judgement.verdict is Verdict.CANNOT_JUDGE) is (state == "cannot_judge")


def test_an_unconfirmed_source_is_not_judged(results: Results) -> None:
    source = SOURCE.model_copy(update={"confirmed": False})
    status, _ = _judge(LATEST, _facts(), results("new", newest=LATEST), source=source)
    assert (status.status, "未经人工确认" in status.reason) == ("cannot_judge", True)


def test_the_reason_names_the_failure() -> None:
    found = [
        SourceResult(source="s", outcome=Outcome.BLOCKED, error="HTTP 412", checked_at=Moment.of(2026, 3, 8, 9).at),
        SourceResult(source="s", outcome=Outcome.UNCHANGED, checked_at=Moment.of(2026, 3, 2, 9).at),
    ]
    status, _ = _judge(date(2026, 3, 8), _facts(), found)
    assert status.reason == (
        "来源“镇村动态”最近一次采集成功在2026-03-02，至2026-03-08已6天，其后：网站拒绝访问（HTTP 412）"
    )


def test_the_owner_of_the_source_stands_in() -> None:
    column = Column(id="dt", name="动态", source="s", kind="news")
    assert _judge(LATEST, None, [], column)[1].owner == "duty"


def test_a_column_that_does_not_apply_is_ok() -> None:
    column = Column(id="x", name="市政服务", source="s", kind="key_field", applicable=False, reason="镇级无此事项")
    judgement = not_applicable(column)
    assert (judgement.verdict, judgement.subject, judgement.reason) == (Verdict.OK, "column:x", "镇级无此事项")


@given(st.integers(-30, 400))
def test_time_alone_only_makes_a_column_staler(age: int) -> None:
    """States follow each other in one order as days pass, and a later article never makes it worse."""
    order = ["cannot_judge", "fresh", "due", "overdue", "delinquent"]
    base = LATEST.toordinal()

    def state(day: int, latest: int = base) -> int:
        today = date.fromordinal(day)
        at = Moment.of(today.year, today.month, today.day).at
        found = [SourceResult(source="s", outcome=Outcome.UNCHANGED, checked_at=at)]
        return order.index(_judge(today, _facts(date.fromordinal(latest)), found)[0].status)

    assert state(base + age) <= state(base + age + 1)
    if age > 1:
        assert state(base + age, base + 1) <= state(base + age)
