"""Changing one's own password."""

from __future__ import annotations

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from core.errors import TownwatchError
from service.accounts import set_password
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.sessions import session_cookie, start_session
from service.web.security.sign_in import check_password
from store.database import transaction


@get("/password", sync_to_thread=True, opt={"may": Permission.READ})
def form_page(request: AnyRequest) -> Template:
    """The form."""
    return _page(request)


@post("/password", sync_to_thread=True, opt={"may": Permission.READ})
def change(request: AnyRequest, bench: Bench, visitor: Who, form: Posted) -> Template | Redirect:
    """The old one, the new one twice; every other session ends and this one goes on under a new secret."""
    settings, now = bench.service.settings.workbench, bench.clock()
    try:
        new = _chosen(form)
        tried = check_password(bench, request, visitor.username, form.secret("old"))
        if tried.refusal:
            raise FormError(tried.refusal if tried.wait_seconds else "原密码不对")
        with transaction(bench.engine) as connection:
            set_password(connection, visitor.username, new, now)
            record_change(connection, visitor, request, "password_change", visitor.username)
            secret = start_session(connection, visitor.username, now, settings)
    except TownwatchError as error:
        return _page(request, refusal=str(error), status=422)
    answer = see_other("/", said="password")
    answer.cookies.append(session_cookie(secret, settings.https))
    return answer


def _chosen(form: Form) -> str:
    new = form.secret("new")
    if new != form.secret("again"):
        raise FormError("两次输入的新密码不一样")
    if new == form.secret("old"):
        raise FormError("新密码不能和原密码相同")
    return new


def _page(request: AnyRequest, *, refusal: str = "", status: int = 200) -> Template:
    return render(request, "password.html", title="修改密码", refusal=refusal, status=status)


HANDLERS: list[HTTPRouteHandler] = [form_page, change]
