"""收到 and 静音: what may be answered, how long it holds, and what is said all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from alerts.acknowledging import AnswerError, acknowledge, holds, quiets, silence
from core.nouns import AlertItem, Delivery, DeliveryStatus, Reason, Severity
from store.acknowledgements import Acknowledgement
from tests.alerts.parts import WEDNESDAY, at, item

TODAY = WEDNESDAY.date()
UNTIL = date(2026, 3, 20)


def received(**more: object) -> Acknowledgement:
    values: dict[str, object] = {
        "recipient": "clerk", "kind": "finding", "item": "f1", "state": "open", "severity": Severity.WARN, "until": None,
        "who": "clerk", "note": "", "at": WEDNESDAY,
    }
    return Acknowledgement(**values | more)  # type: ignore[arg-type]


def told(*things: AlertItem) -> Delivery:
    return Delivery(id="d", alert="a", reason=Reason.NEW, recipient="clerk", channel="robot", title="t", body="b", items=things,
                    status=DeliveryStatus.SENT, attempts=1, created_at=WEDNESDAY)


def current(*things: AlertItem) -> dict[tuple[str, str], AlertItem]:
    return {(thing.kind, thing.id): thing for thing in things}


def test_what_still_stands_as_it_was_told_is_acknowledged() -> None:
    delivery = told(item("a"), item("b"), item("c"), item("d", state="resolved"))
    # b has fallen overdue since and c is resolved: neither is what was read.
    given = acknowledge(delivery, current(item("a"), item("b", state="overdue")), who="boss", at=at(5))
    assert given == [received(item="a", who="boss", at=at(5))]


def test_the_present_severity_is_what_was_acknowledged() -> None:
    given, = acknowledge(told(item()), current(item(severity=Severity.ERROR)), who="clerk", at=WEDNESDAY)
    assert given.severity is Severity.ERROR


@pytest.mark.parametrize("now", [{}, current(item(state="overdue"))])
def test_nothing_to_acknowledge(now: dict[tuple[str, str], AlertItem]) -> None:
    with pytest.raises(AnswerError, match="没有需要确认收到的事项"):
        acknowledge(told(item()), now, who="clerk", at=WEDNESDAY)


@pytest.mark.parametrize(("thing", "until", "note", "sentence"), [
    (None, UNTIL, "理由", "没有这个未解决的事项"),
    (item(state="resolved"), UNTIL, "理由", "没有这个未解决的事项"),
    (item(state="overdue"), UNTIL, "理由", "已经逾期，不能静音，只能确认收到"),
    (item(severity=Severity.VETO), UNTIL, "理由", "属于单项否决，不能静音"),
    (item(), None, "理由", "明天与30天之内"),
    (item(), TODAY, "理由", "明天与30天之内"),
    (item(), date(2026, 4, 4), "理由", "明天与30天之内"),     # the 31st day
    (item(), UNTIL, " ", "请填写静音的理由"),
])
def test_what_cannot_be_silenced(thing: AlertItem | None, until: date | None, note: str, sentence: str) -> None:
    with pytest.raises(AnswerError, match=sentence):
        silence(thing, "clerk", until=until, who="clerk", note=note, at=WEDNESDAY)


def test_thirty_days_is_the_longest_silence() -> None:
    given = silence(item(), "clerk", until=date(2026, 4, 3), who="boss", note=" 等批复 ", at=WEDNESDAY)
    assert given == received(until=date(2026, 4, 3), who="boss", note="等批复")


SILENT = received(until=UNTIL)


@pytest.mark.parametrize(("given", "thing", "day", "expected"), [
    (received(), item(), date(2027, 3, 4), True),                       # received: no day ends it
    (SILENT, item(), UNTIL, True),                                      # the last day counts
    (SILENT, item(), date(2026, 3, 21), False),
    (received(), None, TODAY, False),                                   # not open any more
    (received(), item(state="overdue"), TODAY, False),
    (received(state="overdue"), item(), TODAY, False),                  # extended: another state again
    (received(state="overdue"), item(state="overdue"), TODAY, True),
    (SILENT, item(state="overdue"), TODAY, False),
    (received(), item(severity=Severity.ERROR), TODAY, False),          # worse than when it was read
    (SILENT, item(severity=Severity.VETO), TODAY, False),
    (received(), item(severity=Severity.INFO), TODAY, True),            # milder
    (received(), item(opened_at=at(5)), at(6).date(), False),           # resolved and open again: another episode
    (received(), item(opened_at=None), TODAY, True),
])
def test_how_long_an_answer_holds(given: Acknowledgement, thing: AlertItem | None, day: date, expected: bool) -> None:
    assert holds(given, thing, day) is expected


@pytest.mark.parametrize(("given", "reason", "spared"), [
    (None, Reason.REMINDER, False),
    (received(), Reason.REMINDER, True),
    (received(), Reason.NEW, False),        # over another channel it was not told yet
    (received(), Reason.FIRST, False),
    (received(), Reason.ESCALATED, False),
    (SILENT, Reason.REMINDER, True),
    (SILENT, Reason.NEW, True),
    (SILENT, Reason.FIRST, True),
    (SILENT, Reason.ESCALATED, False),      # another duty: told as someone's superior
    (replace(SILENT, until=date(2026, 3, 3)), Reason.REMINDER, False),
])
def test_which_reasons_are_spared(given: Acknowledgement | None, reason: Reason, spared: bool) -> None:
    assert quiets(given, item(), reason, TODAY) is spared


def test_days_are_those_of_china() -> None:
    """Half past midnight of the sixth in China is still the fifth in UTC."""
    moment = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    with pytest.raises(AnswerError, match="明天"):
        silence(item(), "clerk", until=date(2026, 3, 6), who="clerk", note="理由", at=moment)
    assert silence(item(), "clerk", until=date(2026, 3, 7), who="clerk", note="理由", at=moment).until == date(2026, 3, 7)
