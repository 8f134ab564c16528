"""What a look at a site showed, as its file for a person to confirm: what is sure as settings, what is not as settings that do
nothing until they are confirmed, and why in comments. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.platforms import PLATFORMS
from crawler.platforms.lonsun import Lonsun
from crawler.survey import FoundColumn, Survey

_COMMON = frozenset({"www", "gov", "cn", "com", "org", "net", "edu"})
_SURE = {"certain": "有把握", "possible": "不完全有把握，请核对", "none": "认不出，按通用方式读取"}
_STATES = {"rows": "可读", "empty": "空栏目", "unread": "读不到"}


def site_id(host: str) -> str:
    """An id made of a host: ``www.qingyuan.gov.cn`` is ``qingyuan``."""
    name = urlsplit(f"//{host}").hostname or host
    parts = [part for part in name.lower().split(".") if part not in _COMMON] or name.lower().split(".")
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts)).strip("-") or "site"


def source_ids(site: str, columns: tuple[FoundColumn, ...]) -> Iterator[str]:
    """An id for each column, made of its address; a number where two would have the same."""
    taken: set[str] = set()
    for column in columns:
        stem = f"{site}-{_slug(column.link.url)}"
        name = next(name for name in _numbered(stem) if name not in taken)
        taken.add(name)
        yield name


def to_confirm(site: str, found: Survey) -> list[str]:
    """What only a person can know or must check, in the order in which to do it."""
    known, said = found.recognition, []
    if known.confidence != "certain":
        others = "、".join(PLATFORMS[other].name for other in known.others)
        said.append(f"平台：{_platform_words(found)}" + (f"；也像{others}" if others else ""))
    said.append(f"站点名称是不是“{found.name}”")
    waiting = [column.link.name for column in found.columns if column.state != "unread"]
    if waiting:
        said.append(f"逐个打开栏目核对名称和样例，无误的把 confirmed 改为 true：{'、'.join(waiting)}")
    if unsure := [column.link.name for column in found.columns if column.state == "rows" and column.link.confidence == "possible"]:
        said.append(f"是不是要看的栏目（名称不标准）：{'、'.join(unsure)}")
    if undated := [column.link.name for column in found.columns if column.state == "rows" and not column.dated]:
        said.append(f"列表行没有日期，请核对读到的是不是列表：{'、'.join(undated)}")
    if single := [column.link.name for column in found.columns if column.state == "rows" and not column.paged]:
        said.append(f"没有发现下一页，请核对是否只有一页：{'、'.join(single)}")
    if unread := [f"{column.link.name}（{column.reason}）" for column in found.columns if column.state == "unread"]:
        said.append(f"读不到的栏目，需人工查看：{'、'.join(unread)}")
    if known.platform == Lonsun.id:
        said.append(f"只要其中一个机构的栏目时，运行 townwatch site discover 机构名 --site {site}，用它写的文件")
    said.append("每个栏目的责任人 owner（staff.toml 的 id），以及对应的公开目录条目")
    return said


def survey_toml(site: str, found: Survey) -> str:
    """The site's file. It loads as it is, and nothing in it is crawled before it is confirmed."""
    return "\n".join([*_head(site, found), *_sources(site, found)]) + "\n"


def survey_data(site: str, found: Survey) -> dict[str, Any]:
    """As JSON."""
    return {
        "id": site, "name": found.name, "home": found.home, "hosts": list(found.hosts), "platform": found.recognition.platform,
        "platform_name": PLATFORMS[found.recognition.platform].name, "confidence": found.recognition.confidence,
        "evidence": [{"words": sign.words, "text": sign.text, "url": sign.url} for sign in found.recognition.signs],
        "others": list(found.recognition.others), "requests": found.requests, "confirm": to_confirm(site, found),
        "columns": [_column_data(name, column) for name, column in zip(source_ids(site, found.columns), found.columns, strict=True)],
    }


def _column_data(name: str, column: FoundColumn) -> dict[str, Any]:
    sample = [{"title": row.title, "url": row.url, "published": row.published.iso() if row.published else None}
              for row in column.sample]
    return {
        "id": name, "name": column.link.name, "url": column.link.url, "confidence": column.link.confidence, "state": column.state,
        "rows": column.count, "dated": column.dated, "paged": column.paged, "sample": sample, "reason": column.reason or None,
    }


def _head(site: str, found: Survey) -> Iterator[str]:
    yield f"# townwatch site add 写成：{found.home}，请求 {found.requests} 次。"
    yield f"# 平台：{_platform_words(found)}"
    yield from (f"#   依据：{sign.words}：{_comment(sign.text)}（{_comment(sign.url)}）" for sign in found.recognition.signs)
    yield "# 未确认的栏目（confirmed = false）不采集。要确认的事项见 to_fill，做完一项删一项；townwatch doctor 也会提示。"
    yield from ("", f"id = {_text(site)}", f"name = {_text(found.name)}", f"platform = {_text(found.recognition.platform)}")
    yield from (f"home = {_text(found.home)}", f"hosts = {_text(list(found.hosts))}")
    if found.allow_private:
        yield "allow_private = true"
    yield "to_fill = ["
    yield from (f"    {_text(what)}," for what in to_confirm(site, found))
    yield from ("]", "", "[politeness]", "requests_per_second = 1.0", "concurrency = 1", "obey_robots = true")


def _sources(site: str, found: Survey) -> Iterator[str]:
    for name, column in zip(source_ids(site, found.columns), found.columns, strict=True):
        yield ""
        if column.state == "unread":
            # Not a source: it would fail every day. The person who finds out more makes it one.
            yield f"# {_comment(column.link.name)}：读不到（{_comment(column.reason)}）"
            yield f"#   {_comment(column.link.url)}"
            continue
        yield f"# {_STATES[column.state]}，名称{_SURE[column.link.confidence]}；{_shown(column)}"
        yield from (f"#   样例：{_comment(_row(column, number))}" for number in range(len(column.sample)))
        yield from ("[[source]]", f"id = {_text(name)}", f"name = {_text(column.link.name)}", f"url = {_text(column.link.url)}",
                    'kind = "list"', "confirmed = false")
        if options := _options(found, column):
            yield f"options = {{ {', '.join(f'{key} = {value}' for key, value in options.items())} }}"


def _options(found: Survey, column: FoundColumn) -> dict[str, int]:
    """The numbers by which a renumbered column is noticed."""
    parts = urlsplit(column.link.url)
    organ, query = re.search(r"/public/column/(\d+)$", parts.path), parse_qs(parts.query)
    if found.recognition.platform != Lonsun.id or organ is None or not query.get("catId", [""])[0].isdigit():
        return {}
    return {"organ_id": int(organ[1]), "cat_id": int(query["catId"][0])}


def _platform_words(found: Survey) -> str:
    known = found.recognition
    return f"{PLATFORMS[known.platform].name}（{_SURE[known.confidence]}）"


def _shown(column: FoundColumn) -> str:
    if column.state == "empty":
        return "页面写明没有信息"
    return f"第一页 {column.count} 行，{column.dated} 行有日期，{'有' if column.paged else '没有发现'}下一页"


def _row(column: FoundColumn, number: int) -> str:
    row = column.sample[number]
    return f"{row.published.iso()[:10] if row.published else '无日期'} {row.title}"


def _slug(url: str) -> str:
    """The last word of an address that tells one column from another."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    number = next((query[key][0] for key in ("catId", "wbtreeid", "categorynum", "cat_id", "columnid") if query.get(key)), "")
    words = [part for part in re.sub(r"\.\w+$", "", parts.path).split("/") if part]
    telling = [word for word in words if not re.fullmatch(r"index|(?:\w+_)?lists?", word)] or words or ["home"]
    return re.sub(r"[^a-z0-9]+", "-", (parts.fragment or number or telling[-1]).lower()).strip("-")[:40] or "column"


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 1000))


def _comment(text: str) -> str:
    """One line: what a site writes must not end the comment it stands in."""
    return "".join(char if char.isprintable() else " " for char in text)


def _text(value: Any) -> str:
    """A TOML value: JSON's strings and lists are TOML's too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
