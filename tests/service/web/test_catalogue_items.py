"""公开目录 → 事项对应: what a clerk sees and decides there, what is kept of it, and the list for the county office."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.catalogue import ItemChoice
from monitor.catalogue.choices import with_choices
from service.web.workbench import Workbench
from store import audit, catalogue_choices
from store.database import transaction
from tests.service.web.conftest import Client

SHOTS = os.environ.get("TOWNWATCH_SHOTS")
ITEMS = "/towns/{}/catalogue/items"


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day has to be lived for this: names tell."""
    return bare_store


@pytest.fixture
def clerk(client: Callable[[str], Client]) -> Client:
    return client("clerk")


@pytest.fixture
def decided(bench: Workbench, town_id: str) -> Callable[[], dict[str, ItemChoice]]:
    def read() -> dict[str, ItemChoice]:
        with bench.town_engine(town_id).connect() as connection:
            return {choice.item: choice for choice in catalogue_choices.choices(connection)}

    return read


def test_all_states_and_the_reason_of_a_proposal(clerk: Client, town_id: str) -> None:
    page = clerk.get(ITEMS.format(town_id)).text
    for word in ("已对应", "待确认", "未对应", "不适用", "栏目名与事项名相同", "公务员招考由省、市公务员主管部门统一组织并公布", "法定主动公开"):
        assert word in page
    only = clerk.get(ITEMS.format(town_id) + "?state=unmatched").text
    assert "农田水利工程建设运营" in only and "政府信息公开年度报告</a>" not in only
    assert "没有符合条件的事项" in clerk.get(ITEMS.format(town_id) + "?q=没有这样的").text
    assert "事项对应" in clerk.get(f"/towns/{town_id}/catalogue").text


def test_what_is_certain_is_taken_at_once_and_only_what_the_page_showed(
    clerk: Client, town_id: str, decided: Callable[[], dict[str, ItemChoice]], bench: Workbench
) -> None:
    shown = re.findall(r'name="item" value="([^"]+)"', clerk.get(ITEMS.format(town_id)).text)
    certain = [each for each in dict.fromkeys(shown) if shown.count(each) == 2]  # In the form for all and in its own row.
    assert len(certain) >= 6 and "law.12.guide=xxgkzn" in certain
    answer = clerk.post(ITEMS.format(town_id), {"item": [*certain, "law.20.03=gone", "law.20.14=rsxx", "nothing=x"]})
    assert answer.status_code == 303 and "said=items_chosen" in answer.headers["location"]
    kept = decided()
    assert sorted(kept) == sorted(each.partition("=")[0] for each in certain), "a changed proposal, one not asked for, a stranger"
    assert kept["law.12.guide"].columns == ("xxgkzn",) and kept["law.12.guide"].who == "clerk"
    settings = with_choices(bench.town(town_id), kept.values())
    assert next(item for item in settings.items if item.id == "law.12.guide").columns == ("xxgkzn",)
    with bench.engine.connect() as connection:
        logged = audit.list_entries(connection, action="item_choose", limit=50)
    assert {entry.subject for entry in logged} == {f"item:{item}" for item in kept}
    assert {(entry.who, entry.town) for entry in logged} == {("clerk", town_id)}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "请选择这个事项怎样处理"),
    ({"what": "columns"}, "请至少选一个栏目"),
    ({"what": "columns", "columns": "elsewhere"}, "选中的栏目不在目录里"),
    ({"what": "columns", "columns": "ywjy"}, "已设为不适用"),
    ({"what": "not_applicable", "reason": "  "}, "请写明不适用的理由"),
    ({"what": "not_applicable", "reason": "长" * 501}, "理由最多 500 个字"),
    ({"what": "none", "owner": "stranger"}, "责任人不在人员名单里"),
]


def test_what_cannot_be_kept_is_refused_and_stays_typed(
    clerk: Client, town_id: str, decided: Callable[[], dict[str, ItemChoice]]
) -> None:
    for form, refusal in REFUSED:
        answer = clerk.post(ITEMS.format(town_id) + "/law.20.01", form)
        assert answer.status_code == 422 and refusal in answer.text, form
        assert form.get("reason", "") in answer.text
    assert decided() == {}


def test_a_decision_its_next_item_and_taking_it_back(
    clerk: Client, town_id: str, decided: Callable[[], dict[str, ItemChoice]], bench: Workbench
) -> None:
    path = ITEMS.format(town_id)
    form = {"what": "columns", "columns": ["zcwj", "tzgg"], "owner": "leader", "then": "next"}
    answer = clerk.post(f"{path}/law.20.01", form)
    assert answer.headers["location"].startswith(f"{path}/law.20.02?"), "the next that waits"
    assert (decided()["law.20.01"].columns, decided()["law.20.01"].owner) == (("zcwj", "tzgg"), "leader")
    page = clerk.get(f"{path}/law.20.01").text
    assert "分管领导" in page and "作出决定" in page and "已对应" in page
    clerk.post(f"{path}/law.20.01", {"what": "not_applicable", "reason": "由县司法局<b>统一</b>公开", "owner": "leader"})
    page = clerk.get(f"{path}/law.20.01").text
    assert "由县司法局&lt;b&gt;统一" in page and "<b>统一" not in page
    assert decided()["law.20.01"].columns == ("zcwj", "tzgg"), "what was chosen before is there again should it apply after all"
    clerk.post(f"{path}/law.20.01", {"what": "undo"})
    assert decided() == {}
    with bench.engine.connect() as connection:
        entries = audit.list_entries(connection, limit=3)
    assert [entry.action for entry in entries] == ["item_forget", "item_choose", "item_choose"]
    assert entries[1].detail["reason"] == "由县司法局<b>统一</b>公开"


def test_who_may_only_read_sees_no_button(client: Callable[[str], Client], town_id: str) -> None:
    for role in ("reader", "supervisor", "technician"):
        page = client(role).get(ITEMS.format(town_id)).text
        assert "逐项确认" not in page and "采用" not in page
        assert client(role).post(ITEMS.format(town_id) + "/law.20.01", {"what": "none"}).status_code == 403


def test_what_is_left_to_the_county(clerk: Client, town_id: str) -> None:
    path = ITEMS.format(town_id)
    clerk.post(f"{path}/law.20.01", {"what": "none"})  # A person said so: it is asked for, whatever was proposed.
    page = clerk.get(f"{path}-left").text
    for word in ("规范性文件", "农村土地承包经营权流转", "第二十一条", "县里答复", "霍山县漫水河镇"):
        assert word in page
    assert "公务员招考" not in page and "政府信息公开年度报告" not in page


def test_an_empty_catalogue_says_what_to_do(
    bench: Workbench, town_id: str, serve_bench: Callable[[Workbench], str], client_of: Callable[[str, str], Client]
) -> None:
    bench.service.towns[town_id] = bench.town(town_id).model_copy(update={"items": ()})
    page = client_of(serve_bench(bench), "clerk").get(ITEMS.format(town_id)).text
    assert "目录里还没有事项" in page and "preset apply" in page
    assert "没有要请县里确认的事项" in client_of(serve_bench(bench), "clerk").get(ITEMS.format(town_id) + "-left").text


def test_a_column_that_has_gone_since_counts_no_more(bench: Workbench, town_id: str, clerk: Client) -> None:
    choice = ItemChoice(item="law.20.01", columns=("gone",), owner="left", who="clerk", at=bench.clock())
    with transaction(bench.town_engine(town_id)) as connection:
        catalogue_choices.choose(connection, [choice])
    page = clerk.get(ITEMS.format(town_id) + "/law.20.01")
    assert page.status_code == 200 and "待确认" in page.text


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, False)])
def test_a_walk_through_the_items(
    page_as: Callable[..., Page], base_url: str, shot: Callable[[Page, str], Path], width: int, javascript: bool
) -> None:
    """On a desk with and on a telephone without JavaScript."""
    page = page_as(base_url, "clerk", width, javascript)
    page.get_by_role("link", name="公开目录").click()
    page.get_by_role("link", name="事项对应").click()
    keep(page, shot, f"items-{width}")
    page.get_by_role("button", name="采用把握大的").click()
    expect(page.get_by_role("status")).to_have_text("已采用。")
    page.get_by_role("link", name="逐项确认").click()
    expect(page.locator("h1")).to_contain_text("政府信息公开目录")
    page.get_by_label("网站上没有这个栏目").check()
    page.get_by_role("button", name="保存，看下一项").click()
    expect(page.locator("h1")).to_contain_text("规范性文件")
    keep(page, shot, f"item-{width}")
    page.get_by_label("本镇不适用").check()
    page.get_by_role("button", name="只保存").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明不适用的理由")
    page.get_by_label("不适用的理由").fill("由县司法局统一公开")
    page.get_by_label("责任人").select_option("leader")
    page.get_by_role("button", name="只保存").click()
    expect(page.locator(".facts")).to_contain_text("不适用")
    page.get_by_role("link", name="← 事项对应").click()
    page.get_by_role("link", name="打印没有栏目的").click()
    expect(page.locator("main")).to_contain_text("政府信息公开目录")
    keep(page, shot, f"left-{width}")


def keep(page: Page, shot: Callable[[Page, str], Path], name: str) -> None:
    path = shot(page, name)
    if SHOTS:
        path.replace(Path(SHOTS) / path.name)
