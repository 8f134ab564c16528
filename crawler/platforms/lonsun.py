"""龙讯 Lonsun "Ex": disclosure columns and news columns of most county portals of Anhui (facts/government-sites.md, part 1)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from selectolax.lexbor import LexborHTMLParser

from core.nouns import Outcome
from core.settings import SourceSettings
from crawler.platforms.base import Answer, Ask, Failure, Listing, WalkOptions, clue
from crawler.platforms.pages import PagePlatform, page_rows
from crawler.readers.encoding import decode
from crawler.readers.listing import TEMPLATES, read_list
from crawler.readers.paging import LonsunPager, lonsun_pager, next_page

_FRAGMENT_HEADERS = {"X-Requested-With": "XMLHttpRequest", "Ls-Language": "zh"}


class LonsunOptions(WalkOptions):
    """A column. ``row``: a CSS selector tried before the known templates. ``organ_id`` and ``cat_id``: what the column's
    own pager must name, so that a renumbered column is noticed instead of read for another."""

    row: str | None = None
    organ_id: int | None = None
    cat_id: int | None = None


class Lonsun(PagePlatform):
    """The column page says how it is paged (its ``Ls.pagination`` block): nothing of that is configured."""

    id = "lonsun"
    name = "龙讯 Lonsun"
    clues = (
        clue(r"Ls\.pagination\s*\(", 3, "分页脚本 Ls.pagination"),
        clue(r"/site/label/\d+", 3, "列表接口 /site/label/"),
        clue(r"/public/column/\d+", 3, "栏目地址 /public/column/<编号>"),
        clue(r"/content/column/\d+", 2, "栏目地址 /content/column/<编号>"),
        clue(r"/group\d+/M00/\w\w/\w\w/", 1, "附件地址 /groupN/M00/"),
        clue(r"ls-(?:article-info|column-list|crumbs)", 2, "样式名 ls-*"),
    )
    source_options: ClassVar[type[WalkOptions]] = LonsunOptions

    def streams(self, source: SourceSettings) -> list[Ask]:
        """The column page that a person sees."""
        return [Ask(url=source.url, conditional=True)]

    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """The column page, or a fragment of it."""
        html = decode(answer.body, answer.content_type).text
        pager = _pager_of(ask) or lonsun_pager(html, answer.url)
        options = self.walk_options(source)
        assert isinstance(options, LonsunOptions)
        if pager is not None and (wrong := _another_column(options, pager)):
            return wrong
        templates = (options.row, *TEMPLATES) if options.row else TEMPLATES
        tree = LexborHTMLParser(html or "<html></html>")
        follow = next_page(html, tree, answer.url) if pager is None else None
        page = read_list(html, url=answer.url, templates=templates, tree=tree)
        if page.state == "rows":
            return Listing(rows=page_rows(self.site, page.rows), next=self._after(ask, pager, follow))
        if pager is not None and not ask.context and pager.total != 0:
            # The column page shows no rows of its own: its first page is a fragment too.
            return Listing(next=_fragment(ask, pager, 1), carries=False)
        if page.state == "empty" or (pager is not None and pager.total == 0):
            return Listing()
        return Failure(outcome=Outcome.REDESIGNED, reason=page.reason)

    def _after(self, ask: Ask, pager: LonsunPager | None, follow: str | None) -> Ask | None:
        if pager is None:
            return replace(ask, url=follow, page=ask.page + 1, conditional=False) if follow else None
        number = ask.page + 1
        known_end = pager.pages is not None and number > pager.pages
        return None if known_end else _fragment(ask, pager, number)


def _fragment(ask: Ask, pager: LonsunPager, number: int) -> Ask:
    return replace(ask, url=pager.page(number), page=number, conditional=number == 1, headers=_FRAGMENT_HEADERS,
                   context={"pager": pager})


def _another_column(options: LonsunOptions, pager: LonsunPager) -> Failure | None:
    for name, expected in (("organId", options.organ_id), ("catId", options.cat_id)):
        shown = pager.data.get(name)
        if expected is not None and shown and shown != str(expected):
            reason = f"栏目页的 {name} 是 {shown}，配置为 {expected}：栏目可能已改号"
            return Failure(outcome=Outcome.REDESIGNED, reason=reason)
    return None


def _pager_of(ask: Ask) -> LonsunPager | None:
    pager = ask.context.get("pager")
    return pager if isinstance(pager, LonsunPager) else None
