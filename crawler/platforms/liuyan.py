"""人民网领导留言板 (facts/message-board.md): boards by fid and searches by keyword.

A board is its three signed tabs (建言 5, 投诉/求助 2, 咨询 1) and the unsigned list, which shows types that no tab shows
and is what remains when the signature changes. Full texts and official replies come from the content call alone. What
authors are called and where they write from is never kept; private numbers are masked before anything is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode, urljoin

from pydantic import Field

from core.clock import Moment
from core.nouns import Outcome, Record, Reply
from core.settings import Site, SourceSettings
from core.text import fold_plain, mask_private
from crawler.platforms.base import Answer, Ask, Failure, Listing, Platform, Row, WalkOptions, clue, row_hash
from crawler.platforms.liuyan_signature import signed_body

TABS = (5, 2, 1)
PAGE_ROWS = 10
MESSAGE, REPLY = 1, 4
"""``dataType`` of a part of a thread; other parts (ratings) are not official."""
DONE = "已办理"
# Only markup: people write <附件> and <关于…的通知> in their own words.
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr)>", re.IGNORECASE)
_AUTHOR = frozenset({"nickName", "userId", "ip", "from", "threadPlace", "sourceName", "userType"})


class LiuyanOptions(WalkOptions):
    """A board (``fid`` and a word that its name must contain) or a search (``keyword``). Three more pages by default: a
    thread that was approved late stands below newer ones."""

    overlap: int = Field(default=3, ge=0)
    fid: int | None = None
    forum_contains: str | None = None
    keyword: str | None = Field(default=None, min_length=2)


class Liuyan(Platform):
    """Signed interface first, the old form interface beside it."""

    id = "liuyan"
    name = "人民网领导留言板"
    clues = (clue(r"liuyan\.people\.com\.cn", 3, "地址 liuyan.people.com.cn"),)
    source_options: ClassVar[type[WalkOptions]] = LiuyanOptions
    empty_again = Outcome.BLOCKED
    light = True

    @classmethod
    def check(cls, site: Site, source: SourceSettings) -> list[tuple[str, str, str]]:
        """Boards need ``fid`` and ``forum_contains``, searches a ``keyword``; there are no plain lists."""
        options = LiuyanOptions.model_validate(source.options)
        needed = {"board": ("fid", "forum_contains"), "search": ("keyword",)}.get(source.kind)
        if needed is None:
            return [("kind", "领导留言板没有 list 类来源", "改为 board 或 search")]
        return [(f"options.{key}", "缺少必填项", "补上这一项") for key in needed if getattr(options, key) is None]

    def streams(self, source: SourceSettings) -> list[Ask]:
        """The tabs and the sweep of a board; the pages of a search."""
        options = self._of(source)
        if source.kind == "search":
            return [self._search(options.keyword or "", 1)]
        tabs = [self._tab(source, options, stream, tab, "") for stream, tab in enumerate(TABS)]
        return [*tabs, self._sweep(source, options, len(TABS), 0)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """One page of a tab, of the sweep or of a search."""
        found = _rows_of(_json(answer))
        if isinstance(found, Failure):
            return found
        options = self._of(source)
        if wrong := _wrong_forum(options, found):
            return wrong
        whole = ask.context["list"] != "sweep"
        rows = tuple(self._row(row, whole) for row in found if row.get("tid"))
        return Listing(rows=rows, next=self._next(source, ask, options, rows) if len(rows) >= PAGE_ROWS else None)

    def ask_item(self, source: SourceSettings, row: Row) -> Ask:
        """The full text and the replies of a thread."""
        return self._signed("/v1/threads/content", {"tid": row.key, "fromTrash": 0}, self._referer(row.key))

    def read_item(self, source: SourceSettings, row: Row, answer: Answer) -> Record | Failure:
        """A thread with its official replies, chosen by ``dataType``, never by place."""
        data = _json(answer)
        if isinstance(data, Failure):
            return data
        parts = (data.get("resultData") or {}).get("contentList")
        if not isinstance(parts, list):
            return Failure(outcome=Outcome.REDESIGNED, reason="留言内容里没有 contentList")
        message = next((part for part in parts if part.get("dataType") == MESSAGE), None)
        if message is None and parts:
            return Failure(outcome=Outcome.REDESIGNED, reason="留言内容里没有 dataType=1 的正文")
        if message is None:
            return Failure(outcome=Outcome.UNREACHABLE, reason="留言已不存在", definite=True)
        if wrong := _wrong_forum(self._of(source), [message]):
            return wrong
        return self._record(row, message, [part for part in parts if part.get("dataType") == REPLY])

    def tolerates(self, streams: list[Ask], failed: dict[int, Failure]) -> bool:
        """The sweep shows everything that the tabs show; the tabs nearly everything that the sweep shows."""
        sweep = len(TABS)
        return len(streams) > 1 and (sweep not in failed or set(failed) == {sweep})

    def keeps(self, source: SourceSettings, record: Record) -> bool:
        """The site's search marks single characters: the keyword must stand in the full text."""
        keyword = self._of(source).keyword
        if keyword is None:
            return True
        texts = (record.title, record.body, *(reply.body for reply in record.replies))
        return any(fold_plain(keyword) in fold_plain(text) for text in texts)

    def recheck(self, source: SourceSettings, row: Row) -> bool:
        """A thread that is done changes no more but in the slow rotation."""
        return row.thread.get("state") != DONE

    def evidence(self, answer: Answer) -> Answer:
        """The answer without its author and with private numbers masked: raw bytes of a person's data are not kept."""
        try:
            body = json.dumps(_public(json.loads(answer.body)), ensure_ascii=False, separators=(",", ":")).encode()
        except ValueError:
            body = b""
        headers = (("Content-Type", answer.content_type or "application/json"), ("X-Townwatch-Masked", "1"))
        return replace(answer, served=body, served_headers=headers)

    def _of(self, source: SourceSettings) -> LiuyanOptions:
        options = self.walk_options(source)
        assert isinstance(options, LiuyanOptions)
        return options

    def _url(self, path: str) -> str:
        return urljoin(self.site.home, path)

    def _referer(self, tid: str) -> str:
        return self._url("/threads/content?" + urlencode({"tid": tid}))

    def _signed(self, path: str, param: Mapping[str, Any], referer: str, **more: Any) -> Ask:
        url = self._url(path)
        headers = {"Content-Type": "application/json;charset=UTF-8", "Accept": "application/json, text/plain, */*",
                   "Referer": referer}
        return Ask(url=url, method="POST", headers=headers, body=signed_body(url, param), **more)

    def _tab(self, source: SourceSettings, options: LiuyanOptions, stream: int, tab: int, last: str, page: int = 1) -> Ask:
        param = {"fid": str(options.fid), "showUnAnswer": 1, "typeId": tab, "lastItem": last, "position": 0,
                 "rows": PAGE_ROWS, "orderType": 2}
        return self._signed("/v1/threads/list/df", param, source.url, stream=stream, page=page,
                            context={"list": "tab", "tab": tab})

    def _sweep(self, source: SourceSettings, options: LiuyanOptions, stream: int, last: int | str, page: int = 1) -> Ask:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": source.url,
                   "X-Requested-With": "XMLHttpRequest", "Accept": "application/json, text/javascript, */*; q=0.01"}
        body = urlencode({"fid": options.fid, "lastItem": last}).encode()
        return Ask(url=self._url("/threads/queryThreadsList"), method="POST", headers=headers, body=body, stream=stream,
                   page=page, context={"list": "sweep"})

    def _search(self, keyword: str, page: int) -> Ask:
        param = {"position": 0, "keywords": keyword, "fid": None, "domainId": None, "typeId": None, "timeRange": None,
                 "ansChecked": False, "stTime": None, "sortType": "0", "page": page, "rows": PAGE_ROWS}
        return replace(self._signed("/v2/threads/search", param, self._url("/messageSearch"), page=page,
                                    context={"list": "search"}), url=self._url("/v2/threads/search?sortType=0"))

    def _next(self, source: SourceSettings, ask: Ask, options: LiuyanOptions, rows: tuple[Row, ...]) -> Ask:
        page, last = ask.page + 1, rows[-1].key
        if ask.context["list"] == "search":
            return self._search(options.keyword or "", page)
        if ask.context["list"] == "tab":
            return self._tab(source, options, ask.stream, ask.context["tab"], last, page)
        return self._sweep(source, options, ask.stream, last, page)

    def _row(self, row: Mapping[str, Any], whole: bool) -> Row:
        title, state = _plain(row.get("subject")), row.get("stateInfo") or ""
        created = row.get("createDateline") or row.get("dateline")
        hashed = row_hash(title, str(created), state, str(row.get("lastAnswerTime") or "")) if whole else None
        return Row(key=str(row["tid"]), url=self._referer(str(row["tid"])), title=title, published=_moment(created),
                   row_hash=hashed, thread=_thread(row))

    def _record(self, row: Row, message: Mapping[str, Any], replies: list[Mapping[str, Any]]) -> Record:
        official = tuple(
            Reply(office=_plain(part.get("organization")), body=_plain(part.get("content")), at=_moment(part.get("dateline")))
            for part in replies
        )
        return Record(
            site=self.site.id, key=row.key, kind="thread", url=row.url, title=_plain(message.get("subject")) or row.title,
            body=_plain(message.get("content")), replies=official, thread=dict(row.thread) | _thread(message),
            published=_moment(message.get("createDateline") or message.get("dateline")) or row.published,
        )


def _json(answer: Answer) -> dict[str, Any] | Failure:
    """The answer's JSON object. An empty body with 200 is how the site throttles (facts section 5), never an empty list."""
    if not answer.body.strip():
        return Failure(outcome=Outcome.BLOCKED, reason="返回空内容（疑似限流）")
    try:
        data = json.loads(answer.body)
    except ValueError:
        return Failure(outcome=Outcome.REDESIGNED, reason="返回的不是 JSON")
    if not isinstance(data, dict):
        return Failure(outcome=Outcome.REDESIGNED, reason="返回的 JSON 不是对象")
    if str(data.get("code", 0)) not in ("0", "200"):
        return Failure(outcome=Outcome.REDESIGNED, reason=f"接口返回 {data.get('code')}：{data.get('msg') or ''}（签名或格式已变）")
    if data.get("success") is False:
        return Failure(outcome=Outcome.REDESIGNED, reason=f"接口返回失败：{data.get('resultDesc') or ''}")
    return data


def _rows_of(data: dict[str, Any] | Failure) -> list[dict[str, Any]] | Failure:
    if isinstance(data, Failure):
        return data
    holder: Any = data
    for key in ("resultData", "data"):
        holder = holder.get(key, holder) if isinstance(holder, dict) else holder
    if isinstance(holder, dict):
        holder = holder.get("data", holder.get("responseData"))
    if not isinstance(holder, list) or not all(isinstance(row, dict) for row in holder):
        return Failure(outcome=Outcome.REDESIGNED, reason="返回的 JSON 里没有留言列表")
    return holder


def _wrong_forum(options: LiuyanOptions, rows: list[Any]) -> Failure | None:
    """Boards are known by number, and numbers may be given anew: the name decides (facts section 3)."""
    names = {str(row["forumName"]) for row in rows if row.get("forumName")}
    if not options.forum_contains or all(options.forum_contains in name for name in names):
        return None
    name = min(name for name in names if options.forum_contains not in name)
    reason = f"编号 {options.fid} 的留言板是“{name}”，不含“{options.forum_contains}”：请核对 fid"
    return Failure(outcome=Outcome.REDESIGNED, reason=reason, fatal=True)


def _thread(data: Mapping[str, Any]) -> dict[str, Any]:
    names = {"forum": "forumName", "fid": "fid", "type": "typeName", "domain": "domainName", "state": "stateInfo"}
    return {name: data[key] for name, key in names.items() if data.get(key)}


def _plain(text: Any) -> str:
    return mask_private(_TAG.sub("", _BREAK.sub("\n", str(text or ""))).strip())


def _moment(seconds: Any) -> Moment | None:
    return Moment(datetime.fromtimestamp(int(seconds), UTC)) if seconds else None


def _public(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _public(value) for key, value in data.items() if key not in _AUTHOR}
    if isinstance(data, list):
        return [_public(item) for item in data]
    return mask_private(data) if isinstance(data, str) else data
