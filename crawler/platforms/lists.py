"""What the platforms whose lists are pages share: rows of the page, rows that it carries for a script, rows of the data
endpoint that it names, and the page after it. A platform says where its own differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urljoin

from pydantic import Field
from selectolax.lexbor import LexborHTMLParser

from core.nouns import Outcome
from core.settings import SourceSettings
from crawler.platforms.base import Answer, Ask, Failure, Listing, Row, WalkOptions, on_site
from crawler.platforms.pages import PagePlatform, page_rows
from crawler.readers.data_rows import DataPage, has_records, read_data, read_records
from crawler.readers.encoding import decode
from crawler.readers.endpoints import Endpoint
from crawler.readers.listing import TEMPLATES, read_list
from crawler.readers.paging import next_page, shell_target

_SCRIPTED = "；列表若由脚本生成，请在 options 里用 data 写明数据接口，没有接口的设 browser = true"
MOST_SHELLS = 2
"""A town's home on its county's site forwards to its columns, which forward to the first of them."""


class ListOptions(WalkOptions):
    """A list. ``row``: a CSS selector of its rows; ``prefix``: only links that begin so, a path or an address; ``data``: the
    address of its data endpoint with ``{page}`` (or ``{page0}``, ``{start}``, ``{end}``) where the number goes, where the
    page does not name it itself, ``data_body`` what to post to it and ``data_size`` the rows of its page; ``browser``: the
    page is read with a browser, because its list has no endpoint (``townwatch[browser]``)."""

    row: str | None = None
    prefix: str | None = None
    data: str | None = Field(default=None, pattern=r"\{(?:page0?|start)\}|^https?://")
    data_body: str = ""
    data_size: int = Field(default=15, ge=1)
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A list page as text, its tree, and where it was found."""

    html: str
    tree: LexborHTMLParser
    url: str


class ListPlatform(PagePlatform):
    """A platform of list pages."""

    source_options: ClassVar[type[WalkOptions]] = ListOptions
    templates: ClassVar[tuple[str, ...]] = TEMPLATES

    def streams(self, source: SourceSettings) -> list[Ask]:
        """The list's first page, as a person sees it."""
        return [self.first(source)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """A list page, an answer of its data endpoint, or a shell that leads to either."""
        text = decode(answer.body, answer.content_type).text
        if isinstance(endpoint := ask.context.get("endpoint"), Endpoint):
            return self._data(source, ask, endpoint, read_data(text, url=ask.context["column"], templates=self._templates(source)))
        page = Page(text, LexborHTMLParser(text or "<html></html>"), answer.url)
        found = None if ask.browser is not None else self._given(source, page) or self.endpoint(source, page)
        if found is not None and has_records(text):
            return self._carried(source, ask, found, read_records(text, answer.url), answer.url)
        return self._page(source, ask, page, found)

    def first(self, source: SourceSettings) -> Ask:
        """The question for the first page. What a browser shows has no validator."""
        options = self.list_options(source)
        return Ask(url=source.url, conditional=not options.browser, browser=(options.row or "") if options.browser else None)

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """The data endpoint that the page names; None on a platform that has none."""
        return None

    def follow(self, page: Page, number: int) -> str | None:
        """The address of the next page."""
        return next_page(page.html, page.tree, page.url, number)

    def elsewhere(self, source: SourceSettings, ask: Ask, page: Page) -> Ask | None:
        """What to ask for a page without rows and without an endpoint: where a shell leads."""
        hops = int(ask.context.get("shell", 0))
        shell = shell_target(page.html, page.tree, page.url)
        if shell is None or hops >= MOST_SHELLS or not on_site(shell, self.site):
            return None
        return replace(ask, url=shell, context={"shell": hops + 1})

    def list_options(self, source: SourceSettings) -> ListOptions:
        """The source's options, checked."""
        options = self.walk_options(source)
        assert isinstance(options, ListOptions)
        return options

    def _page(self, source: SourceSettings, ask: Ask, page: Page, found: Endpoint | None) -> Listing | Failure:
        # Before the list is read: its reader takes the scripts out of the tree.
        follow, elsewhere = self.follow(page, ask.page), self.elsewhere(source, ask, page)
        rows = read_list(page.html, url=page.url, templates=self._templates(source), tree=page.tree, later=ask.page > 1)
        # An endpoint beats what stands on the page: around a list that a script fills there are menus and hot articles.
        if found is not None and (rows.state == "unreadable" or (found.named and follow is None)):
            return Listing(next=endpoint_ask(ask, found, 1, page.url, 0), carries=False)
        if rows.state == "rows":
            following = replace(ask, url=follow, page=ask.page + 1, conditional=False) if follow else None
            return Listing(rows=self._kept(source, DataPage("rows", rows.rows), page.url, ""), next=following)
        if rows.state == "empty":
            return Listing()
        if elsewhere is not None:
            return Listing(next=elsewhere, carries=False)
        hint = "" if ask.browser is not None or "<script" not in page.html.lower() else _SCRIPTED
        return Failure(outcome=Outcome.REDESIGNED, reason=rows.reason + hint)

    def _carried(self, source: SourceSettings, ask: Ask, found: Endpoint, data: DataPage, url: str) -> Listing | Failure:
        """A page that carries the first rows for its script: the endpoint goes on after them."""
        if data.state == "unreadable":
            return Failure(outcome=Outcome.REDESIGNED, reason=data.reason)
        read = len(data.rows)
        if data.total is not None and read >= data.total:
            return Listing(rows=self._kept(source, data, url, found.keep))
        if read % found.size:
            # No whole number of the widget's pages: the endpoint's first page would only be partly new, which is no harm.
            return Listing(rows=self._kept(source, data, url, found.keep), next=endpoint_ask(ask, found, 1, url, 0))
        following = endpoint_ask(ask, found, read // found.size + 1, url, read)
        return Listing(rows=self._kept(source, data, url, found.keep), next=replace(following, page=ask.page + 1))

    def _data(self, source: SourceSettings, ask: Ask, endpoint: Endpoint, data: DataPage) -> Listing | Failure:
        number, read, url = ask.context["number"], ask.context["read"] + len(data.rows), ask.context["column"]
        if data.state == "rows":
            ended = data.total is not None and read >= data.total
            follow = None if ended else endpoint_ask(ask, endpoint, number + 1, url, read)
            return Listing(rows=self._kept(source, data, url, endpoint.keep), next=follow)
        # Past its last page an endpoint answers in its own form and without rows.
        if data.state == "empty" or (number > 1 and data.formed):
            return Listing()
        return Failure(outcome=Outcome.REDESIGNED, reason=data.reason)

    def _given(self, source: SourceSettings, page: Page) -> Endpoint | None:
        options = self.list_options(source)
        if options.data is None:
            return None
        headers: tuple[tuple[str, str], ...] = (("X-Requested-With", "XMLHttpRequest"), ("Referer", source.url))
        if options.data_body:
            kind = "application/json" if options.data_body.lstrip()[:1] in ("{", "[") else "application/x-www-form-urlencoded"
            headers = (*headers, ("Content-Type", f"{kind}; charset=UTF-8"))
        return Endpoint(urljoin(page.url, options.data), options.data_body, options.data_size, headers)

    def _kept(self, source: SourceSettings, data: DataPage, url: str, keep: str) -> tuple[Row, ...]:
        options = self.list_options(source)
        prefix = urljoin(url, options.prefix) if options.prefix else None
        return page_rows(self.site, tuple(row for row in data.rows if keep in row.url), prefix)

    def _templates(self, source: SourceSettings) -> tuple[str, ...]:
        options = self.list_options(source)
        return (options.row, *self.templates) if options.row else self.templates


def endpoint_ask(ask: Ask, endpoint: Endpoint, number: int, column: str, read: int) -> Ask:
    """One page of an endpoint. ``column``: the page that named it; ``read``: how many rows were read before."""
    url, body = endpoint.page(number)
    return replace(
        ask, url=url, body=body, method="POST" if body else "GET", headers=dict(endpoint.headers), page=max(number, ask.page),
        conditional=number == 1 and not body,
        context={"endpoint": endpoint, "number": number, "column": column, "read": read},
    )
