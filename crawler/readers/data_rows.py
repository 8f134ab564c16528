"""What a data endpoint answers, as the rows of a list: jpage's records, JSON and JSONP of any shape, HTML inside of either, or
a fragment of HTML. Rows of JSON are found by what they hold (a title and an address), because no two sites name them alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from core.clock import Moment
from crawler.readers.listing import TEMPLATES, ListPage, ListRow, parse_date, read_list, read_rows

_RECORD, _RECORD_END = re.compile(r"<record>", re.IGNORECASE), re.compile(r"</record>", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>", re.IGNORECASE)
_CALLBACK = re.compile(r"[\s;]*[\w$.]{1,100}\s*")
_TAG = re.compile(r"<[^>]+>")
_TITLES = ("realtitle", "title", "infotitle", "subject", "doctitle", "msgtitle", "name")
_LINKS = ("post_url", "url", "infourl", "link", "href", "linkurl", "docpuburl", "htmlpath")
_DATES = (
    "display_publish_time", "first_publish_time", "publishedtimestr", "publishedtime", "publishtime", "publish_time", "pubdate",
    "infodate", "releasetime", "docreltime", "date", "created_at", "create_time", "createtime",
)
_TOTALS = ("total", "totalcount", "totalrecord", "totalnum", "count")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class DataPage:
    """Rows of an answer. ``empty``: the answer says of itself that it holds none; ``total``: the rows of the whole list,
    where the answer says so; ``formed``: an answer in a form of its own (JSON, records) that reports no error, so that one
    without rows is past the end."""

    state: Literal["rows", "empty", "unreadable"]
    rows: tuple[ListRow, ...] = ()
    reason: str = ""
    total: int | None = None
    formed: bool = False


def has_records(text: str) -> bool:
    """Whether a page carries jpage's records in itself."""
    return "<recordset" in text.lower() and bool(_records(text))


def read_data(text: str, *, url: str, templates: Sequence[str] = TEMPLATES) -> DataPage:
    """The rows that an endpoint answered."""
    if not text.strip():
        return DataPage("unreadable", reason="数据接口返回空白")
    if "<recordset" in text.lower() and text.lstrip()[:1] not in ("{", "["):
        wrapped = _json(text)
        return read_records(text, url) if wrapped is None else _of_json(wrapped, url, templates)
    data = _json(text)
    return _of_html(text, url, templates) if data is None else _of_json(data, url, templates)


def read_records(text: str, url: str) -> DataPage:
    """The ``<record>`` elements of jpage, from an answer or from the page that carries the first of them."""
    found = _records(text)
    count = _TOTAL.search(text)
    total = int(count[1]) if count else None
    rows = read_rows("".join(f'<div class="jpage-record">{_untabled(one)}</div>' for one in found), "div.jpage-record", url=url)
    if rows:
        return DataPage("rows", rows, total=total, formed=True)
    # An answer that was cut off has beginnings of records, and is not empty.
    begun = _RECORD.search(text) is not None
    if total or begun:
        return DataPage("unreadable", reason="数据接口的记录里没有链接", total=total, formed=not begun)
    return DataPage("empty", reason="记录数为 0", total=0, formed=True)


def _records(text: str) -> list[str]:
    """What stands in the records, in one pass: an endless row of beginnings must cost no more than its length."""
    parts = (_RECORD_END.split(part, maxsplit=1) for part in _RECORD.split(text)[1:])
    inner = (part[0].strip().removeprefix("<![CDATA[").removesuffix("]]>").strip() for part in parts if len(part) == 2)
    return [one for one in inner if one]


def _untabled(record: str) -> str:
    """Cells outside of a table would be dropped with their borders; what stands in them must not run together."""
    return re.sub(r"</?(?:table|tbody|tr|td|th)\b[^>]*>", " ", record, flags=re.IGNORECASE)


def _json(text: str) -> Any:
    stripped = text.strip().lstrip("\ufeff")
    opening, closing = stripped.find("("), stripped.rfind(")")
    called = 0 < opening < closing and _CALLBACK.fullmatch(stripped[:opening]) and not stripped[closing + 1 :].strip("; \n")
    for candidate in (stripped, stripped[opening + 1 : closing].strip() if called else ""):
        if candidate[:1] in ("{", "["):
            try:
                return json.loads(candidate)
            except (ValueError, RecursionError):
                continue
    return None


def _of_json(data: Any, url: str, templates: Sequence[str]) -> DataPage:
    if reason := _error(data):
        return DataPage("unreadable", reason=reason)
    total = _total(data)
    lists = [[row for item in items if (row := _row(item, url))] for items in _lists(data, 0)]
    # The answer may also carry a menu of columns: the list is what has most dates.
    if rows := max(lists, key=lambda one: (sum(row.published is not None for row in one), len(one)), default=[]):
        return DataPage("rows", tuple(dict.fromkeys(rows)), total=total, formed=True)
    for text in _texts(data, 0):
        if "<recordset" in text.lower():
            return read_records(text, url)
        page = _of_html(text, url, templates)
        if page.state != "unreadable":
            return replace(page, total=total, formed=True)
    if total == 0 or (lists and not total):
        return DataPage("empty", reason="数据接口返回 0 条", total=0, formed=True)
    return DataPage("unreadable", reason="数据接口的回答里没有列表行", total=total, formed=True)


def _error(data: Any) -> str:
    """What an answer says of its own failure; empty where it says nothing of that."""
    if not isinstance(data, Mapping):
        return ""
    code = data.get("code", data.get("status"))
    failed = data.get("success") is False or (str(code).isdigit() and int(str(code)) not in (0, 1, 200))
    return f"数据接口返回错误：{code if code is not None else ''} {data.get('msg') or data.get('message') or ''}".strip() if failed else ""


def _of_html(text: str, url: str, templates: Sequence[str]) -> DataPage:
    page: ListPage = read_list(text, url=url, templates=templates, tree=LexborHTMLParser(text))
    return DataPage(page.state, page.rows, page.reason)


def _lists(data: Any, depth: int) -> Iterator[list[Any]]:
    """Every list of objects (or of nothing), outermost first."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        if all(isinstance(item, Mapping) for item in data):
            yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _lists(value, depth + 1)


def _texts(data: Any, depth: int) -> Iterator[str]:
    """Every string that is HTML or XML."""
    if isinstance(data, str):
        if "<" in data:
            yield data
    elif isinstance(data, Mapping) and depth <= _DEEPEST:
        for value in data.values():
            yield from _texts(value, depth + 1)


def _total(data: Any, depth: int = 0) -> int | None:
    if not isinstance(data, Mapping) or depth > _DEEPEST:
        return None
    folded = {str(key).lower(): value for key, value in data.items()}
    for name in _TOTALS:
        value = folded.get(name)
        if isinstance(value, int | str) and not isinstance(value, bool) and str(value).isdigit():
            return int(value)
    return next((found for value in data.values() if (found := _total(value, depth + 1)) is not None), None)


def _row(item: Mapping[str, Any], url: str) -> ListRow | None:
    folded = {str(key).lower(): value for key, value in item.items()}
    title = next((text for name in _TITLES if (text := _words(folded.get(name)))), "")
    link = next((str(value).strip() for name in _LINKS if isinstance(value := folded.get(name), str) and value.strip()), "")
    target = urljoin(url, link).split("#")[0] if link else ""
    if not title or urlsplit(target).scheme not in ("http", "https"):
        return None
    return ListRow(title, target, next((day for name in _DATES if (day := _moment(folded.get(name)))), None))


def _words(value: Any) -> str:
    return " ".join(_TAG.sub("", value).split()) if isinstance(value, str) else ""


def _moment(value: Any) -> Moment | None:
    """A date as text, or as seconds or milliseconds since 1970."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if re.fullmatch(r"\d{10}|\d{13}", text):
        at = datetime.fromtimestamp(int(text[:10]), UTC)
        # Midnight in China is how a day without a time is stored.
        return Moment(at, has_time=(at.hour, at.minute) != (16, 0))
    return parse_date(text)
