"""The register (舆情台账): a list, one case, and the steps that people take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from core.clock import local_date
from core.nouns import Case, CaseState
from monitor import steps
from service import shaping
from service.casework import Asked, decide, open_to
from service.shapes import CaseDetailShape, CaseShape
from service.web.api.route import (
    LARGEST_ID,
    Name,
    PageNumber,
    PageShape,
    PageSize,
    Text,
    checked_note,
    found,
    get,
    post,
)
from service.web.inject import Bench, TownId, Who
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from store import case_lists
from store import cases as case_store
from store import mentions as mention_store
from store import records as record_store
from store.database import Connection, transaction

CaseId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesShape:
    """A page of the register."""

    cases: list[CaseShape]
    page: PageShape


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """A step to take. ``category`` belongs to ``assess``, ``owner`` (staff.toml) and perhaps ``due`` (the county's 交办单)
    to ``assign``, ``due`` to ``extend``. ``seen``: how many steps the case had when it was looked at; the step is refused
    where it has others by now."""

    action: steps.Action
    note: str = ""
    category: str | None = None
    owner: str | None = None
    due: date | None = None
    seen: int | None = None


@get("/towns/{town:str}/cases")
def list_cases(
    bench: Bench, town: TownId, page: PageNumber = 1, size: PageSize = 50,
    in_state: Annotated[CaseState | None, QueryParameter(name="state")] = None,
    open_only: Annotated[bool, QueryParameter(name="open")] = False, overdue: FromQuery[bool] = False, category: Name = None,
    owner: Name = None, source: Name = None, text: Text = "",
) -> CasesShape:
    """台账。只看未回复的（open）、逾期的（overdue）或某一未回复状态时，先到期的在前；否则新登记的在前。"""
    today = local_date(bench.clock())
    with bench.town_engine(town).connect() as connection:
        cases, total = case_store.page_of_cases(
            connection, state=in_state, category=category, owner=owner, text=text, source=source, open_only=open_only,
            overdue_on=today if overdue else None, number=page, size=size,
        )
    where = PageShape(number=page, size=size, total=total)
    return CasesShape(cases=[shaping.case(case, today) for case in cases], page=where)


@get("/towns/{town:str}/cases/{case_id:int}")
def get_case(bench: Bench, town: TownId, case_id: CaseId) -> CaseDetailShape:
    """一件舆情：全文、提及和全部办理记录。"""
    with bench.town_engine(town).connect() as connection:
        return _detail(connection, found(case_store.get(connection, case_id)), bench.clock())


@post("/towns/{town:str}/cases/{case_id:int}/steps", may=Permission.WORK_CASES)
def take_step(
    bench: Bench, visitor: Who, request: Request[Any, Any, Any], town: TownId, case_id: CaseId, data: JSONBody[StepRequest]
) -> CaseDetailShape:
    """办理一步：研判、交办、回复、延期、办结、备注。"""
    asked, settings, at = _asked(data), bench.town(town), bench.clock()
    if data.action not in open_to(visitor.role):
        raise PermissionDeniedException("交办和备注以外的办理由乡镇负责")
    with transaction(bench.town_engine(town)) as connection:
        case_lists.hold(connection, case_id)
        case = found(case_store.get(connection, case_id))
        change = decide(case, asked, settings, visitor.staff or visitor.username, at)
        case = case_store.add_step(connection, case_id, change.step, **change.columns)
        record_change(connection, visitor, request, f"case_{data.action}", f"case:{case_id}", town, dict(change.step.data))
        return _detail(connection, case, at)


def _detail(connection: Connection, case: Case, at: datetime) -> CaseDetailShape:
    stored = record_store.get(connection, case.record_id)
    return shaping.case_detail(case, stored, mention_store.of_record(connection, case.record_id), local_date(at))


def _asked(data: StepRequest) -> Asked:
    return Asked(
        action=data.action, note=checked_note(data.note), category=data.category or "", owner=data.owner or "", due=data.due, seen=data.seen
    )


HANDLERS = [list_cases, get_case, take_step]
