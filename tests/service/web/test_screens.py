"""公开目录, 问题清单, 来源, 通知, 报表 over a real server and in a real browser."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import Page, expect

from core.clock import local_date
from core.nouns import Delivery, DeliveryStatus, Finding, Severity
from service.web.pages.reports import document_policy
from service.web.workbench import Workbench
from store import acknowledgements, audit, deliveries, findings, jobs
from store.database import transaction

SHOTS = os.environ.get("TOWNWATCH_SHOTS")
WIDTHS = [1280, 390]


def go(page: Page, section: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=section, exact=True).click()
    page.wait_for_load_state()


def shoot(page: Page, name: str, width: int) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


@pytest.fixture
def fits(fits: Callable[[Page], bool]) -> Callable[[Page], bool]:
    """After a form the text is there before the style is: measured once both are."""
    def loaded(page: Page) -> bool:
        page.wait_for_load_state("load")
        return fits(page)

    return loaded


@pytest.fixture
def finding(bench: Workbench, town_id: str) -> Finding:
    with bench.town_engine(town_id).connect() as connection:
        return next(f for f in findings.open_findings(connection) if f.rule_id.startswith("column."))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_late_column_and_its_reason(
    page_as: Callable[..., Page], base_url: str, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "clerk", width)
    go(page, "公开目录")
    shoot(page, "catalogue", width)
    assert fits(page)
    page.get_by_label("状态").select_option("overdue")
    page.get_by_role("button", name="查看").click()
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("已超过3个月期限")
    expect(page.locator("tbody tr").first).to_be_visible()
    shoot(page, "column", width)
    assert fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_finding_is_handled(
    page_as: Callable[..., Page], base_url: str, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "clerk", width)
    go(page, "问题清单")
    shoot(page, "findings", width)
    assert fits(page)
    page.locator("tbody a").first.click()
    page.get_by_label("处理方式").select_option("accepted")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_have_text("请填写暂缓到哪一天")
    page.get_by_label("暂缓到").fill((local_date_of(page) + timedelta(days=30)).isoformat())
    page.get_by_label("说明").fill("等县财政批复后公开")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_have_text("处理情况已记下。")
    expect(page.locator(".facts")).to_contain_text("暂缓")
    shoot(page, "finding", width)
    page.get_by_role("button", name="撤销处理").click()
    expect(page.locator(".timeline")).to_contain_text("撤销处理")
    assert fits(page)


def test_every_finding_fits_a_phone(
    page_as: Callable[..., Page], bench: Workbench, base_url: str, town_id: str, fits: Callable[[Page], bool]
) -> None:
    with bench.town_engine(town_id).connect() as connection:
        known = [finding.fingerprint for finding in findings.open_findings(connection)]
    with transaction(bench.town_engine(town_id)) as connection:
        for each in known:
            findings.handle(connection, each, handling="fixed", until=None, event="fixed", who="clerk", note="x" * 200, at=bench.clock())
    page = page_as(base_url, "clerk", 390)
    wide = []
    for each in known:
        page.goto(f"{base_url}/towns/{town_id}/findings/{each}")
        if not fits(page):
            wide.append((page.title(), page.evaluate("[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))")))
    assert wide == []


def local_date_of(page: Page) -> Any:
    from core.clock import now

    return local_date(now())


@pytest.mark.parametrize("width", WIDTHS)
def test_a_source_is_looked_at_again(
    page_as: Callable[..., Page], base_url: str, asked: list[tuple[str, str]], fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "technician", width)
    go(page, "来源")
    shoot(page, "sources", width)
    assert fits(page)
    page.locator("tbody a[href*='/sources/']").first.click()
    page.get_by_role("button", name="重新采集").click()
    expect(page.get_by_role("status")).to_contain_text("已安排重新采集")
    assert len(asked) == 1
    shoot(page, "source", width)
    assert fits(page)
    page.get_by_role("link", name="← 来源").click()
    page.get_by_role("link", name="运行记录").click()
    shoot(page, "runs", width)
    assert fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_sent_and_the_digest(
    page_as: Callable[..., Page], base_url: str, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "leader", width)
    go(page, "通知")
    shoot(page, "deliveries", width)
    assert fits(page)
    page.locator("tbody a").first.click()
    expect(page.locator(".timeline")).to_contain_text("已送达")
    shoot(page, "delivery", width)
    go(page, "报表")
    shoot(page, "reports", width)
    assert fits(page)
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("月报")
    shoot(page, "digest", width)
    assert fits(page)


def test_a_recheck_that_waits_is_not_asked_twice(
    client: Callable[[str], Any], bench: Workbench, town_id: str, asked: list[tuple[str, str]]
) -> None:
    source = bench.town(town_id).all_sources[0][1].id
    with transaction(bench.engine) as connection:
        jobs.queue(connection, town=town_id, job="recheck", part=source, slot=bench.clock())
    answer = client("clerk").post(f"/towns/{town_id}/sources/{source}/recheck")
    assert answer.headers["location"].endswith("said=recheck_waiting") and asked == []
    assert client("reader").post(f"/towns/{town_id}/sources/{source}/recheck").status_code == 403


def test_handling_is_written_with_who_and_why(
    client: Callable[[str], Any], bench: Workbench, town_id: str, finding: Finding
) -> None:
    path = f"/towns/{town_id}/findings/{finding.fingerprint}/handle"
    clerk = client("clerk")
    assert clerk.post(path, {"what": "false_alarm"}).status_code == 422
    assert clerk.post(path, {"what": "false_alarm", "note": "栏目已并入其他栏目"}).status_code == 303
    with bench.town_engine(town_id).connect() as connection:
        after = findings.get(connection, finding.fingerprint)
        events = findings.events(connection, finding.fingerprint)
    assert after is not None and (after.handling, after.open) == ("false_alarm", True)
    assert (events[-1].event, events[-1].who, events[-1].note) == ("false_alarm", "clerk", "栏目已并入其他栏目")
    with bench.engine.connect() as connection:
        assert audit.list_entries(connection, limit=9, offset=0)[0].action == "finding_handle"


def test_what_was_given_up_is_sent_again(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    engine = bench.town_engine(town_id)
    with transaction(engine) as connection:
        delivery = deliveries.list_deliveries(connection)[0]
        connection.exec_driver_sql("UPDATE deliveries SET status = 'dead', error = '渠道已停用'")
    clerk, path = client("clerk"), f"/towns/{town_id}/deliveries/{delivery.id}"
    assert "渠道已停用" in clerk.get(f"/towns/{town_id}/deliveries").text and "再次发送" in clerk.get(path).text
    assert clerk.post(f"{path}/resend").status_code == 303
    with engine.connect() as connection:
        again = deliveries.get(connection, delivery.id)
    assert again is not None and (again.status, again.attempts) == (DeliveryStatus.PENDING, 0)


def told_of_something_open(bench: Workbench, town_id: str) -> Delivery:
    """A message with something in it that is not overdue and may be silenced."""
    with bench.town_engine(town_id).connect() as connection:
        return next(
            delivery for delivery in deliveries.list_deliveries(connection)
            if any(line.state == "open" and line.severity is not Severity.VETO for line in delivery.items)
        )


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_told_is_acknowledged_and_silenced(
    page_as: Callable[..., Page], bench: Workbench, base_url: str, town_id: str, fits: Callable[[Page], bool], width: int
) -> None:
    delivery = told_of_something_open(bench, town_id)
    page = page_as(base_url, "clerk", width)
    page.goto(f"{base_url}/towns/{town_id}/deliveries/{delivery.id}")
    page.get_by_role("button", name="收到", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已确认收到")
    expect(page.get_by_role("cell", name="已收到").first).to_be_visible()
    page.get_by_text("静音一个事项").click()
    page.get_by_label("静音到").fill((local_date_of(page) + timedelta(days=40)).isoformat())
    page.get_by_label("理由").fill("等县里统一安排")
    page.get_by_role("button", name="静音", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("静音的日期应在明天与30天之内")
    shoot(page, "silence", width)
    assert fits(page)
    page.get_by_label("静音到").fill((local_date_of(page) + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="静音", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已静音。")
    expect(page.locator("tbody")).to_contain_text("等县里统一安排")
    shoot(page, "delivery-answered", width)
    assert fits(page)
    page.locator("tr", has_text="等县里统一安排").get_by_role("button", name="恢复提醒").click()
    expect(page.get_by_role("status")).to_have_text("已恢复提醒。")
    expect(page.locator("tbody")).not_to_contain_text("等县里统一安排")


def test_answers_are_kept_with_who_and_only_about_what_was_told(
    client: Callable[[str], Any], bench: Workbench, town_id: str
) -> None:
    delivery = told_of_something_open(bench, town_id)
    path = f"/towns/{town_id}/deliveries/{delivery.id}"
    line, leader = delivery.items[0], client("leader")
    assert leader.post(f"{path}/ack").status_code == 303
    with bench.town_engine(town_id).connect() as connection:
        given = acknowledgements.of_items(connection, delivery.recipient, [(line.kind, line.id)])
    assert [(each.recipient, each.who, each.until) for each in given] == [(delivery.recipient, "leader", None)]
    until = (local_date(bench.clock()) + timedelta(days=3)).isoformat()
    for item, said in (("finding:ffffffffffffffff", "这条通知里没有这个事项"), ("", "请填写事项"), ("x", "没有这个事项")):
        refused = leader.post(f"{path}/silence", {"item": item, "until": until, "note": "x"})
        assert (refused.status_code, said in refused.text) == (422, True)
    assert leader.post(f"{path}/speak-again", {"item": f"{line.kind}:{line.id}"}).status_code == 303
    assert leader.post(f"{path}/speak-again", {"item": f"{line.kind}:{line.id}"}).status_code == 422
    for action in ("ack", "silence", "speak-again"):
        assert client("reader").post(f"{path}/{action}").status_code == 403
        assert leader.post(f"/towns/{town_id}/deliveries/none/{action}").status_code == 404
    with bench.engine.connect() as connection:
        logged = [entry.action for entry in audit.list_entries(connection, limit=20, offset=0)]
    assert [action for action in logged if action.startswith("delivery_")] == ["delivery_speak_again", "delivery_ack"]


def test_findings_are_searched_by_their_words(client: Callable[[str], Any], town_id: str, finding: Finding) -> None:
    clerk, path = client("clerk"), f"/towns/{town_id}/findings"
    assert f"/findings/{finding.fingerprint}" in clerk.get(path, params={"q": finding.title[3:9]}).text
    for nothing in ("没有这样的字", "%", "\x00%"):
        assert "没有符合条件的问题" in clerk.get(path, params={"q": nothing}).text
    page = clerk.get(f"{path}/{finding.fingerprint}").text
    assert finding.evidence["basis"] in page and "栏目应在规定期限内更新" in page


def test_the_preview_lets_in_its_own_style_and_nothing_else(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    month = local_date(bench.clock()).strftime("%Y-%m")
    policy = client("reader").get(f"/towns/{town_id}/reports/{month}").headers["content-security-policy"]
    assert "unsafe-inline" not in policy and "sandbox" in policy and "style-src 'sha256-" in policy
    assert "style-src 'none'" in document_policy("<p>none</p>")


def test_the_digest_is_taken_away(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    month = local_date(bench.clock()).strftime("%Y-%m")
    clerk, path = client("clerk"), f"/towns/{town_id}/reports/{month}"
    figures = json.loads(clerk.get(f"{path}/json").content)
    page = clerk.get(f"{path}/html")
    assert "月报" in page.text and page.headers["content-disposition"].startswith("attachment")
    document = Document(io.BytesIO(clerk.get(f"{path}/docx").content))
    assert "月报" in document.paragraphs[0].text
    cells = {row.cells[0].text: row.cells[1].text for row in document.tables[0].rows}
    assert cells["本月登记"] == str(figures["cases"]["registered"])
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{path}/xlsx").content))
    assert book.worksheets[0]["B4"].value == figures["cases"]["registered"]
    for wrong in (f"/towns/{town_id}/reports/2026-13", f"/towns/{town_id}/reports/2099-01", f"{path}/exe", f"/towns/{town_id}/reports/x"):
        assert clerk.get(wrong).status_code == 404


@pytest.mark.parametrize("path", [
    "catalogue/none", "findings/ffff", "findings/%00", "findings/..%2f", "sources/none", "deliveries/none", "deliveries/%00",
])
def test_what_is_not_there(client: Callable[[str], Any], town_id: str, path: str) -> None:
    assert client("clerk").get(f"/towns/{town_id}/{path}").status_code == 404


def test_vetoes_stand_first_and_a_finding_leads_to_where_it_is_set_right(
    client: Callable[[str], Any], bench: Workbench, town_id: str
) -> None:
    http, home = client("clerk"), f"/towns/{town_id}"
    today = http.get(f"{home}/").text
    assert today.index("单项否决，请立即处理") < today.index("<h2>交给我的舆情")
    with bench.town_engine(town_id).connect() as connection:
        found = {finding.rule_id: finding for finding in findings.open_findings(connection)}
    for rule, pages in {
        "item.missing": ("catalogue/items/", "catalogue/"), "page.text.link.hidden": ("records/",), "site.home_stale": ("sources",),
    }.items():
        finding = found[rule]
        text, name = http.get(f"{home}/findings/{finding.fingerprint}").text, finding.subject.partition(":")[2]
        assert all(f'href="{home}/{page}' in text for page in pages)
        if pages == ("records/",):
            assert f'href="{home}/findings/{finding.fingerprint}"' in http.get(f"{home}/{pages[0]}{name}").text
    # What the service itself names can be followed; what a page holds cannot.
    differs = http.get(f"{home}/findings/{found['page.contacts_differ'].fingerprint}").text
    assert "打开</a>）写的是" in differs
    # Of a page: where, what and what to do, place by place; in which column it stands; what is wrong in its title.
    leak = found["page.text.privacy.bank_account"]
    text = http.get(f"{home}/findings/{leak.fingerprint}").text
    assert leak.title.startswith("公开了银行账号：") and "所在栏目：" in text and f'href="{home}/catalogue/' in text
    assert all(f'data-label="怎样改">{place["advice"]}' in text for place in leak.evidence["places"])
    assert "<strong>怎么办：</strong>请在网页上注明发布时间。" in http.get(f"{home}/findings/{found['page.undated'].fingerprint}").text
    # 类型 narrows to one kind of content.
    narrowed = http.get(f"{home}/findings", params={"rule": "page.text.privacy."}).text
    assert leak.title in narrowed and found["page.undated"].title not in narrowed
