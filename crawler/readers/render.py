"""The lines of an article as text: without what is around it, rows of a table as one line each."""

from __future__ import annotations

from collections import Counter

from crawler.readers.body import Weights
from crawler.readers.page import Line, Page
from crawler.readers.trim import end_of_text, first_post

_ROW_CELL = 400


def kept_lines(page: Page, weights: Weights, start: int, end: int) -> list[int]:
    """The lines of a container that belong to the article: blocks of links and asides inside it do not."""
    dropped = bytearray(weights.aside)
    sums = weights.sums
    for other in page.nodes:
        if other.start < start or other.end > end or other.end - other.start == end - start:
            continue
        if sums[other.end] - sums[other.start] < -30 and _is_list_of_links(page, other.start, other.end):
            dropped[other.start : other.end] = b"\x01" * (other.end - other.start)
    end = end_of_text(page, weights, start, first_post(page, weights, start, end))
    return [index for index in range(start, end) if not dropped[index]]


def _is_list_of_links(page: Page, start: int, end: int) -> bool:
    lines = page.lines[start:end]
    return sum(line.links for line in lines) * 2 > sum(len(line.text) for line in lines)


def render(page: Page, kept: list[int]) -> str:
    """Lines joined; the cells of a table's row joined by tabs, empty ones kept."""
    out: list[str] = []
    shapes: dict[int, Counter[int]] = {}
    position = 0
    while position < len(kept):
        line = page.lines[kept[position]]
        if line.row < 0 or not _is_row(page, line.row, shapes):
            out.append(line.text)
            position += 1
            continue
        after = position
        while after < len(kept) and page.lines[kept[after]].row == line.row:
            after += 1
        out.append(_row(page, [page.lines[index] for index in kept[position:after]], line.row))
        position = after
    return "\n".join(out)


def _is_row(page: Page, row: int, shapes: dict[int, Counter[int]]) -> bool:
    """A row of data, not of layout: two cells or more, no table inside, no cell as long as an article."""
    node = page.nodes[row]
    if node.cells < 2 or node.nested:
        return False
    sizes: dict[int, int] = {}
    counts: dict[int, int] = {}
    for line in page.lines[node.start : node.end]:
        sizes[line.cell] = sizes.get(line.cell, 0) + len(line.text)
        counts[line.cell] = counts.get(line.cell, 0) + 1
    if not sizes or max(sizes.values()) > _ROW_CELL:
        return False
    # An article beside a column of links is one row of two cells; in a table of data such a row has others like it.
    long = any(sizes[cell] >= 100 and counts[cell] >= 3 for cell in sizes)
    return not long or _rows_like(page, row, shapes) >= 3


def _rows_like(page: Page, row: int, shapes: dict[int, Counter[int]]) -> int:
    """How many rows with as many cells the table of a row has; ``shapes`` keeps what was counted of a table."""
    table = next((node for node in page.ancestors(row) if page.nodes[node].tag == "table"), -1)
    if table < 0:
        return 0
    if table not in shapes:
        inside = (node for node in page.nodes[table:] if node.tag == "tr" and node.start < page.nodes[table].end)
        shapes[table] = Counter(node.cells for node in inside)
    return shapes[table][page.nodes[row].cells]


def _row(page: Page, lines: list[Line], row: int) -> str:
    cells = [""] * page.nodes[row].width
    for line in lines:
        if 0 <= line.cell < len(cells):
            cells[line.cell] = f"{cells[line.cell]} {line.text}".strip()
    return "\t".join(cells).rstrip("\t")
