"""``townwatch catalogue match``: items and the columns in which they appear. Asks on a terminal, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from core.catalogue import ItemChoice
from core.clock import now
from core.settings import Settings
from core.words import ITEM_STATES, SURENESS
from service import catalogue_items
from service.catalogue_items import ChoiceError, ItemRow
from service.cli.common import (
    ConfigOption,
    DatabaseOption,
    JsonOption,
    console,
    emit,
    grid,
    settings_of,
    town_engine_of,
)
from store import catalogue_choices
from store.database import transaction

ASKED = "回车=采用，数字=改选栏目（可写多个，用空格隔开），n=网站上没有，x 理由=本镇不适用，s=以后再定，q=结束"


class Enough(Exception):
    """The person wants to stop; what was decided so far is kept."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match")(match)


def match(
    apply: Annotated[bool, typer.Option("--apply", help="记下把握大的对应；在终端上逐项询问其余的")] = False,
    by: Annotated[str, typer.Option("--by", help="经办人（staff.toml 中的 id）")] = "",
    config: ConfigOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """事项与栏目对应：列出每项的状态、建议和理由。决定记在数据库里，与工作台“事项对应”是同一份；catalogue.toml 不改。"""
    settings = settings_of(config)
    engine = town_engine_of(database, settings)
    applied: list[ItemChoice] = []
    who = by or "townwatch"
    if apply:
        with transaction(engine) as connection:
            rows = catalogue_items.overview(settings, connection)
            applied = [catalogue_items.taken(row, who, now()) for row in catalogue_items.sure(rows)]
            catalogue_choices.choose(connection, applied)
    with engine.connect() as connection:
        rows = catalogue_items.overview(settings, connection)
    if apply and not as_json and sys.stdin.isatty() and sys.stderr.isatty():
        for choice in ask_for(settings, rows, console.input, who, now):
            with transaction(engine) as connection:
                catalogue_choices.choose(connection, [choice])
            applied.append(choice)
        with engine.connect() as connection:
            rows = catalogue_items.overview(settings, connection)
    if as_json:
        emit({"items": [row_json(row) for row in rows], "counts": catalogue_items.counts(rows),
              "applied": [choice.item for choice in applied], "left": [row.item.id for row in catalogue_items.left_over(rows)]})
    else:
        _tell(settings, rows, applied)


def ask_for(
    settings: Settings, rows: Sequence[ItemRow], ask: Callable[[str], str], who: str, clock: Callable[[], datetime]
) -> Iterator[ItemChoice]:
    """Ask of every item that is not certain, and give each decision as it is made; an answer that cannot be used is asked for
    again."""
    undecided = [row for row in rows if row.choice is None or row.choice.columns is None]
    open_rows = [row for row in undecided if row.state in ("to_confirm", "unmatched")]
    if open_rows:
        console.print(f"还有 {len(open_rows)} 项要问。{ASKED}。栏目编号：", soft_wrap=True)
        console.print("  ".join(f"{n}.{escape(column.name)}" for n, column in enumerate(catalogue_items.offered(settings), 1)),
                      soft_wrap=True)
    try:
        for row in open_rows:
            yield from _ask_of(settings, row, ask, who, clock)
    except (Enough, EOFError, KeyboardInterrupt):
        console.print("已结束，前面的决定已记下。")


def row_json(row: ItemRow) -> dict[str, Any]:
    """One item as data."""
    item, proposal = row.item, row.proposal
    return {
        "id": item.id, "field": item.field, "level1": item.level1, "level2": item.level2, "level3": item.level3, "state": row.state,
        "columns": list(item.columns), "owner": item.owner, "applicable": item.applicable, "reason": item.reason,
        "proposal": {"columns": list(proposal.columns), "sureness": proposal.sureness, "reason": proposal.reason},
        "decided_by": row.choice.who if row.choice else None, "decided_at": row.choice.at if row.choice else None,
    }


def _ask_of(
    settings: Settings, row: ItemRow, ask: Callable[[str], str], who: str, clock: Callable[[], datetime]
) -> list[ItemChoice]:
    names = {column.id: column.name for column in settings.columns}
    proposed = "、".join(names[column] for column in row.proposal.columns) or "没有建议"
    name = f"[bold]{escape(row.item.field)}　{escape(row.name)}[/bold]"
    console.print(f"{name}　建议：{escape(proposed)}（{escape(row.proposal.reason)}）", soft_wrap=True)
    while True:
        try:
            said = _understood(settings, row, ask("> ").strip())
            return [] if said is None else [catalogue_items.decide(settings, row, said, who, clock())]
        except ChoiceError as error:
            console.print(f"{error}。{ASKED}。", soft_wrap=True)


def _understood(settings: Settings, row: ItemRow, answer: str) -> dict[str, Any] | None:
    """An answer as a decision; None: not now."""
    word, _, rest = answer.partition(" ")
    if word in ("q", "Q"):
        raise Enough
    if word in ("s", "S") or (not answer and not row.proposal.columns):
        return None
    if not answer:
        return {"what": "columns", "columns": row.proposal.columns}
    if word in ("n", "N"):
        return {"what": "none"}
    if word in ("x", "X"):
        return {"what": "not_applicable", "reason": rest}
    numbers = answer.replace("，", " ").replace(",", " ").split()
    columns = catalogue_items.offered(settings)
    if not all(number.isdigit() and 1 <= int(number) <= len(columns) for number in numbers):
        raise ChoiceError("没有看懂")
    return {"what": "columns", "columns": [columns[int(number) - 1].id for number in numbers]}


def _tell(settings: Settings, rows: Sequence[ItemRow], applied: Sequence[ItemChoice]) -> None:
    names = {column.id: column.name for column in settings.columns}
    table = grid("领域", "事项", "状态", "栏目", "建议", "理由")
    for row in rows:
        proposed = "" if row.state != "to_confirm" else "、".join(names[column] for column in row.proposal.columns)
        proposal = f"{SURENESS[row.proposal.sureness]}：{row.proposal.reason}"
        why = {"to_confirm": proposal, "not_applicable": row.item.reason}.get(row.state, "")
        columns = "、".join(names.get(column, column) for column in row.item.columns)
        table.add_row(*map(escape, (row.item.field, row.name, ITEM_STATES[row.state], columns, proposed, why)))
    out = Console()
    if not rows:
        out.print("catalogue.toml 中还没有事项：先用 townwatch catalogue import 或 townwatch catalogue preset apply。")
        return
    out.print(table)
    counted = "，".join(f"{ITEM_STATES[state]} {number} 项" for state, number in catalogue_items.counts(rows).items() if number)
    console.print(f"共 {len(rows)} 项：{counted}；本次记下 {len(applied)} 项。", soft_wrap=True)
    waiting = len(catalogue_items.sure(rows))
    if waiting:
        console.print(f"其中 {waiting} 项把握大，加 --apply 即可记下。", soft_wrap=True)
    left = catalogue_items.left_over(rows)
    if left:
        where = "清单可在工作台“公开目录·事项对应”打印"
        console.print(f"有 {len(left)} 项没有找到栏目：请县政务公开办确认或开设栏目，{where}。", soft_wrap=True)
