"""A government site of our own making, the same at every start: columns of articles, and what a day changes of them.

``stage`` 0 is the site as it was found, 1 the site after the changed day. Everything is a pure function of an address and a stage.
The changed day's mix: of what is edited, replaced and taken down, half is of the last two weeks and half of any earlier day.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import md5
from random import Random

ROWS = 20
RECENT = timedelta(days=12)
"""The fortnight in which a page is looked at daily, less the two days from the first crawl to the changed day."""
WORDS = (
    "防汛", "救助", "养老", "道路", "饮水", "茶园", "林长制", "村级", "财政", "资金", "公示", "通知", "方案", "检查", "项目", "补助",
    "耕地", "农房", "公开", "办理", "群众", "会议", "安全", "整治", "规划", "学校", "卫生", "招标",
)
ARTICLE, FILE, LIST = "article", "file", "list"


@dataclass(frozen=True, slots=True)
class Day:
    """What the changed day does, by article: a text edited in silence, a file replaced under its name, a page put up or taken down."""

    edited: frozenset[int]
    replaced: frozenset[int]
    added: frozenset[int]
    removed: frozenset[int]

    def kinds(self) -> dict[str, frozenset[int]]:
        """The articles, by what was done."""
        return {"edited": self.edited, "replaced": self.replaced, "added": self.added, "removed": self.removed}


@dataclass(slots=True)
class Town:
    """``articles`` in ``columns``, of the last three years; every tenth with a file."""

    articles: int
    columns: int
    today: date
    day: Day = field(init=False)
    _columns: dict[tuple[int, int], list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        chance, share = random.Random(1), max(1, self.articles // 500)
        numbers = list(range(self.articles))
        chance.shuffle(numbers)
        files = self._mixed([n for n in numbers if n % 10 == 0], share)
        plain = [n for n in numbers if n % 10]
        edited = self._mixed(plain, 2 * share)
        removed = self._mixed([n for n in plain if n not in edited], share)
        self.day = Day(edited, files, frozenset(range(self.articles, self.articles + share)), removed)

    def _mixed(self, numbers: list[int], wanted: int) -> frozenset[int]:
        """Half of them recent, as far as there are any; half not."""
        recent = [n for n in numbers if self.is_recent(n)][: wanted // 2]
        older = [n for n in numbers if not self.is_recent(n)][: wanted - len(recent)]
        return frozenset(recent + older)

    def is_recent(self, number: int) -> bool:
        """Whether an article stood for less than two weeks on the changed day."""
        return self.published(number) > self.today - RECENT

    def published(self, number: int) -> date:
        """The day that an article bears: today for what the changed day adds, else some day of three years."""
        if number >= self.articles:
            return self.today + timedelta(days=2)
        return self.today - timedelta(days=Random(number).randrange(1095))

    def numbers(self, column: int, stage: int) -> list[int]:
        """A column's articles, newest first."""
        if (column, stage) not in self._columns:
            mine = [n for n in range(column, self.articles, self.columns) if not (stage and n in self.day.removed)]
            mine += [n for n in self.day.added if stage and n % self.columns == column]
            self._columns[column, stage] = sorted(mine, key=lambda n: (self.published(n), n), reverse=True)
        return self._columns[column, stage]

    def article_path(self, number: int) -> str:
        """An article's address on the site."""
        return f"/c{number % self.columns}/{self.published(number):%Y%m}/t{self.published(number):%Y%m%d}_{number}.html"

    def file_path(self, number: int) -> str:
        """The address of its file."""
        return f"/c{number % self.columns}/files/P{number}.txt"

    def paths(self) -> Iterator[tuple[str, str]]:
        """Kind and address of all that can be watched at stage 0: the first page of each list, every article, every file."""
        yield from ((LIST, f"/c{column}/index.html") for column in range(self.columns))
        yield from ((ARTICLE, self.article_path(n)) for n in range(self.articles))
        yield from ((FILE, self.file_path(n)) for n in range(0, self.articles, 10))

    def page(self, path: str, stage: int) -> tuple[str, bytes] | None:
        """Content type and body; None where there is nothing."""
        parts = path.strip("/").split("/")
        if not parts[0][1:].isdigit():
            return None
        if len(parts) == 2:
            return self._list(int(parts[0][1:]), parts[1], stage)
        number = int("".join(char for char in parts[2].rpartition("_")[2] if char.isdigit()))
        if parts[1] == "files":
            return "text/plain; charset=utf-8", self._file(number, stage)
        if (stage and number in self.day.removed) or (not stage and number >= self.articles):
            return None
        return "text/html; charset=utf-8", self._article(number, stage)

    def _list(self, column: int, name: str, stage: int) -> tuple[str, bytes]:
        page = int(name.removeprefix("index").removesuffix(".html").lstrip("_") or 0)
        numbers = self.numbers(column, stage)
        rows = "".join(
            f'<li><a href="{self.article_path(n)}" title="{title(n)}">{title(n)}</a><span>{self.published(n)}</span></li>\n'
            for n in numbers[page * ROWS : (page + 1) * ROWS]
        )
        pages = -(-len(numbers) // ROWS)
        body = f'<ul class="list">\n{rows}</ul><script>createPageHTML({pages}, {page}, "index", "html");</script>'
        return "text/html; charset=utf-8", frame(f"栏目{column}", "", body)

    def _article(self, number: int, stage: int) -> bytes:
        day = self.published(number)
        meta = f'<meta name="ArticleTitle" content="{title(number)}"><meta name="PubDate" content="{day} 09:00">'
        edited = f"<p>更正：补助标准为每人每月{number}元。</p>" if stage and number in self.day.edited else ""
        file = f'<p><a href="{self.file_path(number)}">附件：明细表.txt</a></p>' if number % 10 == 0 else ""
        text = "".join(f"<p>{paragraph(number, n)}</p>\n" for n in range(12))
        body = f'<h1>{title(number)}</h1><div>发布时间：{day} 09:00</div><div class="TRS_Editor">{text}{edited}{file}</div>'
        return frame(title(number), meta, body)

    def _file(self, number: int, stage: int) -> bytes:
        revised = "修订后的明细\n" if stage and number in self.day.replaced else ""
        return (revised + "\n".join(f"{n}\t{paragraph(number, n)}" for n in range(40))).encode()


def title(number: int) -> str:
    """An article's title, its own."""
    chance = Random(number)
    return f"关于{''.join(chance.sample(WORDS, 4))}工作的通知（第{number}号）"


def paragraph(number: int, place: int) -> str:
    """A paragraph of its own."""
    chance = Random(number * 1000 + place)
    return "，".join("".join(chance.sample(WORDS, 5)) for _ in range(8)) + "。"


def frame(name: str, meta: str, body: str) -> bytes:
    """A page around it, with the menus that such a site has."""
    menu = "".join(f'<li><a href="/c{n}/index.html">政务公开栏目{n}</a></li>' for n in range(40))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{name}</title>{meta}</head><body><ul class="nav">{menu}</ul>'
        f'<div class="main">{body}</div><div class="foot">主办：某镇人民政府</div></body></html>'
    ).encode()


def etag(body: bytes) -> str:
    """The validator of a body."""
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'
