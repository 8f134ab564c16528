"""通知: who was told what, over which channel, and how each try ended."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from core.nouns import Delivery, DeliveryStatus
from core.words import DELIVERIES
from service.web.inject import Bench, TownId, Who
from service.web.paging import Page, page_number
from service.web.rendering import AnyRequest, render, see_other
from service.web.security.audit import record_change
from service.web.security.rights import Permission
from store import deliveries
from store.database import Connection, transaction


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
    """One message as it was sent, and every try."""
    settings = bench.town(town)
    with bench.town_engine(town).connect() as connection:
        found = _found(connection, delivery)
        tries = deliveries.attempts_of(connection, delivery)
    return render(
        request, "delivery.html", town=settings, section="deliveries", title=found.title, delivery=found, tries=tries,
        staff={p.id: p.name for p in settings.staff},
        may=visitor.may(Permission.ALERTS, town) and found.status is DeliveryStatus.DEAD,
    )


@post("/towns/{town:str}/deliveries/{delivery:str}/resend", sync_to_thread=True, opt={"may": Permission.ALERTS})
def resend(request: AnyRequest, bench: Bench, visitor: Who, town: TownId, delivery: FromPath[str]) -> Redirect:
    """Put a message that was given up into the outbox again."""
    with transaction(bench.town_engine(town)) as connection:
        _found(connection, delivery)
        if deliveries.revive(connection, delivery):
            record_change(connection, visitor, request, "delivery_resend", f"delivery:{delivery}", town)
    return see_other(f"/towns/{town}/deliveries/{delivery}", said="resent")


def _found(connection: Connection, delivery_id: str) -> Delivery:
    found = deliveries.get(connection, delivery_id) if "\x00" not in delivery_id else None
    if found is None:
        raise NotFoundException("没有这条通知")
    return found


HANDLERS: list[HTTPRouteHandler] = [list_page, one_page, resend]
