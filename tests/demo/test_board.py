"""The demo's message board: what it signs, cuts, marks and pages is what facts/message-board.md says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from demo.board import APP_CODE, signature
from demo.threads import corpus_boards, corpus_threads
from demo.town import DemoTown

TODAY = date(2026, 11, 23)
HUOSHAN = 2348


@pytest.fixture(scope="module")
def town() -> Iterator[DemoTown]:
    with DemoTown(TODAY) as town:
        yield town


# The vectors of facts/message-board.md section 2, recomputed there from captured requests.
SEARCH = (
    '{"position":0,"keywords":"WORD","fid":null,"domainId":null,"typeId":null,"timeRange":null,"ansChecked":false,'
    '"stTime":null,"sortType":"0","page":1,"rows":10}'
)
LIST = '{"fid":FID,"showUnAnswer":1,"typeId":5,"lastItem":"","position":POSITION,"rows":10,"orderType":2}'
VECTORS = [
    ("/v1/threads/list/df", ('"559"', "0"), "9f41eaf88787382c14da461be7079546"),
    ("/v1/threads/list/df", ('"593"', '"0"'), "a7db9282e68f7ccceff0785b444c2194"),
    ("/v1/threads/list/bw", ("5050", "1"), "22e8ff231248d4e2774c9d1b523afdf9"),
    ("/v2/threads/search", SEARCH.replace("WORD", "天然气"), "bec2facf4f2a6ea58ced5215c60e6c1c"),
    ("/v2/threads/search", SEARCH.replace("WORD", ""), "15645586216c596864732b57a474b715"),
    ("/v1/threads/content", '{"tid":"14592777","fromTrash":0}', "18d497371f56c631390ca2f9a196b130"),
    ("/v1/forum/getTopBwForums", "{}", "3be29e33cb708b79a3802f663cf8f16e"),
]


@pytest.mark.parametrize(("path", "param", "expected"), VECTORS)
def test_the_signature_of_real_requests(path: str, param: str | tuple[str, str], expected: str) -> None:
    # A list's fid and position are signed with their types: "559" and 559 differ.
    text = param if isinstance(param, str) else LIST.replace("FID", param[0]).replace("POSITION", param[1])
    assert signature(path, text) == expected


def call(town: DemoTown, path: str, param: dict[str, Any], changed: dict[str, str] | None = None) -> dict[str, Any]:
    text = json.dumps(param, ensure_ascii=False, separators=(",", ":"))
    body = {"appCode": APP_CODE, "token": "", "signature": signature(path, text), "param": text} | (changed or {})
    request = Request(f"{town.board_url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        return dict(json.load(answer))


def listed(town: DemoTown, fid: int, type_id: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    last: Any = ""
    while True:
        param = {
            "fid": str(fid),
            "showUnAnswer": 1,
            "typeId": type_id,
            "lastItem": last,
            "position": "0",
            "rows": 10,
            "orderType": 2,
        }
        page = call(town, "/v1/threads/list/df", param)["resultData"]
        rows += page["data"]
        if len(page["data"]) < 10:
            return rows
        last = page["lastItem"]
        assert last == page["data"][-1]["tid"]


def queried(town: DemoTown, fid: int, **fields: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    last = 0
    while True:
        form = urlencode({"fid": fid, "lastItem": last} | fields).encode()
        with urlopen(f"{town.board_url}/threads/queryThreadsList", form, timeout=10) as answer:
            assert answer.headers["Content-Type"] == "text/html;charset=UTF-8"
            page = json.load(answer)["responseData"]
        rows += page
        if len(page) < 10:
            return rows
        last = page[-1]["tid"]


def searched(town: DemoTown, word: str, **changed: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for page in range(1, 100):
        param = json.loads(SEARCH.replace("WORD", word)) | {"page": page} | changed
        found = call(town, "/v2/threads/search", param)["data"]["data"]
        rows += found
        if not found:
            return rows
    raise AssertionError("search never ends")


def content(town: DemoTown, tid: int) -> list[dict[str, Any]]:
    return list(call(town, "/v1/threads/content", {"tid": str(tid), "fromTrash": 0})["resultData"]["contentList"])


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": "0" * 32},
        {"appCode": "PC0000000000000"},
        {"param": '{"fid": "2348"}'},  # other bytes than those that were signed
        {"token": "stranger"},
    ],
)
def test_a_wrong_call_is_refused_with_status_200(town: DemoTown, changed: dict[str, str]) -> None:
    param = {"fid": "2348", "showUnAnswer": 1, "typeId": 2, "lastItem": "", "position": 0, "rows": 10, "orderType": 2}
    assert call(town, "/v1/threads/list/df", param, changed) == {"code": "SN0006", "msg": "数据格式错误"}


def test_a_body_that_is_no_json_is_refused(town: DemoTown) -> None:
    with urlopen(f"{town.board_url}/v2/threads/search", b"keywords=x", timeout=10) as answer:
        assert json.load(answer)["code"] == "SN0006"


@pytest.mark.parametrize("path", ["/threads/queryThreadsList?fid=2348", "/pro-dfbbs-front/threads/queryThreadsList"])
def test_the_form_call_does_not_take_get(town: DemoTown, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{town.board_url}{path}", timeout=10)
    refused.value.close()
    assert refused.value.code == 405


def test_tabs_show_their_type_newest_first_and_only_the_form_call_shows_all(town: DemoTown) -> None:
    expected = {t.tid: t for t in town.board.threads if t.fid == HUOSHAN}
    tabs = {type_id: [row["tid"] for row in listed(town, HUOSHAN, type_id)] for type_id in (5, 2, 1)}
    for type_id, tids in tabs.items():
        assert tids == sorted((t.tid for t in expected.values() if t.type_id == type_id), reverse=True)
    everything = [row["tid"] for row in queried(town, HUOSHAN)]
    assert everything == sorted(expected, reverse=True)
    hidden = set(everything) - {tid for tids in tabs.values() for tid in tids}
    assert {expected[tid].type_name for tid in hidden} == {"感谢"}


@pytest.mark.parametrize(("state", "name"), [(2, "待回复"), (3, "办理中"), (4, "已办理")])
def test_the_form_call_filters_by_state(town: DemoTown, state: int, name: str) -> None:
    found = {row["tid"] for row in queried(town, HUOSHAN, state=state)}
    assert found == {t.tid for t in town.board.threads if t.fid == HUOSHAN and t.state == name}
    assert found


def test_lists_are_cut_so_that_a_late_mention_is_only_in_the_content(town: DemoTown) -> None:
    late = [t for t in town.board.threads if t.mark == "B01"]
    assert late
    for thread in late:
        row = next(row for row in queried(town, thread.fid) if row["tid"] == thread.tid)
        assert row["content"] == thread.content[:100] + "..."
        found = next(row for row in searched(town, "") if row["tid"] == thread.tid)
        assert found["content"] == thread.content[:150]
        assert "漫水河" not in row["subject"] + row["content"] + found["content"]
        assert "漫水河镇" in next(part for part in content(town, thread.tid) if part["dataType"] == 1)["content"]


def test_search_marks_single_characters_and_finds_look_alikes(town: DemoTown) -> None:
    rows = searched(town, "六安")
    subjects = {plain(row["subject"]) for row in rows}
    assert "教师周六安排值班没有补休" in subjects
    alike = next(row for row in rows if plain(row["subject"]) == "教师周六安排值班没有补休")
    assert alike["subject"] == (
        "教师周<label style='color:#D5313F'>六</label><label style='color:#D5313F'>安</label>排值班没有补休"
    )
    assert all(len(plain(row["content"])) <= 150 for row in rows)


def test_a_search_row_has_the_39_fields_of_the_real_one(town: DemoTown) -> None:
    answered, pending = (
        next(row for row in searched(town, "") if row["stateInfo"] == state) for state in ("已办理", "待回复")
    )
    assert len(answered) == 39
    assert set(answered) - set(pending) == {"lastAnswerTime"}


@pytest.mark.shared
def test_the_39_fields_are_those_of_the_sample(town: DemoTown, shared: Path) -> None:
    sample = json.loads((shared / "data/liuyan/LLMB_v2_search_sample.json").read_text(encoding="utf-8"))
    row = next(row for row in searched(town, "") if row["stateInfo"] == "已办理")
    assert set(row) == set().union(*sample)


def test_search_can_be_narrowed(town: DemoTown) -> None:
    assert {row["fid"] for row in searched(town, "漫水河", fid=1055)} == {1055}
    assert {row["stateInfo"] for row in searched(town, "", threadsStatus=2)} == {"已办理"}


def test_content_is_told_by_data_type_and_a_rating_may_stand_first(town: DemoTown) -> None:
    rated = next(t for t in town.board.threads if t.rating)
    assert [part["dataType"] for part in content(town, rated.tid)] == [1, 3, 4]
    reply = content(town, rated.tid)[2]
    assert (reply["organization"], reply["content"]) == (rated.replies[0].office, rated.replies[0].content)
    assert content(town, 1) == []


def test_an_answer_can_arrive_and_a_message_can_go() -> None:
    with DemoTown(TODAY) as town:
        pending = next(t for t in town.board.threads if t.state == "待回复" and t.fid == HUOSHAN)
        town.board.reply(pending.tid, "霍山县漫水河镇人民政府", "已修复。", pending.created + 1)
        assert content(town, pending.tid)[-1]["content"] == "已修复。"
        town.board.remove(pending.tid)
        assert pending.tid not in {row["tid"] for row in queried(town, HUOSHAN)}
        assert content(town, pending.tid) == []


@pytest.mark.shared
def test_every_message_of_the_corpus_is_reached_exactly_once(shared: Path) -> None:
    corpus = shared / "data"
    threads = corpus_threads(corpus)
    assert len(threads) == 3834 + 1398
    assert len({t.tid for t in threads}) == len(threads)
    old = [t for t in threads if t.tid < 8_160_000]
    assert len(old) == 3834
    assert [t.created for t in sorted(old, key=lambda t: t.tid)] == sorted(t.created for t in old)
    with DemoTown(TODAY, corpus=corpus) as town:
        reached = Counter(row["tid"] for fid in corpus_boards(corpus) for row in queried(town, fid))
        assert reached == Counter(t.tid for t in threads)
        tabbed = Counter(
            row["tid"] for fid in corpus_boards(corpus) for type_id in (5, 2, 1) for row in listed(town, fid, type_id)
        )
        assert tabbed == Counter(t.tid for t in threads if t.type_id in (5, 2, 1))
        for thread in threads[::50]:
            parts = content(town, thread.tid)
            assert parts[0]["content"] == thread.content
            assert [p["content"] for p in parts if p["dataType"] == 4] == [r.content for r in thread.replies]


@pytest.mark.shared
def test_the_corpus_keeps_texts_and_replies_whole(shared: Path) -> None:
    threads = corpus_threads(shared / "data")
    assert sum(bool(t.replies) for t in threads) == 2237
    assert max(len(t.content) for t in threads) == 1201
    assert {t.state for t in threads} == {"待回复", "办理中", "已办理"}
