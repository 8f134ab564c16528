"""The one guard of the app: who is asking, is it a change that they meant, and may they."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from core.errors import TownwatchError
from service.web.security import csrf
from service.web.security.hosts import host_is_ours
from service.web.security.rights import Permission, in_town
from service.web.security.sessions import visitor_by_cookie, visitor_by_token
from service.web.security.visitor import Visitor
from service.web.uploads import read_posted
from service.web.workbench import Workbench

API = "/api/"
PASSWORD = ("/password", "/sign-out")
STRANGE_HOST = "不认识这个网址。如果它确实是工作台的网址，请技术人员把域名写进 service.toml 的 [workbench] hosts"


class Elsewhere(TownwatchError):
    """The visitor has to go to another page first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse, or leave the visitor in the request's state. A route that says neither ``may`` nor ``open`` is closed."""
    bench: Workbench = connection.app.state["bench"]
    if not host_is_ours(connection.headers.get("host", ""), bench.service.settings.workbench.hosts):
        raise PermissionDeniedException(STRANGE_HOST)
    unsafe = connection.scope.get("method", "") not in csrf.SAFE_METHODS
    if unsafe and not _same_origin(connection):
        raise PermissionDeniedException("请从工作台自己的页面提交")
    if handler.opt.get("open"):
        return
    permission = handler.opt.get("may")
    if not isinstance(permission, Permission):
        raise NotFoundException
    visitor = await run_sync(_visitor, bench, connection)
    if visitor is None:
        _turn_away(connection)
    else:
        connection.scope.setdefault("state", {})["visitor"] = visitor
        if unsafe and visitor.via == "session":
            await _meant(visitor, connection, handler)
        _permitted(bench, visitor, permission, connection)


def _same_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    headers = connection.headers
    return csrf.same_origin(headers.get("host", ""), headers.get("origin"), headers.get("sec-fetch-site"))


def _visitor(bench: Workbench, connection: ASGIConnection[Any, Any, Any, Any]) -> Visitor | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if connection.scope["path"].startswith(API) and scheme.lower() == "bearer":
        return visitor_by_token(bench, token.strip())
    return visitor_by_cookie(bench, connection.cookies)


def _turn_away(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    path = connection.scope["path"]
    if path.startswith(API):
        raise NotAuthorizedException("请先登录，或带上有效的令牌")
    if connection.scope.get("method") != "GET":
        raise Elsewhere("/sign-in")
    query = connection.scope.get("query_string", b"").decode("latin-1")
    raise Elsewhere("/sign-in?next=" + quote(path + (f"?{query}" if query else ""), safe=""))


async def _meant(visitor: Visitor, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    given = connection.headers.get("x-csrf-token")
    if given is None and isinstance(connection, Request) and handler.opt.get("upload"):
        given = (await read_posted(connection)).fields.get("csrf")
    elif given is None and isinstance(connection, Request):
        field = (await connection.form()).get("csrf")
        given = field if isinstance(field, str) else None
    if not csrf.token_matches(visitor.csrf, given):
        raise PermissionDeniedException("页面已过期，请刷新后重新提交")


def _permitted(
    bench: Workbench, visitor: Visitor, permission: Permission, connection: ASGIConnection[Any, Any, Any, Any]
) -> None:
    path = connection.scope["path"]
    if visitor.must_change and path not in PASSWORD:
        if path.startswith(API):
            raise PermissionDeniedException("请先在工作台修改初始密码")
        raise Elsewhere("/password")
    town = connection.path_params.get("town")
    # A town that is not theirs and a town that is not at all answer alike: who may not see it learns nothing of it.
    if town is not None and not (town in bench.service.towns and in_town(visitor.towns, town)):
        raise NotFoundException
    if not visitor.may(permission, town):
        raise PermissionDeniedException("您的账号没有这项权限")
