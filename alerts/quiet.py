"""The shell of :mod:`alerts.acknowledging`: reads what is open now, keeps what people answered, and says so in the history
of findings. Every function works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from alerts import acknowledging
from alerts.run import current_items
from core.nouns import Delivery
from core.settings import Settings
from store import acknowledgements, findings
from store.acknowledgements import Acknowledgement
from store.database import Connection


def acknowledge(
    connection: Connection, settings: Settings, delivery: Delivery, *, who: str, at: datetime
) -> list[Acknowledgement]:
    """收到, for the recipient of a delivery; what is silenced stays so. Raises AnswerError."""
    keys = [(line.kind, line.id) for line in delivery.items]
    answered = acknowledgements.of_items(connection, delivery.recipient, keys)
    silent = {(each.kind, each.item) for each in answered if each.until is not None and each.ended_at is None}
    current = current_items(connection, settings, [key for key in keys if key not in silent], at)
    given = acknowledging.acknowledge(delivery, current, who=who, at=at)
    _keep(connection, settings, given, "acknowledged")
    return given


def silence(
    connection: Connection, settings: Settings, key: tuple[str, str], recipient: str, *, until: date | None, who: str,
    note: str, at: datetime,
) -> Acknowledgement:
    """静音, of one thing (kind, id) for one person. Raises AnswerError."""
    item = current_items(connection, settings, [key], at).get(key)
    given = acknowledging.silence(item, recipient, until=until, who=who, note=note, at=at)
    _keep(connection, settings, [given], "silenced")
    return given


def speak_again(
    connection: Connection, settings: Settings, key: tuple[str, str], recipient: str, *, who: str, at: datetime
) -> None:
    """Take back what was answered about one thing for one person. Raises AnswerError where nothing was."""
    kind, item = key
    if not acknowledgements.end_for(connection, recipient, kind, item, at):
        raise acknowledging.AnswerError("这个事项没有静音，也没有确认收到")
    if kind == "finding":
        findings.add_event(connection, item, "speak_again", at, who=who, note=_name(settings, recipient))


def _keep(connection: Connection, settings: Settings, given: Sequence[Acknowledgement], event: str) -> None:
    acknowledgements.add(connection, given)
    for each in given:
        if each.kind == "finding":
            until = f"，到{each.until}：{each.note}" if each.until else ""
            note = _name(settings, each.recipient) + until
            findings.add_event(connection, each.item, event, each.at, who=each.who, note=note)


def _name(settings: Settings, recipient: str) -> str:
    return next((person.name for person in settings.staff if person.id == recipient), recipient)
