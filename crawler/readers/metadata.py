"""The standard tags of 《政府网站发展指引》(国办发〔2017〕47号, 附件 网页设计规范) and their relatives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

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
_CRUMB = re.compile(r"\s*(?:-+>|[>＞»›→》])+\s*")
_PLACE = re.compile(r"[^>＞:：]{0,8}(?:位置|所在)[^:：>＞]{0,6}[:：]\s*|您现在[^:：>＞]{0,4}[:：]\s*")
_PATH_NAME = re.compile(r"crumb|curmb|curb|position|dqwz|weizhi|location|wzpos|wwz")
_NO_COLUMN = frozenset({"正文", "内容", "详情", "信息内容", "文章正文", "信息详情", "內文", "内文", "位置", "当前位置"})
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


def column_path(page: Page, headline: int | None, title: str) -> tuple[str, ...]:
    """The columns from the home page down as the page shows them over its headline (当前位置：首页 > 政务公开 > 通知公告 > 正文),
    without 正文 and the headline itself; empty where it shows none."""
    for line in page.lines[: headline or 80]:
        if len(line.text) <= 200 and _CRUMB.search(line.text):
            place = _PLACE.match(line.text)
            path = _columns(_CRUMB.split(line.text[place.end() :] if place else line.text), title)
            if len(path) > 1 and (place or path[0].endswith(("首页", "首頁")) or _says_path(page.nodes[line.node].name)):
                return path
    for node in page.nodes:
        if 2 <= node.end - node.start <= 8 and node.name and _says_path(node.name):
            texts = [_CRUMB.sub("", _PLACE.sub("", line.text)) for line in page.lines[node.start : node.end]]
            if len(path := _columns(texts, title)) > 1 and max(map(len, path)) <= 30:
                return path
    return ()


def _columns(parts: list[str], title: str) -> tuple[str, ...]:
    named = [part.removesuffix("正文").strip(" 　:：") for part in parts]
    return tuple(part for part in named if part and part not in _NO_COLUMN and not (len(part) >= 8 and part[:8] in title))


@lru_cache(4096)
def _says_path(name: str) -> bool:
    return _PATH_NAME.search(name) is not None


def document_number(lines: Iterable[str]) -> str | None:
    """The number of an official document (发文字号, GB/T 9704-2012 section 7.2.5) where a line is nothing else."""
    for line in lines:
        if match := _NUMBER.fullmatch(line.strip()):
            return match[0].replace(" ", "")
    return None
