"""Findings (问题): a list, one with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter

from core.clock import local_date
from core.nouns import Severity
from monitor import handling
from service import shaping
from service.shapes import FindingDetailShape, FindingShape
from service.web.api.route import NAME, Name, PageNumber, PageShape, PageSize, checked_note, found, get, post
from service.web.inject import Bench, TownId, Who
from service.web.rendering import AnyRequest
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from store import findings as finding_store
from store.database import transaction

Fingerprint = Annotated[str, PathParameter(max_length=16, pattern=NAME)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsShape:
    """A page of findings: the open ones, the worst first, or the resolved ones, the last resolved first."""

    findings: list[FindingShape]
    page: PageShape


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingRequest:
    """What a person says of a finding. ``false_alarm`` and ``accepted`` need a note, ``accepted`` a day (``until``)."""

    what: handling.What
    note: str = ""
    until: date | None = None


@get("/towns/{town:str}/findings")
def list_findings(
    bench: Bench, town: TownId, page: PageNumber = 1, size: PageSize = 50, severity: FromQuery[Severity | None] = None,
    rule: Name = None, owner: Name = None, resolved: FromQuery[bool] = False,
    handled: Annotated[Literal["none", "fixed", "false_alarm", "accepted"] | None, QueryParameter(name="handling")] = None,
) -> FindingsShape:
    """问题清单：未解决的（先重后轻），或已解决的（resolved=true，新解决的在前）。rule 为规则编号的开头。"""
    with bench.town_engine(town).connect() as connection:
        findings, total = finding_store.page_of_findings(
            connection, severity=severity, rule=rule or "", owner=owner, resolved=resolved,
            handling="" if handled == "none" else handled, number=page, size=size,
        )
    where = PageShape(number=page, size=size, total=total)
    return FindingsShape(findings=[shaping.finding(finding) for finding in findings], page=where)


@get("/towns/{town:str}/findings/{fingerprint:str}")
def get_finding(bench: Bench, town: TownId, fingerprint: Fingerprint) -> FindingDetailShape:
    """一个问题和它的经过。"""
    with bench.town_engine(town).connect() as connection:
        finding = found(finding_store.get(connection, fingerprint))
        return shaping.finding_detail(finding, finding_store.events(connection, fingerprint))


@post("/towns/{town:str}/findings/{fingerprint:str}/handling", may=Permission.HANDLE_FINDINGS)
def handle_finding(
    bench: Bench, visitor: Who, request: AnyRequest, town: TownId, fingerprint: Fingerprint, data: JSONBody[HandlingRequest]
) -> FindingDetailShape:
    """处理一个问题：已改、误报、暂缓，或撤销。问题只在检查合格后才算解决。"""
    note, at = checked_note(data.note), bench.clock()
    with transaction(bench.town_engine(town)) as connection:
        finding = found(finding_store.get(connection, fingerprint))
        said = handling.decide(finding, data.what, note=note, until=data.until, today=local_date(at))
        finding_store.handle(
            connection, fingerprint, handling=said.handling, until=said.until, event=said.event,
            who=visitor.staff or visitor.username, note=said.note, at=at,
        )
        detail = {"what": data.what, "note": said.note, "until": str(said.until or "")}
        record_change(connection, visitor, request, "finding_handle", f"finding:{fingerprint}", town, detail)
        return shaping.finding_detail(
            found(finding_store.get(connection, fingerprint)), finding_store.events(connection, fingerprint)
        )


HANDLERS = [list_findings, get_finding, handle_finding]
