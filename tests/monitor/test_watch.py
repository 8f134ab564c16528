"""The watch judged: failures in a row, kinds of failure kept apart, silence, the dead man's handle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import Moment
from core.nouns import Outcome, Run, SourceResult, Verdict
from core.settings import RunRules, SourceSettings
from monitor.looks import Looks
from monitor.watch import failing, quiet, silent

RULES = RunRules(failures=2, silent_days=2)
DAY = date(2026, 3, 2)
SOURCE = SourceSettings(id="s", name="县政府网", url="http://town.example/", owner="duty", quiet_days=30)
OK, BAD, CANNOT = Verdict.OK, Verdict.BAD, Verdict.CANNOT_JUDGE
Results = Callable[..., list[SourceResult]]

FAILURES = [
    # outcomes, newest first -> what is judged
    (["unchanged"], {"blocked": OK, "unreachable": OK, "redesigned": OK, "not_run": OK}),
    (["empty", "blocked", "blocked"], {"blocked": OK, "unreachable": OK, "redesigned": OK, "not_run": OK}),
    (["blocked", "new"], {"blocked": CANNOT, "not_run": OK}),                 # once is not yet a finding, nor recovery
    (["blocked", "blocked", "new"], {"blocked": BAD, "not_run": OK}),
    # failures of any kind make the row, the newest names it; the other kinds are not judged and stay as they were
    (["redesigned", "unreachable"], {"redesigned": BAD, "not_run": OK}),
    (["unreachable", "blocked", "unreachable"], {"unreachable": BAD, "not_run": OK}),
    # a run that left the source out neither breaks nor lengthens the row
    (["not_run", "blocked", "not_run", "blocked"], {"blocked": BAD, "not_run": OK}),
    (["not_run", "blocked"], {"blocked": CANNOT, "not_run": OK}),
    (["not_run", "new"], {"blocked": OK, "unreachable": OK, "redesigned": OK, "not_run": OK}),
    (["not_run", "not_run", "not_run", "new"], {"blocked": OK, "unreachable": OK, "redesigned": OK, "not_run": BAD}),
    (["not_run"], {"not_run": CANNOT}),
    (["not_run", "not_run"], {"not_run": BAD}),
    ([], {"not_run": CANNOT}),
]


@pytest.mark.parametrize(("outcomes", "expected"), FAILURES)
def test_failures_in_a_row(results: Results, outcomes: list[str], expected: dict[str, Verdict]) -> None:
    looks = Looks(day=DAY, source=SOURCE, results=results(*outcomes, newest=DAY), rules=RULES)
    judged = failing(looks)
    assert {judgement.rule_id: judgement.verdict for judgement in judged} == {
        f"source.{way}": verdict for way, verdict in expected.items()
    }
    assert {judgement.subject for judgement in judged} == {"source:s"}
    assert len(judged) == len(expected)


def test_the_reason_counts_and_says_why() -> None:
    at = Moment.of(2026, 3, 2, 9).at
    found = [
        SourceResult(source="s", outcome=outcome, error="HTTP 412", checked_at=at - timedelta(days=age))
        for age, outcome in enumerate([*[Outcome.BLOCKED] * 3, Outcome.NEW])
    ]
    judgement = failing(Looks(day=DAY, source=SOURCE, results=found, rules=RULES))[0]
    assert judgement.title == "来源“县政府网”拒绝访问"
    assert judgement.reason == "已连续3次采集失败：网站拒绝访问（HTTP 412），最近一次成功在2026-02-27 09:00"
    assert judgement.owner == "duty"


def test_not_run_says_why() -> None:
    at = Moment.of(2026, 3, 2, 9).at
    found = [SourceResult(source="s", outcome=Outcome.NOT_RUN, error="robots.txt 不允许", checked_at=at)] * 2
    judgement, = failing(Looks(day=DAY, source=SOURCE, results=found, rules=RULES))
    assert (judgement.rule_id, judgement.verdict) == ("source.not_run", BAD)
    assert judgement.reason == "2次采集均未涉及：没有采集（robots.txt 不允许）"


def test_an_unconfirmed_source_cannot_be_judged(results: Results) -> None:
    source = SOURCE.model_copy(update={"confirmed": False})
    looks = Looks(day=DAY, source=source, results=results("new", newest=DAY), rules=RULES)
    assert [(judgement.rule_id, judgement.verdict) for judgement in failing(looks)] == [("source.not_run", CANNOT)]
    assert quiet(looks, Moment.of(2025, 1, 1)).verdict is CANNOT


@pytest.mark.parametrize(("latest", "outcomes", "verdict"), [
    (Moment.of(2026, 1, 31), ["all_known"], OK),       # 30 days: the last day in time
    (Moment.of(2026, 1, 30), ["all_known"], BAD),
    (Moment.of(2026, 1, 30), ["blocked", "blocked", "blocked", "new"], CANNOT),  # it may have brought something new
    (Moment.of(2026, 1, 30), [], CANNOT),
    (None, ["empty"], CANNOT),
])
def test_a_source_that_went_quiet(
    results: Results, latest: Moment | None, outcomes: list[str], verdict: Verdict
) -> None:
    judgement = quiet(Looks(day=DAY, source=SOURCE, results=results(*outcomes, newest=DAY), rules=RULES), latest)
    assert judgement.verdict is verdict


def test_where_silence_is_normal_it_is_ok(results: Results) -> None:
    source = SOURCE.model_copy(update={"quiet_days": None})
    looks = Looks(day=DAY, source=source, results=results("all_known", newest=DAY), rules=RULES)
    assert quiet(looks, Moment.of(2020, 1, 1)).verdict is OK


AT = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)


def _run(finished_at: datetime | None) -> Run:
    return Run(id=str(finished_at), started_at=AT - timedelta(days=9), finished_at=finished_at, status="loaded",
               requests=1, not_modified=0, bytes=0, seconds=1.0, sources=())


@pytest.mark.parametrize(("ages", "verdict"), [
    ([0], OK),
    ([47.9], OK),
    ([48], OK),            # exactly the limit
    ([48.1], BAD),
    ([100, 24], OK),       # any run that ended counts, in whatever order
    ([None, 72], BAD),     # one that never ended does not
    ([None], BAD),
    ([], BAD),             # never: exactly what must be said
    ([-1, 72], BAD),       # what came after the time judged was not there yet
])
def test_the_dead_mans_handle(ages: list[float | None], verdict: Verdict) -> None:
    runs = [_run(None if hours is None else AT - timedelta(hours=hours)) for hours in ages]
    assert silent(runs, RULES, AT).verdict is verdict
