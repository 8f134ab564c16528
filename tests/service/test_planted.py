"""Two days on the demo town: every planted defect is found by its rule, no look-alike is raised, and nothing else is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from core.nouns import Finding
from demo.marks import Defect, alikes, defects
from monitor.run import CheckReport
from tests.service.living import FirstDay, Lived

# That the next year's holidays are not announced in November is true, and no fault of the town's.
NOT_THE_TOWNS = {"run.calendar"}
Found = Counter[tuple[str, str]]


@dataclass(frozen=True)
class TwoDays:
    """What was open at the end of either day, by mark (or subject, for what has no page) and rule."""

    lived: Lived
    marks: dict[str, str]
    reports: tuple[CheckReport, CheckReport]

    def found(self, day: int) -> Found:
        return Counter(
            (self.of(finding), finding.rule_id) for finding in self.reports[day - 1].findings if finding.rule_id not in NOT_THE_TOWNS
        )

    def of(self, finding: Finding) -> str:
        """The mark of the page, or of the column, that a finding speaks of; what it is called, where it is not marked."""
        by_subject = {mark.subject: mark.id for mark in (*defects(), *alikes()) if mark.subject}
        mark = by_subject.get(finding.subject) or self.marks.get(str(finding.evidence.get("url")))
        return mark or f"{finding.title}（{finding.subject}）"


@pytest.fixture(scope="module")
def two_days(the_first_day: FirstDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoDays]:
    with the_first_day.copied(tmp_path_factory.mktemp("planted")) as lived:
        portal = lived.town.portal
        marks = {lived.town.portal_url + portal.article_path(item.id): item.mark for item in portal.articles}
        # What pages link to is known after the first check, and dead when it is so on two days.
        lived.visit(0.5)
        portal.next_day()
        yield TwoDays(lived, marks, (the_first_day.report, lived.day(2, visited=True)))


def expected(day: int, wanted: list[Defect]) -> Found:
    return Counter({(defect.shown_by, rule): defect.count for defect in wanted if defect.day <= day for rule in defect.rules})


@pytest.mark.parametrize("day", [1, 2])
def test_every_planted_defect_is_found_and_nothing_else_is_said(two_days: TwoDays, day: int) -> None:
    found = two_days.found(day)
    wanted = expected(day, [defect for defect in defects() if not defect.pending])
    assert wanted - found == Counter(), "planted and not found"
    allowed = expected(day, list(defects())) + Counter(
        {(defect.shown_by, rule): 9 for defect in defects() for rule in defect.may}
    )
    assert found - allowed == Counter(), "said of what is right, or too often"


def test_every_look_alike_was_looked_at(two_days: TwoDays) -> None:
    """None of them is raised (above): here, that each was there to be raised."""
    looked = {column.id for column in two_days.reports[1].columns if column.status == "fresh"}
    seen = set(two_days.marks.values())
    assert not [alike.id for alike in alikes() if alike.id not in seen and alike.subject.removeprefix("column:") not in looked]
    with two_days.lived.engine.connect() as connection:
        stored = {str(url) for (url,) in connection.exec_driver_sql("select url from records")}
    assert set(two_days.marks) <= stored
