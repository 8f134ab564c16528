"""新点 Epoint: disclosure lists that a script fills from ``getgovinfolist`` (facts/government-sites.md section 3; the fields from
public spiders)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from core.nouns import Outcome
from core.settings import SourceSettings
from crawler.platforms.base import Answer, Ask, Failure, Listing, clue
from crawler.platforms.lists import ListPlatform, Page, endpoint_ask
from crawler.readers import endpoints
from crawler.readers.encoding import decode
from crawler.readers.endpoints import Endpoint, epoint_script


class Epoint(ListPlatform):
    """The endpoint wants the site's ``siteGuid``, which stands in a script of the site and sometimes in the page."""

    id = "epoint"
    name = "新点 Epoint"
    clues = (
        clue(r"EWB-FRONT|lightfrontaction", 3, "列表接口 lightfrontaction"),
        clue(r"webBuilderCommon\.js", 3, "脚本 webBuilderCommon.js"),
        clue(r"govInfoPub\w*\.html", 3, "栏目地址 govInfoPub.html"),
        clue(r"class=[\"'][^\"']{0,200}\bewb-", 2, "样式名 ewb-*"),
    )

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """Before all else the script, where the address of the column shows that a script fills it."""
        text = decode(answer.body, answer.content_type).text
        if ask.context.get("script"):
            found = endpoints.epoint(text, answer.url, source.url)
            if found is None:
                return Failure(outcome=Outcome.REDESIGNED, reason="站点脚本里找不到 siteGuid")
            return Listing(next=endpoint_ask(ask, found, 1, source.url, 0), carries=False)
        filled = "categorynum" in parse_qs(urlsplit(source.url).query)
        if "endpoint" not in ask.context and filled and endpoints.epoint(text, answer.url, source.url) is None:
            script = epoint_script(text, answer.url)
            if script is not None:
                return Listing(next=replace(ask, url=script, conditional=False, context={"script": True}), carries=False)
        return super().read_list(source, ask, answer)

    def endpoint(self, source: SourceSettings, page: Page) -> Endpoint | None:
        """Where the page itself names the ``siteGuid``."""
        return endpoints.epoint(page.html, page.url, source.url)
