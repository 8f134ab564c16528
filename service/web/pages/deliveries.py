"""通知: who was told what, over which channel, how each try ended, and what they answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from alerts import quiet
from alerts.acknowledging import LONGEST, AnswerError
from alerts.run import current_items
from core.nouns import Delivery, DeliveryStatus, Severity
from core.words import DELIVERIES
from service.web.forms import Form, FormError
from service.web.inject import Bench, Posted, TownId, Who
from service.web.paging import Page, page_number
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from service.web.security.visitor import Visitor
from service.web.workbench import Workbench
from store import acknowledgements, deliveries
from store.database import Connection, transaction

Act = Callable[[Connection, Delivery, datetime], dict[str, str]]


@get("/towns/{town:str}/deliveries", sync_to_thread=True, opt={"may": Permission.READ})
def list_page(request: AnyRequest, bench: Bench, town: TownId) -> Template:
    """The outbox, newest first."""
    settings = bench.town(town)
    asked = {name: request.query_params.get(name, "")[:100] for name in ("status", "recipient")}
    status = DeliveryStatus(asked["status"]) if asked["status"] in DELIVERIES else None
    number = page_number(request.query_params.get("page"))
    with bench.town_engine(town).connect() as connection:
        found, total = deliveries.page_of_deliveries(connection, status=status, recipient=asked["recipient"] or None, number=number)
        broken = deliveries.broken_channels(connection)
    return render(
        request, "deliveries.html", town=settings, section="deliveries", title="通知", asked=asked, broken=broken,
        page=Page(items=found, number=number, total=total, path=f"/towns/{town}/deliveries", filters=asked),
        staff={p.id: p.name for p in settings.staff},
    )


@get("/towns/{town:str}/deliveries/{delivery:str}", sync_to_thread=True, opt={"may": Permission.READ})
def one_page(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str]) -> Template:
    """One message as it was sent, every try, and what was answered."""
    with bench.town_engine(town).connect() as connection:
        return _one(request, connection, bench, visitor, town, _found(connection, delivery))


@post("/towns/{town:str}/deliveries/{delivery:str}/resend", sync_to_thread=True, opt={"may": Permission.ALERTS})
def resend(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str]) -> Redirect:
    """Put a message that was given up into the outbox again."""
    with transaction(bench.town_engine(town)) as connection:
        _found(connection, delivery)
        if deliveries.revive(connection, delivery):
            record_change(connection, visitor, request, "delivery_resend", f"delivery:{delivery}", town)
    return see_other(f"/towns/{town}/deliveries/{delivery}", said="resent")


@post("/towns/{town:str}/deliveries/{delivery:str}/ack", sync_to_thread=True, opt={"may": Permission.ALERTS})
def ack(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str], form: Posted
) -> Template | Redirect:
    """收到: its things are not pressed on this recipient until they change."""
    def act(connection: Connection, found: Delivery, at: datetime) -> dict[str, str]:
        given = quiet.acknowledge(connection, bench.town(town), found, who=_who(visitor), at=at)
        return {"recipient": found.recipient, "items": str(len(given))}

    return _change(request, bench, visitor, town, delivery, form, "delivery_ack", act)


@post("/towns/{town:str}/deliveries/{delivery:str}/silence", sync_to_thread=True, opt={"may": Permission.ALERTS})
def silence(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str], form: Posted
) -> Template | Redirect:
    """静音: nothing of one of its things to this recipient until a day."""
    def act(connection: Connection, found: Delivery, at: datetime) -> dict[str, str]:
        key, note = _item(found, form), form.maybe("note", "理由", longest=1000)
        until = form.day("until", "静音到")
        quiet.silence(connection, bench.town(town), key, found.recipient, until=until, who=_who(visitor), note=note, at=at)
        return {"recipient": found.recipient, "item": ":".join(key), "until": str(until), "note": note}

    return _change(request, bench, visitor, town, delivery, form, "delivery_silence", act)


@post("/towns/{town:str}/deliveries/{delivery:str}/speak-again", sync_to_thread=True, opt={"may": Permission.ALERTS})
def speak_again(
    request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str], form: Posted
) -> Template | Redirect:
    """Take back what was answered about one of its things."""
    def act(connection: Connection, found: Delivery, at: datetime) -> dict[str, str]:
        key = _item(found, form)
        quiet.speak_again(connection, bench.town(town), key, found.recipient, who=_who(visitor), at=at)
        return {"recipient": found.recipient, "item": ":".join(key)}

    return _change(request, bench, visitor, town, delivery, form, "delivery_speak_again", act)


def _change(
    request: AnyRequest, bench: Workbench, visitor: Visitor, town: str, delivery: str, form: Form, action: str, act: Act
) -> Template | Redirect:
    """An answer and its line in the log, in one transaction; what cannot be answered is said on the same page."""
    engine = bench.town_engine(town)
    try:
        with transaction(engine) as connection:
            detail = act(connection, _found(connection, delivery), bench.clock())
            record_change(connection, visitor, request, action, f"delivery:{delivery}", town, detail)
    except (AnswerError, FormError) as error:
        with engine.connect() as connection:
            return _one(request, connection, bench, visitor, town, _found(connection, delivery), str(error), form, 422)
    return see_other(f"/towns/{town}/deliveries/{delivery}", said=action)


def _one(
    request: AnyRequest, connection: Connection, bench: Workbench, visitor: Visitor, town: str, found: Delivery,
    refusal: str = "", typed: Form | None = None, status: int = 200,
) -> Template:
    settings, keys = bench.town(town), [(line.kind, line.id) for line in found.items]
    current = current_items(connection, settings, keys, bench.clock())
    given = acknowledgements.of_items(connection, found.recipient, keys)
    answers = {(each.kind, each.item): each for each in given if each.ended_at is None}
    unanswered = [
        line for line in found.items
        if (now := current.get((line.kind, line.id))) and now.state == line.state and (line.kind, line.id) not in answers
    ]
    may = visitor.may(Permission.ALERTS, town)
    may_silence = {
        f"{kind}:{name}": item.title for (kind, name), item in current.items()
        if item.state == "open" and item.severity is not Severity.VETO
    }
    return render(
        request, "delivery.html", town=settings, section="deliveries", title=found.title, status=status, delivery=found,
        tries=deliveries.attempts_of(connection, found.id), staff={p.id: p.name for p in settings.staff}, current=current,
        answers=answers, may=may, refusal=refusal, may_ack=may and bool(unanswered),
        may_resend=may and found.status is DeliveryStatus.DEAD, may_silence=may_silence, typed=typed or Form({}),
        longest=LONGEST.days,
    )


def _item(delivery: Delivery, form: Form) -> tuple[str, str]:
    """One of the delivery's own things."""
    kind, _, name = form.text("item", "事项", longest=120).partition(":")
    if (kind, name) not in {(line.kind, line.id) for line in delivery.items}:
        raise FormError("这条通知里没有这个事项")
    return kind, name


def _who(visitor: Visitor) -> str:
    return visitor.staff or visitor.username


def _found(connection: Connection, delivery_id: str) -> Delivery:
    found = deliveries.get(connection, delivery_id) if "\x00" not in delivery_id else None
    if found is None:
        raise NotFoundException("没有这条通知")
    return found


HANDLERS: list[HTTPRouteHandler] = [list_page, one_page, resend, ack, silence, speak_again]
