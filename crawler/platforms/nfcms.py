"""南方网 NFCMS and 广东 gkmlpt, the disclosure catalogue on the same sites (facts/government-sites.md section 3)."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from core.settings import SourceSettings
from crawler.platforms.base import WalkOptions, clue
from crawler.platforms.lists import ListOptions, ListPlatform, Page
from crawler.readers.endpoints import Endpoint, gkmlpt


class NfcmsOptions(ListOptions):
    """A column. ``cat_id``: its category in gkmlpt, where the fragment of its address does not say it."""

    cat_id: int | None = None


class Nfcms(ListPlatform):
    """News columns are pages; ``/gkmlpt/index#<category>`` is filled from ``/gkmlpt/api/all/<category>``."""

    id = "nfcms"
    name = "南方网 NFCMS（含广东 gkmlpt）"
    source_options: ClassVar[type[WalkOptions]] = NfcmsOptions
    clues = (
        clue(r"/gkmlpt/", 3, "公开目录 /gkmlpt/"),
        clue(r"NFCMS_(?:POST|CAT|SITE)_ID", 3, "变量 NFCMS_*_ID"),
        clue(r"/content/m?post_\d+\.html", 3, "文章地址 content/post_<编号>"),
    )

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """The category's articles."""
        options = self.walk_options(source)
        assert isinstance(options, NfcmsOptions)
        # A fragment is never sent, and is lost where the site redirects: the configured address keeps it.
        category = urlsplit(source.url).fragment if options.cat_id is None else str(options.cat_id)
        return gkmlpt(page.html, page.url, category)
