"""Walks through 今日 and the register in a real browser, by those who use it, on a desk and on a phone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.clock import Moment, local_date
from core.nouns import (
    CaseState,
    CaseStep,
    Delivery,
    DeliveryStatus,
    Mention,
    Outcome,
    Reason,
    Record,
    Reply,
    SourceResult,
)
from service.web.workbench import Workbench
from store import cases, deliveries, jobs, mentions, records, runs
from store.database import transaction
from store.records import Arrival

WIDTHS = [1280, 390]
SHOTS = os.environ.get("TOWNWATCH_SHOTS")
"""Where a person who wants to look at the pages has their pictures put."""


def go(page: Page, section: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=section, exact=True).click()
    page.wait_for_load_state()


def shoot(page: Page, name: str, width: int) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True, caret="initial")  # hiding it needs a style


def do(page: Page, action: str, **fields: str) -> None:
    """Open an action's form, fill it in and send it."""
    form = page.locator("details.action").filter(has=page.locator("summary", has_text=action))
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
    form.get_by_role("button", name=action).click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_clerk_works_a_case_to_its_end(
    page_as: Callable[..., Page], base_url: str, town_id: str, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "clerk", width)
    expect(page.get_by_role("heading", name="今日")).to_be_visible()
    shoot(page, "today-clerk", width)
    assert fits(page)
    go(page, "舆情台账")
    page.get_by_label("类别").select_option("投诉求助")
    page.get_by_role("button", name="查看").click()
    expect(page).to_have_url(re.compile("category="))
    shoot(page, "cases", width)
    assert fits(page)
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    shoot(page, "case-new", width)
    page.evaluate("document.body.dataset.stayed = 'yes'")
    do(page, "研判", category="咨询", note="属本镇职责，拟由经办人员核实。")
    expect(page.get_by_role("status")).to_have_text("研判已记入台账。")
    do(page, "交办", owner="clerk", note="请两日内核实")
    expect(page.get_by_role("status")).to_have_text("已交办。")
    do(page, "延期", due="2099-01-01", note="需现场核查")
    expect(page.get_by_role("alert")).to_contain_text("超过最长办理期限")
    expect(page.locator("details.action[open] textarea")).to_have_value("需现场核查")
    shoot(page, "case-refused", width)
    do(page, "回复", note="经核实情况属实，已于当日处理。")
    expect(page.locator(".facts")).to_contain_text("已回复")
    do(page, "办结", note="群众满意")
    expect(page.locator(".facts")).to_contain_text("已办结")
    expect(page.locator(".timeline li")).to_have_count(5)
    shoot(page, "case-closed", width)
    assert fits(page)
    assert page.evaluate("document.body.dataset.stayed") == "yes", "only the panel was replaced"


def test_what_is_refused_behind_a_button_is_said(page_as: Callable[..., Page], base_url: str) -> None:
    """HTMX drops the answers 4xx unless it is told: a clerk would press the button and see nothing."""
    page = page_as(base_url, "clerk", 1280)
    go(page, "舆情台账")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    page.evaluate("for (const field of document.getElementsByName('csrf')) field.value = 'of another page'")
    do(page, "研判", category="咨询", note="属本镇职责")
    expect(page.locator("main h1")).to_contain_text("没有权限")
    expect(page.locator("header.top")).to_have_count(1)


def test_without_javascript_the_work_is_the_same(page_as: Callable[..., Page], base_url: str) -> None:
    page = page_as(base_url, "clerk", 390, javascript=False)
    go(page, "舆情台账")
    page.locator("tbody a").first.click()
    do(page, "研判", category="咨询", note="属本镇职责")
    expect(page.get_by_role("status")).to_have_text("研判已记入台账。")
    do(page, "交办", owner="leader")
    do(page, "回复", note="已答复")
    do(page, "办结", note="办结")
    expect(page.locator(".facts")).to_contain_text("已办结")


def test_a_leader_sees_what_waits_and_gives_it_to_someone(page_as: Callable[..., Page], base_url: str) -> None:
    page = page_as(base_url, "leader")
    shoot(page, "today-leader", 1280)
    go(page, "舆情台账")
    page.locator("tbody a").first.click()
    do(page, "交办", owner="clerk", note="请速办")
    expect(page.get_by_role("status")).to_have_text("已交办。")
    expect(page.locator(".facts")).to_contain_text("办事员")
    extend = page.locator("details.action").filter(has=page.locator("summary", has_text="延期"))
    limit = re.search(r"最晚到 (\d{4}-\d\d-\d\d)", extend.text_content() or "")
    assert limit
    do(page, "延期", due=limit.group(1), note="需会同水利部门现场查勘")
    expect(page.get_by_role("status")).to_have_text("期限已延长。")
    expect(page.locator(".facts")).to_contain_text(limit.group(1))
    expect(page.locator(".timeline li").last).to_contain_text("需会同水利部门现场查勘")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["reader", "supervisor", "technician"])
def test_what_the_others_see(
    page_as: Callable[..., Page], base_url: str, town_id: str, fits: Callable[[Page], bool], role: str, width: int
) -> None:
    page = page_as(base_url, role, width)
    shoot(page, f"today-{role}", width)
    assert fits(page)
    page.goto(f"{base_url}/towns/{town_id}/cases?show=all")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="办理经过")).to_be_visible()
    shoot(page, f"case-{role}", width)
    assert fits(page)
    # The county gives cases to people; who only looks, or keeps the machine, has no forms.
    assert set(page.locator("details.action summary").all_inner_texts()) <= ({"交办", "备注"} if role == "supervisor" else set())
    assert (page.locator("details.action").count() > 0) is (role == "supervisor")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_a_bad_day(
    page_as: Callable[..., Page], bench: Workbench, base_url: str, town_id: str, fits: Callable[[Page], bool], role: str, width: int
) -> None:
    """Cases late with everyone, sources not seen, the schedule stuck and a slot made up for: all said, nothing cut off."""
    at = bench.clock()
    day = local_date(at)
    with transaction(bench.town_engine(town_id)) as connection:
        waiting = cases.list_cases(connection, open_only=True)
        step = CaseStep(at=at, who="townwatch", action="note")
        for number, (case, owner) in enumerate(zip(waiting, ["clerk", "leader", "technician", None] * 2, strict=False), start=-3):
            cases.add_step(connection, case.id, step, owner=owner, due=day + timedelta(days=number), provisional=number == 4)
        runs.start_run(connection, "bad", at)
        runs.save_results(connection, "bad", [
            SourceResult(source="board-huoshan", outcome=Outcome.BLOCKED, error="对方拒绝访问（HTTP 403）", checked_at=at),
            SourceResult(source="media-local", outcome=Outcome.REDESIGNED, error="列表里读不出一行", checked_at=at),
        ])
        job = {"town": town_id, "job": "check", "part": "", "slot": at - timedelta(days=2), "worker": "w", "caught_up": True}
        claimed = jobs.claim(connection, **job, now=at - timedelta(days=2), stale_after=timedelta(minutes=5))
        assert claimed is not None
        jobs.finish(connection, claimed.id, "done", "", at)
        lost = Delivery(
            id="lost", alert="a", reason=Reason.REMINDER, recipient=role, channel="hook", title="3 件舆情今天到期", body="", items=(),
            status=DeliveryStatus.DEAD, attempts=5, created_at=at, claimed_at=at, error="接收端回答 HTTP 500",
        )
        deliveries.add(connection, [lost])
    page = page_as(base_url, role, width)
    shoot(page, f"today-bad-{role}", width)
    assert fits(page)
    for words in ("逾期", "今天到期", "HTTP 403", "列表里读不出一行", "已于", "没有按时进行", "接收端回答 HTTP 500"):
        expect(page.locator("#day")).to_contain_text(words)
    assert (page.get_by_role("heading", name="他人逾期的舆情").count() == 1) is (role == "leader")


HOSTILE = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}${7*7}\r\nSet-Cookie: a=b"


@pytest.fixture
def hostile(bench: Workbench, town_id: str) -> int:
    """A case whose every text is an attack."""
    record = Record(
        site="people-board", key="evil", kind="thread", url="javascript:alert(document.cookie)", title=HOSTILE,
        body=f"漫水河镇{HOSTILE}\n\"'><svg onload=alert(1)>", published=Moment(bench.clock()), replies=(Reply(office=HOSTILE, body=HOSTILE),),
    )
    with transaction(bench.town_engine(town_id)) as connection:
        at = bench.clock()
        runs.start_run(connection, "evil", at)
        records.save(connection, "evil", [Arrival(record=record, at=at)])
        records.save(connection, "evil", [Arrival(record=replace(record, body=record.body + "\n<b>后来加的</b>"), at=at)])
        stored = max(connection.exec_driver_sql("SELECT id FROM records").scalars())
        found = [Mention(subject="漫水河镇", term="漫水河镇", text="漫水河镇", start=0, end=30, field="body", confidence="certain")]
        mentions.replace(connection, stored, record.content_hash(), found, at)
        return cases.register(
            connection, record_id=stored, source="board-huoshan", url=record.url, title=HOSTILE, category=HOSTILE,
            state=CaseState.REGISTERED, owner=None, registered_at=at, due=None, provisional=False,
            step=CaseStep(at=at, who=HOSTILE, action="register", note=HOSTILE),
        ).id


def test_crawled_attacks_are_text(page_as: Callable[..., Page], base_url: str, town_id: str, hostile: int, client: Any) -> None:
    """``page_as`` fails the test for anything that the console or the policy complains of, or that is asked elsewhere."""
    page = page_as(base_url, "clerk")
    for path in ("", "cases", f"cases/{hostile}"):
        page.goto(f"{base_url}/towns/{town_id}/{path}")
        assert page.title() != "pwned"
        expect(page.locator("main")).to_contain_text("<script>document.title='pwned'</script><img src=x onerror=alert(1)>{{7*7}}")
        # Of ours there are only the figures of the first page, in <b>.
        assert page.evaluate("document.querySelectorAll('main script, main img, main svg, main :not(.figures *) > b').length") == 0
        assert page.evaluate("[...document.querySelectorAll('main a')].every(a => a.protocol === location.protocol || a.protocol === 'http:')")
    shoot(page, "case-hostile", 1280)
    assert page.get_by_role("link", name="打开原网页").count() == 0
    assert "49" not in page.locator("h1").inner_text()
    do(page, "备注", note=HOSTILE)
    expect(page.get_by_role("status")).to_have_text("备注已记入台账。")
    expect(page.locator(".timeline")).to_contain_text("onerror=alert(1)")
    assert page.title() != "pwned" and page.locator("#case script, #case img").count() == 0
    answer = client("clerk").get(f"/towns/{town_id}/cases/{hostile}")
    assert "set-cookie" not in answer.headers
