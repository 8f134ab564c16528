"""Checks of single pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import Verdict
from monitor import pages
from store.record_rows import head_of

DAY = date(2026, 3, 2)
GONE = datetime(2026, 3, 1, tzinfo=UTC)
Make = Callable[..., Any]

TABLE = [
    # changes of the first record and of the second, against a third that is in order -> rules that find them bad
    ({"title": "关于防汛的通知"}, {"title": "关于防汛的通知"}, {"page.repeated_title": 1}),
    # white space is no difference
    ({"title": "关于防汛的通知"}, {"title": "关于 防汛的通知"}, {"page.repeated_title": 1}),
    ({"title": "关于防汛的通知"}, {"title": "关于防旱的通知"}, {}),
    # the same notice a year later is the season's, not a repeat
    (
        {"title": "关于防汛的通知", "published": Moment.of(2025, 3, 1)},
        {"title": "关于防汛的通知", "published": Moment.of(2026, 3, 1)},
        {},
    ),
    ({"title": ""}, {"title": ""}, {}),  # nothing to compare
    ({"published": Moment.of(2026, 3, 2, 23, 59)}, {}, {}),
    ({"published": Moment.of(2026, 3, 3)}, {}, {"page.future_date": 1}),
    ({"published": None}, {}, {"page.undated": 1}),
]


@pytest.mark.parametrize(("first", "second", "expected"), TABLE)
def test_pages(
    record: Make, stored: Make, first: dict[str, Any], second: dict[str, Any], expected: dict[str, int]
) -> None:
    found = [
        stored(record(**{"title": "甲"} | first), id=1), stored(record(**{"title": "乙"} | second), id=2),
        stored(record(title="丙"), id=3),
    ]
    judged = list(pages.check([head_of(each) for each in found], DAY))
    assert all(judgement.verdict is Verdict.BAD for judgement in judged)
    bad = [judgement.rule_id for judgement in judged]
    assert {rule: bad.count(rule) for rule in bad} == expected
    assert "record:3" not in {judgement.subject for judgement in judged}


def test_a_removed_page_is_a_finding_and_no_double(record: Make, stored: Make) -> None:
    found = [stored(record(title="甲"), id=1, removed_at=GONE), stored(record(title="甲"), id=2)]
    bad = list(pages.check([head_of(each) for each in found], DAY))
    assert [(j.rule_id, j.subject) for j in bad] == [("page.removed", "record:1")]
    assert "2026-03-01 08:00" in bad[0].reason


def test_what_was_at_fault_and_is_no_more_is_said_to_be_right(record: Make, stored: Make) -> None:
    found = [head_of(stored(record(title="甲"), id=1)), head_of(stored(record(title="乙"), id=2))]
    known = [("page.removed", "record:1"), ("page.future_date", "record:2"), ("page.removed", "record:9"), ("column.freshness", "record:1")]
    said = [(j.rule_id, j.subject, j.verdict) for j in pages.check(found, DAY, known)]
    # Record 9 is not in this column: nothing is said of it.
    assert sorted(said) == [("page.future_date", "record:2", Verdict.OK), ("page.removed", "record:1", Verdict.OK)]
