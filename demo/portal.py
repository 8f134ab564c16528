"""The county's portal of the demo town: 龙讯 Lonsun "Ex" addresses over articles that can be changed while it runs."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha1
from importlib.resources import files
from typing import Any

from demo import portal_pages as pages
from demo.files import MEDIA_TYPES, make, spoiled
from demo.serving import HTML, NOT_FOUND, Request, Response
from demo.yearbook import Column, FileSpec, Item, columns, year_of

TOWN_ORGAN = 6598801
HOME_BEHIND = timedelta(days=21)
ROBOTS = "User-agent: *\nDisallow: /site/search/\nAllow: /\n"


class Portal:
    """Answers requests, and lets a demo or a test change, remove and add articles. Thread-safe."""

    def __init__(self, today: date) -> None:
        data = tomllib.loads((files("demo") / "content" / "organs.toml").read_text(encoding="utf-8"))
        self.site = pages.SiteInfo(**data["site"])
        self.departments: dict[str, int] = data["departments"]
        self.towns: dict[str, int] = data["towns"]
        self.columns = columns()
        self._today = today
        self._by_cat = {column.cat: column for column in self.columns}
        self._by_id = {column.id: column for column in self.columns}
        self._lock = threading.RLock()
        self._items: dict[int, Item] = {}
        self._lists: dict[str, list[Item]] = {}
        self._pages: dict[int, bytes] = {}
        self._files: dict[str, FileSpec] = {}
        self._made: dict[str, bytes] = {}
        self._put(year_of(today))

    # What a demo or a test does to the town -------------------------------------------------------------------------

    @property
    def articles(self) -> tuple[Item, ...]:
        """Every article now on the site, newest first."""
        with self._lock:
            return tuple(sorted(self._items.values(), key=lambda item: (item.published, item.id), reverse=True))

    def of_column(self, column: str) -> tuple[Item, ...]:
        """The articles of one column, newest first."""
        with self._lock:
            return tuple(self._lists.get(column, ()))

    def article_path(self, article_id: int) -> str:
        """The address of an article under the portal."""
        return self._path(self._items[article_id])

    def change_article(self, article_id: int, body: str | None = None, title: str | None = None) -> Item:
        """Change an article in place: by default a sentence is added and its date stays."""
        with self._lock:
            old = self._items[article_id]
            new = replace(
                old,
                title=title or old.title,
                revision=old.revision + 1,
                body=body or f"{old.body}\n（本文于{self._today:%Y年%m月%d日}更正第{old.revision + 1}次。）",
            )
            self._put([new])
            return new

    def remove_article(self, article_id: int) -> None:
        """Take an article off its list; its page answers 404."""
        with self._lock:
            item = self._items.pop(article_id)
            self._lists[item.column] = [other for other in self._lists[item.column] if other.id != article_id]
            self._pages.pop(article_id, None)

    def reset(self) -> None:
        """As on the first day again."""
        with self._lock:
            self._items.clear()
            self._put(year_of(self._today))

    def next_day(self) -> None:
        """What becomes of the articles that have a ``later``: changed, redated or taken down."""
        for item in self.articles:
            if item.later is None:
                continue
            if item.later.removed:
                self.remove_article(item.id)
                continue
            moved = replace(
                item, published=item.published + timedelta(days=item.later.redated), title=item.later.title or item.title,
                body=item.later.body or item.body, revision=item.revision + 1, later=None,
            )
            self._put([moved])

    def add_article(
        self, column: str, title: str | None = None, body: str | None = None, published: datetime | None = None
    ) -> Item:
        """Publish an article; by default right after the newest of its column, dated today."""
        with self._lock:
            number = max(self._items, default=0) + 1
            newest = max((item.published for item in self._items.values()), default=None)
            at = published or max(filter(None, [newest, self._midday()])) + timedelta(minutes=1)
            name = self._by_id[column].name
            new = Item(
                id=number,
                column=column,
                title=title or f"漫水河镇{name}更新（{at:%Y年%m月%d日}）",
                published=at,
                written=at.date(),
                source="漫水河镇人民政府",
                body=body or f"现将{name}有关情况予以公开。\n咨询电话：0564-5000000。",
            )
            self._put([new])
            return new

    # Answers --------------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """One request's answer."""
        path = request.path
        if path == "/robots.txt":
            return Response(body=ROBOTS.encode(), content_type="text/plain")
        if path == "/":
            return self._html(self._home())
        if path == "/site/label/8888":
            return self._label(_parameters(request))
        parts = path.strip("/").split("/")
        if path.startswith("/public/column/") and len(parts) == 3 and parts[2].isdigit():
            return self._column_page(int(parts[2]), request.query)
        if path.startswith("/content/column/") and len(parts) == 3 and parts[2].isdigit():
            return self._news_page(int(parts[2]), request.query)
        if path.startswith("/public/") and len(parts) == 3 and parts[2].endswith(".html"):
            return self._article_page(path, parts[2].removesuffix(".html"))
        if path.startswith("/content/article/") and len(parts) == 3:
            return self._article_page(path, parts[2])
        return self._file(path) if path.startswith("/group3/") else NOT_FOUND

    def _home(self) -> str:
        """The home page is put together by hand, and nobody has done so for three weeks (D99)."""
        before = self._today - HOME_BEHIND
        shown = [item for item in self.articles if item.published.date() <= before][:20]
        return pages.page(self.site, self.site.name, pages.news_list(self._rows(shown), 1, 1, "/"))

    def _label(self, query: Mapping[str, str]) -> Response:
        """The list widget: unknown site, organ or column gives an empty list, never an error (as the CMS does)."""
        if query.get("labelName") != "publicInfoList":
            return Response()
        items: Sequence[Item] = ()
        column = self._by_cat.get(_number(query.get("catId"), 0))
        own = _number(query.get("organId"), 0) == TOWN_ORGAN and _number(query.get("siteId"), 0) == self.site.site_id
        if column is not None and own and column.template != "news":
            items = self.of_column(column.id)
        size, index = max(1, _number(query.get("pageSize"), 15)), max(1, _number(query.get("pageIndex"), 1))
        template = next((name for name, file in pages.TEMPLATES.items() if file == query.get("file")), "newest")
        shown = items[(index - 1) * size : index * size]
        text = pages.fragment(self._rows(shown), template, _number(query.get("length"), 50), query.get("result", ""))
        return self._html(text, shown, charset=column.charset if column else "utf-8")

    def _column_page(self, organ: int, query: Mapping[str, str]) -> Response:
        names = {number: name for name, number in (self.departments | self.towns).items()}
        if organ not in names:
            return NOT_FOUND
        if query.get("action") == "rel":
            return self._html(pages.page(self.site, "全部机构", pages.organs(self.departments, self.towns)))
        left = pages.menu(organ, self._groups(organ))
        column = self._by_cat.get(_number(query.get("catId"), 0))
        if column is None or column.template == "news":
            body = f'{left}<div class="xxgk_home"><h2>{names[organ]}政府信息公开</h2></div>'
            return self._html(pages.page(self.site, f"{names[organ]}_政府信息公开", body))
        items = self.of_column(column.id) if organ == TOWN_ORGAN else ()
        rows = pages.fragment(self._rows(items[: pages.PAGE_SIZE]), column.template, 50, pages.EMPTY)
        body = (
            f'{left}<div class="xxgk_right"><h2>{column.name}</h2><div id="xxgk_list">{rows}</div>'
            f"{pages.pagination(self.site, organ, column, len(items))}</div>"
        )
        html = pages.page(
            self.site,
            f"{column.name}_{names[organ]}",
            body,
            pages.column_tags(column),
            "gb2312" if column.charset == "gbk" else column.charset,
        )
        return self._html(html, items, charset=column.charset)

    def _news_page(self, number: int, query: Mapping[str, str]) -> Response:
        column = self._by_cat.get(number)
        if column is None or column.template != "news":
            return NOT_FOUND
        items, index = self.of_column(column.id), max(1, _number(query.get("pageIndex"), 1))
        shown = items[(index - 1) * pages.PAGE_SIZE : index * pages.PAGE_SIZE]
        body = pages.news_list(self._rows(shown), -(-len(items) // pages.PAGE_SIZE), index, f"/content/column/{number}")
        return self._html(pages.page(self.site, column.name, body, pages.column_tags(column)), shown)

    def _article_page(self, path: str, number: str) -> Response:
        item = self._items.get(_number(number, 0))
        if item is None or self._path(item) != path:
            return NOT_FOUND
        with self._lock:
            body = self._pages.get(item.id) or self._print(item)
            self._pages[item.id] = body
        return Response(body=body, content_type=_content_type(item.charset), conditional=True, modified=_modified(item))

    def _print(self, item: Item) -> bytes:
        column = self._by_id[item.column]
        links = [(self._file_path(item, file), file.name) for file in item.files]
        index_no = f"003000000/{item.published:%Y%m}-{item.id % 100_000:05d}"
        return _encoded(pages.article(self.site, item, column, index_no, links, self._path(item)), item.charset)

    def _file(self, path: str) -> Response:
        spec = self._files.get(path)
        if spec is None or spec.fault == "dead":
            return NOT_FOUND
        with self._lock:
            if path not in self._made:
                self._made[path] = spoiled(make(spec.name, spec.lines, spec.rows), spec.fault)
        kind = path.rsplit(".", 1)[-1]
        return Response(
            body=self._made[path],
            content_type=MEDIA_TYPES[kind],
            conditional=True,
            modified=self._midday() - timedelta(days=400),
        )

    # Small parts ----------------------------------------------------------------------------------------------------

    def _put(self, items: Iterable[Item]) -> None:
        with self._lock:
            for item in items:
                self._items[item.id] = item
                self._pages.pop(item.id, None)
                self._files |= {self._file_path(item, file): file for file in item.files}
            self._lists = {column.id: [] for column in self.columns}
            for item in self.articles:
                self._lists[item.column].append(item)

    def _groups(self, organ: int) -> dict[str, list[Column]]:
        groups: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.template != "news" and (organ == TOWN_ORGAN or column.group == "政府信息公开"):
                groups.setdefault(column.group, []).append(column)
        return groups

    def _rows(self, items: Iterable[Item]) -> list[pages.Row]:
        return [
            pages.Row(url=self._path(item), title=item.title, day="" if item.undated else f"{item.published:%Y-%m-%d}")
            for item in items
        ]

    def _path(self, item: Item) -> str:
        news = self._by_id[item.column].template == "news"
        return f"/content/article/{item.id}" if news else f"/public/{TOWN_ORGAN}/{item.id}.html"

    def _file_path(self, item: Item, file: FileSpec) -> str:
        """FastDFS keeps no readable name: group, two folders, a hash."""
        digest = sha1(f"{item.id}/{file.name}".encode(), usedforsecurity=False).hexdigest()
        return (
            f"/group3/M00/{digest[:2].upper()}/{digest[2:4].upper()}/wKg{digest[4:28]}.{file.name.rsplit('.', 1)[-1]}"
        )

    def _html(self, text: str, items: Sequence[Item] = (), charset: str = "utf-8") -> Response:
        return Response(
            body=_encoded(text, charset),
            content_type=_content_type(charset),
            conditional=True,
            modified=max(map(_modified, items), default=None),
        )

    def _midday(self) -> datetime:
        zone = next(iter(self._items.values())).published.tzinfo
        return datetime(self._today.year, self._today.month, self._today.day, 12, tzinfo=zone)


def _modified(item: Item) -> datetime:
    return item.published + timedelta(minutes=item.revision)


def _encoded(text: str, charset: str) -> bytes:
    return text.encode("gb18030" if charset == "gbk" else charset)


def _content_type(charset: str) -> str:
    return "text/html; charset=gb2312" if charset == "gbk" else HTML


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _parameters(request: Request) -> Mapping[str, Any]:
    """The widget takes its parameters from the address, or from a form (older installs)."""
    from urllib.parse import parse_qsl

    return dict(request.query) | dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
