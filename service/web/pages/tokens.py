"""Tokens with which programs use the JSON API, each with the rights of one account."""

from __future__ import annotations

from datetime import datetime, timedelta

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.errors import TownwatchError
from service.web.forms import FormError
from service.web.inject import Bench, Posted, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission, covers
from service.web.security.sessions import new_token
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import people, sessions
from store.database import Connection, transaction
from store.people import User

PEOPLE = {"may": Permission.PEOPLE}
LASTS = {"30": "30 天", "90": "90 天", "365": "1 年", "": "长期（直到作废）"}


@get("/tokens", sync_to_thread=True, opt=PEOPLE)
def list_page(request: AnyRequest, bench: Bench, visitor: Who) -> Template:
    """The tokens of the accounts that the visitor manages."""
    return _page(request, bench, visitor)


@post("/tokens", sync_to_thread=True, opt=PEOPLE)
def add(request: AnyRequest, bench: Bench, visitor: Who, form: Posted) -> Template:
    """A new token, shown on this page and never again."""
    now = bench.clock()
    try:
        label, expires_at = form.text("label", "用途", longest=100), _expiry(form.maybe("days"), now)
        with transaction(bench.engine) as connection:
            user = _managed(connection, visitor).get(form.text("username", "账号"))
            if user is None or user.disabled:
                raise FormError("没有这个账号")
            token, secret = new_token(connection, user.username, label, now, expires_at)
            detail = {"username": user.username, "label": label, "days": form.maybe("days")}
            record_change(connection, visitor, request, "token_add", token.id, detail=detail)
    except TownwatchError as error:
        return _page(request, bench, visitor, refusal=str(error), status=422)
    return _page(request, bench, visitor, secret=secret)


@post("/tokens/{token_id:str}/revoke", sync_to_thread=True, opt=PEOPLE)
def revoke(request: AnyRequest, bench: Bench, visitor: Who, token_id: FromPath[str]) -> Redirect:
    """It is good for nothing from now on."""
    with transaction(bench.engine) as connection:
        token = sessions.get_token(connection, token_id)
        if token is None or token.username not in _managed(connection, visitor):
            raise NotFoundException
        sessions.revoke_token(connection, token_id, bench.clock())
        detail = {"username": token.username, "label": token.label}
        record_change(connection, visitor, request, "token_revoke", token_id, detail=detail)
    return see_other("/tokens", said="token_revoked")


def _expiry(days: str, now: datetime) -> datetime | None:
    if days not in LASTS:
        raise FormError("请选择有效期")
    return now + timedelta(days=int(days)) if days else None


def _managed(connection: Connection, visitor: Visitor) -> dict[str, User]:
    users = people.list_users(connection)
    return {user.username: user for user in users if covers(visitor.towns, frozenset(user.towns) or None)}


def _page(
    request: AnyRequest, bench: Workbench, visitor: Visitor, *, refusal: str = "", secret: str = "", status: int = 200
) -> Template:
    with bench.engine.connect() as connection:
        users = _managed(connection, visitor)
        tokens = [token for token in sessions.list_tokens(connection) if token.username in users]
    return render(
        request, "tokens.html", title="接口令牌", users=users, tokens=tokens, lasts=LASTS, now=bench.clock(),
        refusal=refusal, secret=secret, status=status,
    )


HANDLERS: list[HTTPRouteHandler] = [list_page, add, revoke]
