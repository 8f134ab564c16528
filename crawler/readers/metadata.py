"""The standard tags of 《政府网站发展指引》(国办发〔2017〕47号, 附件 网页设计规范) and their relatives."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.readers.page import Page

STANDARD = (
    "SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType",
    "ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url",
)  # fmt: skip
_BY_LOWER = {name.lower(): name for name in STANDARD}
_SOURCE = re.compile(
    r"(?:来\s*源|來\s*源|稿源|出处)\s*[:：]\s*(?!发布|发表|时间|日期|作者|编辑|浏览|点击|阅读|字[体号])([^\s|｜:：　]{2,40}?)"
    r"(?=\s|　|[|｜]|$|作者|编辑|发布|发表|时间|日期|字体|字号|浏览|点击|阅读|记者|责编|【|\[|[（(]|(?:19|20)\d\d[-年/.])"
)
_TRIM = "[]【】《》“” 　"
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,14}[〔\[［（(【]\s?(?:19|20|１９|２０)\d\d\s?[〕\]］）)】]\s?第?\s?\d{1,5}\s?号")
_REACH = 12
_ARTICLE_ONLY = frozenset({"articletitle", "pubdate", "contentsource"})


def standard_tags(page: Page) -> dict[str, str]:
    """The page's standard tags under their standard names, whatever the case they are written in; empty ones are left
    out. A page without any of the standard's own tags (only ``keywords``, ``description``, as every page has) has none."""
    tags = {name: page.metas[lower] for lower, name in _BY_LOWER.items() if lower in page.metas}
    return tags if is_standard(page) else {}


def is_standard(page: Page) -> bool:
    """Whether the page carries tags that only the standard defines."""
    return any(lower in page.metas for lower in ("sitename", "siteidcode", "columnname", *_ARTICLE_ONLY))


def source_near(page: Page, headline: int | None, start: int) -> str | None:
    """What stands behind 来源 between the headline and the text."""
    first = headline if headline is not None and start - _REACH <= headline <= start else max(0, start - _REACH)
    for line in page.lines[first : start + 2]:
        if len(line.text) <= 200 and (match := _SOURCE.search(line.text)):
            return match[1].strip(_TRIM) or None
    return None


def document_number(lines: Iterable[str]) -> str | None:
    """The number of an official document (发文字号, GB/T 9704-2012 section 7.2.5) where a line is nothing else."""
    for line in lines:
        if match := _NUMBER.fullmatch(line.strip()):
            return match[0].replace(" ", "")
    return None
