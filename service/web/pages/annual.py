"""年度报告: a year's figures, what nothing can count, the tables and what does not hold in them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from core.clock import local_date
from monitor.annual.checks import TITLES
from monitor.annual.entries import ENTRIES, EntryError, checked
from monitor.annual.tables import LINES
from service.annual.document import NUMERALS
from service.annual.shapes import figure_rows, rows_of
from service.annual.writing import MEDIA_TYPES, written
from service.annual.yearly import FIRST_YEAR, Year, year_of
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import yearly
from store.database import transaction


@get("/towns/{town:str}/annual/{year:int}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, year: FromPath[int]) -> Template:
    """The year as the report will tell it."""
    return _page(request, bench, visitor, town, year)


@post("/towns/{town:str}/annual/{year:int}", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def enter(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, year: FromPath[int], form: Posted) -> Template | Redirect:
    """Type in what nothing can count."""
    if visitor.role == "supervisor":
        raise PermissionDeniedException("年度报告由乡镇填写")
    at = bench.clock()
    _year(bench, town, year)
    try:
        # A field that the form does not carry stays as it is; one that is empty is taken away.
        values = checked({key: form.maybe(key, entry.word, longest=20_000) for key, entry in ENTRIES.items() if key in form.fields})
        with transaction(bench.town_engine(town)) as connection:
            yearly.enter(connection, year, values, visitor.staff or visitor.username, at)
            short = {key: value for key, value in values.items() if ENTRIES[key].kind != "text"}
            record_change(connection, visitor, request, "annual_enter", f"annual:{year}", town, short)
    except (EntryError, FormError) as error:
        return _page(request, bench, visitor, town, year, str(error), form)
    return see_other(f"/towns/{town}/annual/{year}", said="saved")


@get("/towns/{town:str}/annual/{year:int}/{kind:str}", sync_to_thread=True, opt={"may": Permission.EXPORT})
def download(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, year: FromPath[int], kind: FromPath[str]
) -> Response[bytes]:
    """The report to take away; while a check does not hold, its name says that it is a draft."""
    if kind not in MEDIA_TYPES:
        raise NotFoundException
    found = _year(bench, town, year)
    with transaction(bench.town_engine(town)) as connection:
        record_change(connection, visitor, request, "export", f"annual:{year}.{kind}", town)
    name = quote(f"{found.report.organ}{year}年政府信息公开工作年度报告{'（草稿）' if found.failures else ''}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(written(found, kind), media_type=MEDIA_TYPES[kind], headers=headers)


def _page(
    request: AnyRequest, bench: Workbench, visitor: Visitor, town: str, year: int, refusal: str = "", typed: Form | None = None
) -> Template:
    found = _year(bench, town, year)
    assert found.figures is not None, "a report out of the store has its figures"
    values = {key: typed.secret(key) if typed else found.entries.get(key, "") for key in ENTRIES}
    this = local_date(bench.clock()).year
    return render(
        request, "annual.html", town=bench.town(town), section="reports", title=f"{year}年年度报告", status=422 if refusal else 200,
        year=year, found=found, figures=figure_rows(found.figures), categories=found.figures.published.by_category,
        tables=_tables(found),
        headings={number: f"{NUMERALS[number - 1]}、{title}" for number, title in TITLES.items()}, entries=ENTRIES, values=values,
        refusal=refusal, running=year == this, kinds={"docx": "文档", "xlsx": "表格", "json": "数据"},
        may=visitor.may(Permission.WORK_CASES, town) and visitor.role != "supervisor",
    )


def _tables(found: Year) -> dict[str, list[list[Any]]]:
    """Of table three, nineteen of whose lines are 0 in most towns, only what happened and what sums up: a phone shows a card a line."""
    tables = rows_of(found.report)
    heads, *lines = tables["表三"]
    kept = [row for line, row in zip(LINES, lines, strict=True) if not line.result or any(row[1:]) or None in row]
    return tables | {"表三": [heads, *kept]}


def _year(bench: Workbench, town: str, year: int) -> Year:
    today = local_date(bench.clock())
    if not FIRST_YEAR <= year <= today.year:
        raise NotFoundException("没有这一年的年度报告")
    with bench.town_engine(town).connect() as connection:
        return year_of(connection, bench.town(town), year, today)


HANDLERS: list[HTTPRouteHandler] = [one_page, enter, download]
