"""``townwatch user`` through the real command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.clock import local_date, now
from demo.configure import write_config
from demo.town import DemoTown
from service.accounts import AccountError
from service.cli import app
from service.web.security import passwords
from service.web.security.sessions import secret_hash
from service.web.security.setup_code import code_is_right
from store import audit, people, sessions
from store.database import open_store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with DemoTown(local_date(now())) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9")
    return tmp_path


def _run(place: Path, *arguments: str) -> Any:
    url = f"sqlite:///{place / 'townwatch.db'}"
    result = CliRunner().invoke(
        app, ["--config", str(place / "config"), "--database", url, "user", *arguments, "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_account_from_the_command_line(place: Path) -> None:
    code = _run(place, "setup-code")["code"]
    assert code_is_right(place, code, now())
    first = _run(place, "add", "Zhangsan", "--name", "张三", "--role", "clerk", "--in", "town", "--staff", "clerk")
    (listed,) = _run(place, "list")["users"]
    assert (listed["username"], listed["role"], listed["towns"], listed["password_given"]) == ("zhangsan", "clerk", ["town"], True)
    second = _run(place, "password", "zhangsan")
    assert first["password"] != second["password"]
    token = _run(place, "token", "zhangsan", "--label", "大屏", "--days", "7")
    _run(place, "disable", "zhangsan")
    engine = open_store(f"sqlite:///{place / 'townwatch.db'}")
    with engine.connect() as connection:
        assert people.password_hash(connection, "zhangsan") is None
        kept = sessions.find_token(connection, secret_hash(token["token"]))
        assert kept is not None
        assert kept.id == token["id"]
        done = [(entry.action, entry.who) for entry in audit.list_entries(connection, limit=9)]
    _run(place, "enable", "zhangsan")
    with engine.connect() as connection:
        assert passwords.verify(second["password"], people.password_hash(connection, "zhangsan"))
    engine.dispose()
    assert [action for action, _ in done] == ["user_disable", "token_add", "password_reset", "user_add"]
    assert {who for _, who in done} == {"（命令行）"}
    with pytest.raises(AccountError, match="已经有账号"):
        _run(place, "setup-code")
    with pytest.raises(AccountError, match="没有用户"):
        _run(place, "disable", "lisi")
