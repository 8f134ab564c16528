"""依申请公开 over a real server: what may be entered, who may, and that it works without JavaScript on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.clock import local_date, now
from service.web.workbench import Workbench
from store import applications, audit

SHOTS = os.environ.get("TOWNWATCH_SHOTS")
TODAY = local_date(now())
NEW = {"number": "2026-001", "title": "申请公开河道采砂许可文件", "applicant": "business", "channel": "post",
       "received": (TODAY - timedelta(days=5)).isoformat(), "owner": "clerk"}


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day has to be lived for a register that people keep."""
    return bare_store


@pytest.fixture
def path(town_id: str) -> str:
    return f"/towns/{town_id}/applications"


def test_an_application_from_its_receipt_to_its_answer(
    client: Callable[[str], Any], bench: Workbench, path: str, town_id: str
) -> None:
    clerk = client("clerk")
    answer = clerk.post(path, NEW)
    assert answer.status_code == 303
    one = answer.headers["location"].partition("?")[0]
    shown = clerk.get(one).text
    assert "申请公开河道采砂许可文件" in shown and "答复期限" in shown and "需要补正的，最晚通知" in shown
    assert clerk.post(f"{one}/consult", {"whom": "third_party", "note": "涉及企业商业秘密"}).status_code == 303
    assert "待第三方" in clerk.get(one).text
    assert clerk.post(f"{one}/consulted", {"whom": "third_party"}).status_code == 303
    assert clerk.post(f"{one}/close", {"outcome": "partial"}).status_code == 303
    assert "部分公开" in clerk.get(one).text and "没有未办结的申请" in clerk.get(path).text
    assert "部分公开" in clerk.get(path, params={"show": "all"}).text
    with bench.town_engine(town_id).connect() as connection:
        (found,) = applications.list_applications(connection)
    assert [(step.action, step.who) for step in found.steps] == [
        ("receive", "clerk"), ("consult", "clerk"), ("consulted", "clerk"), ("close", "clerk")]
    with bench.engine.connect() as connection:
        logged = [entry.action for entry in audit.list_entries(connection, limit=9, offset=0)]
    assert [a for a in logged if a.startswith("application")] == ["application_step"] * 3 + ["application_add"]


REFUSED = [
    ({"number": ""}, "请填写编号"), ({"applicant": "x"}, "请选择申请人类别"), ({"owner": "nobody"}, "请选择责任人"),
    ({"received": "2999-01-01"}, "在今天之后"), ({"received": "x"}, "应写成 2026-01-31 这样的日期"), ({"title": "长" * 501}, "最多 500 个字"),
]


@pytest.mark.parametrize(("wrong", "sentence"), REFUSED)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client: Callable[[str], Any], path: str, wrong: dict[str, str], sentence: str) -> None:
    answer = client("clerk").post(path, NEW | wrong)
    assert answer.status_code == 422 and sentence in answer.text
    assert "题" not in wrong and (NEW | wrong)["title"] in answer.text


def test_a_number_stands_once(client: Callable[[str], Any], path: str) -> None:
    clerk = client("clerk")
    assert clerk.post(path, NEW).status_code == 303
    again = clerk.post(path, NEW)
    assert again.status_code == 422 and "编号2026-001已登记过" in again.text


def test_a_step_that_its_state_does_not_allow(client: Callable[[str], Any], path: str) -> None:
    clerk = client("clerk")
    one = clerk.post(path, NEW).headers["location"].partition("?")[0]
    for action, form, sentence in [
        ("correct", {}, "不能收到补正"), ("extend", {"workdays": "21", "note": "x"}, "不得超过20个工作日"), ("close", {}, "请选择办理结果"),
        ("ask_correction", {"until": "x"}, "应写成"), ("delay", {"until": (TODAY + timedelta(days=9)).isoformat()}, "请填写理由"),
    ]:
        answer = clerk.post(f"{one}/{action}", form)
        assert answer.status_code == 422 and sentence in answer.text, action
    for nothing in (f"{one}/shred", f"{path}/999999/note", f"{path}/{2**31}/note"):
        assert clerk.post(nothing, {"note": "x"}).status_code == 404
    assert clerk.get(f"{path}/{2**40}").status_code == 404


def test_reviews_and_lawsuits(client: Callable[[str], Any], bench: Workbench, path: str, town_id: str) -> None:
    clerk, contests = client("clerk"), f"/towns/{town_id}/contests"
    clerk.post(path, NEW)
    with bench.town_engine(town_id).connect() as connection:
        (applied,) = applications.list_applications(connection)
    suit = {"kind": "direct_suit", "number": "（2026）皖1525行初1号", "title": "不服答复", "application_id": str(applied.id),
            "accepted": (TODAY - timedelta(days=2)).isoformat()}
    assert clerk.post(contests, suit).status_code == 303
    for wrong, sentence in (({}, "已登记过"), ({"kind": "x"}, "请选择"), ({"number": ""}, "请填写案号"), ({"accepted": "2999-01-01"}, "在今天之后"),
                            ({"number": "2", "application_id": "9999"}, "没有登记第9999件")):
        refused = clerk.post(contests, suit | wrong)
        assert refused.status_code == 422 and sentence in refused.text
    assert "尚未审结" in clerk.get(path).text
    with bench.town_engine(town_id).connect() as connection:
        (found,) = applications.list_contests(connection)
    assert clerk.post(f"{contests}/{found.id}/end", {"result": "x"}).status_code == 422
    early = {"result": "upheld", "decided_on": (TODAY - timedelta(days=3)).isoformat()}
    assert clerk.post(f"{contests}/{found.id}/end", early).status_code == 422
    assert clerk.post(f"{contests}/{found.id}/end", {"result": "upheld"}).status_code == 303
    assert clerk.post(f"{contests}/999/end", {"result": "upheld"}).status_code == 404
    assert "结果维持" in clerk.get(path).text


def test_who_may(client: Callable[[str], Any], path: str, town_id: str) -> None:
    one = client("clerk").post(path, NEW).headers["location"].partition("?")[0]
    for role in ("reader", "technician"):
        assert client(role).get(one).status_code == 200
        assert "<form class=\"stack\"" not in client(role).get(one).text + client(role).get(path).text
        assert client(role).post(f"{one}/note", {"note": "x"}).status_code == 403
    # The county remarks; the town's own work is the town's.
    supervisor = client("supervisor")
    assert supervisor.post(f"{one}/note", {"note": "请抓紧"}).status_code == 303
    assert [supervisor.post(p, NEW).status_code for p in (path, f"{one}/close", f"/towns/{town_id}/contests", f"/towns/{town_id}/contests/1/end")] == [403] * 4


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_it_is_worked_on_in_a_browser(
    page_as: Callable[..., Page], base_url: str, town_id: str, fits: Callable[[Page], bool], width: int, javascript: bool
) -> None:
    page = page_as(base_url, "clerk", width, javascript)
    page.goto(f"{base_url}/towns/{town_id}/applications")
    page.get_by_text("登记一件申请").click()
    page.get_by_label("编号").fill("2026-002")
    page.get_by_label("申请内容").fill("申请公开2025年度农村低保资金发放的汇总情况和发放依据")
    page.get_by_label("收到日期").fill((TODAY - timedelta(days=45)).isoformat())
    page.get_by_role("button", name="登记", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("2026-002")
    expect(page.locator(".facts")).to_contain_text("逾期")
    assert fits(page)
    page.get_by_text("通知补正", exact=True).first.click()
    page.get_by_label("补正期限").fill((TODAY + timedelta(days=9)).isoformat())
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"application-{width}.png", full_page=True)
    page.get_by_role("button", name="通知补正").click()
    expect(page.locator("main")).to_contain_text("收到申请之日起7个工作日内")
    expect(page.locator(".facts")).to_contain_text("待补正")
    assert fits(page)
    page.get_by_role("link", name="← 依申请公开").click()
    expect(page.locator("tbody")).to_contain_text("待补正")
    page.get_by_text("登记复议或诉讼").click()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"applications-{width}.png", full_page=True)
    assert fits(page)
