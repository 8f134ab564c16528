"""博达 VSB (webber): static lists that count down, and ``list.jsp`` (facts/government-sites.md section 3)."""

from __future__ import annotations

from crawler.platforms.base import clue
from crawler.platforms.lists import ListPlatform


class Vsb(ListPlatform):
    """``x.htm`` is the newest page, then ``x/N.htm`` with N counting down: a page's address moves with every new page, so
    addresses of articles are kept and those of pages never are. ``list.jsp`` pages by its own links."""

    id = "vsb"
    name = "博达 VSB"
    clues = (
        clue(r"_simple_list_gotopage_fun|/system/resource/js/", 3, "分页脚本 gotopage"),
        clue(r"urltype=(?:tree\.TreeTempUrl|news\.\w+Url)", 3, "地址参数 urltype=tree.TreeTempUrl"),
        clue(r"vsb_content|v_news_content|showVsbpdfIframe", 3, "正文样式 vsb_content"),
        clue(r"/system/_content/download\.jsp", 3, "附件地址 download.jsp"),
        clue(r"[\"'/]info/\d{4}/\d+\.htm", 2, "文章地址 info/<栏目>/<编号>.htm"),
        clue(r"Visual ?SiteBuilder", 2, "标签 VisualSiteBuilder"),
    )
