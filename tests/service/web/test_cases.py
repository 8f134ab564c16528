"""The register on the screen: filters, one case, each step and each refusal, over a real server."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from core.nouns import Case
from service.web.workbench import Workbench
from store import audit, cases


@pytest.fixture
def case(bench: Workbench, town_id: str) -> Case:
    """A case that nobody has worked on."""
    with bench.town_engine(town_id).connect() as connection:
        return next(c for c in cases.list_cases(connection, open_only=True) if c.state == "registered")


def now_of(bench: Workbench, town_id: str, case: Case) -> Case:
    with bench.town_engine(town_id).connect() as connection:
        found = cases.get(connection, case.id)
    assert found is not None
    return found


def test_the_list_and_its_filters(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    clerk, path = client("clerk"), f"/towns/{town_id}/cases"
    with bench.town_engine(town_id).connect() as connection:
        everything = cases.list_cases(connection)
    waiting = [c for c in everything if c.open]

    def ids(query: str) -> set[int]:
        answer = clerk.get(path + query)
        assert answer.status_code == 200
        return {int(found) for found in re.findall(rf'href="{path}/(\d+)"', answer.text)}

    assert ids("") == {c.id for c in waiting}
    assert ids("?show=all") == {c.id for c in everything}
    assert ids("?show=all&state=replied") == {c.id for c in everything if c.state == "replied"}
    assert ids(f"?category={waiting[0].category}") == {c.id for c in waiting if c.category == waiting[0].category}
    assert ids("?owner=nobody") == set()
    assert ids("?show=%00&state=x&page=-3&text=%00") == {c.id for c in waiting}, "what the address gets wrong counts as not said"
    assert "没有符合条件的舆情" in clerk.get(path + "?text=没有这样的标题").text


def test_a_case_is_worked_from_assessment_to_its_end(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case
) -> None:
    clerk, path = client("clerk"), f"/towns/{town_id}/cases/{case.id}"
    shown = clerk.get(path)
    assert shown.status_code == 200 and "漫水河镇</mark>" in shown.text
    steps = [
        ("assess", {"category": "咨询", "note": "属于本镇职责"}, "assessed"), ("assign", {"owner": "clerk", "note": "请核实"}, "assigned"),
        ("reply", {"note": "已电话答复"}, "replied"), ("note", {"note": "群众表示满意"}, "replied"), ("close", {"note": "办结"}, "closed"),
    ]
    for number, (action, fields, state) in enumerate(steps, start=1):
        answer = clerk.post(f"{path}/{action}", {**fields, "seen": str(number)})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?said=case_{action}"), answer.text
        assert now_of(bench, town_id, case).state == state
    after = now_of(bench, town_id, case)
    assert [step.who for step in after.steps[1:]] == ["clerk"] * 5
    with bench.engine.connect() as connection:
        told = [entry.action for entry in audit.list_entries(connection, limit=50, offset=0) if entry.subject == f"case:{case.id}"]
    assert sorted(told) == sorted(f"case_{action}" for action, _, _ in steps)
    assert "研判已记入台账" in clerk.get(f"{path}?said=case_assess").text


REFUSED = [
    ("assess", {"category": "咨询"}, "请填写研判意见"),
    ("assess", {"category": "没有的类别", "note": "x"}, "请选择类别"),
    ("assign", {"owner": "nobody"}, "请选择交给谁办"),
    ("assign", {"owner": "clerk", "due": "2020-01-01"}, "已经过去"),
    ("assign", {"owner": "clerk", "due": "明天"}, "这样的日期"),
    ("extend", {"due": "2099-01-01", "note": "x"}, "超过最长办理期限"),
    ("extend", {"note": "x"}, "请填写新期限"),
    ("reply", {"note": " "}, "请填写回复要点"),
    ("close", {"note": "字" * 2001}, "最多 2000 个字"),
]


@pytest.mark.parametrize(("action", "fields", "sentence"), REFUSED)
def test_what_cannot_be_done_is_said_and_what_was_typed_is_kept(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case, action: str, fields: dict[str, str], sentence: str
) -> None:
    answer = client("clerk").post(f"/towns/{town_id}/cases/{case.id}/{action}", fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    if fields.get("note", " ").strip():
        assert fields["note"] in answer.text
    assert len(now_of(bench, town_id, case).steps) == 1


def test_a_form_that_is_older_than_the_case_is_refused(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case
) -> None:
    """Sent twice, or filled in while a colleague worked on it: one step only."""
    clerk, path = client("clerk"), f"/towns/{town_id}/cases/{case.id}/note"
    assert clerk.post(path, {"note": "一", "seen": "1"}).status_code == 303
    again = clerk.post(path, {"note": "一", "seen": "1"})
    assert again.status_code == 422 and "已有新的办理记录" in again.text
    assert len(now_of(bench, town_id, case).steps) == 2


def test_a_reader_sees_no_form_and_may_not_send_one(client: Callable[[str], Any], town_id: str, case: Case) -> None:
    reader, path = client("reader"), f"/towns/{town_id}/cases/{case.id}"
    assert "办理经过" in reader.get(path).text and "<textarea" not in reader.get(path).text
    assert reader.post(f"{path}/note", {"note": "x"}).status_code == 403
    assert reader.get(f"/towns/{town_id}/cases/export/xlsx").status_code == 403


def test_the_filtered_register_is_taken_away(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    answer = client("clerk").get(f"/towns/{town_id}/cases/export/xlsx?show=all")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    with bench.town_engine(town_id).connect() as connection:
        assert sheet.max_row == len(cases.list_cases(connection)) + 1
    assert "attachment" in answer.headers["content-disposition"]
    assert client("clerk").get(f"/towns/{town_id}/cases/export/exe").status_code == 404


def test_a_case_that_is_not_there(client: Callable[[str], Any], town_id: str) -> None:
    clerk = client("clerk")
    for number in ("999999", "99999999999999999999", "0", "abc"):
        assert clerk.get(f"/towns/{town_id}/cases/{number}").status_code == 404
    assert clerk.post(f"/towns/{town_id}/cases/1/delete", {}).status_code == 404
