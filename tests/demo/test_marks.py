"""The list of what is planted: large enough, of a piece, and the same in the content and in the documentation."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from demo.marks import alikes, defects, written_into
from demo.yearbook import columns, year_of
from service.web.finding_words import RULES

DOCUMENT = Path(__file__).parents[2] / "docs/demo-town.md"


def test_enough_of_both_is_planted() -> None:
    """Issue 5: at least 60 defects of at least 25 kinds, and at least 60 look-alikes; more, so that one may fail the check."""
    now = [defect for defect in defects() if not defect.pending]
    assert len(now) >= 66 and len({defect.kind for defect in now}) >= 27 and len(alikes()) >= 66
    assert len({column for defect in defects() for column in defect.columns}) >= 20


def test_the_list_is_of_a_piece() -> None:
    marks = (*defects(), *alikes())
    assert [mark for mark, times in Counter(mark.id for mark in marks).items() if times > 1] == []
    known = {defect.id for defect in defects()}
    assert not [alike.id for alike in alikes() if alike.near not in known]
    assert all(mark.places for mark in marks)
    # What finds it has a name for staff.
    assert not {rule for defect in defects() if not defect.pending for rule in defect.rules} - set(RULES)


def test_every_mark_stands_where_the_list_says() -> None:
    used: dict[str, set[str]] = {}
    for item in year_of(date(2026, 11, 24)):
        used.setdefault(item.mark, set()).add(item.column)
    names = {column.id for column in columns()}
    for mark in (*defects(), *alikes()):
        shown_by = getattr(mark, "shown_by", mark.id)
        assert set(mark.columns) <= (used.get(shown_by, set()) if not mark.subject else names), mark.id
    assert set(used) - {""} <= {mark.id for mark in (*defects(), *alikes())}


def test_the_documentation_tells_the_list() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written_into(text) == text, "run python -m demo.marks docs/demo-town.md"
