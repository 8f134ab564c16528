"""What a page lacks or says twice: attachments that give nothing, posts that say nothing, descriptions that disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.nouns import Severity
from monitor.accuracy.page import PageFacts, flaw, paragraphs
from monitor.scanned import Flaw, ScannedText, Table

_NOTHING = re.compile(r"暂无|无此类|没有此类|未发生|无相关(?:信息|情况)|未产生|暂未|无[^，。；]{2,16}(?:情况|信息|事项|发生)[。！]?$")
_SHORT = 80
_TAGS = {
    "ArticleTitle“": "网页标签中的标题“", "PubDate“": "网页标签中的发布日期“", "PubDate（": "网页标签（", "meta（": "网页标签（",
    "JSON-LD（": "网页数据（",
}


def attachments(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Attachments that cannot be opened, or that hold nothing that can be read."""
    for file in page.attachments:
        if file.state == "dead":
            yield flaw("dead_attachment", Severity.ERROR, "附件", file.name or file.url, "附件打不开，请重新上传并核对链接。")
        elif file.state == "cannot_judge":
            yield flaw("unreadable_attachment", Severity.INFO, "附件", f"{file.name or file.url}：{file.reason}",
                       "程序不能读取该附件，请人工核对内容；扫描件宜同时提供可检索的文本。")  # fmt: skip


def nothing(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """A post that only says that there is nothing. One in a column is an explanation; several are to be made one (裕安区 2024Q2)."""
    body = "".join(part.text.strip() for part in paragraphs(text))
    if len(body) <= _SHORT and not page.attachments and not any(isinstance(part, Table) for part in text.parts) and _NOTHING.search(body):
        yield flaw("nothing", Severity.WARN, "正文", body[:40], "同一栏目有多条“暂无”类说明，请整合成一条并清理无效信息。")


def disagreements(page: PageFacts, text: ScannedText) -> Iterator[Flaw]:
    """Where the page's own descriptions contradict each other."""
    for doubt in text.doubts:
        if not doubt.startswith("编码"):
            yield flaw("disagreement", Severity.WARN, "页面信息", _in_words(doubt), "页面标签、索引表与正文所写应当一致，请核对更正。")


def _in_words(doubt: str) -> str:
    """The names of a page's tags are its builders'; staff read what they stand for."""
    for tag, word in _TAGS.items():
        doubt = doubt.replace(tag, word)
    return doubt
