"""Pages to articles.

The order of truth: the standard's tags (国办发〔2017〕47号), the page's disclosure index, a known platform's container, and for
all else the generic reader. Where two of them disagree the first counts and the article says so in ``doubts``.
"""

from __future__ import annotations

import re

from core.clock import Moment
from crawler.readers import body, index_table, metadata, published, render, title, trim
from crawler.readers.article import Article
from crawler.readers.attachments import attachments_of
from crawler.readers.body import Weights
from crawler.readers.containers import Container, containers
from crawler.readers.dates import parse_date
from crawler.readers.encoding import Decoded, decode
from crawler.readers.page import Page
from crawler.readers.parsing import parse_page

__all__ = ["Article", "Decoded", "Page", "decode", "parse_page", "read_page"]

_NOWHERE = Container("generic", 0, 0, False)
_WEAK_SHARE = 0.7
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")


def read_page(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Article:
    """Read a page's bytes. Never raises for what a page holds; what it does not say is None. ``url`` makes attachments
    absolute; ``content_type`` is the header as sent."""
    decoded = decode(data, content_type)
    page = parse_page(decoded.text, url)
    weights = body.weigh(page)
    container = container_of(page, weights)
    shown = title.headline(page, container.start)
    place = shown[1] if shown else None
    if container is _NOWHERE and place is not None:
        container = Container("generic", *trim.short_text(page, weights, place + 1), False)
    elif place is not None and not container.strong and not container.start - 1 <= place < container.end:
        span = body.range_below(weights, place, (container.start, container.end))
        container = Container("generic", *span, False) if span else container
    start, end = trim.trimmed(page, weights, container.start, container.end, place)
    kept = render.kept_lines(page, weights, start, end)
    tags, index = metadata.standard_tags(page), index_table.index_of(page)
    shown_title = title.bare(shown[0], page) if shown else title.without_site(page.title)
    where = place, start, end
    days = _days(page, tags, index, where)
    changed, path = published.updated(page), metadata.column_path(page, place, shown_title)
    more = {name: value for name, value in (("更新时间", changed), ("栏目路径", " > ".join(path))) if value}
    named = tags.get("ArticleTitle") or index_table.field(index, "title") or shown_title or None
    text = render.render(page, kept)
    return Article(
        title=named,
        published=next((moment for _, moment in days), None) or published.from_url(page),
        written=parse_date(index_table.field(index, "written") or ""),
        source=tags.get("ContentSource") or index_table.field(index, "source") or metadata.source_near(page, place, start),
        publisher=index_table.field(index, "publisher"),
        index_no=index_table.field(index, "index_no"),
        doc_no=index_table.field(index, "doc_no") or metadata.document_number(page.lines[i].text for i in kept[:4]),
        column_name=tags.get("ColumnName") or (path[-1] if path else None),
        body=text,
        attachments=attachments_of(page, place if place is not None else start, container.end),
        meta=tags | index | more,
        reader=container.platform,
        doubts=tuple(_doubts(decoded, tags, shown_title, days)) + _unreadable(f"{named}{text}"),
    )


def container_of(page: Page, weights: Weights) -> Container:
    """The lines that hold the article: the known container with most prose, unless its name is a common word and the
    generic reader finds most of the prose elsewhere."""
    span = body.best_range(page, weights)
    generic = Container("generic", *span, False) if span else _NOWHERE
    usable = [known for known in containers(page) if not all(weights.aside[known.start : known.end])]
    known = max(usable, key=lambda c: weights.of(c.start, c.end), default=None)
    if known is None:
        return generic
    share = weights.of(generic.start, generic.end) * _WEAK_SHARE
    return known if known.strong or weights.of(known.start, known.end) > share else generic


def _days(
    page: Page, tags: dict[str, str], index: dict[str, str], where: tuple[int | None, int, int]
) -> list[tuple[str, Moment]]:
    """When the page was published by each source of truth that says it, the most trusted first."""
    said = [
        ("PubDate", parse_date(tags.get("PubDate", ""))),
        ("信息公开目录", parse_date(index_table.field(index, "published") or "")),
    ]
    if any(moment for _, moment in said):
        # What the page shows beside is compared, so that a contradiction is found.
        said += [("页面", published.labelled(page, *where))]
    else:
        said += [("meta", published.from_metas(page)), ("JSON-LD", published.from_json_ld(page))]
    if not any(moment for _, moment in said):
        said += [("页面", published.from_lines(page, *where))]
    if not any(moment for _, moment in said):
        said += [("脚本", published.from_scripts(page))]
    return [(name, moment) for name, moment in said if moment]


def _unreadable(text: str) -> tuple[str, ...]:
    """Characters of a private use area: what they mean only the font tells that the page was written with."""
    private = sorted(set(_PRIVATE.findall(text)))
    codes = "、".join(f"U+{ord(char):X}" for char in private[:5])
    return (f"编码：含私用区字符 {codes}，只有专用字体能显示，请核对原文",) if private else ()


def _doubts(decoded: Decoded, tags: dict[str, str], shown: str, days: list[tuple[str, Moment]]) -> list[str]:
    doubts = []
    if decoded.doubtful:
        doubts.append(f"编码：{decoded.encoding} 与内容不完全相符")
    declared = tags.get("ArticleTitle")
    if declared and shown and not title.agree(declared, shown):
        doubts.append(f"标题：ArticleTitle“{declared}”与页面标题“{shown}”不一致")
    if "PubDate" in tags and parse_date(tags["PubDate"]) is None:
        doubts.append(f"发布日期：PubDate“{tags['PubDate']}”不是日期")
    for name, moment in days[1:]:
        if moment.day != days[0][1].day:
            doubts.append(f"发布日期：{days[0][0]}（{days[0][1].day}）与{name}（{moment.day}）不一致")
    return doubts
