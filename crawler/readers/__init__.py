"""Pages to articles: the standard's tags, the disclosure index, the platforms' containers, and for all else the generic reader."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.readers import body, index_table, metadata, published, render, title, trim
from crawler.readers.article import Article
from crawler.readers.attachments import attachments_of
from crawler.readers.containers import Container, containers
from crawler.readers.dates import parse_date
from crawler.readers.encoding import Decoded, decode
from crawler.readers.page import Page, parse_page

__all__ = ["Article", "Decoded", "decode", "read_page"]


def read_page(data: bytes, *, url: str | None = None, content_type: str | None = None) -> Article:
    """Read a page's bytes. Never raises for what a page holds; what it does not say is None."""
    decoded = decode(data, content_type)
    page = parse_page(decoded.text, url)
    weights = body.weigh(page)
    found = _container(page, weights)
    start, end = (found.start, found.end) if found else (0, 0)
    tags, index = metadata.standard_tags(page), index_table.index_of(page)
    shown = title.headline(page, start)
    headline_line = shown[1] if shown else None
    text_start, text_end = trim.trimmed(page, weights, start, end, headline_line)
    published_at = (
        parse_date(tags.get("PubDate", ""))
        or parse_date(index_table.field(index, "published") or "")
        or published.from_metas(page)
        or published.from_json_ld(page)
        or published.from_lines(page, headline_line, text_start, text_end)
        or published.from_scripts(page)
        or published.from_url(page)
    )
    kept = render.kept_lines(page, weights, text_start, text_end) if found else []
    written = index_table.field(index, "written")
    return Article(
        title=tags.get("ArticleTitle") or (title.bare(shown[0], page) if shown else title.without_site(page.title) or None),
        published=published_at,
        written=parse_date(written) if written else None,
        source=tags.get("ContentSource") or index_table.field(index, "source"),
        publisher=index_table.field(index, "publisher"),
        index_no=index_table.field(index, "index_no"),
        doc_no=index_table.field(index, "doc_no"),
        column_name=tags.get("ColumnName"),
        body=render.render(page, kept),
        attachments=attachments_of(page, start, end),
        meta=tags | index,
        reader=found.platform if found else "generic",
        doubts=tuple(_doubts(decoded.doubtful, tags, index, shown[0] if shown else None)),
    )


def _doubts(doubtful: bool, tags: dict[str, str], index: dict[str, str], shown: str | None) -> Iterator[str]:
    """Where two sources of truth of one page disagree: an accuracy defect of the page."""
    if doubtful:
        yield "页面编码存疑"
    told = tags.get("ArticleTitle")
    if told and shown and not title.same(told, shown):
        yield f"标题不一致：标签为“{told}”，页面显示“{shown}”"
    tag, row = parse_date(tags.get("PubDate", "")), parse_date(index_table.field(index, "published") or "")
    if tag and row and tag.day != row.day:
        yield f"发布日期不一致：标签为{tag.day}，索引表为{row.day}"


def _container(page: Page, weights: body.Weights) -> Container | None:
    """The known container with most prose, unless it is a weak name and the generic reader finds the text elsewhere."""
    generic = None
    if span := body.best_range(page, weights):
        generic = Container("generic", *span, False)
    weight = weights.of(generic.start, generic.end) if generic else 0.0
    usable = [c for c in containers(page) if not all(weights.aside[c.start : c.end])]
    known = max(usable, key=lambda c: weights.of(c.start, c.end), default=None)
    if known and (known.strong or weights.of(known.start, known.end) > 0.7 * weight):
        return known
    return generic
