"""A worksheet of a standard catalogue to items. Every cell is accounted for: it is of the header, a title or a note, it is
in an item, or it is listed with the reason why it could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from core.settings import CatalogueItem
from monitor import limits
from monitor.catalogue import words
from monitor.catalogue.grid import Grid, Place, cell_name
from monitor.catalogue.header import Header, HeaderColumn, Meaning, bare, find_header

_FIELD = re.compile(r"([\u4e00-\u9fff、]{2,20}?)领域")
_FIELD_TITLE = re.compile(r"(?:^|[省市县区镇乡]|街道|[）)])([\u4e00-\u9fff、]{2,14}?)(?:领域)?(?:基层)?政务公开(?:标准)?(?:目录|事项)")
_PLACE = re.compile(r"(?:省|市|县|区|镇|乡|街道)$")
_NOTE = re.compile(r"^(?:注|备注|说明|填表|联系)")
_NUMBER = re.compile(r"^\d{1,4}(?:[.-]\d{1,3})*$")
_LEVELS: tuple[Meaning, ...] = ("level1", "level2", "level3")
_TICKS: tuple[Meaning, ...] = ("audience", "mode", "tier")


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that was not taken as it stands: ``C12``, its text and why."""

    sheet: str
    cell: str
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What a worksheet gave. ``accounted``: how many of its ``cells`` went into the header, titles, notes and items."""

    items: tuple[CatalogueItem, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    cells: int
    accounted: int


def read_sheet(grid: Grid) -> SheetReading:
    """Read one worksheet."""
    header = find_header(grid)
    if header is None:
        unread = tuple(Unread(grid.name, cell_name(p), t, "没有找到表头") for p, t in sorted(grid.cells.items()))
        return SheetReading((), unread, (), len(grid.cells), 0)
    return _Sheet(grid, header).read()


class _Sheet:
    """One pass over the rows below a header, and what the row above said."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self.grid, self.header = grid, header
        self.above: dict[HeaderColumn, str] = {}
        self.used: set[Place] = {place for place in grid.cells if place[0] <= header.bottom} - set(header.unknown)
        self.unread: list[Unread] = [self._left(place, "表头的这一列不知道是什么") for place in header.unknown]
        self.notes: list[str] = []
        self.field = _field_of(grid, header)

    def read(self) -> SheetReading:
        items = [item for row in range(self.header.bottom + 1, self.grid.rows + 1) if (item := self._row(row))]
        known = {head.column for head in self.header.columns}
        for place in sorted(set(self.grid.cells) - self.used - {p for p in self.grid.cells if p in self.header.unknown}):
            if not any(left.cell == cell_name(place) for left in self.unread):
                where = "这一列没有表头" if place[1] not in known else "这一格没有用上"
                self.unread.append(self._left(place, where))
        problems = {left.cell for left in self.unread}
        accounted = sum(1 for place in self.grid.cells if cell_name(place) not in problems)
        return SheetReading(tuple(items), tuple(self.unread), tuple(self.notes), len(self.grid.cells), accounted)

    def _row(self, row: int) -> CatalogueItem | None:
        own = {column: self.grid.cells[row, column] for column in range(1, self.grid.columns + 1) if (row, column) in self.grid.cells}
        if not own and not any(self.grid.merged(row, head.column) for head in self.header.columns):
            return None
        if self._is_aside(row, own):
            return None
        values = self._values(row)
        if not any(values.get(meaning) for meaning in (*_LEVELS, "elements")):
            return None
        return self._item(row, values)

    def _is_aside(self, row: int, own: dict[int, str]) -> bool:
        """A title of a field between rows, a repeated header, or a note below the table."""
        if len(own) != 1:
            return self._is_header_again(row, own)
        column, word = next((column, words.joined(text)) for column, text in own.items())
        span = self.grid.merged(row, column)
        wide = span is not None and span.right - span.left >= max(2, len(self.header.columns) // 2)
        if _NOTE.match(word) or (wide and len(word) > 30):
            self.notes.append(word)
        elif wide and (found := _FIELD_TITLE.search(word) or _FIELD.search(word)):
            self.field = found[1]
            self.above.clear()
        elif not wide:
            return False
        else:
            self.notes.append(word)
        self._use(row, own)
        return True

    def _is_header_again(self, row: int, own: dict[int, str]) -> bool:
        top, bottom = self.header.top, self.header.bottom
        repeated = len(own) > 2 and all(
            bare(text) in (bare(self.grid.text(top, column)), bare(self.grid.text(bottom, column)))
            for column, text in own.items()
        )
        if repeated:
            self._use(row, own)
        return repeated

    def _values(self, row: int) -> dict[Meaning, str]:
        """The row's texts by meaning. A blank or 同上 says what the row above said, a level only below the same levels."""
        values: dict[Meaning, str] = {}
        fresh = False
        for head in sorted(self.header.columns, key=lambda head: _LEVELS.index(head.meaning) if head.meaning in _LEVELS else 9):
            anchor = self.grid.anchor(row, head.column)
            text = words.joined(self.grid.text(row, head.column)) if head.meaning not in ("elements", "channels") else (
                self.grid.text(row, head.column)
            )
            self.used.add(anchor)
            if head.meaning == "number":
                continue
            if words.is_ditto(text) or (not text and self._inherits(head, fresh)):
                text = self.above.get(head, "")
            else:
                fresh = fresh or (head.meaning in _LEVELS and anchor[0] == row)
                text = "" if not head.said and words.is_nothing(text) else text
            self.above[head] = text
            self._take(values, head, row, text)
        return values

    def _inherits(self, head: HeaderColumn, fresh: bool) -> bool:
        if head.said or head.meaning in ("note", "column"):
            return False
        return not (head.meaning in _LEVELS and fresh)

    def _take(self, values: dict[Meaning, str], head: HeaderColumn, row: int, text: str) -> None:
        if not head.said:
            values[head.meaning] = text
            return
        tick = words.ticked(text)
        if tick is None:
            place = self.grid.anchor(row, head.column)
            if text.startswith(head.said) or head.said in text:
                tick = True
            else:
                self.unread.append(self._left(place, f"“{head.said}”下应为√或空白"))
        if tick:
            values[head.meaning] = "、".join(filter(None, [values.get(head.meaning, ""), head.said]))

    def _item(self, row: int, values: dict[Meaning, str]) -> CatalogueItem:
        field = values.get("field") or self.field
        levels = [values.get(level, "") for level in _LEVELS]
        elements = words.elements(values.get("elements", ""))
        if not elements:
            self.unread.append(self._missing(row, "elements", "公开内容（要素）是空的"))
        limit = values.get("limit", "")
        if limit and any(rule.kind == "unknown" for rule in limits.parse(limit)):
            self.unread.append(self._missing(row, "limit", "公开时限不能识别，将不按期限检查"))
        return CatalogueItem(
            id=item_id(field, *levels, "".join(elements)), field=field, level1=levels[0], level2=levels[1], level3=levels[2],
            elements=elements, basis=values.get("basis", ""), limit=limit, organ=values.get("organ", ""),
            channels=words.channels(values.get("channels", "")), audience=values.get("audience", ""),
            mode=values.get("mode", ""), tier=values.get("tier", ""), site_column=values.get("column", ""),
            note=values.get("note", ""),
        )

    def _missing(self, row: int, meaning: Meaning, problem: str) -> Unread:
        column = next((head.column for head in self.header.columns if head.meaning == meaning), 1)
        place = self.grid.anchor(row, column)
        return Unread(self.grid.name, cell_name(place), self.grid.cells.get(place, ""), problem)

    def _left(self, place: Place, problem: str) -> Unread:
        return Unread(self.grid.name, cell_name(place), self.grid.cells.get(place, ""), problem)

    def _use(self, row: int, own: Iterable[int]) -> None:
        self.used |= {(row, column) for column in own}


def item_id(*parts: str) -> str:
    """Stable over imports: what the item is, not where it stands."""
    return "i" + sha256("\x1f".join(parts).encode()).hexdigest()[:10]


def _field_of(grid: Grid, header: Header) -> str:
    """The field that a heading above the table or the worksheet's name gives; the heading next to the table counts first."""
    above = [text for (row, _), text in sorted(grid.cells.items(), reverse=True) if row < header.top]
    for text in (*above, grid.name):
        word = bare(text)
        for pattern in (_FIELD, _FIELD_TITLE):
            found = pattern.search(word)
            if found and not _PLACE.search(name := _without_place(found[1])):
                return name
    return "" if re.fullmatch(r"(?:Sheet|工作表)\d*", grid.name, re.I) else grid.name


def _without_place(name: str) -> str:
    """涉农补贴 of 德安县涉农补贴."""
    return re.sub(r"^(?:[\u4e00-\u9fff]{2,6}?(?:省|市|县|区|自治[州县]|镇|乡|街道))+(?=[\u4e00-\u9fff]{2,})", "", name)
