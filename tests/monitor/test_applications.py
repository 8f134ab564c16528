"""The statutory clock of an application, day by day as the 条例 counts it, and what may be entered when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applications import Applicant, Application, ApplicationStep
from core.calendar import Deadline, WorkCalendar
from monitor import application_steps as steps
from monitor.applications import clock

CALENDAR = WorkCalendar()
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
MONDAY = date(2026, 3, 2)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def step(when: str | date, action: Any, **data: Any) -> ApplicationStep:
    return ApplicationStep(day=day(when) if isinstance(when, str) else when, at=AT, who="clerk", action=action, data=data)


def application(*taken: ApplicationStep, received: date = MONDAY) -> Application:
    closed = next((s for s in taken if s.action == "close"), None)
    return Application(
        id=1, number="2026-1", title="申请公开征地批文", applicant=Applicant.PERSON, channel="online", received=received, owner="clerk",
        registered_at=AT, outcome=closed.data["outcome"] if closed else None, closed_on=closed.day if closed else None,
        steps=(step(received, "receive"), *taken),
    )


# Received on Monday 2 March 2026; 清明 takes 4 to 6 April.
CLOCKS = [
    ("nothing done: the twentieth working day", (), "03-30", "", None),
    ("extended by twenty: the fortieth", (step("03-20", "extend", workdays=20),), "04-28", "", None),
    # Five working days used (3 to 9 March, the day of asking included), the 15 that are left begin after the answer of the 16th.
    ("a third party answers", (step("03-09", "consult", whom="third_party"), step("03-16", "consulted", whom="third_party")), "04-07", "", None),
    # It has 15 working days (to the 30th); then the organ decides alone, whether it has answered or not: 15 more.
    ("a third party is silent", (step("03-09", "consult", whom="third_party"),), "04-21", "third_party", "03-30"),
    ("it answers too late: the time after its fifteen days is the organ's own", (
        step("03-09", "consult", whom="third_party"), step("04-10", "consulted", whom="third_party")), "04-21", "", None),
    ("two are asked: the clock stands still once", (
        step("03-09", "consult", whom="third_party"), step("03-10", "consult", whom="co_maker"),
        step("03-12", "consulted", whom="third_party"), step("03-16", "consulted", whom="co_maker")), "04-07", "", None),
    ("one of two has answered: it still stands still", (
        step("03-09", "consult", whom="third_party"), step("03-10", "consult", whom="co_maker"),
        step("03-12", "consulted", whom="third_party")), "04-22", "co_maker", "03-31"),
    ("two one after the other", (
        step("03-04", "consult", whom="third_party"), step("03-06", "consulted", whom="third_party"),
        step("03-09", "consult", whom="fee"), step("03-11", "consulted", whom="fee")), "04-03", "", None),
    ("the applicant has to correct: no clock runs", (step("03-05", "ask_correction", until="2026-03-20"),), None, "correction", "03-20"),
    # The correction came on the 16th: twenty new days, and what was used before counts for nothing.
    ("corrected", (step("03-05", "ask_correction", until="2026-03-20"), step("03-16", "correct")), "04-14", "", None),
    ("corrected, then a third party", (
        step("03-05", "ask_correction", until="2026-03-20"), step("03-16", "correct"),
        step("03-18", "consult", whom="third_party"), step("03-20", "consulted", whom="third_party")), "04-16", "", None),
    ("delayed under art. 35 to a day of its own", (step("03-20", "delay", until="2026-06-30"),), "06-30", "", None),
    ("a delay that ends before the twenty days takes nothing away", (step("03-03", "delay", until="2026-03-10"),), "03-30", "", None),
]


@pytest.mark.parametrize(("taken", "due", "waits_for", "until"), [case[1:] for case in CLOCKS], ids=[case[0] for case in CLOCKS])
def test_when_it_is_due(taken: tuple[ApplicationStep, ...], due: str | None, waits_for: str, until: str | None) -> None:
    told = clock(application(*taken), CALENDAR)
    assert (told.due.day if told.due else None) == (day(due) if due else None)
    assert (told.waits_for, told.waits_until) == (waits_for, day(until) if until else None)
    assert told.breaches == ()


def test_a_correction_may_be_asked_for_within_seven_days() -> None:
    assert clock(application(), CALENDAR).correction_by == Deadline(day("03-11"), False)
    assert clock(application(step("03-03", "consult", whom="third_party")), CALENDAR).correction_by is None
    assert clock(application(step("03-03", "note")), CALENDAR).correction_by == Deadline(day("03-11"), False)
    late = application(step("03-12", "ask_correction", until="2026-03-20"))
    assert clock(late, CALENDAR).breaches == ("补正通知于2026-03-12发出，应在2026-03-11前（收到申请之日起7个工作日内）",)


BREACHES = [
    ("answered on the last day", (step("03-30", "close", outcome="open"),), ()),
    ("answered a day late", (step("03-31", "close", outcome="open"),), ("答复于2026-03-31作出，期限为2026-03-30",)),
    ("extended after it was due, which mends nothing", (step("03-31", "extend", workdays=5),), ("延期告知于2026-03-31作出，期限为2026-03-30",)),
    ("given up while a correction was awaited: nothing was due", (
        step("03-05", "ask_correction", until="2026-03-20"), step("05-06", "close", outcome="not_corrected")), ()),
    ("within the extension", (step("03-30", "extend", workdays=20), step("04-28", "close", outcome="open")), ()),
]


@pytest.mark.parametrize(("taken", "said"), [case[1:] for case in BREACHES], ids=[case[0] for case in BREACHES])
def test_what_was_done_too_late_is_said(taken: tuple[ApplicationStep, ...], said: tuple[str, ...]) -> None:
    assert clock(application(*taken), CALENDAR).breaches == said


def test_past_the_known_calendar_it_is_provisional_and_never_overdue() -> None:
    # chinesecalendar ends with 2026; the due day falls in January.
    told = clock(application(received=date(2026, 12, 10)), CALENDAR)
    assert told.due == Deadline(date(2027, 1, 7), True)
    assert not told.overdue(date(2027, 3, 1))
    assert told.near(date(2026, 12, 30), CALENDAR) and not told.near(date(2026, 12, 20), CALENDAR)
    late = application(step(date(2027, 2, 20), "close", outcome="open"), received=date(2026, 12, 10))
    assert clock(late, CALENDAR).breaches == (), "what may have been in time is not called late"
    # A pause in unknown days makes what comes after it unsure too, even when the year's own end is far.
    overlay = WorkCalendar(overlay_years=frozenset({2028}))
    paused = application(
        step(date(2026, 12, 30), "consult", whom="third_party"), step(date(2027, 12, 31), "consulted", whom="third_party"),
        received=date(2026, 12, 1),
    )
    told = clock(paused, overlay)
    assert told.due is not None and told.due.provisional


def test_near_and_overdue() -> None:
    told = clock(application(), CALENDAR)
    assert [(told.near(day(d), CALENDAR), told.overdue(day(d))) for d in ("03-24", "03-25", "03-30", "03-31")] == [
        (False, False), (True, False), (True, False), (False, True)]


@given(st.integers(0, 400), st.integers(0, 14), st.integers(0, 15))
def test_a_pause_moves_the_due_day_by_its_own_working_days(start: int, before: int, length: int) -> None:
    received = date(2024, 1, 2) + timedelta(days=start)
    asked = CALENDAR.add(received, before).day
    back = CALENDAR.add(asked, length).day
    told = clock(application(step(asked, "consult", whom="third_party"), step(back, "consulted", whom="third_party"), received=received), CALENDAR)
    assert told.due == CALENDAR.add(received, 20 + length)


def ask(action: str, when: str = "03-20", **fields: Any) -> steps.Asked:
    return steps.Asked(action=action, day=day(when), **fields)


WAITING = application(step("03-05", "ask_correction", until="2026-03-20"))
CONSULTING = application(step("03-05", "consult", whom="third_party"))
CLOSED = application(step("03-05", "close", outcome="open"))
REFUSED = [
    ("nothing is known of it", application(), ask("shred"), "没有这种办理方式", ""),
    ("closed stays closed", CLOSED, ask("close", outcome="open"), "不能答复办结", ""),
    ("no correction was asked for", application(), ask("correct"), "不能收到补正", ""),
    ("while a correction is awaited nobody is asked", WAITING, ask("consult", whom="third_party"), "不能征求意见", ""),
    ("not before the applicant's time is over", WAITING, ask("close", outcome="not_corrected"), "补正期限到2026-03-20", "outcome"),
    ("in the future", application(), ask("close", "04-02", outcome="open"), "在今天之后", "day"),
    ("before the step before it", CONSULTING, ask("close", "03-04", outcome="open"), "早于上一步", "day"),
    ("an outcome that table 3 does not have", application(), ask("close", outcome="total"), "请选择办理结果", "outcome"),
    ("more than twenty days", application(), ask("extend", workdays=21, note="x"), "不得超过20个工作日", "workdays"),
    ("more than twenty in all", application(step("03-04", "extend", workdays=15)), ask("extend", workdays=6, note="x"), "已延长15个", "workdays"),
    ("an extension without a word", application(), ask("extend", workdays=5), "请填写理由和告知申请人的情况", "note"),
    ("a correction without a time", application(), ask("ask_correction"), "请填写补正期限", "until"),
    ("asked already", CONSULTING, ask("consult", whom="third_party"), "已在等待第三方", "whom"),
    ("nobody was asked", application(), ask("consulted", whom="third_party"), "不能意见返回", ""),
    ("another was asked", CONSULTING, ask("consulted", whom="fee"), "请选择谁已答复", "whom"),
    ("an empty note", CLOSED, ask("note"), "请填写说明", "note"),
]


@pytest.mark.parametrize(("found", "asked", "sentence", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_entered(found: Application, asked: steps.Asked, sentence: str, field: str) -> None:
    with pytest.raises(steps.ApplicationError, match=sentence) as refused:
        steps.decide(found, asked, who="clerk", at=AT, today=day("04-01"))
    assert refused.value.field == field


def test_what_may_be_entered() -> None:
    def done(found: Application, asked: steps.Asked) -> ApplicationStep:
        return steps.decide(found, asked, who="clerk", at=AT, today=day("04-01"))

    assert done(WAITING, ask("close", "03-21", outcome="not_corrected")).data == {"outcome": "not_corrected"}
    assert done(WAITING, ask("close", "03-06", outcome="other")).data == {"outcome": "other"}, "withdrawn while it waits"
    assert done(application(), ask("extend", workdays=20, note="案情复杂，已书面告知")).data == {"workdays": 20}
    assert done(CLOSED, ask("note", "03-01", note="归档")).day == day("03-01"), "a note may be of any day"
    # Whoever is told a number over the telephone types it in: it is not kept.
    assert done(CLOSED, ask("note", note="联系电话" + "138" + "0013" * 2)).note == "联系电话***"
    assert steps.allowed(application()) == ("ask_correction", "consult", "extend", "delay", "close", "note")
    assert "consulted" in steps.allowed(CONSULTING)


NEW = {"number": "2026-1", "title": "征地批文", "applicant": "person", "channel": "online", "received": MONDAY}


def test_a_new_one() -> None:
    columns, first = steps.received(steps.Entry(**NEW, owner="clerk"), who="clerk", at=AT, today=MONDAY)
    assert (columns["applicant"], columns["owner"], first.action, first.day) == (Applicant.PERSON, "clerk", "receive", MONDAY)
    for field, value in (("number", " "), ("title", ""), ("applicant", "x"), ("channel", "x"), ("received", MONDAY + timedelta(days=1))):
        with pytest.raises(steps.ApplicationError) as refused:
            steps.received(steps.Entry(**NEW | {field: value}), who="clerk", at=AT, today=MONDAY)
        assert refused.value.field == field
