"""Lines and rows as they really hang together: prose among the rows of a sheet, several lists one under another, and the
lists of a PDF, which has no cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from core.text import fold_plain
from monitor.scanned import Cell, Paragraph, Table

_WORD_BREAK = re.compile(r"\t|\s+")
# Labels are spread over their column: 姓 名.
_SPREAD = re.compile(r"(?<!\S)([姓性备职户电住年单金])\s{1,4}([名别注务主话址龄位额])(?!\S)")
_LABEL_LENGTH = 16
_FIGURES = re.compile(r"\d{2}(?![\d年]|\d{2}年)")
_PROSE = re.compile(r"[，。；：！？,;:（(]|.{24}")
_LIST_HEADER = re.compile(r"(?:^|\s)\S{0,6}(?:姓\s?名|户主)(?:\s|$)")


def unfold(table: Table) -> Iterator[Paragraph | Table]:
    """A sheet's parts: a row with nothing but one sentence is a paragraph, and a row of labels after it or after an empty
    row begins another list. Rows that go on after a remark are still rows of their list."""
    rows: list[tuple[Cell, ...]] = []
    broken = False
    for row in table.rows:
        filled = [cell for cell in row if cell.text]
        if len(filled) == 1 and _PROSE.search(filled[0].text):
            yield Paragraph(filled[0].where, filled[0].text)
            broken = True
            continue
        if rows and broken and _labels(filled):
            yield Table(table.where, tuple(rows))
            rows = []
        if filled:
            rows.append(row)
        # A list's own title may stand between the empty row and its labels.
        broken = not filled or (broken and len(filled) == 1)
    if rows:
        yield Table(table.where, tuple(rows))


def printed(lines: Iterable[str], where: str) -> Iterator[Paragraph | Table]:
    """The lines of a page as paragraphs and lists: below a line of labels, lines of about as many words are rows."""
    texts = [_SPREAD.sub(r"\1\2", line.strip()) for line in lines]
    words = [[word for word in _WORD_BREAK.split(text) if word] for text in texts]
    rows: list[tuple[Cell, ...]] = []
    for number, text in enumerate(texts):
        begins = _begins(words, number, text)
        continues = bool(rows) and len(words[number]) >= 3 and abs(len(words[number]) - len(rows[0])) <= 1
        if rows and (begins or not continues):
            yield Table(where, tuple(rows))
            rows = []
        if begins or continues:
            rows.append(tuple(Cell(f"{where}第{number + 1}行", word) for word in words[number]))
        elif text:
            yield Paragraph(f"{where}第{number + 1}行", text)
    if rows:
        yield Table(where, tuple(rows))


def _begins(words: Sequence[Sequence[str]], number: int, text: str) -> bool:
    """A line of labels, by the column of names among them or by the row of figures that follows."""
    here = words[number]
    if len(here) < 3 or any(len(word) > _LABEL_LENGTH or re.search(r"\d|[，。；]", word) for word in here):
        return False
    if _LIST_HEADER.search(text):
        return True
    after = words[number + 1] if number + 1 < len(words) else []
    return abs(len(after) - len(here)) <= 1 and any(re.search(r"\d{2}", word) for word in after)


def _labels(filled: Sequence[Cell]) -> bool:
    texts = [fold_plain(cell.text) for cell in filled]
    return len(texts) >= 2 and all(len(text) <= _LABEL_LENGTH and not _FIGURES.search(text) for text in texts)
