"""Accounts: who may sign in, as what, and in which towns."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.errors import TownwatchError
from service import accounts
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission, covers
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import people
from store.database import Connection, transaction
from store.people import User

PEOPLE = {"may": Permission.PEOPLE}


@get("/users", sync_to_thread=True, opt=PEOPLE)
def list_page(request: AnyRequest, bench: Bench, visitor: Who) -> Template:
    """The accounts of the visitor's towns."""
    return _list(request, bench, visitor)


@post("/users", sync_to_thread=True, opt=PEOPLE)
def add(request: AnyRequest, bench: Bench, visitor: Who, form: Posted) -> Template:
    """A new account; its first password is shown on this page and never again."""
    try:
        wanted = _wanted(form, visitor, form.text("username", "用户名").lower())
        with transaction(bench.engine) as connection:
            password = accounts.add_user(connection, bench.service, wanted, bench.clock())
            record_change(connection, visitor, request, "user_add", wanted.username, detail=_detail(wanted))
    except TownwatchError as error:
        return _list(request, bench, visitor, refusal=str(error), form=form, status=422)
    return _list(request, bench, visitor, given=(wanted.username, password))


@get("/users/{username:str}", sync_to_thread=True, opt=PEOPLE)
def one_page(request: AnyRequest, bench: Bench, visitor: Who, username: FromPath[str]) -> Template:
    """One account."""
    with bench.engine.connect() as connection:
        user = _theirs(connection, visitor, username)
    return _one(request, bench, visitor, user)


@post("/users/{username:str}", sync_to_thread=True, opt=PEOPLE)
def change(
    request: AnyRequest, bench: Bench, visitor: Who, form: Posted, username: FromPath[str]
) -> Template | Redirect:
    """Name, role, towns, staff id."""
    with bench.engine.connect() as connection:
        user = _theirs(connection, visitor, username)
    try:
        wanted = _wanted(form, visitor, username)
        with transaction(bench.engine) as connection:
            _theirs(connection, visitor, username)
            before = accounts.change_user(connection, bench.service, wanted)
            detail = {"before": _detail(before), "after": _detail(wanted)}
            record_change(connection, visitor, request, "user_change", username, detail=detail)
    except TownwatchError as error:
        return _one(request, bench, visitor, user, refusal=str(error), status=422)
    return see_other("/users", said="user_changed")


@post("/users/{username:str}/{what:str}", sync_to_thread=True, opt=PEOPLE)
def act(request: AnyRequest, bench: Bench, visitor: Who, username: FromPath[str], what: FromPath[str]) -> Template | Redirect:
    """Disable, enable, or give a new password."""
    if what not in ("disable", "enable", "reset"):
        raise NotFoundException
    password = ""
    with transaction(bench.engine) as connection:
        user = _theirs(connection, visitor, username)
        if username == visitor.username:
            raise FormError("不能停用或重置自己的账号；修改自己的密码请用“修改密码”")
        if what == "reset":
            password = accounts.reset_password(connection, username)
            record_change(connection, visitor, request, "password_reset", username)
        else:
            accounts.set_disabled(connection, username, what == "disable")
            record_change(connection, visitor, request, f"user_{what}", username)
    if password:
        return _one(request, bench, visitor, user, given=(username, password))
    return see_other("/users", said="user_changed")


def _theirs(connection: Connection, visitor: Visitor, username: str) -> User:
    """An account that the visitor may see: one of towns that are all the visitor's."""
    user = people.get(connection, username)
    if user is None or not covers(visitor.towns, frozenset(user.towns) or None):
        raise NotFoundException
    return user


def _wanted(form: Form, visitor: Visitor, username: str) -> accounts.Wanted:
    towns = form.choices("towns")
    everywhere = form.maybe("everywhere") == "yes"
    if not towns and not everywhere:
        raise FormError("请选择乡镇，或选“全部乡镇”")
    if not covers(visitor.towns, None if everywhere else frozenset(towns)):
        raise FormError("只能设置您自己负责的乡镇")
    return accounts.Wanted(
        username=username, name=form.text("name", "姓名", longest=40), role=form.text("role", "角色"),
        towns=() if everywhere else towns, staff=form.maybe("staff") or None,
    )


def _detail(account: accounts.Wanted | User) -> dict[str, Any]:
    return {"name": account.name, "role": account.role, "towns": list(account.towns), "staff": account.staff}


def _choices(bench: Workbench, visitor: Visitor) -> dict[str, Any]:
    towns = [town for key, town in bench.service.towns.items() if visitor.may(Permission.PEOPLE, key)]
    staff = accounts.staff_ids(bench.service, [town.town.id for town in towns])
    return {"towns": towns, "staff": staff, "everywhere": visitor.towns is None}


def _list(
    request: AnyRequest, bench: Workbench, visitor: Visitor, *, refusal: str = "", form: Form | None = None,
    given: tuple[str, str] | None = None, status: int = 200,
) -> Template:
    with bench.engine.connect() as connection:
        found = [user for user in people.list_users(connection) if covers(visitor.towns, frozenset(user.towns) or None)]
    typed = form or Form({})
    return render(
        request, "users.html", title="账号", users=found, refusal=refusal, typed=typed, given=given, status=status,
        **_choices(bench, visitor),
    )


def _one(
    request: AnyRequest, bench: Workbench, visitor: Visitor, user: User, *, refusal: str = "",
    given: tuple[str, str] | None = None, status: int = 200,
) -> Template:
    return render(
        request, "user.html", title=f"账号 {user.username}", user=user, refusal=refusal, given=given, status=status,
        **_choices(bench, visitor),
    )


HANDLERS: list[HTTPRouteHandler] = [list_page, add, one_page, change, act]
