"""The standard tags of 《政府网站发展指引》(国办发〔2017〕47号, 附件 网页设计规范) and their relatives."""

from __future__ import annotations

from crawler.readers.page import Page

STANDARD = (
    "SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType",
    "ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url",
)  # fmt: skip
_BY_LOWER = {name.lower(): name for name in STANDARD}
_ARTICLE_ONLY = frozenset({"articletitle", "pubdate", "contentsource"})


def standard_tags(page: Page) -> dict[str, str]:
    """The page's standard tags under their standard names, whatever the case they are written in; empty ones are left
    out. A page without any of the standard's own tags (only ``keywords``, ``description``, as every page has) has none."""
    tags = {name: page.metas[lower] for lower, name in _BY_LOWER.items() if lower in page.metas}
    return tags if is_standard(page) else {}


def is_standard(page: Page) -> bool:
    """Whether the page carries tags that only the standard defines."""
    return any(lower in page.metas for lower in ("sitename", "siteidcode", "columnname", *_ARTICLE_ONLY))
