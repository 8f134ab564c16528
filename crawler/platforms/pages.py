"""What the platforms of web pages share: list rows to rows, article pages and bare files to records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from core.nouns import Attachment, Outcome, Record
from core.settings import Site, SourceSettings
from crawler.platforms.base import DOCUMENT, Answer, Ask, Failure, Platform, Row, canonical_key, on_site, row_hash
from crawler.readers import read_page
from crawler.readers.article import Article
from crawler.readers.listing import ListRow


class PagePlatform(Platform):
    """A platform whose items are web pages."""

    def ask_item(self, source: SourceSettings, row: Row) -> Ask:
        """The page itself, conditionally where it is known."""
        return Ask(url=row.url, conditional=True)

    def read_item(self, source: SourceSettings, row: Row, answer: Answer) -> Record | Failure:
        """An article page, or a file that the list links to directly."""
        if is_document(answer):
            return _file_record(self.site, row)
        article = read_page(answer.body, url=answer.url, content_type=answer.content_type)
        if not article.body and not article.attachments and article.published is None:
            return Failure(outcome=Outcome.REDESIGNED, reason="文章页面上找不到标题、日期和正文")
        return article_record(self.site, row, article)


def page_rows(site: Site, found: tuple[ListRow, ...], prefix: str | None = None) -> tuple[Row, ...]:
    """Rows of a list page; with ``prefix`` only what lies under it."""
    return tuple(
        Row(
            key=canonical_key(row.url), url=row.url, title=row.title, published=row.published,
            row_hash=row_hash(row.title, row.published.iso() if row.published else ""), external=not on_site(row.url, site),
        )
        for row in found if prefix is None or row.url.startswith(prefix)
    )


def article_record(site: Site, row: Row, article: Article) -> Record:
    """A page as a record; what the page does not say is taken from its row."""
    meta = dict(article.meta)
    if article.doubts:
        meta["_doubts"] = "；".join(article.doubts)
    return Record(
        site=site.id, key=row.key, kind="article", url=row.url, title=article.title or row.title, body=article.body,
        published=article.published or row.published, written=article.written, content_source=article.source,
        publisher=article.publisher, index_no=article.index_no, doc_no=article.doc_no, column_name=article.column_name,
        attachments=article.attachments, meta=meta,
    )


def row_record(site: Site, row: Row, **more: Any) -> Record:
    """All that a row itself gives, for a link that leads away from the site."""
    return Record(site=site.id, key=row.key, kind="article", url=row.url, title=row.title, body="",
                  published=row.published, **more)


def is_document(answer: Answer) -> bool:
    """Whether a file came and no web page."""
    kind = (answer.content_type or "").split(";")[0].strip().lower()
    named = bool(DOCUMENT.search(urlsplit(answer.url).path)) and kind != "text/html"
    return named or answer.body.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def _file_record(site: Site, row: Row) -> Record:
    name = PurePosixPath(unquote(urlsplit(row.url).path)).name
    return replace(row_record(site, row), attachments=(Attachment(url=row.url, name=name or row.title),))
