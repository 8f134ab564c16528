"""The town's year as data: expands ``content/columns/*.toml`` into dated articles relative to one day.

A file is a column: its settings, and entries of three shapes. ``[[article]]`` with ``ago`` (days before today, a number
or a list; with ``years``, on the same day of that many years) or ``on`` ("MM-DD", the latest such days before today; with
``back``, of the year so many before this one); ``[[series]]``, one text at a rhythm (``every`` days or ``monthly`` day) with
facts that rotate; ``[pool]`` + ``[[topic]]``, a rhythm filled with topics that fit the month. ``[article.later]`` is what
becomes of an article while it is watched.
Texts hold placeholders, see :class:`Words`. Nothing here asks for the time.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

from core.clock import SHANGHAI

_OFFSET = re.compile(r"([dDym])([+-]\d+)")
_QUARTERS = "一二三四"
FIRST_ID = 38_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """An attachment to be made: its readable name, and text lines or table rows. ``fault``: ``dead`` (linked, but not there),
    ``empty`` (no byte), ``scanned`` (pages without text) or ``broken`` (cut short)."""

    name: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the demo portal. ``cat`` is its catalogue node (or news column) number; ``template`` decides the rows
    (``newest``, ``classic``, ``news``); ``kind`` and what follows it go to ``catalogue.toml``."""

    id: str
    name: str
    cat: int
    group: str
    kind: str
    template: str = "newest"
    charset: str = "utf-8"
    level: int = 2
    max_age: str | None = None
    min_items: int = 1
    applicable: bool = True
    reason: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What becomes of an article: another text or title, another day (days after the first), or it is taken down."""

    title: str = ""
    body: str = ""
    redated: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article of the demo portal; times are Shanghai's. ``mark`` names the defect or look-alike that it shows, ``tags``
    are standard meta tags that say something else than the page."""

    id: int
    column: str
    title: str
    published: datetime
    written: date | None
    body: str
    source: str
    doc_no: str = ""
    files: tuple[FileSpec, ...] = ()
    charset: str = "utf-8"
    nbsp: bool = False
    undated: bool = False
    mark: str = ""
    revision: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    later: Later | None = None


class Words(dict[str, Any]):
    """Placeholders of one occurrence: ``{date}`` 2026年3月4日, ``{md}`` 3月4日, ``{year} {month} {day}``, ``{ym}``,
    ``{last_year} {next_year}``, ``{pm}`` 2月 and ``{pym}`` 2026年2月 (the month before), ``{pq}`` 2025年第四季度 (the
    quarter before), ``{iso}``; offsets in days ``{d-3}`` (3月1日) and ``{D-3}`` (2026年3月1日), in years ``{y-1}``, in
    months ``{m+1}``; ``{written_year}``, that of 成文; and the entry's facts."""

    def __init__(self, day: date, facts: Mapping[str, Any]) -> None:
        before = date(day.year, day.month, 1) - timedelta(days=1)
        quarter = (day.month - 1) // 3
        quarter_year = day.year if quarter else day.year - 1
        super().__init__(
            date=_long(day),
            md=_short(day),
            iso=day.isoformat(),
            year=day.year,
            month=day.month,
            day=day.day,
            ym=f"{day.year}年{day.month}月",
            last_year=day.year - 1,
            next_year=day.year + 1,
            pm=f"{before.month}月",
            pym=f"{before.year}年{before.month}月",
            pq=f"{quarter_year}年第{_QUARTERS[quarter - 1]}季度",
        )
        self.update(facts)
        self._day = day

    def __missing__(self, key: str) -> str:
        match = _OFFSET.fullmatch(key)
        if match is None:
            raise KeyError(key)
        unit, n = match[1], int(match[2])
        if unit == "y":
            return str(self._day.year + n)
        if unit == "m":
            return f"{(self._day.month - 1 + n) % 12 + 1}月"
        other = self._day + timedelta(days=n)
        return _long(other) if unit == "D" else _short(other)

    def fill(self, text: str) -> str:
        """The text with every placeholder filled; an unknown one is an error of the content."""
        return string.Formatter().vformat(text, (), self).strip()


@dataclass(slots=True)
class _Pool:
    """Topics that take turns: the one used least often among those that fit the month. No title comes twice, for a
    title that does is a defect and must be a deliberate one."""

    topics: list[dict[str, Any]]
    used: list[int] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)

    def pick(self, day: date) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The topic for a day and its facts; None when every fitting title was used."""
        self.used = self.used or [0] * len(self.topics)
        fitting = [i for i, topic in enumerate(self.topics) if day.month in topic.get("months", range(1, 13))]
        for chosen in sorted(fitting, key=lambda i: (self.used[i], "months" not in self.topics[i], i)):
            facts = _facts(self.topics[chosen], self.used[chosen])
            title = Words(day, facts).fill(self.topics[chosen]["title"])
            if title not in self.titles:
                self.titles.add(title)
                self.used[chosen] += 1
                return self.topics[chosen], facts
        return None


@cache
def column_files() -> tuple[dict[str, Any], ...]:
    """The parsed files of ``content/columns``, by name (the number in front orders the menu)."""
    folder = files("demo") / "content" / "columns"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in names)


def columns() -> tuple[Column, ...]:
    """Every column of the demo town, in the menu's order."""
    return tuple(Column(**entry["column"]) for entry in column_files())


def year_of(today: date) -> list[Item]:
    """Every article of the town as of one day, newest first. The same day gives the same articles."""
    drafts = [draft for entry in column_files() for draft in _drafts(entry, today)]
    taken: set[int] = set()
    items = []
    for key, day, spec, facts in drafts:
        number = FIRST_ID + crc32(key.encode()) % 900_000
        while number in taken:
            number += 1
        taken.add(number)
        items.append(_item(number, key, day, spec, facts))
    return sorted(items, key=lambda item: (item.published, item.id), reverse=True)


Draft = tuple[str, date, dict[str, Any], dict[str, Any]]


def _drafts(entry: dict[str, Any], today: date) -> Iterator[Draft]:
    """(key, day, entry, facts) of every occurrence in one column."""
    column = Column(**entry["column"])
    for kind in ("article", "series"):
        for number, spec in enumerate(entry.get(kind, ())):
            for turn, day in enumerate(_days(spec, today)):
                yield f"{column.id}/{kind}/{number}/{turn}", day, spec | {"_column": column}, _facts(spec, turn)
    if "pool" in entry:
        pool = _Pool(entry["topic"])
        for turn, day in enumerate(_days(entry["pool"], today)):
            if picked := pool.pick(day):
                yield f"{column.id}/pool/{turn}", day, picked[0] | {"_column": column}, picked[1]


def _days(spec: Mapping[str, Any], today: date) -> list[date]:
    """The days of one entry, newest first. Rhythms avoid week-ends; days given exactly are kept."""
    if "ago" in spec:
        ago = spec["ago"] if isinstance(spec["ago"], list) else [spec["ago"]]
        days = [today - timedelta(days=n) for n in ago]
        return [_years_before(day, back) for day in days for back in range(spec.get("years", 1))]
    if "on" in spec:
        month, day = map(int, spec["on"].split("-"))
        if "back" in spec:
            return [date(today.year - spec["back"], month, day)]
        latest = today.year if (month, day) < (today.month, today.day) else today.year - 1
        return [
            date(latest - back, month, day)
            for back in range(spec.get("skip", 0), spec.get("skip", 0) + spec.get("years", 1))
        ]
    if "every" in spec:
        days = [today - timedelta(days=spec.get("first", 1) + spec["every"] * i) for i in range(spec["count"])]
        return [_working(day) for day in days]
    return [_working(day) for day in _monthly(spec, today)]


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year: 365 days before 31 December of a leap year is the same year again."""
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)


def _monthly(spec: Mapping[str, Any], today: date) -> Iterator[date]:
    """Day ``monthly`` of each month, or of each quarter's (``step`` 3) first month, latest first."""
    step, found, months = spec.get("step", 1), 0, today.year * 12 + today.month - 1
    while found < spec["count"]:
        year, month = divmod(months, 12)
        day = date(year, month + 1, spec["monthly"])
        if day < today and month % step == spec.get("phase", 0) % step:
            found += 1
            yield day
        months -= 1


def _working(day: date) -> date:
    """The Friday before, for a day of a week-end."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _facts(spec: Mapping[str, Any], turn: int) -> dict[str, Any]:
    return {name: values[turn % len(values)] for name, values in spec.get("facts", {}).items()}


def _item(number: int, key: str, day: date, spec: Mapping[str, Any], facts: Mapping[str, Any]) -> Item:
    column: Column = spec["_column"]
    chance = crc32(f"{key}:time".encode())
    words = Words(day, facts)
    hour, minute = (
        (int(part) for part in spec["time"].split(":")) if "time" in spec else (8 + chance % 10, chance // 7 % 60)
    )
    offset = spec.get("written", -(chance % 4) if column.template != "news" else None)
    written = None if offset is None or offset is False else day + timedelta(days=offset)
    words["written_year"] = (written or day).year
    return Item(
        id=number,
        column=column.id,
        title=words.fill(spec["title"]),
        body=words.fill(spec["body"]),
        published=datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI),
        written=written,
        source=words.fill(spec.get("source", "漫水河镇人民政府")),
        doc_no=words.fill(spec.get("doc_no", "")),
        files=tuple(_file(words, spec_file) for spec_file in spec.get("file", ())),
        charset=spec.get("charset", column.charset),
        nbsp=spec.get("nbsp", False),
        undated=spec.get("undated", False),
        mark=spec.get("mark", ""),
        tags={name: words.fill(text) for name, text in spec.get("tags", {}).items()},
        later=_later(words, spec["later"]) if "later" in spec else None,
    )


def _later(words: Words, spec: Mapping[str, Any]) -> Later:
    texts = {name: words.fill(spec[name]) for name in ("title", "body") if name in spec}
    return Later(**texts, redated=spec.get("redated", 0), removed=spec.get("removed", False))


def _file(words: Words, spec: Mapping[str, Any]) -> FileSpec:
    rows = tuple(tuple(words.fill(str(cell)) for cell in row) for row in spec.get("rows", ()))
    lines = tuple(words.fill(line) for line in spec.get("text", "").strip().splitlines())
    return FileSpec(name=words.fill(spec["name"]), lines=lines, rows=rows, fault=spec.get("fault", ""))


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
