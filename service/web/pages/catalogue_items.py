"""公开目录 → 事项对应: every item of the catalogue, the columns in which it appears, and what is left to ask the county office for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.clock import local_date
from core.settings import Settings
from core.words import ITEM_STATES, SURENESS
from service import catalogue_items
from service.catalogue_items import ChoiceError, ItemRow
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import catalogue_choices, findings
from store.database import Connection, transaction

WAITING = ("to_confirm", "unmatched")


@get("/towns/{town:str}/catalogue/items", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId) -> Template:
    """All items by field, those that wait for a person first to be seen."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        rows = catalogue_items.overview(settings, connection)
    fields = {row.item.field: row.item.field or "（未写明领域）" for row in rows}
    asked = {name: request.query_params.get(name, "")[:100] for name in ("state", "field", "q")}
    shown = [row for row in rows if _wanted(row, asked)]
    return render(
        request, "catalogue_items.html", town=settings, section="catalogue", title="事项对应", groups=_by_field(shown), asked=asked,
        fields=fields, counts=catalogue_items.counts(rows), total=len(rows), sure=catalogue_items.sure(rows),
        left=len(catalogue_items.left_over(rows)), first=_next(rows, None), may=visitor.may(Permission.CATALOGUE, town), **_names(settings),
    )


@get("/towns/{town:str}/catalogue/items-left", sync_to_thread=True, opt={"may": Permission.READ})
def left_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """What is left to ask the county office for, to print and hand in."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        left = catalogue_items.left_over(catalogue_items.overview(settings, connection))
    return render(
        request, "catalogue_left.html", town=settings, section="catalogue", title="请县政务公开办确认的事项", groups=_by_field(left),
        total=len(left), today=local_date(bench.clock()),
    )


@get("/towns/{town:str}/catalogue/items/{item:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, item: FromPath[str]) -> Template:
    """One item: what it demands, what is proposed, and the decision."""
    with bench.town_engine(town).connect() as connection:
        return _one(request, bench, visitor, town, catalogue_items.overview(bench.town(town), connection), item)


@post("/towns/{town:str}/catalogue/items", sync_to_thread=True, opt={"may": Permission.CATALOGUE})
def take_all(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, form: Posted) -> Redirect:
    """Take proposals as they are: those of the items that the page named, as far as they are still the same."""
    at, who = bench.clock(), visitor.staff or visitor.username
    said = set(form.choices("item"))
    with transaction(bench.town_engine(town)) as connection:
        rows = [row for row in catalogue_items.overview(bench.town(town), connection) if row.state == "to_confirm"]
        chosen = [catalogue_items.taken(row, who, at) for row in rows if f"{row.item.id}={' '.join(row.proposal.columns)}" in said]
        catalogue_choices.choose(connection, chosen)
        for choice in chosen:
            record_change(connection, visitor, request, "item_choose", f"item:{choice.item}", town, {"columns": list(choice.columns or ())})
    return see_other(f"/towns/{town}/catalogue/items", said="items_chosen", **_kept(form))


@post("/towns/{town:str}/catalogue/items/{item:str}", sync_to_thread=True, opt={"may": Permission.CATALOGUE})
def choose(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, item: FromPath[str], form: Posted
) -> Template | Redirect:
    """A person's decision on one item, or that an earlier one no longer holds."""
    settings, at, path = bench.town(town), bench.clock(), f"/towns/{town}/catalogue/items"
    try:
        with transaction(bench.town_engine(town)) as connection:
            rows = catalogue_items.overview(settings, connection)
            row = _found(rows, item)
            if form.maybe("what", longest=20) == "undo":
                _forget(connection, request, visitor, town, row, at)
                return see_other(f"{path}/{item}", said="item_forgotten")
            said = {
                "what": form.maybe("what", longest=20), "columns": form.choices("columns"), "reason": form.maybe("reason", "理由"),
                "owner": form.maybe("owner", "责任人", longest=100),
            }
            choice = catalogue_items.decide(settings, row, said, visitor.staff or visitor.username, at)
            catalogue_choices.choose(connection, [choice])
            detail = {"what": said["what"], "columns": list(choice.columns or ()), "owner": choice.owner, "reason": choice.reason}
            record_change(connection, visitor, request, "item_choose", f"item:{item}", town, detail)
    except (ChoiceError, FormError) as error:
        with bench.town_engine(town).connect() as connection:
            return _one(request, bench, visitor, town, catalogue_items.overview(settings, connection), item, str(error), form)
    following = _next(rows, row) if form.maybe("then", longest=10) == "next" else None
    return see_other(f"{path}/{following.item.id}" if following else f"{path}/{item}", said="item_chosen")


def _forget(connection: Connection, request: AnyRequest, visitor: Visitor, town: str, row: ItemRow, at: datetime) -> None:
    catalogue_choices.forget(connection, [row.item.id], visitor.staff or visitor.username, at)
    record_change(connection, visitor, request, "item_forget", f"item:{row.item.id}", town)


def _one(
    request: AnyRequest, bench: Workbench, visitor: Visitor, town: str, rows: list[ItemRow], item: str, refusal: str = "",
    typed: Form | None = None,
) -> Template:
    settings, row = bench.town(town), _found(rows, item)
    with bench.town_engine(town).connect() as connection:
        about = [finding for finding in findings.of_subject(connection, f"item:{item}") if finding.open]
    held = "not_applicable" if row.state == "not_applicable" else "none" if row.choice and row.choice.columns == () else "columns"
    return render(
        request, "catalogue_item.html", town=settings, section="catalogue", title=row.name, status=422 if refusal else 200, row=row,
        what=typed.secret("what") if typed else held, checked=_checked(row, typed),
        owner=typed.secret("owner") if typed else row.item.owner or "", reason=typed.secret("reason") if typed else row.item.reason,
        columns=_columns(settings, row), refusal=refusal, findings=about,
        following=_next(rows, row), may=visitor.may(Permission.CATALOGUE, town), **_names(settings),
    )


def _checked(row: ItemRow, typed: Form | None) -> tuple[str, ...]:
    if typed:
        return typed.choices("columns")
    return row.item.columns or (row.proposal.columns if row.state == "to_confirm" else ())


def _columns(settings: Settings, row: ItemRow) -> dict[str, str]:
    """The columns to choose from, what is held or proposed first."""
    first = [*row.item.columns, *row.proposal.columns]
    names = {column.id: column.name for column in catalogue_items.offered(settings)}
    return {column: names[column] for column in dict.fromkeys([*(c for c in first if c in names), *names])}


def _found(rows: Iterable[ItemRow], item: str) -> ItemRow:
    row = next((row for row in rows if row.item.id == item), None)
    if row is None:
        raise NotFoundException("没有这个事项")
    return row


def _next(rows: list[ItemRow], after: ItemRow | None) -> ItemRow | None:
    """The next item that waits for a person, from the start again at the end; of those asked for already none."""
    at = next((n for n, row in enumerate(rows) if after and row.item.id == after.item.id), -1)
    waiting = [row for row in [*rows[at + 1:], *rows[: max(at, 0)]] if row.state in WAITING]
    return next((row for row in waiting if row.choice is None or row.choice.columns is None), None)


def _wanted(row: ItemRow, asked: dict[str, str]) -> bool:
    text = asked["q"].strip()
    return (
        asked["state"] in ("", row.state) and asked["field"] in ("", row.item.field)
        and (not text or any(text in each for each in (row.item.field, row.name, *row.item.elements)))
    )


def _by_field(rows: list[ItemRow]) -> list[tuple[str, list[ItemRow]]]:
    order = {field: n for n, field in enumerate(dict.fromkeys(row.item.field for row in rows))}
    ordered = sorted(rows, key=lambda row: order[row.item.field])
    return [(field, list(group)) for field, group in groupby(ordered, key=lambda row: row.item.field)]


def _kept(form: Form) -> dict[str, str]:
    return {name: value for name in ("state", "field", "q") if (value := form.maybe(name, longest=100))}


def _names(settings: Settings) -> dict[str, Any]:
    return {
        "names": {column.id: column.name for column in settings.columns}, "staff": {person.id: person.name for person in settings.staff},
        "states": ITEM_STATES, "sureness": SURENESS, "column_owners": {c.id: c.owner for c in settings.columns if c.owner},
    }


HANDLERS: list[HTTPRouteHandler] = [list_page, left_page, take_all, one_page, choose]
