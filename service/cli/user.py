"""``townwatch user``: accounts of the workbench, from the machine itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from core.clock import Moment, local_text, now
from core.words import ROLES
from service import accounts
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, database_of, emit, grid, service_of, var_of
from service.web.security.sessions import new_token
from service.web.security.setup_code import LASTS, new_code
from store import audit, people
from store.database import Connection, Engine, open_store, transaction
from store.people import User

T = TypeVar("T")
BY = "（命令行）"
Username = Annotated[str, typer.Argument(metavar="USERNAME", help="用户名")]
Towns = Annotated[list[str] | None, typer.Option("--in", help="负责的乡镇 id，可多次；不写为全部乡镇")]
Role = Annotated[str, typer.Option("--role", help="角色：" + "、".join(f"{key}（{word}）" for key, word in ROLES.items()))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="工作台的账号：新增、停用、重置密码、接口令牌、初始设置码。", no_args_is_help=True)
    commands.command("list")(list_users)
    commands.command("setup-code")(setup_code)
    for command in (add, disable, enable, password, token):
        commands.command()(command)
    app.add_typer(commands, name="user")


def list_users(
    _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """列出账号。"""
    engine = _store(database)
    with engine.connect() as connection:
        found = people.list_users(connection)
    engine.dispose()
    if as_json:
        emit({"users": [_json(user) for user in found]})
        return
    table = grid("用户名", "姓名", "角色", "乡镇", "状态", "建立")
    for user in found:
        state = "已停用" if user.disabled else "待改初始密码" if user.password_is_given else "正常"
        table.add_row(user.username, escape(user.name), ROLES[user.role], "、".join(user.towns) or "全部", state,
                      local_text(user.created_at))
    Console().print(table if found else "还没有账号。第一个账号：townwatch user add，或打开工作台作初始设置。")


def add(
    username: Username, name: Annotated[str, typer.Option("--name", help="姓名")], role: Role, towns: Towns = None,
    staff: Annotated[str | None, typer.Option("--staff", help="对应 staff.toml 中的 id")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """新增账号；生成的初始密码只显示这一次，本人首次登录时须修改。"""
    service, at = service_of(config), now()
    wanted = accounts.Wanted(username=username.lower(), name=name, role=role, towns=tuple(towns or ()), staff=staff)
    detail = {"name": name, "role": role, "towns": list(wanted.towns), "staff": staff}
    made = _change(database, "user_add", wanted.username, detail,
                   lambda connection: accounts.add_user(connection, service, wanted, at))
    _tell_password(wanted.username, made, as_json)


def disable(
    username: Username, _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """停用账号，已有的登录立即退出。"""
    _change(database, "user_disable", username, {}, lambda connection: accounts.set_disabled(connection, username, True))
    _tell_state(username, "已停用", as_json)


def enable(
    username: Username, _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """重新启用账号。"""
    _change(database, "user_enable", username, {}, lambda connection: accounts.set_disabled(connection, username, False))
    _tell_state(username, "已启用", as_json)


def password(
    username: Username, _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """重置密码；生成的初始密码只显示这一次，登录失败的锁定一并解除。"""
    made = _change(database, "password_reset", username, {},
                   lambda connection: accounts.reset_password(connection, username))
    _tell_password(username, made, as_json)


def token(
    username: Username, label: Annotated[str, typer.Option("--label", help="用途")],
    days: Annotated[int, typer.Option("--days", min=0, help="有效天数，0 为长期")] = 90,
    _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """新建接口令牌，权限同该账号；只显示这一次。"""
    at = now()
    until = at + timedelta(days=days) if days else None

    def make(connection: Connection) -> tuple[str, str]:
        accounts.existing(connection, username)
        made, secret = new_token(connection, username, label, at, until)
        return made.id, secret

    token_id, secret = _change(database, "token_add", username, {"label": label, "days": days}, make)
    if as_json:
        emit({"id": token_id, "token": secret, "expires_at": Moment(until) if until else None})
    else:
        typer.echo(f"令牌 {token_id}（只显示这一次）：{secret}")


def setup_code(_: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """生成初始设置码：还没有账号时，用它在工作台建立第一个账号。"""
    engine = _store(database)
    with engine.connect() as connection:
        first = people.is_empty(connection)
    engine.dispose()
    if not first:
        raise accounts.AccountError("已经有账号，不需要初始设置；新增账号请用 townwatch user add")
    code = new_code(var_of(database), now())
    if as_json:
        emit({"code": code, "hours": LASTS.total_seconds() / 3600})
    else:
        typer.echo(f"初始设置码：{code}  （24 小时内有效，在工作台的 /set-up 页面使用）")


def _store(database: str | None) -> Engine:
    """Accounts are of no one town, whatever town was asked for."""
    return open_store(database_of(database))


def _change(
    database: str | None, action: str, subject: str, detail: dict[str, Any], change: Callable[[Connection], T]
) -> T:
    """A change and its entry in the audit log, in one transaction."""
    engine = _store(database)
    with transaction(engine) as connection:
        result = change(connection)
        audit.add(connection, audit.Entry(
            at=now(), who=BY, action=action, subject=subject, town=None, detail=detail, address=""
        ))
    engine.dispose()
    return result


def _tell_password(username: str, made: str, as_json: bool) -> None:
    if as_json:
        emit({"username": username, "password": made})
    else:
        typer.echo(f"账号 {username} 的初始密码（只显示这一次）：{made}")


def _tell_state(username: str, state: str, as_json: bool) -> None:
    if as_json:
        emit({"username": username, "state": state})
    else:
        typer.echo(f"账号 {username} {state}。")


def _json(user: User) -> dict[str, Any]:
    return {
        "username": user.username, "name": user.name, "role": user.role, "towns": list(user.towns), "staff": user.staff,
        "disabled": user.disabled, "password_given": user.password_is_given, "created_at": Moment(user.created_at),
    }
