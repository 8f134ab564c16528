"""检查测评 over the demo town's day: every line leads to what it counts, on a screen, on a phone and as a file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from core.clock import local_date
from monitor.run import CheckReport, check
from service import inspections
from service.inspections import InspectionError, inspection_of, preset_of, quarter_end, quarter_of
from service.web.workbench import Workbench
from store import audit, findings
from store.database import transaction


def test_the_demo_towns_counters(bench: Workbench, town_id: str) -> None:
    settings, engine, at = bench.town(town_id), bench.town_engine(town_id), bench.clock()
    found = inspection_of(settings, engine, preset_of(settings, "national"), local_date(at), at)
    used = {count.counter.id: [each.title for each in count.subjects] for count in found.veto}
    assert {"回应关切", "财政专项资金管理和使用"} <= set(used["W4-2"]) and "建议提案办理" in used["W4-3"]
    assert not set(used["W4-2"]) & {*used["W4-1"], *used["W4-3"]}
    # B04: older than what opens a case, unanswered all the same.
    assert "自来水经常停水" in used["W5"] and "感谢漫水河镇干部帮忙" not in used["W5"]
    quarter = inspection_of(settings, engine, preset_of(settings, "quarter"), local_date(at), at)
    said = {count.counter.id: count.used for count in quarter.items}
    assert said["Q1-2"] == 1 and said["Q1-5"] >= 4 and said["Q1-4"] >= 1 and said["Q2-1"] >= 2
    # The same day again as a day past: told from the store, and before the first look nothing is known.
    tomorrow = at + timedelta(days=1)
    again = inspection_of(settings, engine, preset_of(settings, "national"), local_date(at), tomorrow)
    told = {c.counter.id: [s.title for s in c.subjects] for c in again.veto}
    assert [told[name] for name in ("W4-1", "W4-2", "W4-3", "W5")] == [used[name] for name in ("W4-1", "W4-2", "W4-3", "W5")]
    before = inspection_of(settings, engine, preset_of(settings, "quarter"), local_date(at) - timedelta(days=40), at)
    assert {count.state for count in before.items} == {"cannot_judge"}
    with pytest.raises(InspectionError):
        inspection_of(settings, engine, preset_of(settings, "quarter"), local_date(at) + timedelta(days=1), at)


def test_a_day_past_is_judged_once_until_something_changes(bench: Workbench, town_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, engine, at = bench.town(town_id), bench.town_engine(town_id), bench.clock()
    asked: list[date] = []

    def counted(*args: Any, **given: Any) -> CheckReport:
        asked.append(given["as_of"])
        return check(*args, **given)

    monkeypatch.setattr(inspections, "check", counted)
    day, national = local_date(at) - timedelta(days=1), preset_of(settings, "national")
    first = inspection_of(settings, engine, national, day, at)
    assert inspection_of(settings, engine, national, day, at + timedelta(minutes=5)) == first
    inspection_of(settings, engine, preset_of(settings, "quarter"), day, at)
    assert asked == [day], "another preset of the same day, or a second look, judged all again"
    other = day - timedelta(days=1)
    inspection_of(settings, engine, national, other, at)
    inspection_of(settings.model_copy(), engine, national, day, at)
    assert asked == [day, other, day], "another day and another configuration are judged"
    with transaction(engine) as connection:
        finding = findings.open_findings(connection)[0]
        findings.add_event(connection, finding.fingerprint, "note", at + timedelta(hours=1), who="clerk", note="x")
    inspection_of(settings, engine, national, day, at)
    assert len(asked) == 4, "what was said since was not looked at"


def test_quarters() -> None:
    assert [str(quarter_end(text)) for text in ("2026Q1", "2026Q2", "2026Q3", "2026q4")] == [
        "2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    assert quarter_of(quarter_end("2026Q4")) == "2026Q4"
    with pytest.raises(InspectionError):
        quarter_end("2026Q5")


def test_pages_files_and_what_is_refused(client: Callable[..., Any], bench: Workbench, town_id: str) -> None:
    reader, clerk, home = client("reader"), client("clerk"), f"/towns/{town_id}/inspection"
    page = reader.get(f"{home}/national")
    assert page.status_code == 200 and re.search(r"[1-9]/10个栏目", page.text) and "分值未核实" in page.text and "下载表格" not in page.text
    assert f'href="/towns/{town_id}/catalogue/' in page.text and f'href="/towns/{town_id}/findings/' in page.text
    assert reader.get(f"{home}/nothing").status_code == 404
    for query in ("as_of=2999-01-01", "as_of=0001-01-01", "as_of=x", "quarter=2026Q9"):
        answer = reader.get(f"{home}/quarter?{query}")
        assert answer.status_code == 200 and 'role="alert"' in answer.text
    assert reader.get(f"{home}/national/xlsx").status_code == 403
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{home}/national/xlsx").content))
    rows = list(book["明细"].iter_rows(values_only=True))
    assert any(row[0] == "W4-3" and row[2] == "建议提案办理" and row[5] == "办事员" for row in rows)
    with bench.engine.connect() as connection:
        assert any(entry.subject.startswith("inspection:national") for entry in audit.list_entries(connection, limit=5))


def test_a_county_sees_its_towns_and_the_sum(two_towns: Workbench, client_of: Callable[..., Any], serve_bench: Callable[[Workbench], str]) -> None:
    url = serve_bench(two_towns)
    page = client_of(url, "supervisor").get("/inspection").text
    assert "漫水河镇" in page and "东西溪乡" in page and re.search(r">[1-9]/10<", page) and "个乡镇无法判断" in page
    assert 'href="/inspection"' in client_of(url, "supervisor").get("/towns").text
    other = client_of(url, "other-clerk").get("/inspection").text
    assert "东西溪乡" in other and "漫水河镇" not in other


@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_reports_to_a_counted_column(page_as: Callable[..., Page], base_url: str, shot: Callable[[Page, str], Path], width: int) -> None:
    page = page_as(base_url, "clerk", width)
    page.get_by_role("navigation").get_by_role("link", name="报表", exact=True).click()
    page.get_by_role("link", name="国办检查指标").click()
    shot(page, f"inspection-{width}")
    page.get_by_role("link", name="建议提案办理").first.click()
    expect(page.locator("h1")).to_contain_text("建议提案办理")
    page.go_back()
    page.get_by_role("link", name="季度测评").click()
    shot(page, f"quarter-{width}")
