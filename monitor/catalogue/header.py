"""The header of a standard catalogue: two or three rows, of which each column's meaning is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.catalogue.grid import Grid, Place

Meaning = Literal[
    "number", "field", "level1", "level2", "level3", "elements", "basis", "limit", "organ", "channels",
    "column", "note", "audience", "mode", "tier", "reason",
]  # fmt: skip
_SPACE = re.compile(r"[\s　\u200b\ufeff]+")

# Tried in this order on the whole path of a column's header, its white space gone: the narrower words first.
_WORDS: tuple[tuple[Meaning, re.Pattern[str]], ...] = (
    ("number", re.compile(r"^(?:序号|编号|序)$")),
    ("level1", re.compile(r"一级(?:公开)?(?:事项|目录|指标)?|^(?:公开)?类别$")),
    ("level2", re.compile(r"二级(?:公开)?(?:事项|目录|指标)?")),
    ("level3", re.compile(r"三级(?:公开)?(?:事项|目录|指标)?")),
    ("reason", re.compile(r"不适用(?:的)?理由")),
    ("column", re.compile(r"(?:网站)?(?:所属|对应)?栏目")),
    ("field", re.compile(r"领域")),
    ("elements", re.compile(r"公开(?:的)?(?:内容|要素)|内容[（(]?要素")),
    ("basis", re.compile(r"(?:公开|法律|政策)?依据")),
    ("limit", re.compile(r"(?:公开)?(?:时限|时间|期限)")),
    ("organ", re.compile(r"(?:公开|责任)(?:责任)?(?:主体|单位|部门)")),
    ("channels", re.compile(r"渠道|载体|形式")),
    ("audience", re.compile(r"对象|全社会|特定群[体众]")),
    ("mode", re.compile(r"方式|主动|依申请")),
    ("tier", re.compile(r"层级|[县市区乡镇村]、?(?:[乡镇村])?级")),
    ("note", re.compile(r"备注|说明")),
    ("level1", re.compile(r"^(?:公开)?事项(?:名称)?$")),
)
_KNOWN = re.compile(r"序号|公开事项|一级事项|公开内容|要素|公开依据|公开时限|公开主体|责任主体|责任(?:单位|部门)|公开渠道|公开形式|"
                    r"公开对象|公开方式|公开层级|公开类别|^类别$|栏目")
_SUB = re.compile(
    r"^(?:[一二三]级(?:公开)?(?:事项|目录|指标)?|(?:公开)?事项(?=名称|$)|全社会|特定群[体众]|特定对象|主动(?:公开)?|依申请(?:公开)?|[县市区乡镇村、及以]+级|[（(]要素[）)]|"
    r"(?:公开)?(?:内容|要素)|渠道|载体|对象|方式|层级|时限|主体|依据|名称|序号)+$"
)
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """A column: what it means, and under a tick header (公开对象, 公开方式, 公开层级) what a tick in it says."""

    column: int
    meaning: Meaning
    said: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what its columns mean. ``unknown``: header cells that nothing is known about."""

    top: int
    bottom: int
    columns: tuple[HeaderColumn, ...]
    unknown: tuple[Place, ...]


def find_header(grid: Grid) -> Header | None:
    """The first rows that look like a catalogue's header; None where there are none."""
    return next((found for row in range(1, grid.rows + 1) if (found := header_at(grid, row))), None)


def header_at(grid: Grid, row: int, *, again: bool = False) -> Header | None:
    """The header that begins in this row, if one does. ``again``: below another one, where rows of items have to be told from
    it: then most of its cells have to be a header's."""
    texts = {bare(grid.text(row, column)) for column in range(1, grid.columns + 1)} - {""}
    known = sum(1 for word in texts if _KNOWN.search(word) and len(word) <= 24)
    if known < 3 or (again and known * 5 < len(texts) * 3):
        return None
    return _header(grid, row)


def bare(text: str) -> str:
    """A header's words without the white space that breaks them."""
    return _SPACE.sub("", text)


def _header(grid: Grid, top: int) -> Header:
    bottom = _bottom(grid, top)
    columns: list[HeaderColumn] = []
    unknown: list[Place] = []
    for column in range(1, grid.columns + 1):
        path = _path(grid, top, bottom, column)
        if not path:
            continue
        meaning = _meaning(path)
        if meaning is None:
            unknown.append((top, column))
            continue
        ticked = meaning in ("audience", "mode", "tier") and len(path) > 1
        columns.append(HeaderColumn(column, meaning, path[-1] if ticked else ""))
    return Header(top, bottom, tuple(columns), tuple(unknown))


def _bottom(grid: Grid, top: int) -> int:
    """The header goes on while a row holds nothing but words of sub-headers, or cells merged down from above."""
    bottom = top
    for row in range(top + 1, min(top + _DEEPEST, grid.rows + 1)):
        own = [bare(grid.cells[row, column]) for column in range(1, grid.columns + 1) if (row, column) in grid.cells]
        spanned = any((span := grid.merged(row, c)) and span.top <= bottom < span.bottom for c in range(1, grid.columns + 1))
        if own and all(_SUB.match(word) for word in own):
            bottom = row
        elif not own and spanned:
            continue
        else:
            break
    return bottom


def _path(grid: Grid, top: int, bottom: int, column: int) -> tuple[str, ...]:
    """The header's words above a column, from the top, each once. A blank cell of the top row belongs to the heading on
    its left where sub-headings stand below it."""
    words: list[str] = []
    for row in range(top, bottom + 1):
        word = bare(grid.text(row, column))
        if not word and row == top and bottom > top and _below(grid, top, bottom, column):
            word = next((bare(grid.text(row, left)) for left in range(column - 1, 0, -1) if grid.text(row, left)), "")
        if word and (not words or words[-1] != word):
            words.append(word)
    return tuple(words)


def _below(grid: Grid, top: int, bottom: int, column: int) -> bool:
    return any(grid.text(row, column) for row in range(top + 1, bottom + 1))


def _meaning(path: tuple[str, ...]) -> Meaning | None:
    """The lowest words count first; of 公开方式 over 主动 the lower one is a tick of the upper."""
    for words in (path[-1], path[0], "".join(path)):
        for meaning, pattern in _WORDS:
            if pattern.search(words):
                return meaning
    return None
