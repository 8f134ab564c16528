"""开普云 UCAP: static lists (``list.shtml``, ``list_2.shtml``) or the search of a column's manuscripts as JSON
(facts/government-sites.md section 3; the fields of the JSON from public spiders)."""

from __future__ import annotations

from core.settings import SourceSettings
from crawler.platforms.base import clue
from crawler.platforms.lists import ListPlatform, Page
from crawler.readers import endpoints
from crawler.readers.endpoints import Endpoint


class Ucap(ListPlatform):
    """``/common/search/<column's id>?_pageSize=…&page=N``. The server has a largest page of its own, so the end is known by
    counting rows against ``total``."""

    id = "ucap"
    name = "开普云 UCAP"
    clues = (
        clue(r"/c\d{4,}/20\d{4}/[0-9a-f]{32}\.s?html", 3, "文章地址 c<栏目>/年月/32位编号"),
        clue(r"<meta[^>]{1,200}name=[\"']channelId[\"'][^>]{1,200}content=[\"'][0-9a-f]{32}[\"']", 3, "标签 channelId（32位编号）"),
        clue(r"/c\d{5,}/20\d{4}/\w+\.shtml", 2, "文章地址 c<栏目>/年月/编号.shtml"),
        clue(r"UCAP-CONTENT|<ucap\w+|ucap\.js", 3, "正文样式 UCAP-CONTENT"),
        clue(r"/(?:common/search|searchList)/[0-9a-f]{32}", 3, "列表接口 common/search"),
        clue(r"createPageHTML\s*\(\s*[\"']", 2, "分页脚本 createPageHTML('…', 页数, …)"),
        clue(r"/xxgk_lists?\.shtml", 2, "栏目地址 xxgk_list.shtml"),
    )

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """The search of the column's manuscripts."""
        return endpoints.ucap(page.html, page.url)
