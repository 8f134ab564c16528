"""报表: the digests of the months, to read and to take away."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import date, timedelta
from hashlib import sha256
from urllib.parse import quote

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Response, Template

from alerts.figures import Digest
from alerts.render import digest_html, digest_json
from core.clock import day_start, local_date
from service.digest_files import WRITERS
from service.digests import digest_of
from service.web import charts
from service.web.inject import Bench, TownId, Who
from service.web.rendering import AnyRequest, render
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.workbench import Workbench
from store import figures
from store.database import transaction

SHOWN_MONTHS = 12
SHOWN_YEARS = 3
KINDS = {"docx": "文档", "xlsx": "表格", "html": "网页", "json": "数据"}
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")


@get("/towns/{town:str}/reports", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """The last twelve months with how many cases each brought."""
    settings, today = bench.town(town), local_date(bench.clock())
    months = last_months(today, SHOWN_MONTHS)
    since = date.fromisoformat(months[-1] + "-01")
    with bench.town_engine(town).connect() as connection:
        registered = figures.cases_by_month(connection, day_start(since))
    chart = charts.months([(month, registered.get(month, 0)) for month in reversed(months)], "每月登记的舆情")
    return render(
        request, "reports.html", town=settings, section="reports", title="报表", months=months, registered=registered, chart=chart,
        years=range(today.year, today.year - SHOWN_YEARS, -1), kinds=KINDS, staff={p.id: p.name for p in settings.staff},
    )


@get("/towns/{town:str}/reports/{month:str}", sync_to_thread=True, opt={"may": Permission.READ})
def preview(bench: Bench, town: TownId, month: FromPath[str]) -> Response[str]:
    """A month's digest as its readers get it."""
    page = digest_html(_digest(bench, town, month))
    return Response(page, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": document_policy(page)})


@get("/towns/{town:str}/reports/{month:str}/{kind:str}", sync_to_thread=True, opt={"may": Permission.EXPORT})
def download(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, month: FromPath[str], kind: FromPath[str]
) -> Response[bytes]:
    """The same to take away."""
    if kind not in KINDS:
        raise NotFoundException
    digest = _digest(bench, town, month)
    with transaction(bench.town_engine(town)) as connection:
        record_change(connection, visitor, request, "export", f"digest:{month}.{kind}", town)
    if kind == "json":
        data, media_type = json.dumps(digest_json(digest), ensure_ascii=False, indent=2).encode(), "application/json"
    elif kind == "html":
        data, media_type = digest_html(digest).encode(), "text/html; charset=utf-8"
    else:
        write, media_type = WRITERS[kind]
        data = write(digest)
    name = quote(f"{bench.town(town).town.name}{month}月报.{kind}")
    return Response(data, media_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


def document_policy(page: str) -> str:
    """The digest is a document of its own with its style inside: that very style is let in by its hash, and nothing else.
    Sandboxed, it runs and sends nothing."""
    hashes = [b64encode(sha256(style.encode()).digest()).decode() for style in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{each}'" for each in hashes) or "'none'"
    return f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; frame-ancestors 'none'; sandbox"


def last_months(today: date, count: int) -> list[str]:
    """Months as ``2026-03``, this one first."""
    found, first = [], today.replace(day=1)
    for _ in range(count):
        found.append(first.strftime("%Y-%m"))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _digest(bench: Workbench, town: str, month: str) -> Digest:
    now = bench.clock()
    if not _MONTH.fullmatch(month) or month > local_date(now).strftime("%Y-%m"):
        raise NotFoundException("没有这个月的月报")
    settings, engine = bench.town(town), bench.town_engine(town)
    return digest_of(settings, engine, month, None, now)


HANDLERS: list[HTTPRouteHandler] = [list_page, preview, download]
