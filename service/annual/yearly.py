"""A town's year out of the store: its figures, its report, and what does not hold in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.clock import day_start
from core.errors import TownwatchError
from core.settings import ColumnKind, Settings
from monitor.annual import compose
from monitor.annual.checks import Failure, check_report
from monitor.annual.tables import AnnualReport
from store import applications, figures, yearly
from store.database import Connection

FIRST_YEAR = 2008
"""Since when the 条例 asks for a yearly report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year's figures and report. ``failures``: the checks that do not hold; ``figures`` is None of a report that was read
    from a file."""

    report: AnnualReport
    failures: tuple[Failure, ...]
    figures: compose.Figures | None
    entries: Mapping[str, str]


def organ_of(settings: Settings) -> str:
    """The name under which a town reports."""
    return f"{settings.town.county}{settings.town.name}人民政府"


def year_of(connection: Connection, settings: Settings, year: int, today: date) -> Year:
    """The year as the store now has it; of the running year, as far as it has come. Raises TownwatchError for others."""
    if not FIRST_YEAR <= year <= today.year:
        raise TownwatchError(f"没有{year}年的年度报告：请写{FIRST_YEAR}至{today.year}之间的年份")
    told, report, entries = _report(connection, settings, year)
    before = _report(connection, settings, year - 1)[1] if "normative_in_force" in yearly.entries(connection, year - 1) else None
    return Year(report=report, failures=tuple(check_report(report, before)), figures=told, entries=entries)


def _report(connection: Connection, settings: Settings, year: int) -> tuple[compose.Figures, AnnualReport, dict[str, str]]:
    entries = yearly.entries(connection, year)
    first, last = compose.period(year)
    held = applications.list_applications(connection, since=first, until=last)
    contests = applications.list_contests(connection)
    told = compose.figures(year, _published(connection, settings, year), held, contests, entries)
    return told, compose.report(organ_of(settings), year, told, held, contests, entries), entries


def _published(connection: Connection, settings: Settings, year: int) -> compose.Published:
    first, last = compose.period(year)
    since, until = day_start(first), day_start(last + timedelta(days=1))
    columns = [column for column in settings.columns if column.applicable]

    def count(sources: list[str]) -> int:
        return figures.count_published(connection, sources, since, until)

    def of_kind(kind: ColumnKind) -> list[str]:
        return [column.source for column in columns if column.kind == kind]

    every = [column.source for column in columns]
    return compose.Published(
        total=count(every), by_category={column.name: count([column.source]) for column in columns},
        key_areas=count(of_kind("key_field")), interpretations=count(of_kind("interpretation")),
        undated=figures.count_undated(connection, every, since, until),
    )
