"""今日: what needs whom, what was not looked at and why, and whether the watch runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.clock import local_date
from core.nouns import (
    AlertItem,
    CaseState,
    CaseStep,
    Delivery,
    DeliveryStatus,
    Outcome,
    Reason,
    Record,
    Severity,
    SourceResult,
)
from core.service import Schedule
from core.settings import Settings
from service.schedule.slots import Slot
from service.web import today
from service.web.today import next_crawl, unseen
from service.web.workbench import Workbench
from store import cases, deliveries, jobs, records, runs
from store.database import Connection, transaction
from store.jobs import JobRun
from store.records import Arrival
from tests.alerts.parts import add_finding

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)  # 09:00 in China
STEP = CaseStep(at=AT, who="townwatch", action="register")


@pytest.fixture
def demo_store(bare_store: Any) -> Any:
    """The demo town before its first day: every test writes what it needs."""
    return bare_store


@pytest.fixture
def town(bench: Workbench, town_id: str) -> Settings:
    return bench.town(town_id)


def late_run(slot: datetime, status: str, *, part: str = "", finished: datetime | None = None, note: str = "") -> JobRun:
    return JobRun(
        id=1, town="t", job="crawl", part=part, slot=slot, status=status, caught_up=status != "missed", worker="w",  # type: ignore[arg-type]
        attempts=1, started_at=slot, beat_at=None, finished_at=finished, note=note,
    )


def test_what_was_made_up_for_is_said_once_a_slot() -> None:
    noon = AT + timedelta(hours=3)
    assert today.made_up([
        late_run(AT - timedelta(days=1), "missed", part="a"), late_run(AT, "done", part="a", finished=noon),
        late_run(AT, "done", part="b", finished=noon + timedelta(minutes=5)), late_run(noon, "failed", note="网站打不开"),
        late_run(noon, "running", part="c"),
    ]) == [
        "2026-03-03 09:00 的采集错过了，由之后的一次代替。",
        "2026-03-04 09:00 的采集（2 个网站）当时没有运行，已于 2026-03-04 12:05 补做。",
        "2026-03-04 12:00 的采集当时没有运行，补做没有成功：网站打不开",
        "2026-03-04 12:00 的采集当时没有运行，正在补做。",
    ]


def test_what_is_stuck_is_said_once_a_job() -> None:
    slots = [Slot(AT, "t", "check"), Slot(AT, "t", "crawl", "a"), Slot(AT, "t", "crawl", "b")]
    assert today.stuck(slots) == ["2026-03-04 09:00 的检查至今没有完成", "2026-03-04 09:00 的采集（2 个网站）至今没有完成"]


@pytest.mark.parametrize(("at", "expected"), [
    ("2026-03-04T05:00", "2026-03-04T06:30"), ("2026-03-04T06:30", "2026-03-04T14:00"), ("2026-03-04T23:00", "2026-03-05T06:30"),
])
def test_the_next_crawl(town: Settings, at: str, expected: str) -> None:
    schedule = Schedule(crawl_at=("06:30", "14:00"), spread_minutes=0)
    assert next_crawl(schedule, town, datetime.fromisoformat(at + "+08:00")) == datetime.fromisoformat(expected + "+08:00")


def test_the_spread_is_counted_even_past_midnight(town: Settings) -> None:
    """A crawl of 23:59 begins on the next day; until then it is the next one."""
    schedule = Schedule(crawl_at=("23:59",), spread_minutes=600)
    at = datetime.fromisoformat("2026-03-04T00:00:30+08:00")
    found = next_crawl(schedule, town, at)
    assert found is not None and at < found <= datetime.fromisoformat("2026-03-04T10:00+08:00")


def test_what_was_not_seen(town: Settings) -> None:
    day = date(2026, 3, 4)
    known = [source.id for _, source in town.all_sources if source.confirmed and source.cadence == "daily"][:5]
    good, blocked, old, never, cut = known

    def look(source: str, outcome: Outcome, days: int = 0, error: str | None = None) -> SourceResult:
        return SourceResult(source=source, outcome=outcome, error=error, checked_at=AT - timedelta(days=days))

    last = {source.id: look(source.id, Outcome.UNCHANGED) for _, source in town.all_sources}
    last |= {
        good: look(good, Outcome.NEW, 1), blocked: look(blocked, Outcome.BLOCKED, 3, "HTTP 403"), old: look(old, Outcome.EMPTY, 2),
        cut: look(cut, Outcome.NOT_RUN, 0, "采集中断"),
    }
    del last[never]
    assert {one.source.id: (one.outcome, one.reason) for one in unseen(town, last, day)} == {
        blocked: (Outcome.BLOCKED, "HTTP 403；已有 3 天没有巡查"),
        old: (Outcome.NOT_RUN, "已有 2 天没有巡查"),
        never: (Outcome.NOT_RUN, "还没有巡查过"),
        cut: (Outcome.NOT_RUN, "采集中断"),
    }


def register(connection: Connection, number: int, *, owner: str | None, due: date | None, provisional: bool = False) -> int:
    found = Record(site="s", key=str(number), kind="thread", url=f"http://a/{number}", title=f"第{number}件", body="")
    records.save(connection, "r", [Arrival(record=found, at=AT)])
    (stored, *_), _ = records.page_of_records(connection)
    return cases.register(
        connection, record_id=stored.id, source="board-huoshan", url=found.url, title=found.title, category="投诉",
        state=CaseState.REGISTERED, owner=owner, registered_at=AT, due=due, provisional=provisional, step=STEP,
    ).id


def seen_by(client: Callable[[str], Any], role: str, town_id: str) -> str:
    answer = client(role).get(f"/towns/{town_id}/")
    assert answer.status_code == 200
    return str(answer.text)


def section(page: str, heading: str) -> str:
    """The part of the page under a heading; empty where it has none."""
    found = re.search(rf"<h2>{heading}</h2>(.*?)</section>", page, re.DOTALL)
    return found.group(1) if found else ""


def titles(part: str) -> list[str]:
    return re.findall(r"第\d+件", part)


def test_each_sees_what_needs_them(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    day = local_date(bench.clock())
    with transaction(bench.town_engine(town_id)) as connection:
        register(connection, 1, owner="clerk", due=day + timedelta(days=3))
        register(connection, 2, owner="clerk", due=day - timedelta(days=2))
        register(connection, 3, owner="leader", due=day - timedelta(days=1))
        register(connection, 4, owner=None, due=day)
        register(connection, 5, owner="technician", due=day - timedelta(days=1), provisional=True)
    clerk, leader = seen_by(client, "clerk", town_id), seen_by(client, "leader", town_id)
    assert titles(section(clerk, "交给我的舆情")) == ["第2件", "第1件"], "what is overdue comes first"
    assert "逾期 2 天" in clerk and "第3件" not in clerk
    assert titles(section(clerk, "待研判、交办的舆情")) == titles(section(leader, "待研判、交办的舆情")) == ["第4件"]
    assert "今天到期" in section(leader, "待研判、交办的舆情")
    # What waits for them alone comes after what is late with others; a provisional day is never late.
    assert titles(section(leader, "他人逾期的舆情")) == ["第2件"]
    assert leader.index("<h2>他人逾期的舆情") < leader.index("<h2>交给我的舆情")
    for role in ("supervisor", "reader", "technician"):
        assert ("第3件" in seen_by(client, role, town_id)) is (role != "technician"), role


def test_a_hundred_cases_of_others_hide_none_of_mine(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    day = local_date(bench.clock())
    with transaction(bench.town_engine(town_id)) as connection:
        for number in range(100, 225):
            register(connection, number, owner="leader", due=day - timedelta(days=9))
        register(connection, 1, owner="clerk", due=day)
    assert titles(section(seen_by(client, "clerk", town_id), "交给我的舆情")) == ["第1件"]
    others = section(seen_by(client, "supervisor", town_id), "他人逾期的舆情")
    assert len(titles(others)) == today.MOST and "查看全部（125 件）" in others and "show=overdue" in others


def test_what_was_raised_to_the_leader_comes_first(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    day = local_date(bench.clock())
    with transaction(bench.town_engine(town_id)) as connection:
        raised, other = (register(connection, number, owner="clerk", due=day + timedelta(days=1)) for number in (1, 2))
        items = [item(raised, level=1), item(other, level=0)]
        deliveries.add(connection, [delivery("d1", "leader", DeliveryStatus.SENT, bench.clock(), tuple(items))])
    page = seen_by(client, "leader", town_id)
    assert titles(section(page, "升级到我的舆情")) == ["第1件"]
    assert "升级到我的舆情" not in seen_by(client, "clerk", town_id)
    with transaction(bench.town_engine(town_id)) as connection:
        cases.add_step(connection, raised, replace(STEP, action="reply"), state=CaseState.REPLIED)
    assert "升级到我的舆情" not in seen_by(client, "leader", town_id), "what was answered is raised no more"


def test_what_did_not_arrive(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    at = bench.clock()
    with transaction(bench.town_engine(town_id)) as connection:
        lost = replace(delivery("lost", "clerk", DeliveryStatus.DEAD, at), title="没有送到的", error="收件服务器拒收", claimed_at=at)
        again = replace(delivery("again", "leader", DeliveryStatus.FAILED, at), title="还会再试的", channel="leader-mail")
        deliveries.add(connection, [lost, again])
    clerk, leader = seen_by(client, "clerk", town_id), seen_by(client, "leader", town_id)
    assert "收件服务器拒收" in section(clerk, "没有送达的通知") and "还会再试的" not in clerk
    assert "还会再试的" in section(leader, "没有送达的通知") and "没有送到的" in leader
    with transaction(bench.town_engine(town_id)) as connection:
        later = at + timedelta(minutes=1)
        deliveries.add(connection, [replace(delivery("later", "clerk", DeliveryStatus.SENT, later), sent_at=later)])
    assert "没有送到的" not in seen_by(client, "clerk", town_id), "the channel carries again, and said what was left"


def test_whether_the_watch_itself_runs(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    page = seen_by(client, "clerk", town_id)
    assert "还没有巡查过；下一次巡查：" in page and "没有按时进行" not in page
    begun = bench.clock() - timedelta(days=2)
    with transaction(bench.town_engine(town_id)) as connection:
        runs.start_run(connection, "r1", begun)
        runs.finish_run(connection, "r1", status="partial", at=begun, requests=0, not_modified=0, received=0, seconds=1)
        job = {"town": town_id, "job": "check", "part": "", "slot": begun, "worker": "w", "now": begun, "caught_up": True}
        claimed = jobs.claim(connection, **job, stale_after=timedelta(minutes=5))
        assert claimed is not None
        jobs.finish(connection, claimed.id, "done", "", bench.clock())
    page = seen_by(client, "clerk", town_id)
    assert "最近一次巡查：" in page and "中途中断" in page
    assert "的检查当时没有运行，已于" in page
    assert "巡查工作没有按时进行" in page and re.search(r"的采集（\d 个网站）至今没有完成", page), "nothing was crawled for two days"


def test_a_calm_day(client: Callable[[str], Any], bench: Workbench, town_id: str, town: Settings) -> None:
    assert "今天没有需要您处理的事" not in seen_by(client, "clerk", town_id), "a town that nobody has looked at is no calm town"
    looked = [
        SourceResult(source=source.id, outcome=Outcome.UNCHANGED, checked_at=bench.clock()) for _, source in town.all_sources
    ]
    with transaction(bench.town_engine(town_id)) as connection:
        runs.start_run(connection, "r1", bench.clock())
        runs.save_results(connection, "r1", looked)
        # A later run of one site leaves the others out; they were looked at all the same.
        runs.start_run(connection, "r2", bench.clock() + timedelta(minutes=1))
        runs.save_results(connection, "r2", [
            SourceResult(source=one.source, outcome=Outcome.NOT_RUN, error="本次未选择") for one in looked])
    page = seen_by(client, "clerk", town_id)
    assert "今天没有需要您处理的事" in page and "<table" not in page


def test_a_source_blocked_is_not_hidden_by_the_run_of_another_site(
    client: Callable[[str], Any], bench: Workbench, town_id: str
) -> None:
    with transaction(bench.town_engine(town_id)) as connection:
        for number, result in enumerate([
            SourceResult(source="board-huoshan", outcome=Outcome.BLOCKED, error="对方拒绝访问（HTTP 403）", checked_at=bench.clock()),
            SourceResult(source="board-huoshan", outcome=Outcome.NOT_RUN, error="本次未选择"),
        ]):
            runs.start_run(connection, f"r{number}", bench.clock() + timedelta(minutes=number))
            runs.save_results(connection, f"r{number}", [result])
    part = section(seen_by(client, "clerk", town_id), "没有看到的来源")
    assert "对方拒绝访问（HTTP 403）" in part and "被拦截" in part and "本次未选择" not in part


def item(case_id: int, level: int) -> AlertItem:
    return AlertItem(kind="case", id=str(case_id), state="open", severity=Severity.WARN, title="t", level=level)


def delivery(
    name: str, recipient: str, status: DeliveryStatus, at: datetime, items: tuple[AlertItem, ...] = ()
) -> Delivery:
    return Delivery(
        id=name, alert="a", reason=Reason.NEW, recipient=recipient, channel=f"{recipient}-hook", title="t", body="b", items=items,
        status=status, attempts=1, created_at=at,
    )


def test_an_answer_that_the_law_has_dated_stands_in_a_list_of_its_own(
    client: Callable[[str], Any], bench: Workbench, town_id: str
) -> None:
    """Among ninety findings of pages nobody would see it."""
    with transaction(bench.town_engine(town_id)) as connection:
        for name in "abc":
            add_finding(connection, name, severity=Severity.ERROR, rule_id="page.undated", title=f"页面{name}")
        add_finding(connection, "d", severity=Severity.INFO, rule_id="application.due", subject="application:1", title="依申请公开2026-001即将到期")
    text = client("clerk").get(f"/towns/{town_id}/").text
    assert text.index("快到期或逾期未答复") < text.index("依申请公开2026-001即将到期") < text.index("页面a")
    assert text.count("依申请公开2026-001即将到期") == 1
