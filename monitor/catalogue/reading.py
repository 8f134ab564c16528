"""A worksheet of a standard catalogue to items. Every cell is accounted for: it is of the header, a title or a note, it is
in an item, or it is listed with the reason why it could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from core.settings import CatalogueItem
from monitor import limits
from monitor.catalogue import words
from monitor.catalogue.grid import Grid, Place, cell_name
from monitor.catalogue.header import Header, HeaderColumn, Meaning, bare, find_header, header_at
from monitor.catalogue.topics import shipped

_FIELD = re.compile(r"([\u4e00-\u9fff、]{2,20}?)领域")
_FIELD_TITLE = re.compile(r"(?:^|[省市县区镇乡]|街道|[）)])([\u4e00-\u9fff、]{2,14}?)(?:领域)?(?:基层)?政务公开(?:标准)?(?:目录|事项)")
_PLACE = re.compile(r"(?:省|市|县|区|镇|乡|街道)$")
_NOTE = re.compile(r"^(?:注|备注|说明|填表|联系)")
_FOOTER = re.compile(r"^(?:填[表报]|制表|审[核签]|经办|联系|责任人|日期)[^，。；：:]{0,8}[：:]")
_HEADING = re.compile(r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）、]).*领域|.*目录(?:[（(].*[)）])?$")
_LEVELS: tuple[Meaning, ...] = ("level1", "level2", "level3")
_ADDED: dict[Meaning, str] = {
    "basis": "basis", "limit": "limit", "organ": "organ", "channels": "channels", "column": "site_column", "note": "note",
}
_ORDER: tuple[Meaning, ...] = ("field", *_LEVELS)


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
    """One pass over the rows from the first header on, and what the row above said."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self.grid, self.header = grid, header
        self.above: dict[HeaderColumn, str] = {}
        self.used: set[Place] = {place for place in grid.cells if place[0] < header.top}
        self.unread: list[Unread] = []
        self.notes: list[str] = []
        self.field = _field_of(grid, header)
        self.items: dict[str, tuple[int, CatalogueItem]] = {}
        self._begin(header)

    def read(self) -> SheetReading:
        for row in range(self.header.bottom + 1, self.grid.rows + 1):
            if row in self.grid.hidden:
                self._hidden(row)
            elif row <= self.header.bottom:
                continue
            elif again := header_at(self.grid, row, again=True):
                self._begin(again)
            elif self._goes_on(row):
                self._add_to_last(row)
            elif item := self._row(row):
                self._keep(row, item)
        self._left_over()
        self.unread = list({left.cell: left for left in reversed(self.unread)}.values())[::-1]  # Each cell once: its first reason.
        problems = {left.cell for left in self.unread}
        accounted = sum(1 for place in self.grid.cells if cell_name(place) not in problems)
        items = tuple(item for _, item in self.items.values())
        return SheetReading(items, tuple(self.unread), tuple(self.notes), len(self.grid.cells), accounted)

    def _begin(self, header: Header) -> None:
        """The rows below are read by this header; of what stood above another one nothing goes on."""
        self.header = header
        self.above.clear()
        self.used |= {place for place in self.grid.cells if header.top <= place[0] <= header.bottom}
        self.unread += [self._left(place, "表头的这一列不知道是什么") for place in header.unknown]

    def _hidden(self, row: int) -> None:
        """What stands in a hidden row is told and not imported, but for merged cells that go on into rows that are seen."""
        for column in range(1, self.grid.columns + 1):
            span = self.grid.merged(row, column)
            seen = span is not None and any(r not in self.grid.hidden for r in range(span.top, span.bottom + 1))
            if (row, column) in self.grid.cells and not seen:
                self.unread.append(self._left((row, column), "这一行被隐藏，没有导入"))

    def _goes_on(self, row: int) -> bool:
        """Whether the row is of the item above: its names and its elements are the upper row's, merged down."""
        named = [h.column for h in self.header.columns if h.meaning in (*_LEVELS, "elements") and self.grid.text(row, h.column)]
        return bool(self.items and named) and all(self.grid.anchor(row, column)[0] < row for column in named) and any(
            head.meaning == "elements" and head.column in named for head in self.header.columns
        )

    def _add_to_last(self, row: int) -> None:
        """What further rows of one item say of its basis, limit, organ, channels and the like is added to it."""
        key = next(reversed(self.items))
        first, item = self.items[key]
        for head in self.header.columns:
            text = words.joined(self.grid.cells.get((row, head.column), ""))
            self.used.add((row, head.column))
            name = _ADDED.get(head.meaning)
            if not text or words.is_ditto(text) or words.is_nothing(text):
                continue
            if name == "channels":
                added = item.channels + tuple(c for c in words.channels(text) if c not in item.channels)
                item = item.model_copy(update={"channels": added})
            elif name:
                before = getattr(item, name)
                item = item.model_copy(update={name: before if text in before else "；".join(filter(None, (before, text)))})
            elif head.said and head.said not in getattr(item, head.meaning) and words.ticked(text):
                said = "、".join(filter(None, (getattr(item, head.meaning), head.said)))
                item = item.model_copy(update={head.meaning: said})
            elif head.meaning != "number" and not head.said:
                self.unread.append(self._left((row, head.column), "这一格没有用上"))
        self.items[key] = (first, item)

    def _keep(self, row: int, item: CatalogueItem) -> None:
        """Rows that say the same of the same are one item; of rows that differ in the rest, the first holds."""
        first, kept = self.items.setdefault(item.id, (row, item))
        if kept != item:
            place = next((row, head.column) for head in self.header.columns if head.meaning in (*_LEVELS, "elements"))
            text = self.grid.text(*place)
            problem = f"与第 {first} 行是同一事项而其他内容不同，只保留第 {first} 行"
            self.unread.append(Unread(self.grid.name, cell_name(place), text, problem))

    def _left_over(self) -> None:
        known = {head.column for head in self.header.columns}
        listed = {left.cell for left in self.unread}
        for place in sorted(set(self.grid.cells) - self.used):
            if cell_name(place) not in listed:
                self.unread.append(self._left(place, "这一列没有表头" if place[1] not in known else "这一格没有用上"))

    def _row(self, row: int) -> CatalogueItem | None:
        own = {column: self.grid.cells[row, column] for column in range(1, self.grid.columns + 1) if (row, column) in self.grid.cells}
        if not own or self._is_aside(row, own):
            return None  # Nothing of its own: merged cells drawn longer than what they hold.
        values = self._values(row)
        return self._item(row, values) if any(values.get(meaning) for meaning in (*_LEVELS, "elements")) else None

    def _is_aside(self, row: int, own: dict[int, str]) -> bool:
        """The title of a field between rows, who filled the table in, or a note below it."""
        column, word = next((column, words.joined(text)) for column, text in own.items())
        if len(own) > 1 and not _FOOTER.match(word):
            return False
        span = self.grid.merged(row, column)
        wide = span is not None and span.right - span.left >= max(2, len(self.header.columns) // 2)
        title = _FIELD_TITLE.search(word) or _FIELD.search(word)
        if _FOOTER.match(word) or _NOTE.match(word) or (wide and (len(word) > 30 or not title)):
            self.notes += [words.joined(text) for text in own.values()]
        elif title and (wide or _HEADING.match(word)):
            self.field = _without_place(title[1])
            self.above.clear()
        else:
            return False
        self.used |= {(row, column) for column in own}
        return True

    def _values(self, row: int) -> dict[Meaning, str]:
        """The row's texts by meaning. A blank or 同上 says what the row above said, a level only below the same levels."""
        values: dict[Meaning, str] = {}
        fresh = False
        for head in sorted(self.header.columns, key=lambda head: _ORDER.index(head.meaning) if head.meaning in _ORDER else 9):
            anchor = self.grid.anchor(row, head.column)
            whole = head.meaning in ("elements", "channels")
            shown = self.grid.text(row, head.column)
            text = shown if whole else words.joined(shown)
            self.used.add(anchor)
            if head.meaning == "number":
                continue
            if words.is_broken(text.strip()):
                self.unread.append(self._left(anchor, "公式没有保存计算结果，这一格没有导入"))
                text = ""
            elif self._of_another_level(head, anchor):
                text = ""
            elif words.is_ditto(text) or (not text and self._inherits(head, fresh)):
                text = self._as_above(head, anchor, text)
            else:
                fresh = fresh or (head.meaning in _ORDER and anchor[0] == row)
                text = "" if not head.said and words.is_nothing(text) else text
            self.above[head] = text
            self._take(values, head, row, text)
        return values

    def _of_another_level(self, head: HeaderColumn, anchor: Place) -> bool:
        """Whether a level's cell is merged with the one on its left: then that level says it, and this one nothing."""
        return head.meaning in _LEVELS and anchor[1] < head.column and any(
            other.column == anchor[1] and other.meaning in _LEVELS for other in self.header.columns
        )

    def _as_above(self, head: HeaderColumn, anchor: Place, text: str) -> str:
        if text and not self.above.get(head):
            self.unread.append(self._left(anchor, "写着同上，但上面没有内容"))
        return self.above.get(head, "")

    def _inherits(self, head: HeaderColumn, fresh: bool) -> bool:
        if head.said or head.meaning in ("note", "column", "reason"):
            return False
        return not (head.meaning in _LEVELS and fresh)

    def _take(self, values: dict[Meaning, str], head: HeaderColumn, row: int, text: str) -> None:
        before = values.get(head.meaning, "")
        if not head.said:
            # Two columns of one meaning (内容 and 要素) are both kept.
            again = before and text and text != before
            values[head.meaning] = (before + ("\n" if head.meaning == "elements" else "；") + text) if again else before or text
            return
        tick = words.ticked(text)
        if tick is None:
            if text.startswith(head.said) or head.said in text:
                tick = True
            else:
                self.unread.append(self._left(self.grid.anchor(row, head.column), f"“{head.said}”下应为√或空白"))
        if tick:
            values[head.meaning] = "、".join(filter(None, [before, head.said]))

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
            note=values.get("note", ""), applicable=not values.get("reason"), reason=values.get("reason", ""),
        )

    def _missing(self, row: int, meaning: Meaning, problem: str) -> Unread:
        column = next((head.column for head in self.header.columns if head.meaning == meaning), 1)
        place = self.grid.anchor(row, column)
        return Unread(self.grid.name, cell_name(place), self.grid.cells.get(place, ""), problem)

    def _left(self, place: Place, problem: str) -> Unread:
        return Unread(self.grid.name, cell_name(place), self.grid.cells.get(place, ""), problem)


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
        if (topic := shipped().by_name.get(word)) and topic.field:
            return word
    return "" if re.fullmatch(r"(?:Sheet|工作表)\d*", grid.name, re.I) else grid.name


def _without_place(name: str) -> str:
    """涉农补贴 of 德安县涉农补贴."""
    return re.sub(r"^(?:[\u4e00-\u9fff]{2,6}?(?:省|市|县|区|自治[州县]|镇|乡|街道))+(?=[\u4e00-\u9fff]{2,})", "", name)
