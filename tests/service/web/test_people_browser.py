"""Set-up, sign-in, accounts and the log in a real browser, at the width of a desk and of a phone, with and without
JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.clock import now
from service.web.security.setup_code import new_code
from service.web.workbench import Workbench
from store.database import open_store

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
Shot = Callable[[Page, str], Path]


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day is needed here."""
    return bare_store


@WIDTHS
def test_set_up_and_first_accounts(
    page_as: Callable[..., Page], bench: Workbench, serve_bench: Callable[[Workbench], str], shot: Shot, tmp_path: Path,
    width: int,
) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    empty = replace(bench, engine=engine, var=tmp_path / "var")
    code = new_code(empty.var, now())
    page = page_as(serve_bench(empty), None, width)
    page.get_by_label("设置码").fill(code)
    page.get_by_label("用户名").fill("zhangsan")
    page.get_by_label("姓名").fill("张三")
    page.get_by_label("密码", exact=False).first.fill("mountain-river")
    page.get_by_label("再输一次密码").fill("mountain-river")
    shot(page, "set_up")
    page.get_by_role("button", name="建立账号并登录").click()
    page.get_by_label("用户名").fill("lisi")
    page.get_by_label("姓名").fill("李四")
    page.get_by_label("角色").select_option("clerk")
    page.get_by_label("全部乡镇").check()
    page.get_by_label("对应的工作人员").select_option("clerk")
    page.get_by_role("button", name="新增账号").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    shot(page, "users")
    page.get_by_role("link", name="lisi").click()
    expect(page.get_by_role("heading", name="密码与停用")).to_be_visible()
    shot(page, "user")
    page.get_by_role("button", name="停用账号").click()
    expect(page.get_by_text("账号已修改")).to_be_visible()
    expect(page.get_by_text("已停用")).to_be_visible()
    engine.dispose()


@WIDTHS
@pytest.mark.parametrize("javascript", [True, False])
def test_sign_in_and_out(
    page_as: Callable[..., Page], two_towns: Workbench, serve_bench: Callable[[Workbench], str], shot: Shot,
    width: int, javascript: bool,
) -> None:
    page = page_as(serve_bench(two_towns), None, width, javascript=javascript)
    page.get_by_label("用户名").fill("technician")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不对")
    shot(page, "sign_in")
    page.get_by_label("密码").fill("horse-battery-staple")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="各乡镇")).to_be_visible()
    shot(page, "towns")
    for link, heading in [("操作日志", "操作日志"), ("接口令牌", "接口令牌"), ("修改密码", "修改密码")]:
        page.locator("summary").first.click()
        shot(page, "menu")
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        shot(page, heading)
    page.locator("summary").first.click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_text("已退出登录")).to_be_visible()


@WIDTHS
def test_every_control_has_a_name_and_can_be_reached(
    page_as: Callable[..., Page], base_url: str, width: int
) -> None:
    page = page_as(base_url, "technician", width)
    nameless = """() => [...document.querySelectorAll('input:not([type=hidden], [hidden]), select, textarea, button, a')]
        .filter(e => !(e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label'))).map(e => e.outerHTML)"""
    for path in ("/users", "/users/clerk", "/tokens", "/audit", "/password"):
        page.goto(base_url + path)
        found: Any = page.evaluate(nameless)
        assert found == [], path
