"""Forty numbers in one column are told as one place, and nothing that differs is put together."""

from __future__ import annotations

import pytest

from monitor.places import gathered


def flaw(where: str, evidence: str = "看到", rule: str = "privacy.id_number", advice: str = "请遮盖。") -> dict[str, str]:
    return {"rule_id": rule, "kind": "id_number", "severity": "error", "where": where, "evidence": evidence, "advice": advice}


@pytest.mark.parametrize(("places", "told"), [
    ([f"Sheet1!C{row}" for row in range(2, 42)], ["Sheet1!C2—C41"]),
    ([f"附件《名单.docx》表1第{row}行第3列" for row in (9, 10, 11)], ["附件《名单.docx》表1第9—11行第3列"]),
    ([f"第{place}段" for place in (1, 2, 3)], ["第1—3段"]),
    # Two are shown one by one, with what stands in each.
    (["Sheet1!C2", "Sheet1!C3"], ["Sheet1!C2", "Sheet1!C3"]),
    # A row is left out; another column; another file; and a number that stands still.
    (["花名册!C2", "花名册!C3", "花名册!C4", "花名册!C6"], ["花名册!C2—C4", "花名册!C6"]),
    (["Sheet1!C2", "Sheet1!D2", "Sheet1!E2"], ["Sheet1!C2", "Sheet1!D2", "Sheet1!E2"]),
    (["第1页第7行", "第2页第8行", "第3页第9行"], ["第1页第7行", "第2页第8行", "第3页第9行"]),
    # Across a row is a run too; a turn at its end is none.
    (["第2段第1列", "第2段第2列", "第2段第3列", "第3段第3列"], ["第2段第1—3列", "第3段第3列"]),
    (["第3段", "第3段", "第3段"], ["第3段", "第3段", "第3段"]),
    (["标题", "正文", "附件"], ["标题", "正文", "附件"]),
])
def test_places_in_a_row_are_one(places: list[str], told: list[str]) -> None:
    assert [each["where"] for each in gathered([flaw(place) for place in places])] == told


def test_kinds_that_alternate_are_gathered_by_kind() -> None:
    """As a list is read: row by row, each with an id number and a telephone."""
    rows = [one for row in range(2, 6) for one in (flaw(f"S!B{row}", "34*"), flaw(f"S!C{row}", "138*", "privacy.mobile", "请删除。"))]
    assert [(each["rule_id"], each["where"], each["evidence"]) for each in gathered(rows)] == [
        ("privacy.id_number", "S!B2—B5", "34*等4处"), ("privacy.mobile", "S!C2—C5", "138*等4处"),
    ]


def test_what_is_to_be_done_otherwise_is_told_apart() -> None:
    assert len(gathered([flaw(f"第{n}段", advice=f"合计应为{n}。") for n in range(3)])) == 3
