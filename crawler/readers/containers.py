"""Where the platforms of Chinese government sites put an article: ids and classes seen on many sites of each.

Sources: facts/government-sites.md, sections 1.4, 1.5 and 3. A name that many sites use for anything (``content``) is weak: it
counts only where the generic reader agrees that most of the page's prose is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crawler.readers.page import Page

_STRONG = {
    "lonsun": "j-fontcontent gzk-article contentxxgk wenzhang_main",
    "trs": "trs_editor trs_editor_view trs_ueditor trs_uedit custom_unionstyle",
    "vsb": "v_news_content vsb_content vsb_content_2 vsb_content_4 vsb_content_6 vsb_content_501",
    "ucap": "ucap-content ucapcontent",
    "nfcms": "zoomcon detailcon",
    "openness": "is-newscontnet is-contentbox",
}
_WEAK = {
    "lonsun": "j_content newscontnet xxgkwz wenzhang ls-article-info",
    "hanweb": "zoom main-txt bt_content",
    "ucap": "pages_content",
    "nfcms": "content_article newsmain bbnr",
    "gkmlpt": "article-content",
    "epoint": "ewb-trade-right ewb-article-info ewb-info-con",
    "founder": "ozoom",
    "standard": "articlecontent article_content article-con article_con arti_content xl_content zwcontent",
}
_PLATFORM = {name: (platform, strong) for table, strong in ((_STRONG, True), (_WEAK, False))
             for platform, names in table.items() for name in names.split()}  # fmt: skip
_MARKS = (
    ("<$[信息内容]>begin", "<$[信息内容]>end"),
    ("ZJEG_RSS.content.begin", "ZJEG_RSS.content.end"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """A known container: its platform, the lines that it covers and whether its name is proof enough."""

    platform: str
    start: int
    end: int
    strong: bool


def containers(page: Page) -> list[Container]:
    """The known containers of a page, in page order."""
    found = [
        Container(known[0], node.start, node.end, known[1])
        for node in page.nodes
        if node.name and node.end > node.start and (known := _platform(node.name))
    ]
    return found + _marked(page)


@lru_cache(4096)
def _platform(name: str) -> tuple[str, bool] | None:
    """The platform that an id or class of an element tells, and whether it is proof enough."""
    return next((_PLATFORM[token] for token in name.split() if token in _PLATFORM), None)


def _marked(page: Page) -> list[Container]:
    found = []
    for begin, end in _MARKS:
        starts = [line for mark, line in page.marks if mark.lower() == begin.lower()]
        ends = [line for mark, line in page.marks if mark.lower() == end.lower()]
        if starts and ends and ends[-1] > starts[0]:
            found.append(Container("hanweb", starts[0], ends[-1], True))
    return found
