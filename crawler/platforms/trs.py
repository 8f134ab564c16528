"""拓尔思 TRS WCM: static lists paged by ``createPageHTML`` or ``countPage`` (facts/government-sites.md section 3)."""

from __future__ import annotations

from crawler.platforms.base import clue
from crawler.platforms.lists import ListPlatform


class Trs(ListPlatform):
    """``index.html``, then ``index_1.html``, which is page two. The date in an article's address is that of its making, not
    of its publication, and is not used."""

    id = "trs"
    name = "拓尔思 TRS"
    clues = (
        clue(r"/t20\d{6}_\d+\.s?html?", 3, "文章地址 tYYYYMMDD_编号"),
        clue(r"TRS_(?:UE)?Editor|trs_editor_view|Custom_UnionStyle", 3, "正文样式 TRS_Editor"),
        clue(r"createPageHTML\s*\(\s*\d+\s*,", 2, "分页脚本 createPageHTML(页数, …)"),
        clue(r"var\s+countPage\s*=\s*\d+", 2, "分页变量 countPage"),
        clue(r"<meta[^>]{1,200}name=[\"']publishedtype[\"']", 1, "标签 publishedtype"),
    )
