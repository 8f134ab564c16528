"""``townwatch check``: judges what the store holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from alerts.run import plan_alerts
from core.catalogue import ColumnStatus
from core.clock import local_date, now
from core.nouns import Finding, Severity
from core.settings import Settings
from core.words import COLUMNS, SEVERITIES
from monitor.items.upcoming import DAYS, Due, titled
from monitor.items.upcoming import upcoming as coming
from monitor.run import CheckReport, DayError
from monitor.run import check as run_check
from service import shaping
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    Exit,
    JsonOption,
    console,
    emit,
    grid,
    settings_of,
    town_engine_of,
    town_var_of,
)
from service.page_texts import reader
from service.rereading import reread
from store.database import Connection

_STEPS = {"scan": "检查网页内容", "match": "查找提及"}
_COLOURS = {"fresh": "green", "due": "yellow", "overdue": "red", "delinquent": "red", "blank": "red", "cannot_judge": "white"}


class Scope(StrEnum):
    """What may be checked alone."""

    CATALOGUE = "catalogue"
    PAGES = "pages"
    SITES = "sites"


ScopeArgument = Annotated[Scope | None, typer.Argument(help="只查目录栏目、网页或来源；不写则全查")]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="按某一天的情况判断；不是今天则只看不写")
]
FailOn = Annotated[Severity | None, typer.Option("--fail-on", help="有此级别或更重的问题未解决时，退出码为 3")]

Upcoming = Annotated[bool, typer.Option("--upcoming", help="另列今后若干天内应公开的内容，先到期的在前")]
Days = Annotated[int, typer.Option("--days", min=0, max=366, help="--upcoming 看今后多少天")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    scope: ScopeArgument = None, as_of: AsOf = None, fail_on: FailOn = None, upcoming: Upcoming = False, days: Days = DAYS,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """检查：登记舆情，判断栏目、公开事项是否按期公开、网页是否有误、来源和巡查是否正常，并生成该发的提醒。"""
    settings = settings_of(config)
    try:
        report = _check(settings, database, scope, as_of.date() if as_of else None)
    except DayError as error:
        raise typer.BadParameter(str(error)) from error
    due = coming(report.columns, report.items, report.catalogue, report.as_of, days)
    if as_json:
        emit(report_json(report) | ({"upcoming": [shaping.plain(shaping.due(one, report.as_of)) for one in due]} if upcoming else {}))
    else:
        staff = {person.id: person.name for person in settings.staff}
        _show(report, staff)
        if upcoming:
            _show_upcoming(due, report.as_of, days, staff)
    if fail_on is not None and any(finding.severity.at_least(fail_on) for finding in report.findings):
        raise typer.Exit(Exit.FOUND)


def report_json(report: CheckReport) -> dict[str, Any]:
    """The report with the keys of the design."""
    return {
        "as_of": report.as_of,
        "columns": [shaping.plain(shaping.column(column)) for column in report.columns],
        "items": [shaping.plain(shaping.item_status(item)) for item in report.items],
        "findings": [finding_json(finding) for finding in report.findings],
        "cannot_judge": [
            shaping.plain(shaping.cannot_judge(judgement))
            for judgement in report.cannot_judge
        ],
        "judged": report.judged,
        "opened": [finding.fingerprint for finding in report.opened],
        "resolved": [finding.fingerprint for finding in report.resolved],
        "new_cases": [case.id for case in report.new_cases],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as the command line and the API show it; times in China's zone."""
    return shaping.plain(shaping.finding(finding))


def _check(settings: Settings, database: str | None, scope: Scope | None, as_of: date | None) -> CheckReport:
    def also(connection: Connection, at: datetime) -> None:
        plan_alerts(connection, settings, at)

    engine = town_engine_of(database, settings)
    try:
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("检查网页内容", total=None)
            at, var = now(), town_var_of(database, settings)
            if as_of in (None, local_date(at)) and scope in (None, Scope.PAGES):
                reread(engine, var)
            return run_check(
                settings, engine, now=at, as_of=as_of, scope=scope, also=also,
                progress=lambda what, done, total: bar.update(task, description=_STEPS[what], completed=done, total=total or None),
                read=reader(var),
            )
    finally:
        engine.dispose()


def _show(report: CheckReport, staff: Mapping[str, str]) -> None:
    out = Console()
    if report.columns:
        out.print(_columns(report.columns, staff))
    for finding in report.findings:
        out.print(f"[bold]{SEVERITIES[finding.severity]}[/bold] {escape(finding.title)}", soft_wrap=True)
        out.print(f"     {escape(finding.reason)}", soft_wrap=True)
    for judgement in report.cannot_judge:
        out.print(f"[dim]无法判断[/dim] {escape(judgement.title)}：{escape(judgement.reason)}", soft_wrap=True)
    out.print(
        f"{report.as_of}：检查{report.judged}项，未解决{len(report.findings)}项（新增{len(report.opened)}项，"
        f"本次解决{len(report.resolved)}项），无法判断{len(report.cannot_judge)}项，新登记舆情{len(report.new_cases)}件。",
        soft_wrap=True,
    )


def _show_upcoming(due: Sequence[Due], day: date, days: int, staff: Mapping[str, str]) -> None:
    out = Console()
    if not due:
        out.print(f"今后{days}天没有应公开的内容。")
        return
    table = grid("应公开于", "还剩", "内容", "责任人", "说明", title=f"今后{days}天应公开")
    for one in due:
        when = f"{one.due}{'（暂定）' if one.provisional else ''}"
        table.add_row(when, f"{one.left(day)}天", escape(titled(one)), staff.get(one.owner or "", one.owner or ""), escape(one.reason))
    out.print(table)


def _columns(columns: tuple[ColumnStatus, ...], staff: Mapping[str, str]) -> Table:
    table = grid("栏目", "状态", "最近发布", "应更新", "条数", "责任人")
    for column in columns:
        table.add_row(
            escape(column.name), f"[{_COLOURS[column.status]}]{COLUMNS[column.status]}", str(column.latest or ""), str(column.due or ""),
            str(column.count), escape(staff.get(column.owner or "", column.owner or "未指定")),
        )
    return table
