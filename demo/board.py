"""The leader message board as liuyan.people.com.cn answers (facts/message-board.md): signed and unsigned calls."""

from __future__ import annotations

import json
import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl

from demo.board_rows import entries, old_row, row
from demo.serving import HTML, NOT_FOUND, Request, Response
from demo.threads import DOMAIN_IDS, STATES, Answer, Thread

APP_CODE = "PC42ce3bfa4980a9"
PAGE = 10
JSON = "application/json;charset=UTF-8"
WRONG_SIGNATURE = {"code": "SN0006", "msg": "数据格式错误"}
ROBOTS = "User-agent: *\nDisallow: /user/\n"

SHELL = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>领导留言板</title>
<script>window.SITE_CONFIG = {};window.SITE_CONFIG['appCode'] = 'PC42ce3bfa4980a9';</script></head>
<body><div id="app"></div><script src="/static/js/app.js"></script></body></html>"""


def signature(path: str, param: str, token: str = "") -> str:
    """md5(path + param + key + token); the key is the first 16 hex of md5(token), of md5(appCode) when anonymous."""
    key = _md5(token or APP_CODE)[:16]
    return _md5(path + param + key + token)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


class Board:
    """Answers requests, and lets a demo or a test write, answer and remove messages. Thread-safe."""

    def __init__(self, threads: Iterable[Thread]) -> None:
        self._lock = threading.RLock()
        self._threads: dict[int, Thread] = {}
        self._characters: dict[int, frozenset[str]] = {}
        self._by_fid: dict[tuple[int, int | None], list[int]] = {}
        self._all: list[int] = []
        for thread in sorted(threads, key=lambda thread: thread.tid):
            self._index(thread)

    # What a demo or a test does to the board ------------------------------------------------------------------------

    @property
    def threads(self) -> tuple[Thread, ...]:
        """Every message, oldest first."""
        with self._lock:
            return tuple(self._threads[tid] for tid in self._all)

    def add(self, thread: Thread) -> None:
        """Make a message public."""
        with self._lock:
            self._index(thread)

    def reply(self, tid: int, office: str, content: str, at: int) -> None:
        """Publish an official reply; the message becomes 已办理."""
        with self._lock:
            old = self._threads[tid]
            answer = Answer(office=office, content=content, at=at)
            self._threads[tid] = replace(old, state="已办理", replies=(*old.replies, answer))

    def remove(self, tid: int) -> None:
        """Take a message off every list; its content answers an empty list."""
        with self._lock:
            thread = self._threads.pop(tid)
            for tids in (self._all, *(self._by_fid[key] for key in ((thread.fid, None), (thread.fid, thread.type_id)))):
                tids.remove(tid)

    def _index(self, thread: Thread) -> None:
        if thread.tid in self._threads:
            raise ValueError(f"tid {thread.tid} is taken")
        self._threads[thread.tid] = thread
        self._characters[thread.tid] = frozenset(thread.subject + thread.content)
        insort(self._all, thread.tid)
        for key in ((thread.fid, None), (thread.fid, thread.type_id)):
            insort(self._by_fid.setdefault(key, []), thread.tid)

    # Answers --------------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """One request's answer."""
        signed = {
            "/v2/threads/search": self._search,
            "/v1/threads/list/df": self._list,
            "/v1/threads/content": self._content,
        }
        if request.path in signed:
            if request.method != "POST":
                return Response(status=405, body=b"Method Not Allowed")
            param = _checked(request)
            return _json(WRONG_SIGNATURE if param is None else signed[request.path](param))
        if request.path.endswith("/threads/queryThreadsList"):
            if request.method != "POST":
                return Response(status=405, body=b"Method Not Allowed")
            form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
            return _json(self._query(form), "text/html;charset=UTF-8")
        if request.path == "/robots.txt":
            return Response(body=ROBOTS.encode(), content_type="text/plain")
        shells = ("/threads/list", "/threads/content", "/messageSearch", "/forum/list", "/")
        return Response(body=SHELL.encode(), content_type=HTML) if request.path in shells else NOT_FOUND

    def _search(self, param: Mapping[str, Any]) -> dict[str, Any]:
        word = str(param.get("keywords") or "")
        page, rows = max(1, _int(param.get("page"), 1)), max(1, min(500, _int(param.get("rows"), PAGE)))
        with self._lock:
            found = [thread for thread in self._narrowed(param) if self._characters[thread.tid].issuperset(word)]
        shown = found[(page - 1) * rows : page * rows]
        return {"code": 0, "msg": "ok", "data": {"data": [row(thread, word) for thread in shown]}}

    def _narrowed(self, param: Mapping[str, Any]) -> list[Thread]:
        """Newest first; by board, type, domain, state and start time where the caller asks for them."""
        fid = param.get("fid")
        tids = self._all if fid is None else self._by_fid.get((_int(fid, 0), None), [])
        threads = [self._threads[tid] for tid in reversed(tids)]
        tests = (("typeId", lambda t: t.type_id), ("domainId", lambda t: DOMAIN_IDS.get(t.domain)))
        for key, read in tests:
            if param.get(key) is not None:
                threads = [thread for thread in threads if read(thread) == _int(param[key], 0)]
        if param.get("stTime") is not None:
            threads = [thread for thread in threads if thread.created >= _int(param["stTime"], 0)]
        if param.get("threadsStatus") == 2:
            threads = [thread for thread in threads if thread.state == "已办理"]
        return threads

    def _list(self, param: Mapping[str, Any]) -> dict[str, Any]:
        fid, type_id = _int(param.get("fid"), 0), param.get("typeId")
        key = (fid, None if type_id is None else _int(type_id, 0))
        with self._lock:
            rows = [
                row(thread)
                for thread in self._after(key, param.get("lastItem"), min(PAGE, _int(param.get("rows"), PAGE)))
            ]
        return {"code": 0, "msg": "ok", "resultData": {"data": rows, "lastItem": rows[-1]["tid"] if rows else ""}}

    def _after(self, key: tuple[int, int | None], last: Any, count: int) -> Sequence[Thread]:
        """The next messages below ``last`` (a tid; empty or 0 starts), newest first."""
        tids = self._by_fid.get(key, [])
        end = bisect_left(tids, _int(last, 0)) if _int(last, 0) else len(tids)
        return [self._threads[tid] for tid in reversed(tids[max(0, end - count) : end])]

    def _query(self, form: Mapping[str, str]) -> dict[str, Any]:
        fid, state = _int(form.get("fid"), 0), _int(form.get("state"), 1)
        type_id = _int(form.get("typeId"), 0) or None
        wanted = None if state == 1 else STATES[(state - 2) % 3]
        rows: list[dict[str, Any]] = []
        last: Any = form.get("lastItem")
        with self._lock:
            while len(rows) < PAGE and (batch := self._after((fid, type_id), last, PAGE)):
                rows += [old_row(thread) for thread in batch if wanted in (None, thread.state)]
                last = batch[-1].tid
        return {"result": "success", "resultDesc": "", "success": True, "responseData": rows[:PAGE]}

    def _content(self, param: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            thread = self._threads.get(_int(param.get("tid"), 0))
        return {"code": 0, "msg": "ok", "resultData": {"contentList": entries(thread) if thread else []}}


def _checked(request: Request) -> Mapping[str, Any] | None:
    """The call's ``param`` when body and signature are right (types count: only the bytes of ``param`` are signed)."""
    try:
        call = json.loads(request.body)
        param = call["param"]
        right = call["appCode"] == APP_CODE and call["signature"] == signature(
            request.path, param, call.get("token") or ""
        )
        inner = json.loads(param)
    except (ValueError, KeyError, TypeError):
        return None
    return inner if right and isinstance(inner, dict) else None


def _json(data: Mapping[str, Any], content_type: str = JSON) -> Response:
    return Response(
        body=json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), content_type=content_type
    )


def _int(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
