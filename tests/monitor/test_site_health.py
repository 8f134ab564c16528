"""The national test of sites (国办秘函〔2019〕19号, W2 and W3) on weeks of visits built here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.nouns import Judgement, Severity, Verdict
from core.settings import Site, SiteRules, SourceSettings
from core.visits import INCOMPLETE, Certificate, Visit, VisitOutcome
from monitor.site_health import (
    Watched,
    blocked,
    certificate,
    doubtful_rounds,
    down,
    home_stale,
    judge,
    summary,
    unreachable,
)  # fmt: skip

AT = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
OK, FAILED, BLOCKED, UNCLEAR = VisitOutcome.OK, VisitOutcome.FAILED, VisitOutcome.BLOCKED, VisitOutcome.UNCLEAR
SITE = Site(
    id="portal", name="门户", platform="generic", home="https://a.gov.cn/", hosts=("a.gov.cn",),
    source=(SourceSettings(id="s", name="来源", url="https://a.gov.cn/s"),),
)


def visit(hours: float, outcome: VisitOutcome = OK, **more: Any) -> Visit:
    """A visit so many hours ago, in a round of its own."""
    at = AT - timedelta(hours=hours)
    return Visit(**({"site": "portal", "host": "a.gov.cn", "at": at, "round": at, "outcome": outcome, "seconds": 0.4,
                     "status": 200 if outcome is OK else None, "reason": "" if outcome is OK else "超时（TimeoutError）"} | more))


def week(outcomes: Callable[[int], VisitOutcome] = lambda hour: OK, hours: int = 168) -> list[Visit]:
    """A visit an hour, newest first."""
    return [visit(hour + 0.5, outcomes(hour)) for hour in range(hours)]


def watched(visits: Sequence[Visit], others: Sequence[Visit] = (), **more: Any) -> Watched:
    doubtful = doubtful_rounds({"portal": visits, "board": others})
    return Watched(**({"site": SITE, "visits": visits, "doubtful": doubtful, "rules": SiteRules(), "at": AT, "own": True} | more))


def said(judgement: Judgement) -> tuple[Verdict, Severity]:
    return judgement.verdict, judgement.severity


# 168 visits: 5 % of them is 8.4, so 9 failures are over it and 8 are not.
@pytest.mark.parametrize(("failed", "verdict"), [(0, Verdict.OK), (8, Verdict.OK), (9, Verdict.BAD), (168, Verdict.BAD)])
def test_the_share_of_failures_in_a_week(failed: int, verdict: Verdict) -> None:
    judgement = unreachable(watched(week(lambda hour: FAILED if hour < failed else OK)))
    assert said(judgement) == (verdict, Severity.VETO)
    assert f"访问168次，{failed}次" in judgement.reason
    assert judgement.evidence["basis"] == "国办秘函〔2019〕19号"


def test_exactly_five_percent_is_over_the_limit() -> None:
    judgement = unreachable(watched(week(lambda hour: FAILED if hour < 7 else OK, hours=140)))
    assert judgement.verdict is Verdict.BAD
    assert "占5.0%" in judgement.reason


@pytest.mark.parametrize(("visits", "reason"), [
    (week(hours=139), "有效访问139次，不足140次"),
    (week(lambda hour: FAILED, hours=20), "不足140次，还不能判断（其中20次没有打开）"),
    # What is older than a week does not help.
    ([*week(hours=100), *(visit(169 + n) for n in range(100))], "有效访问100次"),
    # Nor do a hundred visits by hand within a minute.
    ([*(visit(n / 6000) for n in range(100)), *week(hours=100)], "有效访问101次"),
    (week(lambda hour: BLOCKED if hour % 3 else FAILED), "168次访问中有112次被拦截"),
    ([], "近7天没有访问记录"),
])
def test_too_little_is_known(visits: list[Visit], reason: str) -> None:
    judgement = unreachable(watched(visits))
    assert judgement.verdict is Verdict.CANNOT_JUDGE
    assert reason in judgement.reason


def test_being_blocked_is_neither_failure_nor_success() -> None:
    # A quarter refused: of the 126 others too few are left to judge by.
    judgement = unreachable(watched(week(lambda hour: BLOCKED if hour % 4 == 0 else OK)))
    assert "有效访问126次" in judgement.reason
    few = unreachable(watched(week(lambda hour: BLOCKED if hour % 10 == 0 else FAILED if hour % 10 == 1 else OK)))
    assert few.verdict is Verdict.BAD
    assert few.evidence | {"url": "", "basis": ""} == {
        "url": "", "basis": "", "visits": 151, "failed": 17, "blocked": 17, "unsure": 0}


def test_our_own_network_is_no_dead_site() -> None:
    down_hours = range(3, 15)
    mine = week(lambda hour: FAILED if hour in down_hours else OK)
    theirs = [replace(each, site="board", host="b.cn") for each in mine]
    both = watched(mine, theirs)
    assert unreachable(both).verdict is Verdict.OK
    assert unreachable(both).evidence["unsure"] == 12
    # Where the other site opened meanwhile, the site itself was down.
    assert unreachable(watched(mine, [replace(each, outcome=OK) for each in theirs])).verdict is Verdict.BAD
    # A second site on the same host says nothing of the network.
    same = [replace(each, host="a.gov.cn") for each in theirs]
    assert unreachable(watched(mine, same)).verdict is Verdict.BAD
    # One that refused us was reached all the same.
    assert unreachable(watched(mine, [replace(each, outcome=BLOCKED) for each in theirs])).verdict is Verdict.BAD


def test_while_our_network_is_down_nothing_is_said_to_be() -> None:
    mine = week(lambda hour: FAILED if hour < 6 else OK)
    theirs = [replace(each, site="board", host="b.cn") for each in mine]
    judgement = down(watched(mine, theirs))
    assert judgement.verdict is Verdict.CANNOT_JUDGE
    assert "本机网络" in judgement.reason
    assert down(watched(mine)).verdict is Verdict.BAD


@pytest.mark.parametrize(("visits", "verdict", "reason"), [
    ([visit(0.5), *week(lambda hour: FAILED)], Verdict.OK, "打开正常，用时0.4秒"),
    # Three in a row within half an hour may be one restart; over two hours it is down.
    ([visit(n / 6, FAILED) for n in range(4)] + [visit(1)], Verdict.CANNOT_JUDGE, "再看几次"),
    ([visit(5 + n / 60, FAILED) for n in range(3)], Verdict.CANNOT_JUDGE, "再看几次"),
    ([visit(0.2, FAILED), visit(1.2, FAILED), visit(2.199, FAILED), visit(3.2)], Verdict.BAD, "连续3次没有打开"),
    ([visit(0.2, FAILED), visit(3.2, FAILED), visit(4)], Verdict.CANNOT_JUDGE, "连续2次没有打开"),
    # A refusal in between is not a recovery.
    ([visit(0.2, FAILED), visit(1.2, BLOCKED), visit(2.2, FAILED), visit(3.2, FAILED)], Verdict.BAD, "连续3次没有打开"),
    ([visit(30, FAILED), visit(31, FAILED), visit(32, FAILED)], Verdict.CANNOT_JUDGE, "之后没有访问"),
    ([visit(0.2, UNCLEAR)], Verdict.CANNOT_JUDGE, "没有看到"),
])
def test_a_site_that_is_down_is_told_before_the_week_is_over(visits: list[Visit], verdict: Verdict, reason: str) -> None:
    judgement = down(watched(visits))
    assert said(judgement) == (verdict, Severity.ERROR)
    assert reason in judgement.reason


@pytest.mark.parametrize(("visits", "verdict"), [
    ([visit(n, BLOCKED) for n in range(3)], Verdict.BAD),
    ([visit(0, BLOCKED), visit(1, BLOCKED), visit(2)], Verdict.CANNOT_JUDGE),
    ([visit(0), *(visit(n, BLOCKED) for n in range(1, 9))], Verdict.OK),
    ([visit(0, FAILED), *(visit(n, BLOCKED) for n in range(1, 9))], Verdict.OK),
    ([visit(0, UNCLEAR)], Verdict.CANNOT_JUDGE),
])
def test_blocked_is_told_on_its_own(visits: list[Visit], verdict: Verdict) -> None:
    assert said(blocked(watched(visits))) == (verdict, Severity.WARN)
    assert down(watched(visits)).verdict is not Verdict.BAD


@pytest.mark.parametrize(("newest", "verdict"), [
    (date(2026, 11, 26), Verdict.OK), (date(2026, 11, 12), Verdict.OK), (date(2026, 11, 11), Verdict.BAD), (None, Verdict.CANNOT_JUDGE),
])
def test_the_home_page_must_have_something_new_in_two_weeks(newest: date | None, verdict: Verdict) -> None:
    assert said(home_stale(watched([visit(1, FAILED), visit(2, newest=newest), visit(3, newest=date(2020, 1, 1))]))) == (verdict, Severity.VETO)


def test_a_home_page_that_was_not_seen_lately_is_not_judged() -> None:
    assert home_stale(watched([visit(50, newest=date(2020, 1, 1))])).verdict is Verdict.CANNOT_JUDGE


@pytest.mark.parametrize(("days", "fault", "verdict", "severity"), [
    (400, "", Verdict.OK, Severity.WARN),
    (30, "", Verdict.BAD, Severity.WARN),
    (8, "", Verdict.BAD, Severity.WARN),
    (7, "", Verdict.BAD, Severity.ERROR),
    (-1, "", Verdict.BAD, Severity.ERROR),
    (400, "证书是自签名的", Verdict.BAD, Severity.ERROR),
])
def test_certificates(days: int, fault: str, verdict: Verdict, severity: Severity) -> None:
    held = Certificate(until=AT + timedelta(days=days), fault=fault)
    assert said(certificate(watched([visit(0.5, secure=True, certificate=held)]))) == (verdict, severity)


def test_a_fault_does_not_hide_that_it_ends_soon_nor_an_end_the_fault() -> None:
    for fault, days, verdict in (("证书是自签名的", 20, Severity.ERROR), (f"{INCOMPLETE}（缺“某机构”的证书）", 20, Severity.WARN),
                                 (f"{INCOMPLETE}（缺“某机构”的证书）", 3, Severity.ERROR), ("证书是自签名的", -1, Severity.ERROR)):
        said = certificate(watched([visit(0.5, secure=True, certificate=Certificate(until=AT + timedelta(days=days), fault=fault))]))
        assert said.severity is verdict and fault in said.reason
        assert ("，已过期" if days < 0 else f"还剩{days}天") in said.reason
    said = certificate(watched([visit(0.5, secure=True, certificate=Certificate(until=AT + timedelta(days=200), fault="证书是自签名的"))]))
    assert "还剩" not in said.reason


def test_a_site_without_tls_has_no_certificate_to_expire() -> None:
    assert certificate(watched([visit(0.5)])).verdict is Verdict.OK
    assert certificate(watched([visit(0.5, secure=True)])).verdict is Verdict.CANNOT_JUDGE
    # What cannot be opened says nothing of its certificate.
    assert certificate(watched([visit(0.5, FAILED)])).verdict is Verdict.CANNOT_JUDGE


def test_what_belongs_to_others_is_told_and_is_no_veto_of_the_town() -> None:
    judged = list(judge(watched(week(lambda hour: FAILED), own=False)))
    assert {(each.rule_id, each.severity) for each in judged} == {
        ("site.unreachable", Severity.WARN), ("site.down", Severity.WARN), ("site.blocked", Severity.WARN)}
    assert {each.subject for each in judged} == {"site:portal"}


def test_what_people_are_shown() -> None:
    held = Certificate(until=AT)
    visits = [visit(1, FAILED), visit(2, newest=date(2026, 11, 20)), visit(3, BLOCKED), visit(200, certificate=held)]
    shown = summary(watched(visits))
    assert (shown.week.opened, shown.week.counted, shown.month.counted) == (1, 2, 3)
    assert (shown.last_failed, shown.newest, shown.certificate) == (visits[0], date(2026, 11, 20), held)
    assert summary(watched([])).week.share is None
