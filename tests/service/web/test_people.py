"""The first set-up, accounts, tokens and the log, over a real port."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from service.web.security.setup_code import new_code
from service.web.workbench import Workbench
from store import audit, people, sessions
from store.database import open_store, transaction

Make = Callable[[str | None], Any]
Serve = Callable[[Workbench], str]
NEW = {"username": "zhangsan", "name": "张三", "role": "clerk", "everywhere": "yes", "staff": "clerk"}


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day is needed here."""
    return bare_store


@pytest.fixture
def empty(bench: Workbench, tmp_path: Path) -> Any:
    """A workbench whose store has no account."""
    engine = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    yield replace(bench, engine=engine, var=tmp_path / "var")
    engine.dispose()


def _given(page: str) -> str:
    found = re.search(r"<code>([^<]+)</code>", page)
    assert found, page
    return found.group(1)


def _rows(page: str) -> int:
    return page.count('data-label="时间"')


def _log(bench: Workbench) -> list[audit.Entry]:
    with bench.engine.connect() as connection:
        return audit.list_entries(connection, limit=50)


def test_the_first_account_needs_the_code(empty: Workbench, serve_bench: Serve, client_of: Callable[..., Any]) -> None:
    visitor = client_of(serve_bench(empty), None)
    assert visitor.get("/sign-in").headers["location"] == "/set-up"
    form = {"username": "Zhangsan", "name": "张三", "password": "mountain-river", "again": "mountain-river"}
    assert "设置码不对" in visitor.post("/set-up", form | {"code": ""}).text
    code = new_code(empty.var, now())
    assert "两次输入的密码不一样" in visitor.post("/set-up", form | {"code": code, "again": "other"}).text
    assert "太常见" in visitor.post("/set-up", form | {"code": code, "password": "1234567890", "again": "1234567890"}).text
    done = visitor.post("/set-up", form | {"code": code})
    assert (done.status_code, done.headers["location"]) == (303, "/users")
    assert "张三" in visitor.get("/users").text, "signed in at once"
    with empty.engine.connect() as connection:
        user = people.get(connection, "zhangsan")
    assert user is not None
    assert (user.role, user.towns, user.password_is_given) == ("technician", (), False)
    assert [entry.action for entry in _log(empty)] == ["set_up"]


def test_there_is_no_second_set_up(empty: Workbench, serve_bench: Serve, client_of: Callable[..., Any]) -> None:
    visitor = client_of(serve_bench(empty), None)
    code = new_code(empty.var, now())
    form = {"code": code, "username": "first", "name": "一", "password": "mountain-river", "again": "mountain-river"}
    assert visitor.post("/set-up", form).status_code == 303
    again = client_of(serve_bench(empty), None)
    assert again.get("/set-up").status_code == 404
    assert again.post("/set-up", form | {"code": new_code(empty.var, now()), "username": "second"}).status_code == 404


def test_the_code_cannot_be_guessed_for_ever(empty: Workbench, serve_bench: Serve, client_of: Callable[..., Any]) -> None:
    visitor = client_of(serve_bench(empty), None)
    code = new_code(empty.var, now())
    form = {"username": "first", "name": "一", "password": "mountain-river", "again": "mountain-river"}
    answers = [visitor.post("/set-up", form | {"code": "AAAA"}).text for _ in range(5)]
    assert all("设置码不对" in answer for answer in answers)
    assert "错误次数太多" in visitor.post("/set-up", form | {"code": code}).text


def test_a_new_account_changes_its_password_first(client: Make, bench: Workbench) -> None:
    technician = client("technician")
    password = _given(technician.post("/users", NEW).text)
    person = client(None)
    assert person.sign_in("zhangsan", password).status_code == 303
    for path in ("/", "/towns", "/users"):
        assert person.get(path).headers["location"] == "/password"
    assert "别人给您的" in person.get("/password").text
    new = {"old": password, "new": "mountain-river", "again": "mountain-river"}
    assert person.post("/password", new).status_code == 303
    assert person.get("/").headers["location"] == "/towns/town/"
    entry = _log(bench)[-1 - [e.action for e in reversed(_log(bench))].index("user_add")]
    assert (entry.who, entry.subject, entry.detail["role"]) == ("technician", "zhangsan", "clerk")
    assert password not in str([entry.detail for entry in _log(bench)])


@pytest.mark.parametrize(("wrong", "said"), [
    ({"username": "Zhang San"}, "小写字母"),
    ({"username": "clerk"}, "已经有人用了"),
    ({"name": ""}, "请填写姓名"),
    ({"role": "king"}, "没有这种角色"),
    ({"everywhere": ""}, "请选择乡镇"),
    ({"everywhere": "", "towns": "elsewhere"}, "没有这个乡镇"),
    ({"staff": "nobody"}, "staff.toml"),
])
def test_what_no_account_may_be(client: Make, bench: Workbench, wrong: dict[str, str], said: str) -> None:
    answer = client("technician").post("/users", NEW | wrong)
    assert (answer.status_code, said in answer.text) == (422, True)
    with bench.engine.connect() as connection:
        assert len(people.list_users(connection)) == 5


def test_a_change_of_rights_ends_the_sessions(client: Make) -> None:
    technician, clerk = client("technician"), client("clerk")
    changed = technician.post("/users/clerk", {"name": "办事员", "role": "reader", "everywhere": "yes"})
    assert changed.status_code == 303
    assert clerk.get("/password").status_code == 303
    assert "只读查看" in technician.get("/users").text


def test_disable_enable_and_reset(client: Make) -> None:
    technician, clerk = client("technician"), client("clerk")
    assert technician.post("/users/clerk/disable").status_code == 303
    assert clerk.get("/password").status_code == 303
    assert client(None).sign_in("clerk").status_code == 422
    assert technician.post("/users/clerk/enable").status_code == 303
    locked = client(None)
    for _ in range(5):
        locked.sign_in("clerk", "wrong")
    password = _given(technician.post("/users/clerk/reset").text)
    assert client(None).sign_in("clerk", password).status_code == 303, "the lock is lifted, too"


def test_a_technician_cannot_shut_everybody_out(client: Make) -> None:
    technician = client("technician")
    assert technician.post("/users/technician/disable").status_code == 400
    only = technician.post("/users/technician", {"name": "技术", "role": "reader", "everywhere": "yes"})
    assert (only.status_code, "最后一个" in only.text) == (422, True)
    assert technician.get("/users").status_code == 200


def test_a_towns_technician_manages_that_town_only(
    two_towns: Workbench, serve_bench: Serve, client_of: Callable[..., Any]
) -> None:
    url = serve_bench(two_towns)
    everywhere = client_of(url, "technician")
    made = NEW | {"username": "local", "role": "technician", "everywhere": "", "towns": "other", "staff": ""}
    password = _given(everywhere.post("/users", made).text)
    local = client_of(url, None)
    local.sign_in("local", password)
    local.post("/password", {"old": password, "new": "mountain-river", "again": "mountain-river"})
    local.sign_in("local", "mountain-river")
    page = local.get("/users").text
    assert "other-clerk" in page
    assert ">clerk<" not in page
    assert local.get("/users/clerk").status_code == 404
    assert local.post("/users/clerk/reset").status_code == 404
    assert "只能设置您自己负责的乡镇" in local.post("/users", NEW | {"username": "x1"}).text
    assert "只能设置您自己负责的乡镇" in local.post("/users", NEW | {"username": "x1", "everywhere": "", "towns": "town"}).text
    assert "没有这个账号" in local.post("/tokens", {"label": "x", "username": "clerk", "days": "30"}).text
    assert _rows(local.get("/audit").text) == 0, "changes of no town are not of this town"


def test_a_token_is_shown_once_and_revoked(client: Make, bench: Workbench) -> None:
    technician = client("technician")
    secret = _given(technician.post("/tokens", {"label": "大屏", "username": "reader", "days": "30"}).text)
    assert secret.startswith("tw_")
    assert secret not in technician.get("/tokens").text
    with bench.engine.connect() as connection:
        (token,) = sessions.list_tokens(connection)
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - now() <= timedelta(days=30)
    stranger = client(None)
    with_token = {"authorization": f"Bearer {secret}"}
    assert stranger.get("/towns", headers=with_token).status_code == 303, "tokens are for the API alone"
    assert technician.post(f"/tokens/{token.id}/revoke").status_code == 303
    assert "已作废" in technician.get("/tokens").text
    assert technician.post("/tokens/nothing/revoke").status_code == 404


def test_the_log_is_filtered(client: Make, bench: Workbench) -> None:
    leader = client("leader")
    client("clerk")
    client(None).sign_in("clerk", "wrong")
    assert _rows(leader.get("/audit").text) == 3
    assert _rows(leader.get("/audit?who=Clerk").text) == 2
    assert _rows(leader.get("/audit?who=clerk&action=sign_in_failed").text) == 1
    assert _rows(leader.get("/audit?since=2999-01-01").text) == 0
    assert _rows(leader.get("/audit?until=2001-01-01").text) == 0
    assert leader.get("/audit?since=nonsense&page=%00").status_code == 200
    with transaction(bench.engine) as connection:
        for number in range(60):
            audit.add(connection, audit.Entry(
                at=now(), who="x", action="export", subject=f"n{number}", town="town", detail={}, address=""
            ))
    first = leader.get("/audit?who=x").text
    assert _rows(first) == 50
    assert 'href="/audit?who=x&amp;page=2"' in first
    assert _rows(leader.get("/audit?who=x&page=2").text) == 10


def test_hostile_names_stay_text(client: Make) -> None:
    technician = client("technician")
    name = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    page = technician.post("/users", NEW | {"name": name}).text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}" in page
