"""Any site whose lists are web pages: rows by structure, every way of paging, every data endpoint that names itself."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from core.settings import SourceSettings
from crawler.platforms.base import Answer, Ask, Failure, Listing, Row, WalkOptions, canonical_key, row_hash
from crawler.platforms.lists import ListOptions, ListPlatform, Page
from crawler.readers.endpoints import Endpoint, find_endpoint


class GenericOptions(ListOptions):
    """A list, or with ``single`` no list but the one page to watch."""

    single: bool = False


class Generic(ListPlatform):
    """No knowledge of a platform at all."""

    id = "generic"
    name = "通用"
    source_options: ClassVar[type[WalkOptions]] = GenericOptions

    def streams(self, source: SourceSettings) -> list[Ask]:
        """The list's first page."""
        return [replace(self.first(source), conditional=False) if self._single(source) else self.first(source)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """A list page, or the single page itself."""
        if self._single(source):
            row = Row(key=canonical_key(source.url), url=source.url, title=source.name, row_hash=row_hash("single"))
            return Listing(rows=(row,), carries=False)
        return super().read_list(source, ask, answer)

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """Whatever endpoint the page names."""
        return find_endpoint(page.html, page.url)

    def _single(self, source: SourceSettings) -> bool:
        options = self.walk_options(source)
        assert isinstance(options, GenericOptions)
        return options.single
