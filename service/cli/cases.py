"""``townwatch cases``: the register (舆情台账), and the steps that people take on a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from core.clock import local_date, local_text, now
from core.nouns import Case, CaseState
from core.settings import Settings
from core.text import mask_address
from core.words import CASES
from monitor import steps
from monitor.cases import Change, hard_cap
from service import shaping
from service.case_list import FORMATS, Filter, reading, write_file
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    JsonOption,
    emit,
    engine_of,
    grid,
    settings_of,
    town_engine_of,
)
from store import case_lists
from store import cases as case_store
from store import mentions as mention_store
from store import records as record_store
from store.database import Connection, transaction

Number = Annotated[int, typer.Argument(metavar="ID", help="台账编号")]
By = Annotated[str, typer.Option("--by", help="经办人（staff.toml 中的 id）")]
Note = Annotated[str, typer.Option("--note", help="说明")]
DueOption = Annotated[datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="县交办单写明的期限")]
StateOption = Annotated[CaseState | None, typer.Option("--state", help="只看某一状态")]
OpenOption = Annotated[bool, typer.Option("--open", help="只看未回复的")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="只看某人负责的")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(help="舆情台账：登记、研判、交办、回复、办结。", no_args_is_help=True)
    commands.command("list")(list_cases)
    for command in (show, assess, assign, reply, extend, close, export):
        commands.command()(command)
    app.add_typer(commands, name="cases")


def list_cases(
    open_only: OpenOption = False, state: StateOption = None, owner: OwnerOption = None,
    _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """列出台账，先到期的在前。"""
    engine = engine_of(database)
    with engine.connect() as connection:
        cases = case_store.list_cases(connection, open_only=open_only, state=state, owner=owner)
    engine.dispose()
    today = local_date(now())
    if as_json:
        emit({"cases": [case_json(case, today) for case in cases]})
        return
    table = grid("编号", "标题", "类别", "状态", "责任人", "登记", "期限")
    for case in cases:
        table.add_row(str(case.id), escape(case.title), escape(case.category), CASES[case.state],
                      case.owner or "", local_text(case.registered_at), _due(case, today))
    Console().print(table if cases else "台账中没有符合条件的事项。")


def show(
    case_id: Number, _: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """一件舆情的全文、提及和全部办理记录。"""
    engine = engine_of(database)
    with engine.connect() as connection:
        case = _case(connection, case_id)
        stored = record_store.get(connection, case.record_id)
        mentions = mention_store.of_record(connection, case.record_id)
    engine.dispose()
    today = local_date(now())
    if as_json:
        emit({"cases": [shaping.plain(shaping.case_detail(case, stored, mentions, today))]})
        return
    out = Console()
    out.print(f"[bold]第{case.id}号 {escape(case.title)}[/bold]（{escape(case.category)}，{CASES[case.state]}，"
              f"期限 {_due(case, today) or '无'}）\n{mask_address(case.url)}\n\n{escape(stored.record.body)}\n", soft_wrap=True)
    for step in case.steps:
        what = steps.NAMES[step.action]
        out.print(f"{local_text(step.at)} {escape(step.who)} {what} {escape(step.note)}", soft_wrap=True)


def assess(
    case_id: Number, category: Annotated[str, typer.Option("--category", help="研判后的类别")], by: By, note: Note,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """研判：定类别，写明意见。"""
    settings = _known(config, by)
    _take(case_id, database, as_json, settings,
          lambda case, at: steps.assess(case, who=by, at=at, category=category, note=note))


def assign(
    case_id: Number, staff: Annotated[str, typer.Argument(metavar="STAFF", help="交给谁办（staff.toml 中的 id）")],
    by: By, note: Note = "", due: DueOption = None, config: ConfigOption = None, database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """交办：交给某人；县交办单写明期限且更早的，以其为准。"""
    settings = _known(config, by, staff)
    _take(case_id, database, as_json, settings, lambda case, at: steps.assign(
        case, who=by, at=at, owner=staff, note=note, due=due.date() if due else None))


def reply(
    case_id: Number, by: By, note: Note, config: ConfigOption = None, database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """回复：记下已经答复及要点。"""
    settings = _known(config, by)
    _take(case_id, database, as_json, settings, lambda case, at: steps.reply(case, who=by, at=at, note=note))


def extend(
    case_id: Number, until: Annotated[datetime, typer.Argument(metavar="DATE", formats=["%Y-%m-%d"], help="新期限")],
    by: By, note: Note, config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """延期：写明理由，不得超过最长办理期限。"""
    settings = _known(config, by)
    _take(case_id, database, as_json, settings, lambda case, at: steps.extend(
        case, who=by, at=at, due=until.date(), cap=hard_cap(case, settings.cases, settings.calendar), note=note))


def close(
    case_id: Number, by: By, note: Note, config: ConfigOption = None, database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """办结：写明结果；与本镇无关的也在此写明后办结。"""
    settings = _known(config, by)
    _take(case_id, database, as_json, settings, lambda case, at: steps.close(case, who=by, at=at, note=note))


def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="写到哪个文件：.xlsx、.csv 或 .json")],
    open_only: OpenOption = False, overdue: Annotated[bool, typer.Option("--overdue", help="只要已逾期的")] = False,
    state: StateOption = None, category: Annotated[str | None, typer.Option("--category", help="只要某一类别的")] = None,
    owner: OwnerOption = None, source: Annotated[str | None, typer.Option("--source", help="只要某一来源的（来源的 id）")] = None,
    text: Annotated[str, typer.Option("--text", help="标题里有这些字的")] = "",
    since: Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="从这一天起登记的")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="到这一天为止登记的")] = None,
    config: ConfigOption = None, database: DatabaseOption = None, as_json: JsonOption = False,
) -> None:
    """把台账（或其中符合条件的）导出为表格或 JSON 文件，栏目与工作台导出的相同。"""
    kind = output.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise typer.BadParameter(f"不认识“{output.name}”的格式：文件名应以 .xlsx、.csv 或 .json 结尾")
    settings, today = settings_of(config), local_date(now())
    chosen = Filter(
        show="overdue" if overdue else "open" if open_only else "all", state=state, category=category, owner=owner, source=source,
        text=text, since=since.date() if since else None, until=until.date() if until else None,
    )
    engine = town_engine_of(database, settings)
    with engine.connect() as connection:
        written = write_file(output, case_lists.stream(connection, chosen.wanted(today)), reading(settings, today))
    engine.dispose()
    if as_json:
        emit({"file": output, "cases": written})
    else:
        Console().print(f"已导出 {written} 件到 {escape(str(output))}。", soft_wrap=True)


def case_json(case: Case, today: date) -> dict[str, Any]:
    """A case with the keys of the design."""
    return shaping.plain(shaping.case(case, today))


def _take(
    case_id: int, database: str | None, as_json: bool, settings: Settings, decide: Callable[[Case, datetime], Change]
) -> None:
    """Take a step in one transaction and show the case."""
    engine, at = town_engine_of(database, settings), now()
    with transaction(engine) as connection:
        change = decide(_case(connection, case_id), at)
        case = case_store.add_step(connection, case_id, change.step, **change.columns)
    engine.dispose()
    if as_json:
        emit({"cases": [case_json(case, local_date(at))]})
    else:
        owner = f"，责任人：{_staff(settings).get(case.owner, case.owner)}" if case.owner else ""
        Console().print(f"第{case.id}号已{steps.NAMES[change.step.action]}，现{CASES[case.state]}{owner}。",
                        soft_wrap=True)


def _known(config: Path | None, *staff: str) -> Settings:
    """The settings, when every named person is in them."""
    settings = settings_of(config)
    for person in staff:
        if person not in _staff(settings):
            raise typer.BadParameter(f"staff.toml 里没有“{person}”")
    return settings


def _staff(settings: Settings) -> dict[str, str]:
    return {person.id: person.name for person in settings.staff}


def _case(connection: Connection, case_id: int) -> Case:
    case = case_store.get(connection, case_id)
    if case is None:
        raise steps.CaseError(f"台账中没有第{case_id}号")
    return case


def _due(case: Case, today: date) -> str:
    if case.due is None:
        return ""
    return f"{case.due}" + ("（暂定）" if case.provisional else "（已逾期）" if case.overdue(today) else "")
