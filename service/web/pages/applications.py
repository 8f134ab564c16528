"""依申请公开: the register with its statutory clocks, one application, and the reviews and lawsuits."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.clock import local_date
from monitor import application_steps as steps
from monitor.applications import clock
from service import applications
from service.application_shapes import CONTESTS, RESULTS, due_text, standing
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import applications as store
from store.database import Connection, transaction

SHOWS = {"open": "未办结", "all": "全部"}
_COUNTY = frozenset({"note"})
_NO_REFUSAL = {"form": "", "field": "", "sentence": ""}
_ADD = ("number", "title", "applicant", "channel", "received", "owner")
_STEP = ("note", "until", "whom", "workdays", "outcome", "day")
_CONTEST = ("kind", "number", "title", "accepted", "application_id")


@get("/towns/{town:str}/applications", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId) -> Template:
    """What is to be answered, the first due on top, and what was contested."""
    with bench.town_engine(town).connect() as connection:
        return _list(request, connection, bench, visitor, town)


@post("/towns/{town:str}/applications", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def add(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, form: Posted) -> Template | Redirect:
    """Enter an application."""
    _only_the_town(visitor)
    at = bench.clock()
    try:
        entry = _entry(form, bench, town, local_date(at))
        with transaction(bench.town_engine(town)) as connection:
            found = applications.add(connection, entry, who=_who(visitor), at=at, today=local_date(at))
            record_change(connection, visitor, request, "application_add", f"application:{found.id}", town, {"number": found.number})
    except (steps.ApplicationError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            return _list(request, connection, bench, visitor, town, _refused("add", error), form)
    return see_other(f"/towns/{town}/applications/{found.id}", said="application_add")


@get("/towns/{town:str}/applications/{application_id:int}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, application_id: FromPath[int]) -> Template:
    """One application: its clock, what was done, what may be done."""
    with bench.town_engine(town).connect() as connection:
        return _one(request, connection, bench, visitor, town, application_id)


@post("/towns/{town:str}/applications/{application_id:int}/{action:str}", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def act(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, application_id: FromPath[int], action: FromPath[str], form: Posted
) -> Template | Redirect:
    """Take a step. What cannot be taken is said above its form, which keeps what was typed."""
    if action not in steps.ACTIONS:
        raise NotFoundException
    if visitor.role == "supervisor" and action not in _COUNTY:
        _only_the_town(visitor)
    at = bench.clock()
    try:
        asked = _asked(action, form, local_date(at))
        with transaction(bench.town_engine(town)) as connection:
            _existing(connection, application_id)
            found = applications.take(connection, application_id, asked, who=_who(visitor), at=at, today=local_date(at))
            detail = {"action": action, "day": str(asked.day), **found.steps[-1].data}
            record_change(connection, visitor, request, "application_step", f"application:{application_id}", town, detail)
    except (steps.ApplicationError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            return _one(request, connection, bench, visitor, town, application_id, _refused(action, error), form)
    return see_other(f"/towns/{town}/applications/{application_id}", said="application_step")


@post("/towns/{town:str}/contests", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def add_contest(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, form: Posted) -> Template | Redirect:
    """Enter a review or a lawsuit."""
    _only_the_town(visitor)
    today = local_date(bench.clock())
    try:
        of = form.maybe("application_id", "有关的申请", longest=9)
        with transaction(bench.town_engine(town)) as connection:
            found = applications.contest(
                connection, kind=form.maybe("kind", longest=20), number=form.text("number", "案号", longest=60),
                title=form.text("title", "案由", longest=500), accepted=form.day("accepted", "受理日期") or today,
                application_id=int(of) if of.isdecimal() else None, today=today,
            )
            record_change(connection, visitor, request, "contest_add", f"contest:{found.id}", town, {"number": found.number})
    except (steps.ApplicationError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            return _list(request, connection, bench, visitor, town, _refused("contest", error), form)
    return see_other(f"/towns/{town}/applications", said="contest_add")


@post("/towns/{town:str}/contests/{contest_id:int}/end", sync_to_thread=True, opt={"may": Permission.WORK_CASES})
def end_contest(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, contest_id: FromPath[int], form: Posted
) -> Template | Redirect:
    """Write how it ended."""
    _only_the_town(visitor)
    today = local_date(bench.clock())
    try:
        with transaction(bench.town_engine(town)) as connection:
            if contest_id >= 2**31 or store.get_contest(connection, contest_id) is None:
                raise NotFoundException("没有这件复议诉讼")
            found = applications.end_contest(
                connection, contest_id, result=form.maybe("result", longest=20), decided_on=form.day("decided_on", "审结日期") or today,
                today=today,
            )
            record_change(connection, visitor, request, "contest_end", f"contest:{contest_id}", town, {"result": str(found.result)})
    except (steps.ApplicationError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            return _list(request, connection, bench, visitor, town, _refused(f"end-{contest_id}", error), form)
    return see_other(f"/towns/{town}/applications", said="contest_end")


def _list(
    request: AnyRequest, connection: Connection, bench: Workbench, visitor: Visitor, town: str,
    refusal: dict[str, str] | None = None, typed: Form | None = None,
) -> Template:
    settings, today = bench.town(town), local_date(bench.clock())
    show = request.query_params.get("show", "open")
    found = store.list_applications(connection, open_only=show != "all")
    told = [(each, clock(each, settings.calendar)) for each in found]
    # What waits for the applicant has no due day of ours: it comes after what has one.
    told.sort(key=lambda pair: (not pair[0].open, pair[1].due.day if pair[0].open and pair[1].due else date.max))
    rows = [(each, due_text(its) if each.open else "", *standing(each, its, today, settings.calendar)) for each, its in told]
    may = visitor.may(Permission.WORK_CASES, town) and visitor.role != "supervisor"
    return render(
        request, "applications.html", town=settings, section="applications", title="依申请公开", status=422 if refusal else 200,
        rows=rows, show="all" if show == "all" else "open", shows=SHOWS, may=may, contests=store.list_contests(connection),
        kinds=CONTESTS, results=RESULTS, applicants=steps.APPLICANTS, channels=steps.CHANNELS,
        numbers={str(each.id): f"{each.number} {each.title}" for each in store.list_applications(connection)} if may else {},
        staff={p.id: p.name for p in settings.staff}, refusal=refusal or _NO_REFUSAL, today=today, typed=_typed(typed, (*_ADD, *_CONTEST)),
    )


def _one(
    request: AnyRequest, connection: Connection, bench: Workbench, visitor: Visitor, town: str, application_id: int,
    refusal: dict[str, str] | None = None, typed: Form | None = None,
) -> Template:
    settings, today = bench.town(town), local_date(bench.clock())
    found = _existing(connection, application_id)
    told = clock(found, settings.calendar)
    may = visitor.may(Permission.WORK_CASES, town)
    actions = [a for a in steps.allowed(found) if may and (visitor.role != "supervisor" or a in _COUNTY)]
    state, standing_text = standing(found, told, today, settings.calendar)
    return render(
        request, "application.html", town=settings, section="applications", title=f"{found.number} {found.title}",
        status=422 if refusal else 200, found=found, clock=told, due=due_text(told), state=state, standing=standing_text,
        actions=actions, names=steps.NAMES, whom=steps.WHOM, outcomes=steps.OUTCOMES, applicants=steps.APPLICANTS,
        channels=steps.CHANNELS, staff={p.id: p.name for p in settings.staff}, today=today, refusal=refusal or _NO_REFUSAL,
        typed=_typed(typed, _STEP), correction_by=told.correction_by,
    )


def _entry(form: Form, bench: Workbench, town: str, today: date) -> steps.Entry:
    owner = form.maybe("owner", "责任人", longest=100)
    if owner and owner not in {person.id for person in bench.town(town).staff}:
        raise steps.ApplicationError("请选择责任人", field="owner")
    return steps.Entry(
        number=form.text("number", "编号", longest=60), title=form.text("title", "申请内容", longest=500),
        applicant=form.maybe("applicant", longest=20), channel=form.maybe("channel", longest=20),
        received=form.day("received", "收到日期") or today, owner=owner or None,
    )


def _asked(action: str, form: Form, today: date) -> steps.Asked:
    workdays = form.maybe("workdays", "工作日数", longest=3)
    return steps.Asked(
        action=action, day=form.day("day", "日期") or today, note=form.maybe("note", "说明", longest=2000), until=form.day("until", "期限"),
        whom=form.maybe("whom", longest=20), workdays=int(workdays) if workdays.isdecimal() else None,
        outcome=form.maybe("outcome", longest=20),
    )


def _existing(connection: Connection, application_id: int) -> Any:
    try:
        return applications.existing(connection, application_id)
    except steps.ApplicationError as error:
        raise NotFoundException(str(error)) from error


def _only_the_town(visitor: Visitor) -> None:
    if visitor.role == "supervisor":
        raise PermissionDeniedException("依申请公开的登记和办理由乡镇负责")


def _who(visitor: Visitor) -> str:
    return visitor.staff or visitor.username


def _refused(form: str, error: Exception) -> dict[str, str]:
    return {"form": form, "field": getattr(error, "field", ""), "sentence": str(error)}


def _typed(form: Form | None, names: tuple[str, ...]) -> dict[str, str]:
    return {name: form.secret(name) if form else "" for name in names}


HANDLERS: list[HTTPRouteHandler] = [list_page, add, one_page, act, add_contest, end_contest]
