"""公开目录: the grid of columns by state, and one column with its records."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Template

from core.catalogue import ColumnStatus
from core.clock import local_date
from core.words import COLUMNS
from monitor import timeline
from monitor.items.upcoming import DAYS, titled
from service.web import charts
from service.web.coming import due_soon
from service.web.inject import Bench, TownId
from service.web.paging import Page, page_number
from service.web.rendering import AnyRequest, render
from service.web.security.rights import Permission
from store import findings, records

SOON_DAYS = DAYS
SPELL_DAYS = 90
_ORDER = ("blank", "delinquent", "overdue", "cannot_judge", "due", "fresh")


@get("/towns/{town:str}/catalogue", sync_to_thread=True, opt={"may": Permission.READ})
def grid(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """Every column as the last check judged it, the worst first."""
    settings, today = bench.town(town), local_date(bench.clock())
    status, owner = request.query_params.get("status", ""), request.query_params.get("owner", "")
    with bench.town_engine(town).connect() as connection:
        columns = findings.column_statuses(connection)
        coming = due_soon(connection, settings, columns, today)
    chosen = [c for c in columns if status in ("", c.status) and owner in ("", c.owner or "")]
    counts: Counter[str] = Counter(column.status for column in columns)
    return render(
        request, "catalogue.html", town=settings, section="catalogue", title="公开目录", columns=sorted(chosen, key=_worst_first),
        today=today, bar=charts.states(counts), states={s: f"{COLUMNS[s]}（{counts[s]}）" for s in _ORDER if counts[s]},
        chosen={"status": status, "owner": owner}, staff={p.id: p.name for p in settings.staff}, total=len(columns),
        soon=[due for due in coming if owner in ("", due.owner or "")], soon_days=SOON_DAYS, titled=titled,
        left_out=[c for c in settings.columns if not c.applicable],
    )


@get("/towns/{town:str}/catalogue/{column:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one(request: AnyRequest, bench: Bench, town: TownId, column: FromPath[str]) -> Template:
    """One column: how it stands, what was found on it, what was published in it."""
    settings, today = bench.town(town), local_date(bench.clock())
    configured = next((c for c in settings.columns if c.id == column), None)
    if configured is None:
        raise NotFoundException("没有这个栏目")
    number = page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        status = next((c for c in findings.column_statuses(connection) if c.id == column), None)
        listed, total = records.page_of_records(connection, source=configured.source, number=number)
        mine = findings.of_subject(connection, f"column:{column}")
        since = today - timedelta(days=SPELL_DAYS)
        spells = timeline.of_column(connection, settings, configured, since, today, bench.clock()) if configured.applicable else []
        history = [(f, findings.events(connection, f.fingerprint)) for f in mine]
    site, source = settings.source(configured.source)
    return render(
        request, "column.html", town=settings, section="catalogue", title=configured.name, column=configured, standing=status,
        today=today, history=history, spells=spells[::-1], site=site, source=source, staff={p.id: p.name for p in settings.staff},
        page=Page(items=listed, number=number, total=total, path=f"/towns/{town}/catalogue/{column}"),
    )


def _worst_first(column: ColumnStatus) -> tuple[int, date, str]:
    return _ORDER.index(column.status), column.due or date.max, column.name


HANDLERS: list[HTTPRouteHandler] = [grid, one]
