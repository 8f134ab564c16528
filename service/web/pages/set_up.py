"""The first account, made by whoever can read the machine's terminal."""

from __future__ import annotations

from datetime import datetime

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from core.errors import TownwatchError
from service.accounts import Wanted, add_user
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted
from service.web.rendering import AnyRequest, render, see_other
from service.web.security import attempts
from service.web.security.address import address_of
from service.web.security.audit import record_change
from service.web.security.sessions import session_cookie, start_session
from service.web.security.setup_code import code_is_right, use_up
from service.web.workbench import Workbench
from store import people, sign_ins
from store.database import Connection, transaction

TRIED = "（初始设置）"
"""The name under which tries of the code are counted: no username can be this."""


@get("/set-up", sync_to_thread=True, opt={"open": True})
def form_page(request: AnyRequest, bench: Bench) -> Template:
    """The form, only while there is no account."""
    with bench.engine.connect() as connection:
        _still_empty(connection)
    return _page(request)


@post("/set-up", sync_to_thread=True, opt={"open": True})
def set_up(request: AnyRequest, bench: Bench, form: Posted) -> Template | Redirect:
    """Make the first technician and sign in."""
    now = bench.clock()
    try:
        _try_code(bench, request, form, now)
        secret = _first_account(bench, request, form, now)
    except TownwatchError as error:
        typed = {"username": form.maybe("username"), "name": form.maybe("name")}
        return _page(request, refusal=str(error), status=422, **typed)
    use_up(bench.var)
    answer = see_other("/users")
    answer.cookies.append(session_cookie(secret, bench.service.settings.workbench.https))
    return answer


def _try_code(bench: Workbench, request: AnyRequest, form: Form, now: datetime) -> None:
    address = address_of(request, bench.service.settings.workbench.proxies)
    with transaction(bench.engine) as connection:
        _still_empty(connection)
        sign_ins.lock(connection)
        failures = sign_ins.failures_of_address(connection, address, now - attempts.BY_USERNAME.window)
        if left := attempts.wait(failures, now, attempts.BY_USERNAME):
            raise FormError(f"设置码错误次数太多，请 {attempts.wait_text(left)}后再试")
        try_id = sign_ins.begin(connection, TRIED, address, now)
    if not code_is_right(bench.var, form.secret("code"), now):
        raise FormError("设置码不对或已过期；请在服务器上运行 townwatch user setup-code 取得新的设置码")
    with transaction(bench.engine) as connection:
        # The code was right; what may still be wrong with the form is no try of it.
        sign_ins.succeed(connection, try_id)


def _first_account(bench: Workbench, request: AnyRequest, form: Form, now: datetime) -> str:
    password = form.secret("password")
    if password != form.secret("again"):
        raise FormError("两次输入的密码不一样")
    wanted = Wanted(username=form.text("username", "用户名").lower(), name=form.text("name", "姓名"), role="technician")
    with transaction(bench.engine) as connection:
        people.lock(connection)
        _still_empty(connection)
        add_user(connection, bench.service, wanted, now, password)
        record_change(connection, wanted.username, request, "set_up", wanted.username)
        return start_session(connection, wanted.username, now, bench.service.settings.workbench)


def _still_empty(connection: Connection) -> None:
    if not people.is_empty(connection):
        raise NotFoundException


def _page(
    request: AnyRequest, *, refusal: str = "", username: str = "", name: str = "", status: int = 200
) -> Template:
    return render(request, "set_up.html", title="初始设置", refusal=refusal, username=username, name=name, status=status)


HANDLERS: list[HTTPRouteHandler] = [form_page, set_up]
