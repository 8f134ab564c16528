"""The outbox: deliveries, what each recipient was told (``said``), and the log of every try.

At least once: a delivery is claimed by an update that must hit exactly one row, and is marked only after the channel's
own confirmation. A claim older than the given age is taken to be of a dead process and is due again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, or_, select, tuple_, update

from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from store import tables
from store.database import Connection
from store.lists import page
from store.scope import own

_WAITING = (DeliveryStatus.PENDING, DeliveryStatus.FAILED)
_UNFINISHED = (*_WAITING, DeliveryStatus.CLAIMED)
_CHUNK = 400
_T = tables.deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a recipient was last told of one thing over one channel, as the channel confirmed it."""

    recipient: str
    channel: str
    kind: Literal["finding", "case", "operation"]
    item: str
    state: Literal["open", "overdue", "resolved"]
    reason: Reason
    level: int
    first_said_at: datetime
    said_at: datetime
    delivery: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery: the channel's answer (masked, without addresses), and whether it confirmed."""

    delivery: str
    at: datetime
    ok: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenChannel:
    """A channel whose last finished delivery was given up: who did not hear, since when, and why."""

    recipient: str
    channel: str
    since: datetime
    error: str
    delivery: str


def add(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Put new deliveries into the outbox, in the transaction of what causes them."""
    if deliveries:
        connection.execute(insert(_T), [_row(delivery) for delivery in deliveries])


def add_once(connection: Connection, delivery: Delivery) -> Delivery:
    """Put a delivery with a stable id into the outbox unless it is there already, and give back what stands there. One
    that was given up is tried anew, with its newest text."""
    before = get(connection, delivery.id)
    if before is not None and before.status is not DeliveryStatus.DEAD:
        return before
    connection.execute(delete(_T).where(_T.c.id == delivery.id, own(connection, _T), _T.c.status == DeliveryStatus.DEAD))
    add(connection, [delivery])
    return delivery


def get(connection: Connection, delivery_id: str) -> Delivery | None:
    """One delivery, or None."""
    row = connection.execute(select(_T).where(_T.c.id == delivery_id, own(connection, _T))).one_or_none()
    return None if row is None else _delivery(row)


def list_deliveries(
    connection: Connection, *, status: DeliveryStatus | None = None, recipient: str | None = None,
    since: datetime | None = None, until: datetime | None = None, limit: int | None = None, offset: int = 0,
) -> list[Delivery]:
    """Deliveries, newest first; ``since`` <= created < ``until``."""
    query = _newest_first(connection, status, recipient).limit(limit).offset(offset)
    if since is not None:
        query = query.where(_T.c.created_at >= since)
    if until is not None:
        query = query.where(_T.c.created_at < until)
    return _deliveries(connection, query)


def page_of_deliveries(
    connection: Connection, *, status: DeliveryStatus | None = None, recipient: str | None = None, number: int = 1,
    size: int = 50,
) -> tuple[list[Delivery], int | None]:
    """A page of the outbox, newest first, ``number`` from 1, and how many there are in all (None: more than 10,000)."""
    rows, total = page(connection, _newest_first(connection, status, recipient), number, size)
    return [_delivery(row) for row in rows], total


def unfinished(connection: Connection) -> list[Delivery]:
    """Alert deliveries that are neither sent nor given up, oldest first. Digests are left out: never replaced."""
    query = select(_T).where(own(connection, _T), _T.c.status.in_(_UNFINISHED), _T.c.reason != Reason.DIGEST)
    return _deliveries(connection, query.order_by(_T.c.created_at, _T.c.id))


def due(connection: Connection, now: datetime, stale_before: datetime) -> list[str]:
    """Ids that may be tried now, oldest first: per recipient and channel only the oldest, so that news never overtakes
    what came before it. ``stale_before``: claims made earlier are of dead processes."""
    query = select(_T.c.id).where(own(connection, _T), _may_be_tried(now, stale_before), ~_has_older())
    return list(connection.execute(query.order_by(_T.c.created_at, _T.c.id)).scalars())


def claim(connection: Connection, delivery_id: str, now: datetime, stale_before: datetime) -> Delivery | None:
    """Take a due delivery for this process and count the try; None where another was faster."""
    taken = connection.execute(
        update(_T).where(_T.c.id == delivery_id, own(connection, _T), _may_be_tried(now, stale_before), ~_has_older())
        .values(status=DeliveryStatus.CLAIMED, claimed_at=now, attempts=_T.c.attempts + 1)
    )
    return get(connection, delivery_id) if taken.rowcount == 1 else None


def mark_sent(connection: Connection, delivery: Delivery, now: datetime, answer: str) -> Delivery:
    """After the channel's own confirmation: sent, logged, and what was said remembered. True whoever holds the claim
    by now: the recipient has heard it."""
    changed = connection.execute(
        update(_T).where(_T.c.id == delivery.id, own(connection, _T), _T.c.status != DeliveryStatus.SENT)
        .values(status=DeliveryStatus.SENT, sent_at=now, next_try_at=None, error=None)
    )
    _log(connection, delivery.id, now, True, answer)
    if changed.rowcount == 1:
        _remember(connection, delivery, now)
    return replace(delivery, status=DeliveryStatus.SENT, sent_at=now, next_try_at=None, error=None)


def mark_failed(
    connection: Connection, delivery: Delivery, now: datetime, error: str, next_try_at: datetime | None
) -> Delivery:
    """A try that was not confirmed: due again at ``next_try_at``, or given up (dead) where that is None. Another
    process's newer claim is left alone."""
    status = DeliveryStatus.DEAD if next_try_at is None else DeliveryStatus.FAILED
    connection.execute(
        update(_T)
        .where(own(connection, _T), _T.c.id == delivery.id, _T.c.status == DeliveryStatus.CLAIMED,
               _T.c.claimed_at == delivery.claimed_at)
        .values(status=status, next_try_at=next_try_at, error=error)
    )
    _log(connection, delivery.id, now, False, error)
    return replace(delivery, status=status, next_try_at=next_try_at, error=error)


def supersede(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Waiting deliveries whose content went into a newer one. A claimed one is being sent and stays."""
    for ids in _chunks(delivery_ids):
        connection.execute(
            update(_T).where(own(connection, _T), _T.c.id.in_(ids), _T.c.status.in_(_WAITING))
            .values(status=DeliveryStatus.SUPERSEDED, next_try_at=None)
        )


def revive(connection: Connection, delivery_id: str) -> bool:
    """Try a delivery that was given up anew, its tries counted from none; False where it was not given up."""
    changed = connection.execute(
        update(_T).where(own(connection, _T), _T.c.id == delivery_id, _T.c.status == DeliveryStatus.DEAD)
        .values(status=DeliveryStatus.PENDING, attempts=0, next_try_at=None, claimed_at=None)
    )
    return changed.rowcount == 1


def said(connection: Connection) -> list[Said]:
    """The whole memory of the plan."""
    return [_said(row) for row in connection.execute(select(tables.said).where(own(connection, tables.said)))]


def attempts_of(connection: Connection, delivery_id: str) -> list[Attempt]:
    """Every try of a delivery, oldest first."""
    mine = select(_T.c.id).where(_T.c.id == delivery_id, own(connection, _T))
    query = select(tables.attempts).where(tables.attempts.c.delivery.in_(mine)).order_by(tables.attempts.c.id)
    rows = connection.execute(query)
    return [Attempt(delivery=row.delivery, at=row.at, ok=row.ok, answer=row.answer) for row in rows]


def bodies_tried_since(connection: Connection, hearers: Iterable[tuple[str, str]], since: datetime) -> list[str]:
    """The texts sent or tried to these (recipient, channel) pairs since then, one per try: what a robot's budget of
    messages per minute has been spent on, by whichever process."""
    pairs = list(hearers)
    query = (
        select(_T.c.body).join(tables.attempts, tables.attempts.c.delivery == _T.c.id)
        .where(own(connection, _T), tables.attempts.c.at > since, tuple_(_T.c.recipient, _T.c.channel).in_(pairs))
    )
    return list(connection.execute(query).scalars())


def broken_channels(connection: Connection) -> list[BrokenChannel]:
    """Channels where a delivery was given up and none has been sent since."""
    sent = _T.alias()
    healed = exists().where(
        sent.c.town == _T.c.town, sent.c.recipient == _T.c.recipient, sent.c.channel == _T.c.channel, sent.c.status == DeliveryStatus.SENT,
        sent.c.sent_at > _T.c.claimed_at,
    )
    query = select(_T).where(own(connection, _T), _T.c.status == DeliveryStatus.DEAD, ~healed).order_by(_T.c.claimed_at)
    first: dict[tuple[str, str], BrokenChannel] = {}
    for row in connection.execute(query):
        since = row.claimed_at or row.created_at
        first.setdefault((row.recipient, row.channel), BrokenChannel(
            recipient=row.recipient, channel=row.channel, since=since, error=row.error or "", delivery=row.id,
        ))
    return list(first.values())


def count_failed_tries(connection: Connection, start: datetime, end: datetime, recipient: str | None = None) -> int:
    """How many tries in ``start`` <= t < ``end`` a channel did not confirm, digests left out."""
    table = tables.attempts
    query = (
        select(func.count()).select_from(table.join(_T, _T.c.id == table.c.delivery))
        .where(own(connection, _T), table.c.at >= start, table.c.at < end, table.c.ok.is_(False),
               _T.c.reason != Reason.DIGEST)
    )
    return connection.execute(query if recipient is None else query.where(_T.c.recipient == recipient)).scalar_one()


def _newest_first(connection: Connection, status: DeliveryStatus | None, recipient: str | None) -> Select[Any]:
    query = select(_T).where(own(connection, _T)).order_by(_T.c.created_at.desc(), _T.c.id.desc())
    if status is not None:
        query = query.where(_T.c.status == status)
    return query if recipient is None else query.where(_T.c.recipient == recipient)


def _may_be_tried(now: datetime, stale_before: datetime) -> ColumnElement[bool]:
    waiting = and_(_T.c.status.in_(_WAITING), or_(_T.c.next_try_at.is_(None), _T.c.next_try_at <= now))
    return or_(waiting, and_(_T.c.status == DeliveryStatus.CLAIMED, _T.c.claimed_at <= stale_before))


def _has_older() -> ColumnElement[bool]:
    older = _T.alias()
    tied = and_(older.c.created_at == _T.c.created_at, older.c.id < _T.c.id)
    before = or_(older.c.created_at < _T.c.created_at, tied)
    return exists().where(
        older.c.town == _T.c.town, older.c.recipient == _T.c.recipient, older.c.channel == _T.c.channel,
        older.c.status.in_(_UNFINISHED), before,
    ).correlate(_T)


def _log(connection: Connection, delivery_id: str, now: datetime, ok: bool, answer: str) -> None:
    if connection.execute(select(_T.c.id).where(_T.c.id == delivery_id, own(connection, _T))).first() is None:
        raise KeyError(delivery_id)
    connection.execute(insert(tables.attempts).values(delivery=delivery_id, at=now, ok=ok, answer=answer))


def _remember(connection: Connection, delivery: Delivery, now: datetime) -> None:
    """Replace what this hearer was last told of the items; a thing's first time lasts until it is resolved."""
    table = tables.said
    for items in _chunks(delivery.items):
        mine = and_(
            own(connection, table), table.c.recipient == delivery.recipient, table.c.channel == delivery.channel,
            tuple_(table.c.kind, table.c.item).in_([(item.kind, item.id) for item in items]),
        )
        before = {(row.kind, row.item): _said(row) for row in connection.execute(select(table).where(mine))}
        connection.execute(delete(table).where(mine))
        told = [_told(delivery, item, before.get((item.kind, item.id)), now) for item in items]
        connection.execute(insert(table), [asdict(row) for row in told])


def _told(delivery: Delivery, item: AlertItem, before: Said | None, now: datetime) -> Said:
    again = before is not None and before.state != "resolved"
    return Said(
        recipient=delivery.recipient, channel=delivery.channel, kind=item.kind, item=item.id, state=item.state,
        reason=item.reason or delivery.reason, level=item.level, said_at=now, delivery=delivery.id,
        first_said_at=before.first_said_at if before is not None and again else now,
    )


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    # Databases bound the number of parameters in one statement.
    return (values[start:start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _deliveries(connection: Connection, query: Select[Any]) -> list[Delivery]:
    return [_delivery(row) for row in connection.execute(query)]


def _row(delivery: Delivery) -> dict[str, Any]:
    # Field by field: asdict would copy every nested item twice.
    names = (column.name for column in _T.columns if column.name != "town")
    return {name: getattr(delivery, name) for name in names} | {"items": [_item_json(item) for item in delivery.items]}


def _item_json(item: AlertItem) -> dict[str, Any]:
    return asdict(item) | {
        "due": item.due and item.due.isoformat(),
        "opened_at": item.opened_at and item.opened_at.isoformat(),
    }


def _item(data: dict[str, Any]) -> AlertItem:
    return AlertItem(**data | {
        "severity": Severity(data["severity"]),
        "due": date.fromisoformat(data["due"]) if data["due"] else None,
        "opened_at": datetime.fromisoformat(data["opened_at"]) if data["opened_at"] else None,
        "reason": Reason(data["reason"]) if data["reason"] else None,
    })


def _delivery(row: Row[Any]) -> Delivery:
    values = {name: value for name, value in row._mapping.items() if name != "town"}
    return Delivery(**values | {
        "reason": Reason(row.reason), "status": DeliveryStatus(row.status),
        "items": tuple(_item(item) for item in row.items),
    })


def _said(row: Row[Any]) -> Said:
    values = {name: value for name, value in row._mapping.items() if name != "town"}
    return Said(**values | {"reason": Reason(row.reason)})
