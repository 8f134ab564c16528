"""How the API says no: always ``{"error", "detail"}``, declared for every route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec

ERRORS = {
    400: "bad_request", 401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 429: "too_many_requests", 500: "internal",
}
_SAID = {
    400: "参数或内容不合要求", 401: "没有登录，或令牌无效", 403: "没有这项权限", 404: "没有这一项，或不属于您的乡镇",
    405: "这个地址不支持这种方法", 409: "与现状冲突，例如台账的状态不允许这一步", 413: "提交的内容太大", 429: "请求太频繁",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request was refused: ``error`` for programs, ``detail`` for people, ``number`` under which a fault was logged."""

    error: str
    detail: str
    number: str | None = None


def problem(status: int, detail: str, number: str = "") -> Problem:
    """A refusal with the word of its status."""
    return Problem(error=ERRORS.get(status, "refused"), detail=detail, number=number or None)


RESPONSES = {
    status: ResponseSpec(Problem, description=said, generate_examples=False) for status, said in _SAID.items()
}
"""For the ``responses`` of every route."""


def not_valid(_: Any, error: ValidationException) -> Response[Problem]:
    """Which parameter or field is wrong, in the words of the schema."""
    found = error.extra if isinstance(error.extra, list) else []
    named = [f"{each.get('key', '')}：{each.get('message', '')}" for each in found if isinstance(each, dict)]
    return Response(problem(400, "；".join(named) or "参数或内容不合要求"), status_code=400)
