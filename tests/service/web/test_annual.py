"""年度报告 in the workbench: read by all, filled in by the town, taken away as a draft until every check holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from core.clock import local_date, now

SHOTS = os.environ.get("TOWNWATCH_SHOTS")
YEAR = local_date(now()).year
ENTERED = {
    "normative_made": "1", "normative_repealed": "0", "normative_in_force": "4", "licences": "31", "penalties": "2", "coercions": "0",
    "fees": "0", "processing_fee": "0", "section_5": "更新不够及时。", "meetings": "6", "trainings": "3",
}


@pytest.fixture
def path(town_id: str) -> str:
    return f"/towns/{town_id}/annual/{YEAR}"


def test_it_is_filled_in_and_then_passes(client: Callable[[str], Any], path: str) -> None:
    clerk = client("clerk")
    before = clerk.get(path)
    assert "核对不通过" in before.text and "C7 表二" in before.text and "未填写" in before.text
    assert "草稿" in unquote(clerk.get(f"{path}/docx").headers["content-disposition"])
    wrong = clerk.post(path, ENTERED | {"meetings": "六"})
    assert wrong.status_code == 422 and "应为不小于0的整数" in wrong.text and 'value="六"' in wrong.text
    assert clerk.post(path, ENTERED).status_code == 303
    after = clerk.get(path)
    assert "全部通过" in after.text and "会议6次" in after.text
    assert "草稿" not in unquote(clerk.get(f"{path}/docx").headers["content-disposition"])
    data = json.loads(clerk.get(f"{path}/json").content)
    assert data["passed"] and data["figures"]["published"]["total"] > 0
    assert clerk.post(path, {"meetings": ""}).status_code == 303
    left = json.loads(clerk.get(f"{path}/json").content)
    assert (left["figures"]["meetings"], left["figures"]["trainings"]) == (None, 3), "what a form does not carry stays"


def test_who_may(client: Callable[[str], Any], path: str) -> None:
    assert client("supervisor").get(path).status_code == 200
    for role in ("supervisor", "reader", "technician"):
        assert client(role).post(path, ENTERED).status_code == 403
    clerk = client("clerk")
    for nothing in (path.replace(str(YEAR), "2007"), path.replace(str(YEAR), str(YEAR + 1)), f"{path}/exe"):
        assert clerk.get(nothing).status_code == 404


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_read_in_a_browser(
    page_as: Callable[..., Page], base_url: str, town_id: str, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "clerk", width, javascript=False)
    page.goto(f"{base_url}/towns/{town_id}/reports")
    page.get_by_role("link", name=f"{YEAR}年", exact=True).click()
    for key, value in ENTERED.items():
        page.locator(f"[name={key}]").fill(value)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("全部通过")
    page.wait_for_load_state("load")
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"annual-{width}.png", full_page=True)
    assert fits(page)
