"""问题清单: what is wrong, and what people say of it."""

from __future__ import annotations

import re
from collections.abc import Collection

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.clock import local_date
from core.nouns import Finding, Severity
from core.settings import Settings
from core.text import openable
from core.words import HANDLINGS, SEVERITIES
from monitor import handling
from service.ledger import figures_of
from service.web.finding_words import KINDS, advice_of, basis_of, evidence_of, places_of, rule_of
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.paging import Page, page_number
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import findings, records
from store.database import Connection, transaction

SHOWS = {"open": "未解决", "resolved": "已解决"}
_FINGERPRINT = re.compile(r"[0-9a-f]{1,16}")


@get("/towns/{town:str}/findings", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """The ledger, the worst first."""
    settings = bench.town(town)
    names = ("show", "severity", "rule", "owner", "handling", "q")
    asked = {name: request.query_params.get(name, "")[:100] for name in names}
    number = page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        found, total = findings.page_of_findings(
            connection, severity=Severity(asked["severity"]) if asked["severity"] in SEVERITIES else None,
            rule=asked["rule"] if asked["rule"] in KINDS else "", owner=asked["owner"] or None,
            handling=_handling(asked["handling"]), text=asked["q"].replace("\x00", "").strip(),
            resolved=asked["show"] == "resolved", number=number,
        )
        counts = findings.severity_counts(connection)
    at = bench.clock()
    # Counted over all that is open: once, on the page that everybody opens first, not with every search.
    first = number == 1 and not any(asked.values())
    standings = figures_of(settings, bench.town_engine(town), local_date(at), at).owners if first else ()
    path = f"/towns/{town}/findings"
    return render(
        request, "findings.html", town=settings, section="findings", title="问题清单", asked=asked, counts=counts, standings=standings,
        page=Page(items=found, number=number, total=total, path=path, filters=asked), shows=SHOWS, rules=KINDS,
        handlings={name or "none": word for name, word in HANDLINGS.items()}, staff={p.id: p.name for p in settings.staff},
        today=local_date(bench.clock()),
    )


@get("/towns/{town:str}/findings/{fingerprint:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, fingerprint: FromPath[str]) -> Template:
    """One finding: why, since when, what became of it."""
    with bench.town_engine(town).connect() as connection:
        return _one(request, connection, bench, visitor, town, _found(connection, fingerprint))


@post("/towns/{town:str}/findings/{fingerprint:str}/handle", sync_to_thread=True, opt={"may": Permission.HANDLE_FINDINGS})
def handle(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, fingerprint: FromPath[str], form: Posted
) -> Template | Redirect:
    """A person's word on it. It closes only when a check finds it mended."""
    at = bench.clock()
    try:
        what, note = form.maybe("what", longest=20), form.maybe("note", "说明", longest=1000)
        until = form.day("until", "暂缓到")
        with transaction(bench.town_engine(town)) as connection:
            finding = _found(connection, fingerprint)
            said = handling.decide(finding, what, note=note, until=until, today=local_date(at))
            findings.handle(
                connection, fingerprint, handling=said.handling, until=said.until, event=said.event,
                who=visitor.staff or visitor.username, note=said.note, at=at,
            )
            detail = {"what": said.event, "note": said.note, "until": str(said.until or "")}
            record_change(connection, visitor, request, "finding_handle", f"finding:{fingerprint}", town, detail)
    except (handling.HandlingError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            finding = _found(connection, fingerprint)
            return _one(request, connection, bench, visitor, town, finding, str(error), form, 422)
    return see_other(f"/towns/{town}/findings/{fingerprint}", said="finding_handled")


def _found(connection: Connection, fingerprint: str) -> Finding:
    finding = findings.get(connection, fingerprint) if _FINGERPRINT.fullmatch(fingerprint) else None
    if finding is None:
        raise NotFoundException("没有这个问题")
    return finding


def _one(
    request: AnyRequest, connection: Connection, bench: Workbench, visitor: Visitor, town: str, finding: Finding,
    refusal: str = "", typed: Form | None = None, status: int = 200,
) -> Template:
    settings = bench.town(town)
    address = str(finding.evidence.get("url") or finding.evidence.get("latest_url") or "")
    address = address if openable(address) else ""
    return render(
        request, "finding.html", town=settings, section="findings", title=finding.title, status=status, finding=finding,
        events=findings.events(connection, finding.fingerprint), staff={p.id: p.name for p in settings.staff},
        rule=rule_of(finding), evidence=evidence_of(finding), basis=basis_of(finding),
        links=_links(settings, finding, _sources(connection, finding)), places=places_of(finding),
        advice=advice_of(finding), address=address, may=visitor.may(Permission.HANDLE_FINDINGS, town) and finding.open,
        refusal=refusal, typed=typed or Form({}), today=local_date(bench.clock()),
    )


def _sources(connection: Connection, finding: Finding) -> tuple[str, ...]:
    """Of a page: where it was seen."""
    kind, _, name = finding.subject.partition(":")
    if kind != "record" or not name.isdecimal():
        return ()
    return next((stored.sources for stored in records.by_ids(connection, [int(name)])), ())


def _links(settings: Settings, finding: Finding, sources: Collection[str]) -> list[tuple[str, str]]:
    """The pages where what it is about can be seen and set right, as (words, path)."""
    home = f"/towns/{settings.town.id}"
    kind, _, name = finding.subject.partition(":")
    pages = {
        "column": ("查看这个栏目", f"catalogue/{name}"), "source": ("查看这个来源", f"sources/{name}"),
        "application": ("查看这件申请", f"applications/{name}"), "record": ("查看网页的版本与存证", f"records/{name}"),
        "item": ("查看这个事项，修改它的栏目", f"catalogue/items/{name}"), "site": ("查看各网站的访问情况", "sources"),
    }
    found = [pages[kind]] if kind in pages else []
    column = finding.evidence.get("column")
    if kind == "item" and isinstance(column, str) and any(column == each.id for each in settings.columns):
        found.append(("查看栏目里的信息", f"catalogue/{column}"))
    found += [(f"所在栏目：{each.name}", f"catalogue/{each.id}") for each in settings.columns if each.source in sources]
    return [(words, f"{home}/{path}") for words, path in found]


def _handling(asked: str) -> str | None:
    if asked == "none":
        return ""
    return asked if asked in HANDLINGS and asked else None


HANDLERS: list[HTTPRouteHandler] = [list_page, one_page, handle]
