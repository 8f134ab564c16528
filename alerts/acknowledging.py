"""What people may answer to what they were told, and how long it holds. Pure.

收到 stops the reminders of a thing to one person until it changes. 静音 lets that person hear nothing of it until a day;
what is overdue or a veto cannot be silenced. Escalation to a further step and the end of a thing are always said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.clock import local_date
from core.errors import TownwatchError
from core.nouns import AlertItem, Delivery, Reason, Severity
from store.acknowledgements import Acknowledgement

LONGEST = timedelta(days=30)
_SPOKEN_FIRST = (Reason.FIRST, Reason.NEW)


class AnswerError(TownwatchError):
    """An answer that cannot be given; the sentence is for the person who tried."""


def acknowledge(
    delivery: Delivery, current: Mapping[tuple[str, str], AlertItem], *, who: str, at: datetime
) -> list[Acknowledgement]:
    """收到: for every line of a delivery that still stands as it was told. ``current``: what is open now, by kind and id.
    Raises AnswerError where nothing in it is."""
    given = [
        _answer(now, delivery.recipient, None, who, "", at)
        for line in delivery.items
        if (now := current.get((line.kind, line.id))) is not None and now.state == line.state
    ]
    if not given:
        raise AnswerError("这条通知里没有需要确认收到的事项：已经解决、有了变化，或者已经静音")
    return given


def silence(
    item: AlertItem | None, recipient: str, *, until: date | None, who: str, note: str, at: datetime
) -> Acknowledgement:
    """静音: nothing of one open thing to one person up to and including a day. Raises AnswerError."""
    if item is None or item.state == "resolved":
        raise AnswerError("没有这个未解决的事项，无需静音")
    if item.state == "overdue" or item.severity is Severity.VETO:
        what = "已经逾期" if item.state == "overdue" else "属于单项否决"
        raise AnswerError(f"这个事项{what}，不能静音，只能确认收到")
    today = local_date(at)
    if until is None or not today < until <= today + LONGEST:
        raise AnswerError(f"静音的日期应在明天与{LONGEST.days}天之内")
    if not note.strip():
        raise AnswerError("请填写静音的理由")
    return _answer(item, recipient, until, who, note.strip(), at)


def holds(given: Acknowledgement, item: AlertItem | None, today: date) -> bool:
    """Whether an answer still stands: the thing is open as it was then, no worse, not opened anew; the day not over."""
    if item is None or item.state != given.state or item.severity.rank < given.severity.rank:
        return False
    if item.opened_at is not None and item.opened_at > given.at:
        return False
    return given.until is None or today <= given.until


def quiets(given: Acknowledgement | None, item: AlertItem, reason: Reason, today: date) -> bool:
    """Whether a person is spared this reason by what they answered."""
    if given is None or not holds(given, item, today):
        return False
    return reason is Reason.REMINDER or (given.until is not None and reason in _SPOKEN_FIRST)


def _answer(item: AlertItem, recipient: str, until: date | None, who: str, note: str, at: datetime) -> Acknowledgement:
    return Acknowledgement(
        recipient=recipient, kind=item.kind, item=item.id, state=item.state, severity=item.severity, until=until, who=who,
        note=note, at=at,
    )
