"""Charts: well-formed, told in words too, and nothing that the policy forbids."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.nouns import Outcome, SourceResult
from core.words import COLUMNS, OUTCOMES
from service.web import charts

AT = datetime(2026, 3, 4, tzinfo=UTC)
NAMESPACE = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    assert "style=" not in svg and "<script" not in svg
    return ET.fromstring(svg)


@given(st.lists(st.sampled_from(list(Outcome)), max_size=40))
def test_looks(outcomes: list[Outcome]) -> None:
    results = [SourceResult(source="s", outcome=outcome, checked_at=AT) for outcome in outcomes]
    chart = parsed(str(charts.looks(results)))
    bars = chart.findall("rect")
    assert len(bars) == min(len(outcomes), 30)
    # The newest look is the first of the list and the last bar.
    if outcomes:
        assert OUTCOMES[outcomes[0]] in (bars[-1].findtext("title") or "")
    tall = [float(bar.attrib["height"]) == 24 for bar in reversed(bars)]
    assert tall == [outcome.looked for outcome in outcomes[:30]]


@given(st.dictionaries(st.sampled_from(list(COLUMNS)), st.integers(0, 50)))
def test_states(counts: dict[str, int]) -> None:
    chart = parsed(str(charts.states(counts)))
    assert len(chart.findall("rect")) == sum(1 for number in counts.values() if number)
    assert sum(float(bar.attrib["width"]) for bar in chart.findall("rect")) <= 600


def test_months() -> None:
    chart = parsed(str(charts.months([("2026-02", 0), ("2026-03", 12)], "每月登记的舆情")))
    assert [text.text for text in chart.findall("text")] == ["0", "2月", "12", "3月"]
    assert chart.attrib["aria-label"] == "每月登记的舆情：2026-02 0，2026-03 12"
    parsed(str(charts.months([], "<x>")))
