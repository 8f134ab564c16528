"""Checks of single pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import Verdict
from monitor import pages

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
    ({"published": None}, {}, {}),
]


@pytest.mark.parametrize(("first", "second", "expected"), TABLE)
def test_pages(
    record: Make, stored: Make, first: dict[str, Any], second: dict[str, Any], expected: dict[str, int]
) -> None:
    found = [
        stored(record(**{"title": "甲"} | first), id=1), stored(record(**{"title": "乙"} | second), id=2),
        stored(record(title="丙"), id=3),
    ]
    judged = list(pages.check(found, DAY))
    bad = [judgement.rule_id for judgement in judged if judgement.verdict is Verdict.BAD]
    assert {rule: bad.count(rule) for rule in bad} == expected
    # every kind answers for every record that it looked at
    assert len([j for j in judged if j.rule_id == "page.future_date"]) == 3
    assert "record:3" not in {judgement.subject for judgement in judged if judgement.verdict is Verdict.BAD}


def test_a_removed_page_is_a_finding_and_no_double(record: Make, stored: Make) -> None:
    found = [stored(record(title="甲"), id=1, removed_at=GONE), stored(record(title="甲"), id=2)]
    bad = [j for j in pages.check(found, DAY) if j.verdict is Verdict.BAD]
    assert [(j.rule_id, j.subject) for j in bad] == [("page.removed", "record:1")]
    assert "2026-03-01 08:00" in bad[0].reason


