"""``townwatch applications``: the register (依申请公开台账), its clocks, and what was contested."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from core.applications import Application
from core.clock import local_date, now
from core.settings import Settings
from monitor import application_steps as steps
from monitor.applications import clock
from service import applications
from service.application_shapes import CONTESTS, RESULTS, application_json, contest_json, due_text, standing
from service.cli.common import ConfigOption, DatabaseOption, JsonOption, emit, grid, settings_of, town_engine_of
from store import applications as store
from store.database import transaction

_DAYS = ["%Y-%m-%d"]
Number = Annotated[int, typer.Argument(metavar="ID", help="登记序号")]
By = Annotated[str, typer.Option("--by", help="经办人（staff.toml 中的 id）")]
DayOption = Annotated[datetime | None, typer.Option("--day", formats=_DAYS, help="发生在哪一天（默认今天）")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="依申请公开台账：登记、办理、期限，以及复议诉讼。", no_args_is_help=True)
    commands.command("list")(list_applications)
    for command in (add, show, step, close):
        commands.command()(command)
    commands.command("contest")(contest)
    commands.command("contests")(contests)
    commands.command("contest-end")(contest_end)
    app.add_typer(commands, name="applications")


def list_applications(
    open_only: Annotated[bool, typer.Option("--open", help="只看未办结的")] = False, config: ConfigOption = None,
    database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """列出依申请公开台账。"""
    settings, today = settings_of(config), local_date(now())
    engine = town_engine_of(database, settings)
    with engine.connect() as connection:
        found = store.list_applications(connection, open_only=open_only)
    engine.dispose()
    if as_json:
        emit({"applications": [application_json(each, settings.calendar, today) for each in found]})
        return
    table = grid("序号", "编号", "申请内容", "收到", "期限", "状态")
    for each in found:
        told = clock(each, settings.calendar)
        due = due_text(told) if each.open else ""
        table.add_row(str(each.id), escape(each.number), escape(each.title), str(each.received), due,
                      standing(each, told, today, settings.calendar)[1])
    Console().print(table if found else "台账中没有依申请公开。")


def add(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="登记编号，如 2026-001")],
    title: Annotated[str, typer.Option("--title", help="申请公开什么")], by: By,
    applicant: Annotated[str, typer.Option("--applicant", help="、".join(f"{k} {v}" for k, v in steps.APPLICANTS.items()))] = "person",
    channel: Annotated[str, typer.Option("--channel", help="、".join(f"{k} {v}" for k, v in steps.CHANNELS.items()))] = "in_person",
    received: Annotated[datetime | None, typer.Option("--received", formats=_DAYS, help="收到日期（条例第三十一条，默认今天）")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="责任人（staff.toml 中的 id）")] = None, config: ConfigOption = None,
    database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """登记一件依申请公开。申请人姓名不保存，凭编号查纸质档案。"""
    settings, at = settings_of(config), now()
    _known(settings, by, *([owner] if owner else []))
    entry = steps.Entry(
        number=number, title=title, applicant=applicant, channel=channel, owner=owner,
        received=received.date() if received else local_date(at),
    )
    engine = town_engine_of(database, settings)
    with transaction(engine) as connection:
        found = applications.add(connection, entry, who=by, at=at, today=local_date(at))
    engine.dispose()
    _said(found, settings, at, as_json)


def show(application_id: Number, config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """一件依申请公开的期限和全部办理记录。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    with engine.connect() as connection:
        found = applications.existing(connection, application_id)
    engine.dispose()
    _said(found, settings, now(), as_json)
    if not as_json:
        for each in found.steps:
            Console().print(f"{each.day} {escape(each.who)} {steps.NAMES[each.action]} {escape(each.note)}", soft_wrap=True)


def step(
    application_id: Number,
    action: Annotated[str, typer.Argument(metavar="STEP", help="、".join(f"{k} {v}" for k, v in steps.ACTIONS.items()))],
    by: By, day: DayOption = None, note: Annotated[str, typer.Option("--note", help="说明")] = "",
    until: Annotated[datetime | None, typer.Option("--until", formats=_DAYS, help="补正期限，或延迟答复到哪一天")] = None,
    whom: Annotated[str, typer.Option("--whom", help="、".join(f"{k} {v}" for k, v in steps.WHOM.items()))] = "",
    workdays: Annotated[int | None, typer.Option("--workdays", help="延长几个工作日（至多20）")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """办理：补正、征求意见、延长期限、延迟答复、备注。"""
    _take(config, database, as_json, application_id, by, day, {
        "action": action, "note": note, "until": until.date() if until else None, "whom": whom, "workdays": workdays,
    })


def close(
    application_id: Number,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="、".join(f"{k} {v}" for k, v in steps.OUTCOMES.items()))],
    by: By, day: DayOption = None, note: Annotated[str, typer.Option("--note", help="说明")] = "",
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """答复办结，结果按年度报告表三的口径。"""
    _take(config, database, as_json, application_id, by, day, {"action": "close", "outcome": outcome, "note": note})


def contest(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="、".join(f"{k} {v}" for k, v in CONTESTS.items()))],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="案号")],
    title: Annotated[str, typer.Option("--title", help="案由")],
    accepted: Annotated[datetime | None, typer.Option("--accepted", formats=_DAYS, help="受理日期（默认今天）")] = None,
    application_id: Annotated[int | None, typer.Option("--application", help="有关的依申请公开的序号")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """登记一件政府信息公开的行政复议或行政诉讼。"""
    settings, today = settings_of(config), local_date(now())
    engine = town_engine_of(database, settings)
    with transaction(engine) as connection:
        found = applications.contest(
            connection, kind=kind, number=number, title=title, accepted=accepted.date() if accepted else today,
            application_id=application_id, today=today,
        )
    engine.dispose()
    _told({"contests": [contest_json(found)]}, f"{CONTESTS[found.kind]}{found.number}已登记，序号{found.id}。", as_json)


def contest_end(
    contest_id: Number,
    result: Annotated[str, typer.Argument(metavar="RESULT", help="、".join(f"{k} {v}" for k, v in RESULTS.items()))], day: DayOption = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """记下复议或诉讼的结果。"""
    settings, today = settings_of(config), local_date(now())
    engine = town_engine_of(database, settings)
    with transaction(engine) as connection:
        found = applications.end_contest(connection, contest_id, result=result, decided_on=day.date() if day else today, today=today)
    engine.dispose()
    _told({"contests": [contest_json(found)]}, f"{CONTESTS[found.kind]}{found.number}：{RESULTS[result]}。", as_json)


def contests(config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """列出行政复议和行政诉讼。"""
    engine = town_engine_of(database, settings_of(config))
    with engine.connect() as connection:
        found = store.list_contests(connection)
    engine.dispose()
    if as_json:
        emit({"contests": [contest_json(each) for each in found]})
        return
    table = grid("序号", "类别", "案号", "案由", "受理", "结果")
    for each in found:
        ended = f"{RESULTS[each.result]}（{each.decided_on}）" if each.result else "尚未审结"
        table.add_row(str(each.id), CONTESTS[each.kind], escape(each.number), escape(each.title), str(each.accepted), ended)
    Console().print(table if found else "没有登记行政复议和行政诉讼。")


def _take(
    config: ConfigOption, database: str | None, as_json: bool, application_id: int, by: str, day: datetime | None,
    asked: dict[str, Any],
) -> None:
    settings, at = settings_of(config), now()
    _known(settings, by)
    today = local_date(at)
    wanted = steps.Asked(day=day.date() if day else today, **asked)
    engine = town_engine_of(database, settings)
    with transaction(engine) as connection:
        found = applications.take(connection, application_id, wanted, who=by, at=at, today=today)
    engine.dispose()
    _said(found, settings, at, as_json)


def _said(found: Application, settings: Settings, at: datetime, as_json: bool) -> None:
    today, told = local_date(at), clock(found, settings.calendar)
    due = f"，期限{due_text(told)}" if found.open and told.due else ""
    words = [f"{found.number} {found.title}：{standing(found, told, today, settings.calendar)[1]}{due}。", *told.breaches]
    _told({"applications": [application_json(found, settings.calendar, today)]}, "\n".join(words), as_json)


def _told(data: dict[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        emit(data)
    else:
        Console().print(escape(words), soft_wrap=True)


def _known(settings: Settings, *people: str) -> None:
    known = {person.id for person in settings.staff}
    for person in people:
        if person not in known:
            raise typer.BadParameter(f"staff.toml 里没有“{person}”")
