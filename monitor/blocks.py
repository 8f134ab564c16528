"""Lines and rows as they really hang together: prose among the rows of a sheet, several lists one under another, and the
lists of a PDF, which has no cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from core.text import fold_plain
from monitor.scanned import Cell, Paragraph, Table

_WORD_BREAK = re.compile(r"\s*[|｜]\s*|\s+")
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
    """The lines of a page as paragraphs and lists."""
    return lists(Paragraph(f"{where}第{number}行", line.strip()) for number, line in enumerate(lines, start=1))


def lists(lines: Iterable[Paragraph]) -> Iterator[Paragraph | Table]:
    """Consecutive lines as paragraphs and lists: below a line of labels, lines of about as many words are rows. Empty lines end
    a list and are left out."""
    given = list(lines)
    texts = [_SPREAD.sub(r"\1\2", line.text) for line in given]
    words = [[word for word in _WORD_BREAK.split(text) if word] for text in texts]
    rows: list[tuple[Cell, ...]] = []
    for number, line in enumerate(given):
        begins = _begins(words, number, texts[number])
        continues = bool(rows) and _continues(words[number], rows[0])
        if rows and (begins or not continues):
            yield Table(rows[0][0].where, tuple(rows))
            rows = []
        if begins or continues:
            rows.append(tuple(Cell(line.where, word) for word in words[number]))
        elif line.text:
            yield line
    if rows:
        yield Table(rows[0][0].where, tuple(rows))


def _continues(words: Sequence[str], head: Sequence[Cell]) -> bool:
    if len(head) == 2:
        return len(words) == 2
    return len(words) >= 3 and abs(len(words) - len(head)) <= 1


def _begins(words: Sequence[Sequence[str]], number: int, text: str) -> bool:
    """A line of labels, by the column of names among them or by the row of figures that follows."""
    here = words[number]
    if len(here) < 2 or any(len(word) > _LABEL_LENGTH or re.search(r"\d|[，。；：:]", word) for word in here):
        return False
    after = words[number + 1] if number + 1 < len(words) else []
    if len(here) == 2:
        # Two words are often prose: only names and what is told of them, line by line.
        return here[0] in ("姓名", "户主", "户主姓名") and len(after) == 2
    if _LIST_HEADER.search(text):
        return True
    return abs(len(after) - len(here)) <= 1 and any(re.search(r"\d{2}", word) for word in after)


def _labels(filled: Sequence[Cell]) -> bool:
    texts = [fold_plain(cell.text) for cell in filled]
    return len(texts) >= 2 and all(len(text) <= _LABEL_LENGTH and not _FIGURES.search(text) for text in texts)
