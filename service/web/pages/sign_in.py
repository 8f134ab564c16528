"""Signing in and out."""

from __future__ import annotations

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from service.web.inject import Bench, Posted, Who
from service.web.rendering import AnyRequest, render, safe_path, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.sessions import cookie_name, secret_hash, session_cookie
from service.web.security.sign_in import check_password, start
from store import people, sessions
from store.database import transaction


@get("/sign-in", sync_to_thread=True, opt={"open": True})
def form_page(request: AnyRequest, bench: Bench) -> Template | Redirect:
    """The form; before there is any account, the set-up."""
    with bench.engine.connect() as connection:
        if people.is_empty(connection):
            return see_other("/set-up")
    return _page(request, safe_path(request.query_params.get("next")))


@post("/sign-in", sync_to_thread=True, opt={"open": True})
def sign_in(request: AnyRequest, bench: Bench, form: Posted) -> Template | Redirect:
    """One try."""
    https = bench.service.settings.workbench.https
    username, goal = form.maybe("username", "用户名", longest=60).lower(), safe_path(form.maybe("next", longest=2000))
    tried = check_password(bench, request, username, form.secret("password"))
    if tried.refusal:
        page = _page(request, goal, username=username, refusal=tried.refusal, status=429 if tried.wait_seconds else 422)
        if tried.wait_seconds:
            page.headers["Retry-After"] = str(tried.wait_seconds)
        return page
    old_secret = request.cookies.get(cookie_name(https))
    secret = start(bench, request, username, form.secret("password"), tried, old_secret)
    answer = see_other(goal)
    answer.cookies.append(session_cookie(secret, https))
    return answer


@post("/sign-out", sync_to_thread=True, opt={"may": Permission.READ})
def sign_out(request: AnyRequest, bench: Bench, visitor: Who) -> Redirect:
    """The session ends, here and in the store."""
    https = bench.service.settings.workbench.https
    with transaction(bench.engine) as connection:
        sessions.end(connection, secret_hash(request.cookies.get(cookie_name(https), "")))
        record_change(connection, visitor, request, "sign_out")
    answer = see_other("/sign-in", said="signed_out")
    answer.cookies.append(session_cookie("", https))
    return answer


def _page(request: AnyRequest, goal: str, *, username: str = "", refusal: str = "", status: int = 200) -> Template:
    return render(request, "sign_in.html", title="登录", goal=goal, username=username, refusal=refusal, status=status)


HANDLERS: list[HTTPRouteHandler] = [form_page, sign_in, sign_out]
