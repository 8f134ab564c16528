"""The register on the screen: filters, one case, each step and each refusal, over a real server."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from core.clock import local_date, local_text
from core.nouns import Attachment, Case, CaseState, CaseStep, Mention, Record
from service.web.workbench import Workbench
from store import audit, cases, mentions, records
from store.database import transaction
from store.records import Arrival


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
    day = local_date(waiting[0].registered_at)
    assert ids(f"?show=all&since={day}&until={day}") == {c.id for c in everything if local_date(c.registered_at) == day}
    assert ids(f"?show=all&until={day - timedelta(days=1)}") == {c.id for c in everything if local_date(c.registered_at) < day}
    for strange in ("0001-01-01", "9999-12-31", "昨天", "2026-02-30", "\x00"):
        assert ids(f"?since={quote(strange)}&until={quote(strange)}") == {c.id for c in waiting}, strange
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


# action, what was filled in, the field at which something is wrong, what is said there
REFUSED = [
    ("assess", {"category": "咨询"}, "note", "请填写研判意见"),
    ("assess", {"category": "没有的类别", "note": "有意见"}, "category", "请选择类别"),
    ("assign", {"owner": "nobody"}, "owner", "请选择交给谁办"),
    ("assign", {"owner": "clerk", "due": "2020-01-01"}, "due", "已经过去"),
    ("assign", {"owner": "clerk", "due": "明天", "note": "尽快"}, "due", "这样的日期"),
    ("assign", {"owner": "clerk", "due": "2099-01-01"}, "due", "请办理延期"),
    ("extend", {"due": "2099-01-01", "note": "需现场查勘"}, "due", "超过最长办理期限"),
    ("extend", {"note": "需现场查勘"}, "due", "请填写新期限"),
    ("reply", {"note": " "}, "note", "请填写回复要点"),
    ("close", {"note": "字" * 2001}, "note", "最多 2000 个字"),
    ("close", {"note": "字" * 5000}, "note", "现有 5000 个字"),
    ("note", {"note": "甲\x00乙"}, "note", "不能保存的字符"),
]


@pytest.mark.parametrize(("action", "fields", "field", "sentence"), REFUSED)
def test_what_cannot_be_done_is_said_at_its_field_and_what_was_typed_is_kept(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case, action: str, fields: dict[str, str], field: str,
    sentence: str,
) -> None:
    answer = client("clerk").post(f"/towns/{town_id}/cases/{case.id}/{action}", fields)
    assert answer.status_code == 422
    place = f"f-{action}-{field}"
    said = re.search(rf'<small id="{place}-wrong" role="alert"><em>(.*?)</em>', answer.text)
    assert said and sentence in said.group(1)
    assert re.search(rf'id="{place}" name="{field}"[^>]* aria-invalid="true" aria-describedby="{place}-wrong', answer.text)
    assert fields.get("note", "").strip().replace("\x00", "") in answer.text.replace("\ufffd", "").replace("\x00", "")
    assert len(now_of(bench, town_id, case).steps) == 1


def test_every_field_of_the_page_has_a_label_of_its_own(client: Callable[[str], Any], town_id: str, case: Case) -> None:
    """A page carries six forms, most of them with a field called note."""
    page = client("clerk").get(f"/towns/{town_id}/cases/{case.id}").text
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and set(re.findall(r'<label for="([^"]+)"', page)) <= set(ids)


def test_a_form_that_is_older_than_the_case_is_refused(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case
) -> None:
    """Sent twice, or filled in while a colleague worked on it: one step only."""
    clerk, path = client("clerk"), f"/towns/{town_id}/cases/{case.id}/note"
    assert clerk.post(path, {"note": "一", "seen": "1"}).status_code == 303
    again = clerk.post(path, {"note": "一", "seen": "1"})
    assert again.status_code == 422 and "已有新的办理记录" in again.text
    assert len(now_of(bench, town_id, case).steps) == 2


def test_what_was_typed_is_not_lost_when_the_case_was_closed_meanwhile(
    client: Callable[[str], Any], town_id: str, case: Case
) -> None:
    clerk, path = client("clerk"), f"/towns/{town_id}/cases/{case.id}"
    assert clerk.post(f"{path}/close", {"note": "与本镇无关", "seen": "1"}).status_code == 303
    late = clerk.post(f"{path}/reply", {"note": "写了很久的答复", "seen": "1"})
    assert late.status_code == 422 and "已有新的办理记录" in late.text and "写了很久的答复" in late.text
    assert "不能再回复" in clerk.post(f"{path}/reply", {"note": "写了很久的答复"}).text


def test_a_form_sent_twice_at_the_same_moment_is_one_step(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case
) -> None:
    clerks = [client("clerk") for _ in range(6)]
    path = f"/towns/{town_id}/cases/{case.id}/reply"
    with ThreadPoolExecutor(len(clerks)) as pool:
        answers = list(pool.map(lambda clerk: clerk.post(path, {"note": "已答复", "seen": "1"}).status_code, clerks))
    assert sorted(answers) == [303, 422, 422, 422, 422, 422]
    assert len(now_of(bench, town_id, case).steps) == 2


def test_htmx_is_given_the_panel_alone(client: Callable[[str], Any], town_id: str, case: Case) -> None:
    clerk, path, htmx = client("clerk"), f"/towns/{town_id}/cases/{case.id}", {"HX-Request": "true"}
    refused = clerk.post(f"{path}/note", {"note": ""}, headers=htmx)
    taken = clerk.post(f"{path}/note", {"note": "已电话联系"}, headers=htmx, follow_redirects=True)
    for answer, status in ((refused, 422), (taken, 200)):
        assert answer.status_code == status and answer.text.lstrip().startswith('<div id="case">') and "<html" not in answer.text
    assert '<p class="notice" role="status">备注已记入台账。</p>' in taken.text and "已电话联系" in taken.text


def test_the_county_gives_cases_out_and_leaves_the_work_to_the_town(
    client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case
) -> None:
    county, path = client("supervisor"), f"/towns/{town_id}/cases/{case.id}"
    assert re.findall(r'<form class="stack" method="post" action="([^"]+)"', county.get(path).text) == [f"{path}/assign", f"{path}/note"]
    for action in ("assess", "reply", "extend", "close"):
        assert county.post(f"{path}/{action}", {"note": "x", "category": "咨询"}).status_code == 403
    due = local_date(bench.clock()) + timedelta(days=1)
    assert county.post(f"{path}/assign", {"owner": "leader", "due": str(due), "note": "县交办"}).status_code == 303
    given = now_of(bench, town_id, case)
    assert (given.owner, given.due, given.provisional, given.steps[-1].who) == ("leader", due, False, "supervisor")


def test_where_an_attachment_names_the_town(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    at = bench.clock()
    file = Attachment(url="javascript:alert(1)", name="<b>名单</b>", text="霍山县<漫水河镇>名单", state="read", reason="转换自 xls")
    record = Record(site="s", key="a", kind="article", url="http://a/1", title="名单", body="见附件", attachments=(file,))
    with transaction(bench.town_engine(town_id)) as connection:
        records.save(connection, "r", [Arrival(record=record, at=at)])
        # The demo has a page dated in the future, which stands before all.
        stored = next(found for found in records.page_of_records(connection)[0] if found.record.key == "a")
        named = Mention(subject="漫水河镇", term="漫水河镇", text="", start=4, end=8, field="attachment:0", confidence="certain")
        mentions.replace(connection, stored.id, stored.content_hash, [named], at)
        opened = cases.register(
            connection, record_id=stored.id, source="x", url=record.url, title="名单", category="咨询", owner=None, due=None,
            state=CaseState.REGISTERED, registered_at=at, provisional=False, step=CaseStep(at=at, who="townwatch", action="register"),
        )
    page = client("reader").get(f"/towns/{town_id}/cases/{opened.id}").text
    assert "霍山县&lt;<mark>漫水河镇</mark>&gt;名单" in page and "转换自 xls" in page
    assert '<a href="#" rel="noreferrer noopener" target="_blank">&lt;b&gt;名单&lt;/b&gt;</a>' in page


def test_what_was_changed_or_removed_since(client: Callable[[str], Any], bench: Workbench, town_id: str, case: Case) -> None:
    at = bench.clock()
    with transaction(bench.town_engine(town_id)) as connection:
        before = records.get(connection, case.record_id)
        record = replace(before.record, body=before.record.body + "\n后来加上的一段")
        records.save(connection, "r", [Arrival(record=record, at=at)])
        records.removed(connection, {(record.site, record.key): at})
    page = client("reader").get(f"/towns/{town_id}/cases/{case.id}").text
    assert "<ins>后来加上的一段</ins>" in page and f"{local_text(at)} 起原网页已不能看到" in page


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
    titles = [line[1].value for line in list(sheet.iter_rows())[1:]]
    assert titles == [c["title"] for c in client("clerk").get(f"/towns/{town_id}/cases/export/json?show=all").json()["cases"]]
    assert client("clerk").get(f"/towns/{town_id}/cases/export/csv?owner=nobody").content.decode("utf-8-sig").count("\n") == 1
    assert client("clerk").get(f"/towns/{town_id}/cases/export/exe").status_code == 404


def test_a_case_that_is_not_there(client: Callable[[str], Any], town_id: str) -> None:
    clerk = client("clerk")
    for number in ("999999", "99999999999999999999", "0", "abc"):
        assert clerk.get(f"/towns/{town_id}/cases/{number}").status_code == 404
    assert clerk.post(f"/towns/{town_id}/cases/1/delete", {}).status_code == 404
