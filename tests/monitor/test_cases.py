"""Which records open a case, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.calendar import WorkCalendar
from core.clock import Moment
from core.nouns import Case, CaseState, Mention, Record, Reply, StoredRecord
from core.settings import Settings
from monitor.cases import Opening, categorise, change, hard_cap, limit_for, opening, settled

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Make = Callable[..., Any]


def _mention(subject: str = "清溪镇", confidence: str = "certain") -> Mention:
    return Mention(subject=subject, term=subject, text=subject, start=0, end=3, field="title", confidence=confidence)  # type: ignore[arg-type]


def _case(found: Opening | None, number: int = 7) -> Case:
    assert found is not None
    return Case(
        id=number, record_id=found.record_id, source=found.source, url=found.url, title=found.title,
        category=found.category, state=found.state, owner=found.owner, registered_at=found.registered_at, due=found.due,
        provisional=found.provisional, steps=(found.step,),
    )


def test_a_thread_that_names_the_town_opens_a_case(stored: Make, settings: Settings) -> None:
    found = opening(stored(), [_mention()], settings, NOW)
    assert found is not None
    assert (found.source, found.owner, found.state, found.category) == ("board.county", "duty", "registered", "投诉")
    assert (found.due, found.provisional) == (date(2026, 3, 9), False)  # 5 working days after Monday 2 March
    assert found.step.note == "提及清溪镇；办理时限5个工作日（县规定）"


OPENS = [
    ([_mention()], {}, True),
    ([_mention("石桥村")], {}, True),
    ([_mention(confidence="possible")], {}, False),
    ([_mention("云山县")], {}, False),                                        # a subject that does not register
    ([], {}, False),
    # the town's own publications are not what is said about it...
    ([_mention()], {"sources": ("portal.news", "portal.notice")}, False),
    ([_mention()], {"sources": ("portal.news", "board.county")}, True),       # ...unless it stands elsewhere too
    ([_mention()], {"sources": ("paper.local",)}, True),                      # media are looked at like threads
    # 92 days at first sight: the day of the limit still opens, the day after does not
    ([_mention()], {"first_seen_at": datetime(2026, 6, 1, 4, tzinfo=UTC)}, True),
    ([_mention()], {"first_seen_at": datetime(2026, 6, 2, 4, tzinfo=UTC)}, False),
]


@pytest.mark.parametrize(("mentions", "changes", "opens"), OPENS)
def test_what_opens_a_case(
    stored: Make, settings: Settings, mentions: list[Mention], changes: dict[str, Any], opens: bool
) -> None:
    assert (opening(stored(**changes), mentions, settings, NOW) is not None) is opens


def test_a_record_seen_in_time_opens_however_late_it_is_checked(stored: Make, settings: Settings) -> None:
    assert opening(stored(), [_mention()], settings, NOW + timedelta(days=200)) is not None


def test_an_undated_record_opens(stored: Make, record: Make, settings: Settings) -> None:
    assert opening(stored(record(published=None)), [_mention()], settings, NOW) is not None


ANSWERED = [
    ({"replies": (Reply(office="镇政府", body="已处理"),)}, False, CaseState.REPLIED),
    ({"thread": {"state": "已办理"}}, False, CaseState.REPLIED),
    ({"thread": {"state": "办结"}}, False, CaseState.CLOSED),
    ({"thread": {"state": "处理中"}}, False, CaseState.REGISTERED),
    ({"thread": {"state": "已办理"}}, True, CaseState.REGISTERED),  # as the town wants it (answered_opens)
]


@pytest.mark.parametrize(("changes", "answered_opens", "state"), ANSWERED)
def test_an_answered_thread_is_registered_as_such(
    stored: Make, record: Make, settings: Settings, changes: dict[str, Any], answered_opens: bool, state: CaseState
) -> None:
    rules = settings.cases.model_copy(update={"answered_opens": answered_opens})
    found = opening(stored(record(**changes)), [_mention()], settings.model_copy(update={"cases": rules}), NOW)
    assert found is not None
    assert found.state is state
    assert (found.due is None) is (state is not CaseState.REGISTERED)


@pytest.mark.parametrize(("changes", "category"), [
    ({"thread": {"type": "咨询"}}, "咨询"),
    ({"thread": {"type": "投诉/求助"}}, "投诉"),
    ({"thread": {"type": "咨询"}, "body": "房屋坍 塌"}, "突发"),  # the first rule wins; words are folded
    ({"thread": {}, "body": "我要舉報"}, "投诉"),
    ({"thread": {}}, "其他"),
    ({"kind": "article", "thread": {}}, "媒体报道"),
    ({"kind": "article", "thread": {}, "body": "房屋坍塌"}, "突发"),  # what it tells weighs more than where it stands
])
def test_the_category(
    record: Callable[..., Record], settings: Settings, changes: dict[str, Any], category: str
) -> None:
    assert categorise(record(**changes), settings.cases) == category


@pytest.mark.parametrize(("site", "category", "limit", "workdays"), [
    ("board", "突发", "urgent", 1),
    ("paper", "突发", "urgent", 1),
    ("board", "其他", "board", 5),
    ("paper", "投诉", "slow", 60),    # never more than the hard cap
    ("paper", "其他", "hard_cap", 60),  # where no limit fits, the cap
])
def test_the_first_fitting_limit(settings: Settings, site: str, category: str, limit: str, workdays: int) -> None:
    found = limit_for(site, category, settings.cases)
    assert (found.id, found.workdays) == (limit, workdays)


def test_past_the_known_years_a_due_day_is_provisional_until_they_are_known(stored: Make, settings: Settings) -> None:
    late = datetime(2026, 12, 28, 1, tzinfo=UTC)
    case = _case(opening(stored(first_seen_at=NOW), [_mention()], settings, late))
    assert (case.due, case.provisional) == (date(2027, 1, 4), True)
    assert not case.overdue(date(2027, 2, 1)), "a provisional day is never called overdue"
    assert settled(case, settings.calendar, late) is None
    known = WorkCalendar({date(2027, 1, 1): True}, frozenset({2027}))
    change_ = settled(case, known, late)
    assert change_ is not None
    assert change_.columns == {"due": date(2027, 1, 5), "provisional": False}


def test_the_hard_cap(stored: Make, settings: Settings) -> None:
    case = _case(opening(stored(), [_mention()], settings, NOW))
    assert hard_cap(case, settings.cases, settings.calendar).day == date(2026, 5, 28)


CHANGES = [
    # what changed on the page, state of the case, step, columns
    ({"body": "补充：清溪镇"}, CaseState.ASSIGNED, "update", {}),
    ({"title": "新标题"}, CaseState.ASSIGNED, "update", {"title": "新标题"}),
    ({"replies": (Reply(office="镇政府", body="好"),)}, CaseState.ASSIGNED, "reply", {"state": CaseState.REPLIED}),
    ({"thread": {"state": "已办结"}}, CaseState.REGISTERED, "reply", {"state": CaseState.CLOSED}),
    # an answer that is already known is only a change of the page
    ({"replies": (Reply(office="镇政府", body="好"),)}, CaseState.REPLIED, "update", {}),
    ({"body": "x"}, CaseState.CLOSED, "update", {}),
]


@pytest.mark.parametrize(("changes", "state", "action", "columns"), CHANGES)
def test_a_changed_page_is_a_step(
    stored: Callable[..., StoredRecord], record: Make, settings: Settings, changes: dict[str, Any], state: CaseState,
    action: str, columns: dict[str, Any],
) -> None:
    first = _case(opening(stored(), [_mention()], settings, NOW))
    case = Case(**{name: getattr(first, name) for name in first.__slots__} | {"state": state})
    found = change(case, stored(record(**changes)), NOW)
    assert found is not None
    assert (found.step.action, found.columns) == (action, columns)


def test_the_same_content_is_no_change(stored: Make, settings: Settings) -> None:
    case = _case(opening(stored(), [_mention()], settings, NOW))
    assert change(case, stored(), NOW + timedelta(days=1)) is None


def test_the_source_may_have_left_the_configuration(stored: Make, settings: Settings) -> None:
    found = opening(stored(sources=("gone.source",)), [_mention()], settings, NOW)
    assert found is not None
    assert found.owner is None


def test_the_age_counts_in_chinese_days(stored: Make, record: Make, settings: Settings) -> None:
    # 2 June 00:30 in China is still 1 June in UTC: one day too old.
    seen = Moment.of(2026, 6, 2, 0, 30).at
    assert opening(stored(record(), first_seen_at=seen), [_mention()], settings, NOW) is None
