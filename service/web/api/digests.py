"""The figures of a month (月报), as ``townwatch digest MONTH --json`` prints them."""

from __future__ import annotations

from typing import Annotated, Any

from litestar.params import PathParameter, QueryParameter

from alerts.render import digest_json
from service.digests import digest_of
from service.web.api.route import NAME, get
from service.web.inject import Bench, TownId

Month = Annotated[str, PathParameter(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="月份，如 2026-03")]

Person = Annotated[str | None, QueryParameter(name="for", required=False, max_length=100, pattern=NAME)]


@get("/towns/{town:str}/digests/{month:str}")
def get_digest(
    bench: Bench, town: TownId, month: Month, staff: Person = None
) -> dict[str, Any]:
    """一个月的统计数字和口径；for 为 staff.toml 中的 id，只要这个人的。"""
    settings, engine, now = bench.town(town), bench.town_engine(town), bench.clock()
    return digest_json(digest_of(settings, engine, month, staff, now))


HANDLERS = [get_digest]
