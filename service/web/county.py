"""What the county's table shows of each town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import local_date
from core.nouns import Severity
from core.settings import Settings
from monitor.inspection import Count
from monitor.inspection_rules import Counter
from service.inspections import inspection_of, preset_of
from service.web.workbench import Workbench
from store import runs
from store.figures import TownFigures, figures_by_town

LATE = ("overdue", "delinquent", "blank")


@dataclass(frozen=True, slots=True, kw_only=True)
class TownRow:
    """One town. ``findings``: open ones by severity, worst first, zeros left out."""

    town: Settings
    open_cases: int
    overdue_cases: int
    late_columns: int
    findings: tuple[tuple[Severity, int], ...]
    unseen: int
    dead_deliveries: int
    last_run_at: datetime | None


def gather(bench: Workbench, towns: Sequence[str]) -> list[TownRow]:
    """The rows, the towns with most that is overdue first."""
    with bench.engine.connect() as connection:
        figures = figures_by_town(connection, local_date(bench.clock()))
    rows = [_row(bench.town(town), figures.get(town, TownFigures()), _unseen(bench, town)) for town in towns]
    return sorted(rows, key=lambda row: (-row.overdue_cases, -row.unseen, -row.late_columns, row.town.town.name))


def _row(town: Settings, figures: TownFigures, unseen: int) -> TownRow:
    return TownRow(
        town=town, open_cases=figures.open_cases, overdue_cases=figures.overdue_cases,
        late_columns=sum(figures.columns.get(status, 0) for status in LATE),
        findings=tuple((severity, figures.findings[severity]) for severity in Severity if figures.findings.get(severity)),
        unseen=unseen, dead_deliveries=figures.dead_deliveries, last_run_at=figures.last_run_at,
    )


def _unseen(bench: Workbench, town: str) -> int:
    """How many sources the last run that had them to look at did not really see."""
    with bench.town_engine(town).connect() as connection:
        recent = runs.recent_results(connection, 1)
    last = [recent.get(source.id) for _, source in bench.town(town).all_sources]
    return sum(not results or not results[0].outcome.looked for results in last)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyBudget:
    """What towns use of the county's budget of a veto. ``sums``: by indicator over all towns, in the order of ``counters``."""

    at: datetime
    counters: tuple[Counter, ...]
    rows: tuple[tuple[Settings, dict[str, Count]], ...]
    sums: dict[str, int]
    unjudged: dict[str, int]
    """By indicator, of how many towns nothing can be said."""


def budgets(bench: Workbench, towns: Sequence[str], preset: str) -> CountyBudget:
    """The vetoes with a budget, the towns that use most of it first. The indicators are those of the first town's rules: a county
    inspects all its towns by the same."""
    at = bench.clock()
    rows: list[tuple[Settings, dict[str, Count]]] = []
    counters: tuple[Counter, ...] = ()
    for town in towns:
        settings = bench.town(town)
        chosen = preset_of(settings, preset)
        counters = counters or tuple(counter for counter in chosen.veto if counter.budget is not None)
        found = inspection_of(settings, bench.town_engine(town), chosen, local_date(at), at)
        rows.append((settings, {count.counter.id: count for count in found.veto}))
    counted = [(counter.id, [counts[counter.id] for _, counts in rows if counter.id in counts]) for counter in counters]
    return CountyBudget(
        at=at, counters=counters, rows=tuple(sorted(rows, key=lambda row: (-sum(c.used for c in row[1].values()), row[0].town.name))),
        sums={name: sum(count.used for count in counts) for name, counts in counted},
        unjudged={name: sum(count.state == "cannot_judge" for count in counts) for name, counts in counted},
    )
