"""``townwatch demo``: the demo town, one whole day, and the workbench with its result."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from core.clock import now
from core.words import OUTCOMES, SEVERITIES
from service.cli.common import JsonOption, console, emit
from service.demo_day import DemoDay, database_url, demo_town, live_one_day
from service.demo_workbench import Account, DemoWorkbench
from service.web.serving import serve


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="跑完一天即结束，不开工作台")] = False,
    folder: Annotated[Path, typer.Option("--dir", help="演示的配置和数据库放在哪里")] = Path("var/demo"),
    port: Annotated[int, typer.Option(help="工作台端口，0 为任选")] = 0,
    as_json: JsonOption = False,
) -> None:
    """演示：启动一个仿真的镇（仅本机），完整跑一天——采集、研判、检查、提醒、月报——再打开工作台。"""
    with demo_town(folder, now()) as settings:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("准备", total=None)
            day = live_one_day(
                settings,
                folder,
                now,
                lambda what, done, total: progress.update(task, description=what, completed=done, total=total or None),
            )
        if as_json:
            emit(day.data())
        else:
            _tell(day)
        if not once:
            with DemoWorkbench(day, folder, now) as workbench:
                accounts = workbench.make_accounts()
                serve(workbench.bench, host="127.0.0.1", port=port, announce=lambda address: _announce(address, accounts))
        day.engine.dispose()


def _announce(address: str, accounts: list[Account]) -> None:
    typer.echo(f"工作台：{address}  （按 Ctrl+C 结束）")
    typer.echo("可用下列任一账号登录，密码每次演示都不同：")
    for account in accounts:
        typer.echo(f"  用户名 {account.username:<10}  密码 {account.password}  {account.role}")


def _by_severity(day: DemoDay) -> str:
    counts = Counter(str(finding.severity) for finding in day.report.findings)
    return "、".join(f"{word} {counts[severity]}" for severity, word in SEVERITIES.items() if counts[severity])


def _tell(day: DemoDay) -> None:
    figures = day.data()
    console.print(
        f"\n[bold]{escape(day.settings.town.full_name)}[/bold]的一天：采集 {figures['records']} 条，登记舆情 "
        f"{figures['cases']} 件，发现问题 {figures['findings']} 个（{_by_severity(day)}），发出提醒 {figures['deliveries']} 条，"
        f"用时 {figures['seconds']} 秒。"
    )
    names = {source.id: source.name for _, source in day.settings.all_sources}
    for result in sorted(day.run.sources, key=lambda result: [*names, result.source].index(result.source)):
        name = names.get(result.source, result.source)
        note = f"（{escape(result.error)}）" if result.error else ""
        console.print(f"  {OUTCOMES[result.outcome]:<5} {escape(name)}：{result.seen} 条，新 {result.new}{note}")
    console.print(f"月报：{day.digest}")
    console.print(f"继续查看：townwatch --config {day.settings.directory} --database {database_url(day.digest.parent.parent)} cases list")
