"""What a visitor sees when something is refused or goes wrong: one page in Chinese, without details of the machine."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Template

from core.errors import TownwatchError
from service.web.api.problems import problem
from service.web.forms import FormError
from service.web.rendering import AnyRequest, render
from service.web.security.guard import API, Elsewhere

log = structlog.get_logger("townwatch")

TITLES = {
    400: "请求有误", 401: "请先登录", 403: "没有权限", 404: "没有这个页面", 405: "不支持这种操作", 409: "与现状冲突",
    413: "提交的内容太大", 422: "填写有误", 429: "操作太频繁", 500: "系统出错",
}
ADVICE = {
    400: "提交的内容不完整或格式不对，请返回重新填写。",
    403: "您的账号不能做这件事；确有需要的，请联系技术人员。",
    404: "网址可能写错了，或者内容不属于您的乡镇。",
    405: "请从页面上的按钮或链接进入。",
    413: "请减少内容后再提交。",
    500: "已记入日志。请稍后再试；仍不行的，把下面的编号告诉技术人员。",
}
Answer = Template | Redirect | Response[dict[str, Any]]


def elsewhere(request: AnyRequest, error: Elsewhere) -> Answer:
    """Another page first: for HTMX the whole page goes there, not the part that it asked for."""
    if request.headers.get("HX-Request") == "true":
        return Response({}, status_code=401, headers={"HX-Redirect": error.path})
    return Redirect(error.path, status_code=303)


def refused(request: AnyRequest, error: HTTPException) -> Answer:
    """What Litestar or a handler refuses. Only sentences that we wrote ourselves are shown."""
    status = error.status_code
    ours = error.detail if any("\u4e00" <= letter <= "\u9fff" for letter in error.detail) else ""
    return answer(request, status, ours, getattr(error, "headers", None))


def not_done(request: AnyRequest, error: TownwatchError) -> Answer:
    """An error that a person can act on; its sentence was written for them."""
    return answer(request, 400 if isinstance(error, FormError) else 409, str(error))


def broken(request: AnyRequest, error: Exception) -> Answer:
    """A fault of ours: logged whole under a number, of which alone the visitor learns."""
    number = secrets.token_hex(4)
    log.error("request failed", number=number, method=request.method, path=request.scope["path"], exc_info=error)
    return answer(request, 500, number=number)


def answer(request: AnyRequest, status: int, sentence: str = "", headers: Any = None, number: str = "") -> Answer:
    """A page for people, JSON for programs."""
    title = TITLES.get(status, "请求没有完成")
    advice = sentence or ADVICE.get(status, "请返回上一页再试。")
    if request.scope["path"].startswith(API):
        body = asdict(problem(status, sentence or title, number))
        return Response(body, status_code=status, headers=headers, media_type="application/json")
    page = render(request, "error.html", title=title, advice=advice, number=number, status=status)
    page.headers.update(headers or {})
    return page


HANDLERS: dict[Any, Any] = {
    Elsewhere: elsewhere,
    HTTPException: refused,
    TownwatchError: not_done,
    Exception: broken,
}
