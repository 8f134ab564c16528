"""大汉 hanweb: jpage lists, the disclosure module and JPaaS, whose rows come from data endpoints that the column page names
(facts/government-sites.md section 3)."""

from __future__ import annotations

from core.settings import SourceSettings
from crawler.platforms.base import clue
from crawler.platforms.lists import ListPlatform, Page
from crawler.readers.endpoints import Endpoint, jpaas, jpage, xxgk


class Hanweb(ListPlatform):
    """``/col/col<id>/``. The first rows of jpage stand in the column page as records; ``dataproxy.jsp`` has the rest."""

    id = "hanweb"
    name = "大汉 jcms/jpage"
    clues = (
        clue(r"dataproxy\.jsp", 3, "列表接口 dataproxy.jsp"),
        clue(r"/art/20\d\d/\d{1,2}/\d{1,2}/art_", 3, "文章地址 art/年/月/日/art_"),
        clue(r"/col/col\d+/", 3, "栏目地址 /col/col<编号>/"),
        clue(r"/module/xxgk/", 3, "信息公开模块 module/xxgk"),
        clue(r"jpaas-publish-server", 3, "列表接口 jpaas-publish-server"),
        clue(r"<datastore>|jpage", 1, "列表脚本 jpage"),
    )

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """Whichever of the three the page names."""
        return jpage(page.html, page.url) or xxgk(page.html, page.url) or jpaas(page.html, page.url)
