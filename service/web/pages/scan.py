"""发布前检查: files and texts before they are published, looked at and forgotten."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from core.clock import local_date
from core.nouns import Severity
from core.text import mask_private
from service.before_publishing import VERDICTS, Checked, ScanRules, check_drafts, check_pasted, suffixes
from service.web.inject import Bench, Files, TownId, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.uploads import LARGEST, MOST_FILES, Posted, TooMuchError, Turnstile
from service.web.workbench import Workbench
from store.database import transaction

LONGEST_TEXT = 100_000
_MARKS = {"may": "ok", "confirm": "warn", "mend": "warn", "must_not": "veto", "unread": "cannot_judge"}
_OPTIONS = {"may": Permission.READ, "upload": True}


@get("/scan", sync_to_thread=False, opt={"may": Permission.READ})
def first_page(bench: Bench, visitor: Who) -> Redirect:
    """The page of the visitor's first town: each town has its own dictionaries."""
    town = next((town for town in bench.service.towns if visitor.may(Permission.READ, town)), None)
    if town is None:
        raise NotFoundException
    return see_other(f"/towns/{town}/scan")


@get("/towns/{town:str}/scan", sync_to_thread=False, opt={"may": Permission.READ})
def form_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """Where a file is dropped."""
    return _page(request, bench, town)


@post("/towns/{town:str}/scan", sync_to_thread=True, status_code=200, opt=_OPTIONS, request_max_body_size=LARGEST)
def check(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, files: Files) -> Template:
    """What was found, by file and place."""
    text = files.fields.get("text", "").replace("\r\n", "\n").strip()
    if not files.files and not text:
        return _page(request, bench, town, refusal="请选择文件，或粘贴要检查的文字", status=422)
    if len(text) > LONGEST_TEXT:
        return _page(request, bench, town, refusal=f"粘贴的文字最多 {LONGEST_TEXT:,} 字，请存为文件后检查", status=422)
    try:
        found = looked_at(request, bench, visitor, town, files, text)
    except TooMuchError as error:
        return _page(request, bench, town, refusal=error.detail, status=429)
    return _page(request, bench, town, found=found)


def looked_at(request: AnyRequest, bench: Workbench, visitor: Visitor, town: str, files: Posted, text: str = "") -> list[Checked]:
    """Look at what was handed over, and note that it was: who, when, how many, what kinds, what came of it. Names are not noted: they
    may name a person. Raises TooMuchError."""
    turnstile: Turnstile = request.app.state["turnstile"]
    today = local_date(bench.clock())
    with turnstile.passing(visitor.username, len(files.files) + bool(text)):
        rules = ScanRules.of(bench.town(town).directory)
        found = check_drafts(files.files, rules, today) + ([check_pasted(text, rules, today)] if text else [])
    counts = {str(severity): sum(flaw.severity is severity for each in found for flaw in each.flaws) for severity in Severity}
    detail = {
        "files": len(files.files), "kinds": suffixes(files.files), "text": bool(text),
        "unread": sum(each.error is not None for each in found),
        "bytes": sum(len(each.body) for each in files.files), **{severity: number for severity, number in counts.items() if number},
    }
    with transaction(bench.town_engine(town)) as connection:
        record_change(connection, visitor, request, "scan", "", town, detail)
    return found


def _page(
    request: AnyRequest, bench: Workbench, town: str, *, found: list[Checked] | None = None, refusal: str = "", status: int = 200
) -> Template:
    return render(
        request, "scan.html", town=bench.town(town), section="scan", title="发布前检查", status=status, found=found, refusal=refusal,
        marks=_MARKS, verdicts=VERDICTS, most=MOST_FILES, shown=mask_private,
    )


HANDLERS: list[HTTPRouteHandler] = [first_page, form_page, check]
