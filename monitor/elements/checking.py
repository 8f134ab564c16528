"""One document, its attachments with it, against the rule of its kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from core.calendar import WorkCalendar
from core.nouns import Severity
from core.text import fold_plain
from monitor.accuracy.page import PageFacts
from monitor.elements.rules import DocumentRule, ElementRules
from monitor.scanned import Flaw, ScannedText, Table

TITLES = {
    "element.guide": "信息公开指南要素不全", "element.catalogue": "信息公开目录要素不全", "element.annual_report": "年度报告章节不全",
    "element.three_public": "“三公”经费项目不全", "element.subsidy_guide": "补贴申请指南要素不全", "element.contacts": "联系方式要素不全",
    "element.budget": "预决算表格不全",
}
"""What a finding of each rule is called."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_EXPLAINED = re.compile(
    r"空表|为空|无数据|(?:没有|未|无|不)(?:使用|安排|发生|产生|涉及|取得|编制)?[^。;,]{0,16}(?:收入|支出|收支|拨款|数据|基金|资本|预算|决算|此项|该项|相关|经费)"
)
_FIGURE = re.compile(r"[1-9]")
_LABELS = 2


def check_elements(page: PageFacts, text: ScannedText, rules: ElementRules) -> Iterator[Flaw]:
    """What is missing, as one flaw for the document. Nothing is said where an attachment could not be read: it may be there."""
    title = fold_plain(page.title)
    document = rules.of_title(title)
    unread = bool(text.unread) or any(file.state != "read" for file in page.attachments)
    if document is None or unread or not _of_the_form(document, title, page):
        return
    said = _said(page, text)
    missing = [element.name for element in document.elements if not element.pattern.search(said)]
    held = len(document.elements) - len(missing)
    if held < document.least:
        if rules.plainly(document, title) and _is_bare(document, page, text, held):
            some = "全部表格" if not held else "大部分表格"
            advice = f"标题是{document.name}，网页和附件中没有这些表，请按{document.basis}补充公开。"
            yield replace(_flaw(document, "全文", f"缺少{some}：{'、'.join(missing)}", advice), severity=Severity.ERROR)
        return
    if len(said) < document.characters:
        return
    if missing:
        advice = f"{document.basis}要求写明这些内容，请补充；分在几个网页或附件的，请合在一处。"
        yield _flaw(document, "全文", f"缺少：{('；' if any('、' in name for name in missing) else '、').join(missing)}", advice)
    if document.tables and (empty := list(_empty_tables(text))) and not _EXPLAINED.search(said):
        others = f"，另有{'、'.join(table.where for table in empty[1:5])}" if empty[1:] else ""
        yield _flaw(document, empty[0].where, f"空表{others}",
                    f"没有数据的表格应当列出空表并说明（{document.basis}），请在表下或说明中写明没有数据的原因。")  # fmt: skip


def _is_bare(document: DocumentRule, page: PageFacts, text: ScannedText, held: int) -> bool:
    """Whether what calls itself the document has nearly nothing of it. Its files must have been read (its tables may be pictures
    where it has none), and hold fewer tables than are missing: sheets called Sheet1 may be those."""
    unnamed = sum(isinstance(part, Table) for part in text.parts) - held
    missing = len(document.elements) - held
    return bool(page.attachments) and unnamed * 2 < missing


def check_draft(name: str, text: ScannedText, rules: ElementRules) -> Iterator[Flaw]:
    """A file before it is published: its kind is told by its own title, else by the name under which it was handed over. What it
    lacks may stand in a file that goes out with it, so it is only asked for."""
    title = next((title for title in (text.title, name) if rules.of_title(fold_plain(title)) is not None), "")
    page = PageFacts(title=title, published=text.published, written=None, doc_no="", own=(), calendar=WorkCalendar())
    for flaw in check_elements(page, text, rules):
        yield replace(flaw, severity=Severity.INFO, advice=f"{flaw.advice}已写在一同公开的其他文件里的，不必修改。")


def _of_the_form(document: DocumentRule, title: str, page: PageFacts) -> bool:
    """Whether the document is of a year that has this form; one that names no year is of the year before its publication."""
    if document.from_year is None:
        return True
    years = [int(year) for year in _YEAR.findall(title)]
    year = max(years) if years else page.published.year - 1 if page.published else None
    return year is not None and year >= document.from_year


def _said(page: PageFacts, text: ScannedText) -> str:
    """All that the document says, folded: prose, cells, and the names of its sheets and files."""
    parts = [file.name for file in page.attachments]
    for part in text.parts:
        if isinstance(part, Table):
            parts.append(part.where)
            # A cell ends where it ends: 收入 beside 支出 is not one word.
            parts += ["\n".join(cell.text for cell in row) for row in part.rows]
        else:
            parts.append(part.text)
    return "\x1f".join(map(fold_plain, parts))


def _empty_tables(text: ScannedText) -> Iterator[Table]:
    """Tables with labels and not one figure but zeros in them."""
    for part in text.parts:
        if not isinstance(part, Table):
            continue
        filled = [cell.text for row in part.rows for cell in row if cell.text.strip()]
        rows = [row for row in part.rows if any(cell.text.strip() for cell in row)]
        labelled = any(sum(bool(cell.text.strip()) for cell in row) >= _LABELS for row in rows)
        if labelled and not any(_FIGURE.search(re.sub(r"20\d\d年?(?:度)?|表\d+|第\d+\S?", "", words)) for words in filled):
            yield part


def _flaw(document: DocumentRule, where: str, evidence: str, advice: str) -> Flaw:
    return Flaw(
        rule_id=f"element.{document.rule}", kind="element", severity=document.severity, where=where, evidence=evidence, advice=advice
    )
