"""The register (舆情台账): the list with its filters, one case, and the steps that people take on it."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import quote

from litestar import get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Response, Template

from core.clock import local_date
from core.nouns import Case, CaseState, Mention, StoredRecord, Version
from core.settings import Settings
from core.version_changes import VersionChange, compare_versions
from core.words import CASES
from monitor import steps
from monitor.cases import hard_cap
from service import casework
from service.case_list import FORMATS, Filter, reading
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.marking import marked, marked_line
from service.web.paging import Page, page_number
from service.web.rendering import AnyRequest, is_partial, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import case_lists
from store import cases as case_store
from store import mentions as mention_store
from store import records as record_store
from store.database import Connection, transaction

SHOWS = {"open": "未回复", "overdue": "已逾期", "all": "全部"}
LONGEST_TEXT = 100
LARGEST_ID = 2**31 - 1
# Far enough for any day that a register can hold, and no day whose midnight in another zone cannot be written.
_YEARS = range(1990, 2200)
_Read = TypeVar("_Read")


@get("/towns/{town:str}/cases", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """The register, what is due first on top."""
    settings, today = bench.town(town), local_date(bench.clock())
    chosen, number = _filter(request), page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        found, total = case_lists.page_of(connection, chosen.wanted(today), number=number)
    path = f"/towns/{town}/cases"
    names = reading(settings, today)
    listed = Page(items=found, number=number, total=total, path=path, filters=_query(chosen))
    return render(
        request, "cases.html", town=settings, section="cases", title="舆情台账", page=listed, chosen=chosen, today=today,
        shows=SHOWS, categories=casework.categories(settings), staff=names.staff, sources=names.sources,
        exports={form: f"{path}/export/{form}{_as_query(chosen)}" for form in FORMATS},
    )


@get("/towns/{town:str}/cases/export/{kind:str}", sync_to_thread=True, opt={"may": Permission.EXPORT})
def export(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, kind: FromPath[str]) -> Response[bytes]:
    """The filtered register as a file."""
    if kind not in FORMATS:
        raise NotFoundException
    settings, today = bench.town(town), local_date(bench.clock())
    chosen = _filter(request)
    write, media_type = FORMATS[kind]
    with transaction(bench.town_engine(town)) as connection:
        record_change(connection, visitor, request, "export", "cases", town, _query(chosen))
    with bench.town_engine(town).connect() as connection:
        write(case_lists.stream(connection, chosen.wanted(today)), reading(settings, today), out := io.BytesIO())
    name = f"{settings.town.name}舆情台账{today}.{kind}"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(out.getvalue(), media_type=media_type, headers=headers)


@get("/towns/{town:str}/cases/{case_id:int}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, case_id: FromPath[int]) -> Template:
    """One case: the text, where the town is named, what was done, what may be done."""
    with bench.town_engine(town).connect() as connection:
        return _one(request, connection, bench, visitor, town, _found(connection, case_id))


@post("/towns/{town:str}/cases/{case_id:int}/{action:str}", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def act(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, case_id: FromPath[int], action: FromPath[str], form: Posted
) -> Template | Redirect:
    """Take a step. What cannot be taken is said above its form, which keeps what was typed."""
    if action not in casework.ACTIONS:
        raise NotFoundException
    if action not in casework.open_to(visitor.role):
        raise PermissionDeniedException("交办和备注以外的办理由乡镇负责")
    settings, at = bench.town(town), bench.clock()
    try:
        asked = _asked(action, form)
        with transaction(bench.town_engine(town)) as connection:
            case = _found(connection, case_id, hold=True)
            change = casework.decide(case, asked, settings, visitor.staff or visitor.username, at)
            case_store.add_step(connection, case_id, change.step, **change.columns)
            record_change(connection, visitor, request, f"case_{action}", f"case:{case_id}", town, dict(change.step.data))
    except steps.CaseError as error:
        refusal = {"action": action, "field": error.field, "sentence": str(error)}
        with bench.town_engine(town).connect() as connection:
            return _one(request, connection, bench, visitor, town, _found(connection, case_id), refusal, form)
    return see_other(f"/towns/{town}/cases/{case_id}", said=f"case_{action}")


def _found(connection: Connection, case_id: int, *, hold: bool = False) -> Case:
    """The case; ``hold``: nobody else may take a step on it before the transaction ends."""
    if hold and case_id <= LARGEST_ID:
        case_lists.hold(connection, case_id)
    case = case_store.get(connection, case_id) if case_id <= LARGEST_ID else None
    if case is None:
        raise NotFoundException(f"台账中没有第{case_id}号")
    return case


def _one(
    request: AnyRequest, connection: Connection, bench: Workbench, visitor: Visitor, town: str, case: Case,
    refusal: dict[str, str] | None = None, typed: Form | None = None,
) -> Template:
    """The page, or for HTMX the part of it that a step may change. ``typed``: the form that was refused, as it was filled in."""
    settings, today = bench.town(town), local_date(bench.clock())
    names, partial = reading(settings, today), is_partial(request)
    stored = record_store.get(connection, case.record_id)
    mentions = mention_store.of_record(connection, case.record_id)
    may = casework.open_to(visitor.role) if visitor.may(Permission.WORK_CASES, town) else frozenset()
    shown = {} if partial else {**_texts(stored, mentions), "changed": _changed(record_store.versions_of(connection, case.record_id))}
    return render(
        request, "case_panel.html" if partial else "case.html", town=settings, section="cases", title=f"第{case.id}号 {case.title}",
        status=422 if refusal else 200, case=case, record=stored, today=today, partial=partial, **shown, **_limit(case, settings),
        subjects=list(dict.fromkeys(m.subject for m in mentions if m.confidence == "certain")),
        actions=[a for a in casework.ACTIONS if a in may & steps.allowed(case)], names=casework.ACTIONS, steps=steps.NAMES,
        categories={name: name for name in casework.categories(settings)}, staff=names.staff, sources=names.sources,
        refusal=refusal or {"action": "", "field": "", "sentence": ""},
        typed={name: typed.secret(name) if typed else "" for name in ("note", "category", "owner", "due")},
    )


def _texts(stored: StoredRecord, mentions: list[Mention]) -> dict[str, Any]:
    """Title, body, replies and attachments with their mentions marked; of an attachment only where it has any."""
    record, named = stored.record, {mention.field for mention in mentions}
    return {
        "heading": marked_line(record.title, mentions), "body": marked(record.body, mentions),
        "replies": [(reply, marked(reply.body, mentions, f"reply:{n}")) for n, reply in enumerate(record.replies)],
        "attachments": [
            (file, marked(file.text, mentions, where) if (where := f"attachment:{n}") in named else "")
            for n, file in enumerate(record.attachments)
        ],
    }


def _limit(case: Case, settings: Settings) -> dict[str, Any]:
    """On what the due day rests, and how far it can be extended."""
    told = next((step.data for step in case.steps if step.action == "register"), {})
    return {"basis": told.get("basis", ""), "workdays": told.get("workdays"),
            "cap": hard_cap(case, settings.cases, settings.calendar)}


def _changed(versions: list[Version]) -> list[tuple[Version, VersionChange]]:
    """Each later version with what it changed."""
    return [(after, compare_versions(before.record, after.record)) for before, after in pairwise(versions)]


def _asked(action: str, form: Form) -> casework.Asked:
    seen = _read("", lambda: form.maybe("seen", longest=9))
    return casework.Asked(
        action=action, note=_read("note", lambda: form.maybe("note", "说明", longest=2000)),
        category=_read("category", lambda: form.maybe("category", "类别")), owner=_read("owner", lambda: form.maybe("owner", "责任人")),
        due=_read("due", lambda: form.day("due", "期限")), seen=int(seen) if seen.isdecimal() else None,
    )


def _read(field: str, read: Callable[[], _Read]) -> _Read:
    """A field of the form; what is wrong with it is said there."""
    try:
        return read()
    except FormError as error:
        raise steps.CaseError(str(error), field=field) from error


def _filter(request: AnyRequest) -> Filter:
    """What the address asks for; what it gets wrong counts as not said."""
    asked = {name: value.replace("\x00", "").strip()[:LONGEST_TEXT] for name, value in request.query_params.items()}
    return Filter(
        show=asked.get("show", "") if asked.get("show") in SHOWS else "open",
        state=CaseState(asked["state"]) if asked.get("state") in CASES else None,
        category=asked.get("category") or None, owner=asked.get("owner") or None, source=asked.get("source") or None,
        text=asked.get("text", ""), since=_day(asked.get("since")), until=_day(asked.get("until")),
    )


def _day(text: str | None) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat(text or "")
        return day if day.year in _YEARS else None
    return None


def _query(chosen: Filter) -> dict[str, str]:
    values = {field.name: getattr(chosen, field.name) for field in fields(chosen)}
    return {name: str(value) for name, value in values.items() if value and (name, value) != ("show", "open")}


def _as_query(chosen: Filter) -> str:
    return Page(items=(), number=1, total=0, path="", filters=_query(chosen)).url(1)


HANDLERS: list[HTTPRouteHandler] = [list_page, export, one_page, act]
