"""Any site whose lists are web pages: rows by structure, paging by TRS's script, ``pageIndex`` or a next link."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from core.nouns import Outcome
from core.settings import SourceSettings
from crawler.platforms.base import Answer, Ask, Failure, Listing, Row, WalkOptions, canonical_key, on_site, row_hash
from crawler.platforms.pages import PagePlatform, page_rows
from crawler.readers.encoding import decode
from crawler.readers.listing import TEMPLATES, read_list
from crawler.readers.paging import next_page, shell_target


class GenericOptions(WalkOptions):
    """A list. ``row``: a CSS selector of its rows; ``prefix``: only links that begin so, a path or an
    address; ``single``: the address is no
    list but the one page to watch."""

    row: str | None = None
    prefix: str | None = None
    single: bool = False


class Generic(PagePlatform):
    """No knowledge of a platform at all."""

    id = "generic"
    source_options: ClassVar[type[WalkOptions]] = GenericOptions

    def streams(self, source: SourceSettings) -> list[Ask]:
        """The list's first page."""
        return [Ask(url=source.url, conditional=not self._of(source).single)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """A list page, a shell that leads to one, or the single page itself."""
        options = self._of(source)
        if options.single:
            row = Row(key=canonical_key(source.url), url=source.url, title=source.name, row_hash=row_hash("single"))
            return Listing(rows=(row,), carries=False)
        html = decode(answer.body, answer.content_type).text
        tree = LexborHTMLParser(html or "<html></html>")
        follow, shell = next_page(html, tree, answer.url), shell_target(html, tree, answer.url)
        templates = (options.row,) if options.row else TEMPLATES
        page = read_list(html, url=answer.url, templates=templates, tree=tree)
        if page.state == "rows":
            following = replace(ask, url=follow, page=ask.page + 1, conditional=False) if follow else None
            prefix = urljoin(answer.url, options.prefix) if options.prefix else None
            return Listing(rows=page_rows(self.site, page.rows, prefix), next=following)
        if page.state == "empty":
            return Listing()
        if shell and "shell" not in ask.context and on_site(shell, self.site):
            return Listing(next=replace(ask, url=shell, context={"shell": True}), carries=False)
        return Failure(outcome=Outcome.REDESIGNED, reason=page.reason)

    def _of(self, source: SourceSettings) -> GenericOptions:
        options = self.walk_options(source)
        assert isinstance(options, GenericOptions)
        return options
