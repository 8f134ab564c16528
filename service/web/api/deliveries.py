"""The outbox (通知): who was told what, when, over which channel, after how many tries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.params import FromQuery, PathParameter

from core.nouns import DeliveryStatus
from service import shaping
from service.shapes import DeliveryDetailShape, DeliveryShape
from service.web.api.route import NAME, Name, PageNumber, PageShape, PageSize, found, get
from service.web.inject import Bench, TownId
from store import deliveries as delivery_store


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesShape:
    """A page of the outbox, newest first."""

    deliveries: list[DeliveryShape]
    page: PageShape


@get("/towns/{town:str}/deliveries")
def list_deliveries(
    bench: Bench, town: TownId, page: PageNumber = 1, size: PageSize = 50, status: FromQuery[DeliveryStatus | None] = None,
    recipient: Name = None,
) -> DeliveriesShape:
    """发件箱，最新的在前。"""
    with bench.town_engine(town).connect() as connection:
        deliveries, total = delivery_store.page_of_deliveries(
            connection, status=status, recipient=recipient, number=page, size=size
        )
    where = PageShape(number=page, size=size, total=total)
    return DeliveriesShape(deliveries=[shaping.delivery(delivery) for delivery in deliveries], page=where)


@get("/towns/{town:str}/deliveries/{delivery_id:str}")
def get_delivery(
    bench: Bench, town: TownId, delivery_id: Annotated[str, PathParameter(max_length=20, pattern=NAME)]
) -> DeliveryDetailShape:
    """一条消息的内容和每次发送。"""
    with bench.town_engine(town).connect() as connection:
        delivery = found(delivery_store.get(connection, delivery_id))
        return shaping.delivery_detail(delivery, delivery_store.attempts_of(connection, delivery_id))


HANDLERS = [list_deliveries, get_delivery]
