"""检查测评: the inspectors' indicators over the town's own judgements, and over all towns of a county."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Response, Template

from core.clock import local_date
from core.errors import TownwatchError
from monitor import inspection_rules
from monitor.inspection import Inspection
from service.inspection_file import MEDIA_TYPE, as_xlsx
from service.inspections import (
    InspectionError,
    figure,
    inspection_of,
    points_text,
    preset_of,
    quarter_end,
    quarter_of,
    state_word,
)
from service.web.county import CountyBudget, budgets
from service.web.inject import Bench, TownId, Who
from service.web.rendering import AnyRequest, render
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.workbench import Workbench
from store.database import transaction

FIRST = "national"
_QUARTERS = 6
_FEW, _FRESH = 50, timedelta(minutes=30)


@get("/towns/{town:str}/inspection/{preset:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, town: TownId, preset: FromPath[str]) -> Template:
    """A preset on a day, or at the end of a quarter."""
    settings, today = bench.town(town), local_date(bench.clock())
    found, refusal = _asked(request, bench, town, preset)
    return render(
        request, "inspection.html", town=settings, section="reports", title=found.preset.name, found=found, refusal=refusal, today=today,
        presets={each.id: each.name for each in inspection_rules.load(settings.directory).preset}, quarters=_quarters(today),
        quarter=quarter_of(found.day), staff={p.id: p.name for p in settings.staff},
        groups=_groups(found), figure=figure, points_text=points_text, state_word=state_word,
    )


@get("/towns/{town:str}/inspection/{preset:str}/xlsx", sync_to_thread=True, opt={"may": Permission.EXPORT})
def download(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, preset: FromPath[str]) -> Response[bytes]:
    """The same to take away."""
    settings = bench.town(town)
    found, refusal = _asked(request, bench, town, preset)
    if refusal:
        raise NotFoundException(refusal)
    with transaction(bench.town_engine(town)) as connection:
        record_change(connection, visitor, request, "export", f"inspection:{preset}:{found.day}.xlsx", town)
    name = quote(f"{settings.town.name}{found.preset.name}{found.day}.xlsx")
    data = as_xlsx(found, settings.town.name, {p.id: p.name for p in settings.staff})
    return Response(data, media_type=MEDIA_TYPE, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


@get("/inspection", sync_to_thread=True, opt={"may": Permission.READ})
def county_page(request: AnyRequest, bench: Bench, visitor: Who) -> Template:
    """Every town of the visitor with what it uses of the county's budget, and the sum."""
    towns = [town for town in bench.service.towns if visitor.may(Permission.READ, town)]
    kept: dict[tuple[str, ...], CountyBudget] = request.app.state.setdefault("county_budgets", {})
    budget = kept.get(tuple(towns))
    # A county of a thousand towns is counted for a quarter of a minute: once in a while, not at every look.
    if budget is None or len(towns) < _FEW or bench.clock() - budget.at > _FRESH:
        budget = budgets(bench, towns, FIRST)
        kept.clear()
        kept[tuple(towns)] = budget
    return render(request, "county_inspection.html", title="检查测评", budget=budget)


def _asked(request: AnyRequest, bench: Workbench, town: str, preset: str) -> tuple[Inspection, str]:
    """The inspection that the address asks for; of today, with a refusal, where there is no such day."""
    settings, engine, at = bench.town(town), bench.town_engine(town), bench.clock()
    today = local_date(at)
    try:
        chosen = preset_of(settings, preset)
    except InspectionError as error:
        raise NotFoundException(str(error)) from None
    try:
        return inspection_of(settings, engine, chosen, _day(request, today), at), ""
    except TownwatchError as error:
        return inspection_of(settings, engine, chosen, today, at), str(error)


def _day(request: AnyRequest, today: date) -> date:
    asked, quarter = request.query_params.get("as_of", "").strip(), request.query_params.get("quarter", "").strip()
    if quarter and quarter != quarter_of(today):
        return quarter_end(quarter)
    try:
        return date.fromisoformat(asked) if asked and not quarter else today
    except ValueError:
        raise InspectionError("日期应写成 2026-01-31 这样") from None


def _quarters(today: date) -> dict[str, str]:
    """The running quarter and those before it."""
    found, year, number = {}, today.year, (today.month + 2) // 3
    for _ in range(_QUARTERS):
        found[f"{year}Q{number}"] = f"{year}年第{'一二三四'[number - 1]}季度"
        year, number = (year, number - 1) if number > 1 else (year - 1, 4)
    return found


def _groups(found: Inspection) -> dict[str, list[object]]:
    """The indicators of a preset under their groups, in the preset's order."""
    groups: dict[str, list[object]] = {}
    for count in found.items:
        groups.setdefault(count.counter.group, []).append(count)
    return groups


HANDLERS: list[HTTPRouteHandler] = [one_page, download, county_page]
