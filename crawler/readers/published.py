"""When a page was published: what its tags, its labels and the lines about its headline say, in that order of trust."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from core.clock import Moment
from crawler.readers.dates import find_dates, parse_date, url_date
from crawler.readers.page import Page

_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "publishdate", "publish_date", "publish-date",
    "publishedtime", "publish_time", "datepublished", "apub:time", "bytedance:published_time", "article.published",
    "weibo:article:create_at", "og:release_date", "og:time", "dc.date.issued", "dcterms.created", "publicationdate", "sailthru.date",
    "parsely-pub-date", "article_date_original", "originalpublicationdate", "releasedate", "createdate",
)  # fmt: skip
_LABEL = re.compile(
    r"(?:发布时间|发布日期|发表时间|发表日期|发稿时间|发布于|发表于|发布时间为|公布日期|公布时间|公开日期|上传时间|刊发时间|刊登日期|录入时间|"
    r"添加时间|发文时间|创建时间|提交时间|加入时间|撰写时间|發佈時間|發布時間|發佈日期|發表時間|發稿時間|刊登時間|入稿日期|见报日期|刊出日期|"
    r"(?<![\u4e00-\u9fff])(?:时\s*间|日\s*期|時間|日期|发布|发表))\s*[:：]?\s*$"
)
_OTHER = re.compile(r"(?:更新|修改|截止|截至|到期|报名|活动|会议|施行|实施|生效|成文|生成|打印|访问|今天是|现在|当前|注册|最后登录|有效期|开标|失效|"
                    r"下载|编辑于|回复|引用|检索|访问|写信|来信|咨询|提问|留言)(?:于|至|到|时间|日期)?\s*[:：]?\s*$")  # fmt: skip
# Between the label and the date may stand who did it: 最近更新：某某（2020-02-14）.
_UPDATED = re.compile(r"(?:更新|修改|编辑)(?:于|时间|日期)?\s*[:：]?\s*(?:(?<=[:：])[^:：。，；]{1,16})?[（(]?\s*$")
# Labelled, a year may be of two figures.
_SHORT_YEAR = re.compile(r"(?:发布|发表|公开|公布)?(?:时间|日期)\s*[:：]\s*(\d\d)[-/.](\d\d?)[-/.](\d\d?)(?!\d)")
_MODIFIED = ("article:modified_time", "og:updated_time", "lastmodified", "last-modified", "datemodified", "update_time", "updatetime", "dcterms.modified")
_SAID = re.compile(r"\s*(?:在.{0,24})?(?:发表|发布|發表|發佈|发贴|发帖|刊登)(?!时间|日期|者|人|单位|机构|時間)")
_BEFORE, _BEHIND = 30, 12
_SCRIPT = re.compile(
    r"""["']?(?:datePublished|publish_?time|publish_?date|pub_?time|pub_?date|ptime|createTime|create_time|publishedAt)["']?\s*[:=]\s*"""
    r"""["']?(\d{10,13}|\d{4}[-/年]\d{1,2}[-/月]\d{1,2}[^"'<,;]{0,15})""",
    re.I,
)


def from_metas(page: Page) -> Moment | None:
    """From the tags of a share or search standard."""
    for key in _META:
        if (value := page.metas.get(key)) and (moment := parse_date(value)):
            return moment
    return None


def from_json_ld(page: Page) -> Moment | None:
    """From ``datePublished`` of a JSON-LD block, also one that is not quite JSON."""
    for parts in page.json_ld:
        text = "".join(parts)
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            data = None
        for value in _values(data, "datePublished"):
            if moment := parse_date(value):
                return moment
        if data is None and (match := _SCRIPT.search(text)) and (moment := parse_date(match[1])):
            return moment
    return None


def from_scripts(page: Page) -> Moment | None:
    """From a value that a script of the page names as the time of publication."""
    for parts in page.scripts:
        if (match := _SCRIPT.search("".join(parts))) and (moment := parse_date(match[1])):
            return moment
    return None


def from_lines(page: Page, headline: int | None, start: int, end: int) -> Moment | None:
    """From the lines: a labelled date near the text, else the first date between headline and text, else the time of the
    last change where that is all that the page tells, else a line that is little but a date just before or after the text."""
    if (found := labelled(page, headline, start, end)) is not None:
        return found
    first = headline if headline is not None and start - 40 <= headline < start else max(0, start - 12)
    for value, index in page.times:  # <time datetime="...">3天前</time>
        if first <= index <= start + 1 and (moment := parse_date(value)):
            return moment
    for index in range(first, min(start + 2, len(page.lines))):
        if moment := _bare(page.lines[index].text, short=index >= start) or _short_year(page.lines[index].text):
            return moment
    if said := _updated_line(page):
        return parse_date(said)
    beside = [*range(max(end - 1, 0), end + 6), *range(first - 1, first - 3, -1)]
    for index in beside:
        if 0 <= index < len(page.lines) and (moment := _bare(page.lines[index].text, short=True)):
            return moment
    return None


def labelled(page: Page, headline: int | None, start: int, end: int) -> Moment | None:
    """The labelled date that stands nearest before the text, or else nearest behind it."""
    best, best_distance = None, float("inf")
    first = max(0, min(start, headline if headline is not None else start) - _BEFORE)
    for index in range(first, min(end + _BEHIND, len(page.lines))):
        text = page.lines[index].text
        if len(text) > 300 or (start < index < end - 3 and len(text) > 80):
            continue
        distance = float(start - index if index <= start else _BEFORE + index - start)
        if distance >= best_distance:
            continue
        for found in find_dates(text):
            label = text[max(0, found.start - 14) : found.start] or _label_before(page, index)
            said = _LABEL.search(label) or _SAID.match(text[found.end : found.end + 30])
            if said and not _OTHER.search(label):
                best, best_distance = found.moment, distance
                break
    return best


def updated(page: Page) -> str | None:
    """When the page says that it was last changed (更新时间, 修改时间), as printed; else what its tags say."""
    tagged = next((value for key in _MODIFIED if (value := page.metas.get(key)) and parse_date(value)), None)
    return _updated_line(page) or tagged


def _updated_line(page: Page) -> str | None:
    for line in page.lines:
        text = line.text
        if len(text) <= 200 and ("更新" in text or "修改" in text or "编辑于" in text):
            for found in find_dates(text):
                if _UPDATED.search(text[max(0, found.start - 30) : found.start]):
                    return text[found.start : found.end]
    return None


def _short_year(text: str) -> Moment | None:
    if len(text) > 200 or not (match := _SHORT_YEAR.search(text)):
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return Moment.of(2000 + year, month, day)
    except ValueError:
        return None


def _label_before(page: Page, index: int) -> str:
    return page.lines[index - 1].text if index and len(page.lines[index - 1].text) < 12 else ""


def _bare(text: str, short: bool) -> Moment | None:
    """The first date of a line, unless its label says that it is another; ``short``: the line must be little else."""
    for found in find_dates(text):
        if _OTHER.search(text[max(0, found.start - 14) : found.start]):
            continue
        if short and len(text) - (found.end - found.start) > 12:
            continue
        if not short and len(text) > 200:
            continue
        return found.moment
    return None


def _values(data: object, key: str) -> Iterator[str]:
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if isinstance(value := item.get(key), str | int):
                yield str(value)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def from_url(page: Page) -> Moment | None:
    """From the address, or the one that the page gives as its own: the last resort."""
    for address in (page.url, page.metas.get("url"), page.metas.get("og:url"), page.metas.get("link:canonical")):
        if address and (moment := url_date(address)):
            return moment
    return None
