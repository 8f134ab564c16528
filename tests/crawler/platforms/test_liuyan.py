"""The message board's answers as rows and threads, on bytes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from core.nouns import Outcome, Record
from core.settings import Site, SourceSettings
from crawler.platforms.base import Answer, Failure, Listing
from crawler.platforms.liuyan import Liuyan

SITE = Site(id="b", name="留言板", platform="liuyan", home="https://liuyan.people.com.cn/", hosts=("liuyan.people.com.cn",))
BOARD = SourceSettings(id="board", name="板", url="https://liuyan.people.com.cn/threads/list?fid=2348", kind="board",
                       options={"fid": 2348, "forum_contains": "霍山"})
SEARCH = SourceSettings(id="search", name="搜", url="https://liuyan.people.com.cn/messageSearch", kind="search",
                        options={"keyword": "漫水河"})
LIUYAN = Liuyan(SITE)


def answer(data: Any) -> Answer:
    body = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    return Answer(url="https://liuyan.people.com.cn/x", status=200, headers={"content-type": "application/json"}, body=body)


def row(tid: int, **more: Any) -> dict[str, Any]:
    return {"tid": tid, "subject": "路灯不亮", "createDateline": 1700000000, "stateInfo": "待回复", "forumName": "霍山县委书记"} | more


def listing(stream: int, data: Any, source: SourceSettings = BOARD) -> Listing | Failure:
    return LIUYAN.read_list(source, LIUYAN.streams(source)[stream], answer(data))


def test_a_board_is_three_tabs_and_the_sweep() -> None:
    asks = LIUYAN.streams(BOARD)
    assert [json.loads(json.loads(ask.body)["param"])["typeId"] for ask in asks[:3]] == [5, 2, 1]
    assert dict(parse_qsl(asks[3].body.decode())) == {"fid": "2348", "lastItem": "0"}


def test_pages_follow_the_last_item_until_one_is_short() -> None:
    full = listing(0, {"resultData": {"data": [row(n) for n in range(20, 10, -1)]}})
    assert isinstance(full, Listing)
    assert full.next is not None
    assert json.loads(json.loads(full.next.body)["param"])["lastItem"] == "11"
    short = listing(3, {"success": True, "responseData": [row(n) for n in range(9)]})
    assert isinstance(short, Listing)
    assert short.next is None


def test_a_later_answer_changes_the_row_and_the_old_list_cannot_tell() -> None:
    def hashed(stream: int, **more: Any) -> str | None:
        key = "data" if stream < 3 else "responseData"
        found = listing(stream, {"resultData": {key: [row(7, **more)]}} if stream < 3 else {key: [row(7, **more)]})
        assert isinstance(found, Listing)
        return found.rows[0].row_hash

    assert hashed(0) != hashed(0, lastAnswerTime=1700000001)
    assert hashed(0) != hashed(0, stateInfo="已办理")
    assert hashed(0) == hashed(1)
    assert hashed(3) is None


@pytest.mark.parametrize(("data", "outcome"), [
    ({"code": "SN0006", "msg": "数据格式错误"}, Outcome.REDESIGNED),
    (b"", Outcome.BLOCKED),
    (b"<html></html>", Outcome.REDESIGNED),
    ({"resultData": {"data": None}}, Outcome.REDESIGNED),
    ({"success": False, "resultDesc": "x"}, Outcome.REDESIGNED),
    ({"resultData": {"data": [row(1, forumName="金寨县委书记")]}}, Outcome.REDESIGNED),
    ([], Outcome.REDESIGNED),
])
def test_what_is_no_list_is_never_an_empty_list(data: Any, outcome: Outcome) -> None:
    found = listing(0, data)
    assert isinstance(found, Failure)
    assert found.outcome is outcome


def test_an_empty_list_is_proven_by_its_json() -> None:
    assert listing(0, {"code": 0, "resultData": {"data": [], "lastItem": ""}}) == Listing()


def thread(*parts: dict[str, Any]) -> Record | Failure:
    found = listing(0, {"resultData": {"data": [row(7)]}})
    assert isinstance(found, Listing)
    return LIUYAN.read_item(BOARD, found.rows[0], answer({"code": 0, "resultData": {"contentList": list(parts)}}))


MESSAGE = {"dataType": 1, "subject": "路灯不亮", "content": "<附件>请<b>打</b> 13812345678<br>谢谢", "nickName": "王某",
           "stateInfo": "办理中", "createDateline": 1700000000}


def test_replies_are_chosen_by_their_type_and_numbers_are_masked() -> None:
    rating = {"dataType": 3, "content": "满意", "nickName": "王某"}
    reply = {"dataType": 4, "content": "已修好", "organization": "住建局", "dateline": 1700100000}
    found = thread(rating, reply, MESSAGE)
    assert isinstance(found, Record)
    assert [(r.office, r.body) for r in found.replies] == [("住建局", "已修好")]
    # What people put between angle brackets is theirs; markup is not.
    assert found.body == "<附件>请打 138****5678\n谢谢"
    assert found.thread["state"] == "办理中"
    assert "王某" not in repr(found)


def test_a_thread_that_is_gone_and_one_that_cannot_be_read_differ() -> None:
    gone, odd = thread(), thread({"dataType": 3, "content": "满意"})
    assert isinstance(gone, Failure)
    assert gone.definite
    assert isinstance(odd, Failure)
    assert (odd.outcome, odd.definite) == (Outcome.REDESIGNED, False)


@pytest.mark.parametrize(("body", "kept"), [
    ("住在漫水河镇", True), ("漫 水 河", True), ("漫水河鎮", True), ("漫过水面的河", False), ("漫水", False),
])
def test_a_search_keeps_only_what_names_the_keyword(body: str, kept: bool) -> None:
    found = thread(MESSAGE | {"content": body})
    assert isinstance(found, Record)
    assert LIUYAN.keeps(SEARCH, found) is kept
    assert LIUYAN.keeps(BOARD, found)


def test_the_archived_answer_has_no_author() -> None:
    kept = LIUYAN.evidence(answer({"resultData": {"contentList": [MESSAGE | {"ip": "1.2.3.4", "threadPlace": "某街7号"}]}})).served
    assert "路灯不亮".encode() in kept
    for secret in ("王某", "1.2.3.4", "某街", "13812345678"):
        assert secret.encode() not in kept


def test_search_hits_lose_their_marks() -> None:
    marked = row(7, subject="<label style='color:#D5313F'>漫</label><label style='color:#D5313F'>水</label>河路灯")
    found = LIUYAN.read_list(SEARCH, LIUYAN.streams(SEARCH)[0], answer({"code": 0, "data": {"data": [marked]}}))
    assert isinstance(found, Listing)
    assert found.rows[0].title == "漫水河路灯"


@pytest.mark.shared
def test_the_captured_search_answer(shared: Any) -> None:
    rows = json.loads((shared / "data" / "liuyan" / "LLMB_v2_search_sample.json").read_text(encoding="utf-8"))
    found = LIUYAN.read_list(SEARCH, LIUYAN.streams(SEARCH)[0], answer({"code": 0, "msg": "ok", "data": {"data": rows}}))
    assert isinstance(found, Listing)
    assert len(found.rows) == len(rows)
    assert not [r for r in found.rows if "<" in r.title or not r.published]
