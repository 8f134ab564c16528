"""A year's report out of the register: who is counted where, and that it holds whatever the register says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.applications import Applicant, Application, Contest, ContestKind, ContestResult
from monitor.annual import compose
from monitor.annual.checks import check_report
from monitor.annual.entries import ENTRIES, EntryError, amount, checked, count
from monitor.annual.tables import CARRIED_IN, CARRIED_OUT, LINES, NEW, REVIEWS, TOTAL
from monitor.application_steps import OUTCOMES

AT = datetime(2025, 1, 1, tzinfo=UTC)
ORGAN = "云山县清溪镇人民政府"
PUBLISHED = compose.Published(total=1175, by_category={"镇村动态": 908, "财政专项资金": 267}, key_areas=267, interpretations=30, undated=2)
ENTERED = {
    "meetings": "6", "trainings": "3", "normative_made": "1", "normative_repealed": "0", "normative_in_force": "4", "licences": "31",
    "penalties": "2", "coercions": "0", "fees": "0", "processing_fee": "0", "section_5": "更新不够及时，已明确专人。",
}


def applied(received: str, closed: str = "", outcome: str = "open", applicant: Applicant = Applicant.PERSON) -> Application:
    day = date.fromisoformat(closed) if closed else None
    return Application(
        id=1, number="1", title="t", applicant=applicant, channel="online", received=date.fromisoformat(received), owner=None,
        registered_at=AT, outcome=outcome if day else None, closed_on=day,
    )


# (what is counted in 2025: row by row)
COUNTED = [
    ("answered in its year", applied("2025-03-01", "2025-03-20"), {NEW, "open", TOTAL}),
    ("of the year before", applied("2024-12-20", "2025-01-10", "partial"), {CARRIED_IN, "partial", TOTAL}),
    ("still in hand", applied("2025-12-20"), {NEW, CARRIED_OUT}),
    ("answered next year", applied("2025-12-20", "2026-01-10"), {NEW, CARRIED_OUT}),
    ("through the whole year", applied("2024-12-31", "2026-01-01"), {CARRIED_IN, CARRIED_OUT}),
    ("on the first and the last day", applied("2025-01-01", "2025-12-31", "secret"), {NEW, "secret", TOTAL}),
    ("over before", applied("2024-03-01", "2024-12-31"), set()),
    ("not yet", applied("2026-01-01"), set()),
]


@pytest.mark.parametrize(("application", "rows"), [case[1:] for case in COUNTED], ids=[case[0] for case in COUNTED])
def test_where_an_application_is_counted(application: Application, rows: set[str]) -> None:
    table = compose.table_three([replace(application, applicant=Applicant.CHARITY)], 2025)
    assert {key for key, numbers in table.items() if any(numbers)} == rows
    assert all(numbers in ((0,) * 7, (0, 0, 0, 1, 0, 0, 1)) for numbers in table.values())


def contest(kind: ContestKind, accepted: str, decided: str = "", result: ContestResult = ContestResult.UPHELD) -> Contest:
    day = date.fromisoformat(decided) if decided else None
    return Contest(id=1, kind=kind, number="1", title="t", accepted=date.fromisoformat(accepted), result=result if day else None, decided_on=day)


def test_where_a_review_is_counted() -> None:
    review, suit = ContestKind.REVIEW, ContestKind.DIRECT_SUIT
    table = compose.table_four([
        contest(review, "2025-02-01", "2025-04-01"), contest(review, "2024-11-01", "2025-01-05", ContestResult.CORRECTED),
        contest(review, "2025-11-01", "2026-01-05"), contest(review, "2025-12-31"), contest(review, "2024-01-01", "2024-05-01"),
        contest(review, "2026-01-01"), contest(suit, "2025-05-01", "2025-09-01", ContestResult.OTHER),
    ], 2025)
    assert table == {REVIEWS[0]: (1, 1, 0, 2, 4), REVIEWS[1]: (0, 0, 1, 0, 1), REVIEWS[2]: (0, 0, 0, 0, 0)}


def composed(year: int, held: list[Application], contests: list[Contest], entries: dict[str, str]) -> tuple[compose.Figures, list[str]]:
    told = compose.figures(year, PUBLISHED, held, contests, entries)
    failures = check_report(compose.report(ORGAN, year, told, held, contests, entries))
    return told, sorted({failure.check for failure in failures})


def test_the_figures_of_the_founding_document() -> None:
    told, failures = composed(2018, [], [], ENTERED)
    assert (told.published.total, told.published.key_areas, told.published.interpretations) == (1175, 267, 30)
    assert (told.applications, told.reviews, told.lawsuits, told.meetings, told.trainings) == (0, 0, 0, 6, 3)
    assert failures == []
    text = compose.report(ORGAN, 2018, told, [], [], ENTERED).sections[1]
    assert "1175条" in text and "267条" in text and "会议6次，组织培训3次" in text and text.startswith(f"本报告由{ORGAN}根据")


def test_what_nobody_typed_in_is_null_and_refused() -> None:
    told, failures = composed(2025, [applied("2025-03-01")], [contest(ContestKind.REVIEW, "2025-04-01")], {})
    assert (told.applications, told.reviews, told.meetings, told.trainings) == (1, 1, None, None)
    assert failures == ["C6", "C7"], "sections five and six, and the blanks of table two"
    for key in set(ENTERED) - {"meetings", "trainings"}:
        assert composed(2025, [], [], {k: v for k, v in ENTERED.items() if k != key})[1] != [], key
    # What a person writes of the year must agree with the tables.
    assert composed(2025, [], [], ENTERED | {"section_1": "全年新收政府信息公开申请3件。"})[1] == ["C6"]


days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
held = st.builds(
    lambda received, length, outcome, applicant: applied(
        str(received), str(received + timedelta(days=length)) if length is not None else "", outcome, applicant),
    days, st.none() | st.integers(0, 700), st.sampled_from(sorted(OUTCOMES)), st.sampled_from(Applicant),
)


@given(st.lists(held, max_size=30))
def test_a_report_out_of_the_register_always_adds_up(applications: list[Application]) -> None:
    assert composed(2025, applications, [], ENTERED)[1] == []
    before, after = (compose.table_three(applications, year) for year in (2024, 2025))
    assert before[CARRIED_OUT] == after[CARRIED_IN], "C5"


def test_every_outcome_is_a_line_of_table_three() -> None:
    assert set(OUTCOMES) == {line.key for line in LINES if line.result}


def test_what_may_be_typed_in() -> None:
    kept = checked({"meetings": " 6 ", "fees": "0012.50", "section_5": "一\n二\x07", "trainings": "", "processing_fee": "0.00"})
    assert kept == {"meetings": "6", "fees": "12.5", "section_5": "一\n二", "trainings": "", "processing_fee": "0"}
    assert (count(kept, "meetings"), count(kept, "licences"), amount(kept, "fees")) == (6, None, Decimal("12.5"))
    for key, wrong in [("meetings", "六"), ("meetings", "-1"), ("meetings", "１"), ("meetings", "1e3"), ("fees", "NaN"), ("fees", "-1"),
                       ("fees", "1e99"), ("fees", "x"), ("section_5", "长" * 20_001), ("birthdays", "1")]:
        with pytest.raises(EntryError) as refused:
            checked({key: wrong})
        assert refused.value.key == key
    assert all(entry.word for entry in ENTRIES.values())
