"""What every route of the API has in common: its errors, its permission, its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar

import litestar
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import QueryParameter

from service.web.api.problems import RESPONSES
from service.web.security.rights import Permission

T = TypeVar("T")
LARGEST_ID = 2**31 - 1
"""Ids are 32-bit integers in the store: a larger one is nobody's."""
MAX_SIZE = 200
MAX_PAGE = 500
LONGEST_NOTE = 4000

PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=MAX_PAGE, description="第几页，从 1 起")]
PageSize = Annotated[int, QueryParameter(name="size", ge=1, le=MAX_SIZE, description="每页多少条")]
NAME = r"^[^\x00]+$"
"""No database takes a NUL in a text."""
Name = Annotated[str | None, QueryParameter(required=False, max_length=100, pattern=NAME)]
Text = Annotated[str, QueryParameter(name="q", required=False, max_length=100, pattern=r"^[^\x00]*$", description="标题中的文字")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShape:
    """Where in a list one is. ``total`` null: more than 10,000, which nobody counts."""

    number: int
    size: int
    total: int | None


def get(path: str, *, may: Permission = Permission.READ, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A reading route."""
    return partial(_route, litestar.get, path, may, options)


def post(path: str, *, may: Permission, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A changing route; it answers 200 with what has become of its subject."""
    return partial(_route, litestar.post, path, may, {"status_code": 200, **options})


def checked_note(note: str) -> str:
    """A note as it may be kept; ValidationException for one that may not."""
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise ValidationException(extra=[{"key": "note", "message": f"最多 {LONGEST_NOTE} 个字，不能有控制字符"}])
    return note


def found(thing: T | None) -> T:
    """The thing, or 404."""
    if thing is None:
        raise NotFoundException("没有这一项")
    return thing


def _route(kind: Any, path: str, may: Permission, options: dict[str, Any], handler: Callable[..., Any]) -> Any:
    opt = {"may": may, "upload": True} if options.pop("upload", False) else {"may": may}
    route = kind(path, opt=opt, responses=RESPONSES, sync_to_thread=True, **options)
    return route(handler)
