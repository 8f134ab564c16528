"""A media site of the demo: a TRS static column (facts/government-sites.md section 3), a local news site and a forum
of no known platform. Texts are ``content/media.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from importlib.resources import files
from typing import Any
from zlib import crc32

from core.clock import SHANGHAI
from demo.serving import HTML, NOT_FOUND, Request, Response
from demo.yearbook import Words

TRS, NEWS, FORUM = "/xwzx/xzdt/", "/local/", "/bbs/"
PAGE = 20
ROBOTS = "User-agent: *\nDisallow: /member/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story or forum post."""

    number: int
    path: str
    title: str
    body: str
    at: datetime
    source: str
    replies: tuple[str, ...] = ()
    mark: str = ""


class Media:
    """Answers requests for the three parts of the site."""

    def __init__(self, today: date) -> None:
        data = tomllib.loads((files("demo") / "content" / "media.toml").read_text(encoding="utf-8"))
        self.stories = {part: _stories(part, data[part], today) for part in ("trs", "news", "forum")}
        self._by_path = {story.path: (part, story) for part, stories in self.stories.items() for story in stories}

    def answer(self, request: Request) -> Response:
        """One request's answer."""
        if request.path == "/robots.txt":
            return Response(body=ROBOTS.encode(), content_type="text/plain")
        if request.path in self._by_path:
            part, story = self._by_path[request.path]
            return _html({"trs": _trs_page, "news": _news_page, "forum": _forum_page}[part](story), [story])
        if request.path.startswith(TRS):
            return self._trs_list(request.path)
        if request.path in (NEWS, FORUM):
            return self._plain_list(request.path, request.query)
        if request.path == "/":
            links = "".join(
                f'<li><a href="{path}">{name}</a></li>'
                for path, name in ((f"{TRS}index.html", "乡镇动态"), (NEWS, "本地新闻"), (FORUM, "百姓论坛"))
            )
            return _html(_frame("大别山新闻网", f"<ul>{links}</ul>"), [])
        return NOT_FOUND

    def _trs_list(self, path: str) -> Response:
        """index.html is page 1, index_1.html page 2: the static pages are counted from zero."""
        name = path.removeprefix(TRS) or "index.html"
        stem = name.removeprefix("index").removesuffix(".html")
        number = 0 if stem == "" else int(stem[1:]) if stem.startswith("_") and stem[1:].isdigit() else -1
        pages = -(-len(self.stories["trs"]) // PAGE)
        if not 0 <= number < pages or (number == 0 and stem):
            return NOT_FOUND
        shown = self.stories["trs"][number * PAGE : (number + 1) * PAGE]
        rows = "".join(
            f'<li><a href="./{story.path.removeprefix(TRS)}" title="{escape(story.title)}">{escape(story.title)}</a>'
            f"<span>{story.at:%Y-%m-%d}</span></li>"
            for story in shown
        )
        script = f'<script>createPageHTML({pages}, {number},"index","html");</script>'
        return _html(
            _frame("乡镇动态", f'<div class="list"><ul>{rows}</ul></div><div class="page">{script}</div>'), shown
        )

    def _plain_list(self, path: str, query: Mapping[str, str]) -> Response:
        part = "news" if path == NEWS else "forum"
        stories, number = self.stories[part], int(query["page"]) if query.get("page", "").isdigit() else 1
        shown = stories[(number - 1) * PAGE : number * PAGE]
        rows = "".join(
            f'<div class="item"><h3><a href="{story.path}">{escape(story.title)}</a></h3>'
            f"<em>{story.at:%Y-%m-%d %H:%M}</em> <i>{escape(story.source)}</i></div>"
            for story in shown
        )
        more = f'<a class="next" href="{path}?page={number + 1}">下一页</a>' if number * PAGE < len(stories) else ""
        return _html(
            _frame("本地新闻" if part == "news" else "百姓论坛", f'<div class="main">{rows}{more}</div>'), shown
        )


def _stories(part: str, entries: Sequence[Mapping[str, Any]], today: date) -> list[Story]:
    stories = []
    for entry in entries:
        day = today - timedelta(days=entry["ago"])
        number = 100_000 + crc32(f"{part}/{entry['title']}".encode()) % 900_000
        at = datetime(day.year, day.month, day.day, 8 + number % 12, number % 60, tzinfo=SHANGHAI)
        path = {
            "trs": f"{TRS}{day:%Y%m}/t{day:%Y%m%d}_{number}.html",
            "news": f"{NEWS}{number}.html",
            "forum": f"{FORUM}thread-{number}-1-1.html",
        }[part]
        words = Words(day, {})
        stories.append(
            Story(
                number=number,
                path=path,
                title=words.fill(entry["title"]),
                body=words.fill(entry["body"]),
                at=at,
                source=entry.get("source", "大别山新闻网"),
                replies=tuple(entry.get("replies", ())),
                mark=entry.get("mark", ""),
            )
        )
    return sorted(stories, key=lambda story: story.at, reverse=True)


def _paragraphs(body: str) -> str:
    return "".join(f"<p>{escape(line.strip())}</p>" for line in body.splitlines() if line.strip())


def _trs_page(story: Story) -> str:
    tags = (
        f'<meta name="ArticleTitle" content="{escape(story.title)}">'
        f'<meta name="PubDate" content="{story.at:%Y-%m-%d %H:%M:%S}">'
        f'<meta name="ContentSource" content="{escape(story.source)}">'
    )
    return _frame(
        story.title,
        f'<h1>{escape(story.title)}</h1><div class="info">{story.at:%Y-%m-%d %H:%M} 来源：{escape(story.source)}'
        f'</div><div class="TRS_Editor">{_paragraphs(story.body)}</div>',
        tags,
    )


def _news_page(story: Story) -> str:
    return _frame(
        story.title,
        f'<div class="story"><h2 class="t">{escape(story.title)}</h2><div class="by">来源：{escape(story.source)}　'
        f'{story.at:%Y年%m月%d日 %H:%M}</div><div class="txt">{_paragraphs(story.body)}</div>'
        '<div class="side"><h4>相关阅读</h4><ul><li><a href="/local/">更多本地新闻</a></li></ul></div></div>',
    )


def _forum_page(story: Story) -> str:
    floors = "".join(
        f'<div class="post"><div class="author">网友{number}</div><div class="t_f">{_paragraphs(text)}</div></div>'
        for number, text in enumerate(story.replies, 2)
    )
    return _frame(
        story.title,
        f'<h1 class="ts">{escape(story.title)}</h1><div class="post"><div class="author">楼主　发表于 '
        f'{story.at:%Y-%m-%d %H:%M}</div><div class="t_f">{_paragraphs(story.body)}</div></div>{floors}',
    )


def _frame(title: str, body: str, tags: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>{tags}</head>'
        f'<body><div class="top"><a href="/">大别山新闻网（演示）</a></div>{body}'
        '<div class="foot">演示站点</div></body></html>'
    )


def _html(text: str, stories: Sequence[Story]) -> Response:
    return Response(
        body=text.encode(),
        content_type=HTML,
        conditional=True,
        modified=max((story.at for story in stories), default=None),
    )
