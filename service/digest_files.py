"""The monthly digest as a document and as a workbook: the same figures and words as its page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from alerts.figures import DEFINITIONS, Digest
from alerts.render import digest_json, month_words, one_line, spans
from core.words import COLUMNS, SEVERITIES

FIGURES = {
    "registered": "本月登记", "answered": "本月答复", "closed": "本月办结", "open_at_end": "月末在办", "overdue": "月末超期",
    "valid": "有效件", "valid_answered": "有效件中已答复", "answer_rate": "答复率", "fell_due": "本月到期", "on_time": "按时办结",
    "on_time_rate": "按时办结率",
}
_WIDEST = 60
_MOST = 30
"""Findings that are written out; all are in the workbench."""
_WIDTH = 16.5
"""How wide text and tables are, in cm."""
_SHARES = {"项目": 3, "名称": 3, "标题": 6, "期限": 2, "编号": 1, "栏目": 2, "状态": 1.2, "说明": 5, "程度": 1.4, "问题": 4,
           "内容": 4, "口径": 1, "所在栏目": 2, "责任人": 1.6, "依据": 3.4}
"""How wide a column of a table is among the others; 2 where nothing is said."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with a table: its heads and rows; ``note`` stands where there are no rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = "没有。"


def parts(digest: Digest) -> list[Part]:
    """Everything that the digest says, in its order, as it may go out: private numbers masked, nothing that XML refuses."""
    found = _parts(digest, digest_json(digest))
    return [replace(part, rows=tuple(tuple(one_line(text) for text in row) for row in part.rows)) for part in found]


def as_docx(digest: Digest) -> bytes:
    """A4, one table under each heading."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - _WIDTH) / 2)
    _face(document.styles["Normal"], "仿宋", 14)
    _page_numbers(section.footer.paragraphs[0])
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _face(title.add_run(_title(digest)), "黑体", 18)
    span = document.add_paragraph()
    span.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _face(span.add_run(_span(digest)), "仿宋", 12)
    if digest.all_clear:
        document.add_paragraph(digest.all_clear)
    if digest.alarm:
        document.add_paragraph().add_run(one_line(digest.alarm)).bold = True
    for part in parts(digest):
        heading = document.add_paragraph()
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(12), Pt(4)
        _face(heading.add_run(part.title), "黑体", 14)
        if part.rows:
            _docx_table(document, part)
        else:
            document.add_paragraph(part.note)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(digest: Digest) -> bytes:
    """A worksheet per part."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, part in enumerate(parts(digest), start=1):
        sheet = book.create_sheet(f"{number} {part.title.split('、', 1)[-1].replace('/', '／')}"[:31])
        sheet.append([_title(digest)])
        sheet["A1"].font = Font(bold=True, size=14)
        sheet.append([_span(digest)])
        sheet.append(list(part.heads))
        for cell in sheet[3]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="EEF2F7")
        for row in part.rows or ((part.note,),):
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                text = str(cell.value or "")
                if text.isascii() and text.isdecimal():
                    cell.value = int(text)
                else:
                    # A title that begins with "=" is a text, not a formula; to be said last, for a value sets its own type.
                    cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        _fit(sheet, part)
        sheet.freeze_panes, sheet.print_title_rows = "A4", "3:3"
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = sheet.PAPERSIZE_A4, 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS: Mapping[str, tuple[Callable[[Digest], bytes], str]] = {
    "docx": (as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _parts(digest: Digest, figures: dict[str, Any]) -> Iterator[Part]:
    cases = figures["cases"]
    told = tuple((word, _number(name, cases[name])) for name, word in FIGURES.items())
    yield Part("一、留言与舆情", ("项目", "数量"), told)
    yield _counted("登记件的来源", cases["by_source"])
    yield _counted("登记件的类别", cases["by_category"])
    overdue = tuple((str(c.id), c.title, str(c.due or "")) for c in digest.cases.overdue_cases)
    yield Part("月末超期的件", ("编号", "标题", "期限"), overdue)
    if not digest.person:
        yield _counted("提及本镇的内容（按来源）", figures["mentions"]["by_source"])
    states = figures["columns"]["by_status"]
    yield Part(
        f"二、栏目状态（{figures['columns']['as_of']}）", ("状态", "栏目数"),
        tuple((word, str(states[state])) for state, word in COLUMNS.items() if states.get(state)),
    )
    late = tuple((c.name, COLUMNS[c.status], c.reason) for c in digest.late)
    yield Part("未按期更新的栏目", ("栏目", "状态", "说明"), late)
    coming = tuple(
        (str(one.due), one.what, one.column or "未指定", one.owner or "未指定", f"{'期限暂定；' if one.provisional else ''}{one.reason}")
        for one in digest.coming
    )
    yield Part(f"下月应公开的内容（{month_words(digest.next_month)}）", ("期限", "内容", "所在栏目", "责任人", "依据"), coming)
    found = figures["findings"]
    yield Part("三、问题", ("程度", "本月发现", "本月解决", "月末未解决"), tuple(
        (word, *(str(found[when].get(severity, 0)) for when in ("opened", "resolved", "open")))
        for severity, word in SEVERITIES.items()
    ))  # fmt: skip
    worst = digest.findings.worst
    title = f"月末未解决的问题（最重的 {_MOST} 个，共 {len(worst)} 个）" if len(worst) > _MOST else "月末未解决的问题"
    yield Part(title, ("程度", "问题", "说明"), tuple((SEVERITIES[f.severity], f.title, f.reason) for f in worst[:_MOST]))
    unseen = figures["unchecked"]
    yield Part("四、没有检查的部分", ("内容",), tuple(
        [(f"来源：{name}",) for name in unseen["sources"]]
        + ([(f"没有巡查的日子：{spans(digest.unchecked.days)}",)] if digest.unchecked.days else [])
    ))  # fmt: skip
    sent = figures["deliveries"]
    names = {"sent": "已送达", "waiting": "待发送", "dead": "已放弃", "failed_tries": "未成功的发送次数"}
    yield Part("五、通知", ("项目", "数量"), tuple((word, str(sent[name])) for name, word in names.items()))
    yield Part("统计口径", ("口径",), tuple((text,) for text in DEFINITIONS.values()))


def _fit(sheet: Any, part: Part) -> None:
    """Columns as wide as their longest text, to a limit; rows as high as what is then wrapped. Not every viewer does
    that by itself."""
    widths = [
        min(max(columns_wide(text) for text in (head, *(row[place] for row in part.rows))) + 3, _WIDEST)
        for place, head in enumerate(part.heads)
    ]
    for letter, width in zip("ABCDE", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    for number, row in enumerate(part.rows, start=4):
        sheet.row_dimensions[number].height = row_height(row, widths)


def row_height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """In points, of a row whose texts are wrapped in columns of these widths."""
    lines = max(-(-columns_wide(text) // (width - 2)) for text, width in zip(texts, widths, strict=True))
    return 15 * max(lines, 1)


def columns_wide(text: str) -> int:
    """In the width of a digit; a Chinese character is two."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def _counted(title: str, counts: Mapping[str, int]) -> Part:
    return Part(title, ("名称", "数量"), tuple((name, str(number)) for name, number in counts.items()))


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "无（没有可算的件）"
    return f"{value:.1%}" if name.endswith("_rate") else str(value)


def _title(digest: Digest) -> str:
    year, month = digest.period.month.split("-")
    return f"{digest.town}政务公开与舆情巡查{year}年{int(month)}月月报" + (f"（{digest.person}）" if digest.person else "")


def _span(digest: Digest) -> str:
    days = digest.period.days
    partial = "（本月尚未结束，数字仍会变化）" if digest.period.as_of < digest.period.end else ""
    return f"统计范围：{days[0]:%Y-%m-%d} 至 {days[-1]:%Y-%m-%d}{partial}"


def _docx_table(document: Any, part: Part) -> None:
    table = document.add_table(rows=1, cols=len(part.heads))
    table.style, table.autofit = "Table Grid", False
    shares = [_SHARES.get(head, 2) for head in part.heads]
    widths = [Cm(_WIDTH * share / sum(shares)) for share in shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width   # viewers differ in whether they believe columns or cells
    for _ in part.rows:
        table.add_row()
    # The heads stand again on every page, and no row is broken over two.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for place, (row, texts) in enumerate(zip(table.rows, (part.heads, *part.rows), strict=True)):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width, text in zip(row.cells, widths, texts, strict=True):
            cell.width = width
            _write(cell, text, head=place == 0)


def _write(cell: Any, text: str, *, head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    _face(paragraph.add_run(text), "黑体" if head else "宋体", 10.5)
    if head:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "EEF2F7")):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _page_numbers(paragraph: Any) -> None:
    """— 1 —, as on official documents: a field that the viewer fills in."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in ((None, "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), (None, " —")):
        run = paragraph.add_run(text if kind is None else "")
        _face(run, "宋体", 12)
        if kind == "instr":
            field = OxmlElement("w:instrText")
            field.text = text
            run._r.append(field)
        elif kind is not None:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
            run._r.append(field)


def _face(styled: Any, name: str, size: float) -> None:
    styled.font.name, styled.font.size = name, Pt(size)
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
