"""The JSON API: the same figures as the command line, the same rights as the screens, one shape of refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from core.clock import now
from service.cli import app as command_line
from service.web.security.sessions import new_token
from service.web.workbench import Workbench
from store import audit, cases
from store.database import transaction


@pytest.fixture
def api(bench: Workbench, base_url: str) -> Iterator[Callable[[str], httpx.Client]]:
    """``api("clerk")``: a program with a token of that account."""
    clients: list[httpx.Client] = []

    def make(username: str) -> httpx.Client:
        with transaction(bench.engine) as connection:
            _, secret = new_token(connection, username, "test", now(), None)
        headers = {"Authorization": f"Bearer {secret}"}
        clients.append(httpx.Client(base_url=base_url + "/api/v1", headers=headers, timeout=30, trust_env=False))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def said_by_command(demo_store: Path, *arguments: str) -> Any:
    given = ["--config", str(demo_store / "config"), "--database", f"sqlite:///{demo_store / 'townwatch.db'}"]
    result = CliRunner().invoke(command_line, [*given, *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_says_what_the_command_line_says(api: Any, demo_store: Path, town_id: str) -> None:
    http, town = api("reader"), f"/towns/{town_id}"
    listed = http.get(f"{town}/cases", params={"open": True, "size": 200}).json()
    assert listed["cases"] == said_by_command(demo_store, "cases", "list", "--open")["cases"]
    assert listed["page"] == {"number": 1, "size": 200, "total": len(listed["cases"])}
    number = listed["cases"][0]["id"]
    assert http.get(f"{town}/cases/{number}").json() == said_by_command(demo_store, "cases", "show", str(number))["cases"][0]
    deliveries = said_by_command(demo_store, "alerts", "list")["deliveries"]
    assert http.get(f"{town}/deliveries", params={"size": 200}).json()["deliveries"] == deliveries
    month = f"{now():%Y-%m}"
    figures, again = said_by_command(demo_store, "digest", month), http.get(f"{town}/digests/{month}").json()
    for each in (figures, again):
        # The workbench of the tests has another catalogue: of what comes next month the columns are the same.
        each["coming"]["list"] = [one for one in each["coming"]["list"] if one["what"].startswith("栏目")]
    assert figures["coming"]["list"] and {**again, "as_of": ""} == {**figures, "as_of": ""}
    report = said_by_command(demo_store, "check")
    # The judgement that is kept also says where the rule is written.
    reasons = {column["id"]: column.pop("reason") for column in report["columns"]}
    columns = http.get(f"{town}/columns").json()["columns"]
    assert all(column.pop("reason").startswith(reasons[column["id"]]) for column in columns)
    assert sorted(columns, key=lambda each: each["id"]) == sorted(report["columns"], key=lambda each: each["id"])
    assert http.get(f"{town}/findings", params={"size": 200}).json()["findings"] == report["findings"]


def test_one_of_everything(api: Any, bench: Workbench, town_id: str) -> None:
    http, town = api("reader"), f"/towns/{town_id}"
    assert [each["id"] for each in http.get("/towns").json()["towns"]] == [town_id]
    column = next(c for c in http.get(f"{town}/columns").json()["columns"] if c["count"] > 2)
    first = http.get(f"{town}/columns/{column['id']}/records", params={"size": 1}).json()
    second = http.get(f"{town}/columns/{column['id']}/records", params={"size": 1, "page": 2}).json()
    assert first["page"]["total"] == column["count"]
    assert first["records"][0]["published_at"] >= second["records"][0]["published_at"]
    record = http.get(f"{town}/records/{first['records'][0]['id']}").json()
    assert record["title"] == first["records"][0]["title"] and record["body"]
    fingerprint = http.get(f"{town}/findings").json()["findings"][0]["fingerprint"]
    assert http.get(f"{town}/findings/{fingerprint}").json()["events"][0]["event"] == "opened"
    delivery = http.get(f"{town}/deliveries").json()["deliveries"][0]["id"]
    assert http.get(f"{town}/deliveries/{delivery}").json()["tries"]
    sources = http.get(f"{town}/sources").json()["sources"]
    assert {source["id"] for source in sources} == {source.id for _, source in bench.town(town_id).all_sources}
    assert sources[0]["looks"][0]["outcome"] == "new"
    run = http.get(f"{town}/runs").json()["runs"][0]
    assert run["status"] == "loaded" and len(run["sources"]) == len(sources)


def test_filters_of_the_register(api: Any, town_id: str) -> None:
    http, path = api("reader"), f"/towns/{town_id}/cases"
    every = http.get(path, params={"size": 200}).json()["cases"]
    for name in ("state", "category", "owner", "source"):
        value = every[0][name]
        chosen = http.get(path, params={"size": 200, name: value}).json()["cases"]
        assert sorted(c["id"] for c in chosen) == sorted(c["id"] for c in every if c[name] == value), name
    piece = every[0]["title"][2:6]
    assert {c["id"] for c in http.get(path, params={"size": 200, "q": piece}).json()["cases"]} == {
        c["id"] for c in every if piece in c["title"]}
    assert http.get(path, params={"overdue": True}).json()["cases"] == [c for c in every if c["overdue"]]


def test_a_step_is_taken_once_audited_and_bound_by_rights(api: Any, bench: Workbench, town_id: str) -> None:
    clerk = api("clerk")
    number = clerk.get(f"/towns/{town_id}/cases", params={"state": "registered"}).json()["cases"][0]["id"]
    path = f"/towns/{town_id}/cases/{number}/steps"
    assert api("reader").post(path, json={"action": "reply", "note": "已答复"}).status_code == 403
    answered = clerk.post(path, json={"action": "reply", "note": "已电话答复来信人"})
    assert answered.status_code == 200, answered.text
    assert (answered.json()["state"], answered.json()["steps"][-1]["who"]) == ("replied", "clerk")
    with bench.town_engine(town_id).connect() as connection:
        case = cases.get(connection, number)
        entry = audit.list_entries(connection, town=town_id, limit=1)[0]
    assert case is not None and case.steps[-1].note == "已电话答复来信人"
    assert (entry.who, entry.action, entry.subject) == ("clerk", "case_reply", f"case:{number}")
    refused = clerk.post(path, json={"action": "assess", "category": case.category, "note": "晚了"})
    assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
    assert "不能再研判" in refused.json()["detail"]


@pytest.mark.parametrize(("body", "status", "said"), [
    ({"action": "note", "note": "a\x00b"}, 400, "note"), ({"action": "note", "note": "长" * 4001}, 400, "note"),
    ({"action": "burn"}, 400, "action"), ({}, 400, "action"), ({"action": "note", "note": "x", "due": "soon"}, 400, "due"),
    ({"action": "assess", "note": "x", "category": "没有这一类"}, 409, "类别"), ({"action": "assign"}, 409, "交给谁"),
    ({"action": "assign", "owner": "nobody"}, 409, "交给谁"), ({"action": "extend", "note": "x"}, 409, "新期限"),
    ({"action": "extend", "note": "x", "due": "0001-01-01"}, 409, "已经过去"),
    ({"action": "extend", "note": "x", "due": "9999-12-31"}, 409, "超过"), ({"action": "reply"}, 409, "回复要点"),
    ({"action": "note", "note": "x", "seen": 99}, 409, "新的办理记录"),
])
def test_a_step_that_lacks_something_says_what(
    api: Any, town_id: str, body: dict[str, Any], status: int, said: str
) -> None:
    clerk = api("clerk")
    number = clerk.get(f"/towns/{town_id}/cases", params={"state": "registered"}).json()["cases"][0]["id"]
    answer = clerk.post(f"/towns/{town_id}/cases/{number}/steps", json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"]


def test_a_finding_is_handled_and_audited(api: Any, bench: Workbench, town_id: str) -> None:
    clerk, path = api("clerk"), f"/towns/{town_id}/findings"
    number = clerk.get(path).json()["findings"][0]["fingerprint"]
    assert api("technician").post(f"{path}/{number}/handling", json={"what": "fixed"}).status_code == 403
    silent = clerk.post(f"{path}/{number}/handling", json={"what": "false_alarm"})
    assert (silent.status_code, silent.json()["error"]) == (409, "conflict")
    said = clerk.post(f"{path}/{number}/handling", json={"what": "false_alarm", "note": "是引用原文"}).json()
    assert (said["handling"], said["resolved_at"], said["events"][-1]["note"]) == ("false_alarm", None, "是引用原文")
    with bench.engine.connect() as connection:
        assert audit.list_entries(connection, town=town_id, limit=1)[0].action == "finding_handle"
    assert [f["fingerprint"] for f in clerk.get(path, params={"handling": "false_alarm"}).json()["findings"]] == [number]
    assert clerk.post(f"{path}/{number}/handling", json={"what": "undo"}).json()["handling"] == ""


def test_a_browser_needs_its_token_for_a_step(client: Callable[[str], Any], town_id: str) -> None:
    clerk = client("clerk")
    path = f"/api/v1/towns/{town_id}/cases"
    number = clerk.get(path).json()["cases"][0]["id"]
    step = {"action": "note", "note": "已联系村里"}
    assert clerk.http.post(f"{path}/{number}/steps", json=step).status_code == 403
    given = {"X-CSRF-Token": clerk.csrf}
    assert clerk.http.post(f"{path}/{number}/steps", json=step, headers=given).status_code == 200
    elsewhere = {**given, "Origin": "http://evil.example"}
    assert clerk.http.post(f"{path}/{number}/steps", json=step, headers=elsewhere).status_code == 403


@pytest.mark.parametrize(("path", "status"), [
    ("/cases?page=0", 400), ("/cases?page=x", 400), ("/cases?size=201", 400), ("/cases?size=-1", 400), ("/cases?page=501", 400),
    ("/cases?state=lost", 400), ("/cases?owner=%00", 400), ("/cases?q=%00", 400), ("/cases/0", 400),
    ("/cases/99999999999999999999", 400), ("/cases/2147483647", 404), ("/cases/x", 404), ("/records/2147483647", 404),
    ("/columns/nix/records", 404), ("/findings/nix", 404), ("/findings/%00", 400), ("/deliveries/nix", 404),
    ("/digests/2026-13", 400), ("/digests/9999-12", 400), ("/digests/2099-12", 409), ("/digests/2026-01?for=nobody", 409),
    ("/sources?looks=31", 400), ("/runs?limit=0", 400), ("/nothing", 404),
])
def test_what_cannot_be_is_refused_in_one_shape(api: Any, town_id: str, path: str, status: int) -> None:
    answer = api("reader").get(f"/towns/{town_id}{path}")
    assert answer.status_code == status, answer.text
    assert answer.json().keys() == {"error", "detail", "number"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_large_body_is_refused(api: Any, town_id: str) -> None:
    answer = api("clerk").post(f"/towns/{town_id}/cases/1/steps", content=b"x" * 1_100_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_the_schema_declares_every_refusal_and_calls_nobody(base_url: str) -> None:
    answer = httpx.get(base_url + "/api/openapi.json", trust_env=False)
    schema = answer.json()
    assert schema["openapi"].startswith("3.1")
    for path, operations in schema["paths"].items():
        assert path.startswith("/api/v1/"), "pages of people are not in the schema"
        for operation in operations.values():
            assert {"400", "401", "403", "404", "413", "429"} <= operation["responses"].keys(), path
    assert "cdn" not in answer.text
