"""Looks at an unknown site: its home, the columns that it links to, and the first rows of each, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from core.addresses import literal
from core.errors import TownwatchError
from core.settings import Politeness, Settings, Site, SourceSettings
from crawler.columns import ColumnLink, column_key, column_links
from crawler.outcomes import guarded
from crawler.platforms import platform_of
from crawler.platforms.base import Answer, Ask, Failure, Listing, Row, on_site
from crawler.platforms.lists import MOST_SHELLS
from crawler.platforms.recognise import Recognition, recognise
from crawler.readers.encoding import decode
from crawler.readers.paging import shell_target
from crawler.visit import WAIT_SECONDS, Visit, visiting
from store.database import Engine

MOST_COLUMNS = 20
MOST_HOPS = 4
SAMPLE = 3


class SurveyError(TownwatchError):
    """The site could not be looked at; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as it was read. ``count``: rows of its first page, ``dated`` of them with a date; ``paged``: more pages follow.
    ``unread``: ``reason`` says why its list could not be read."""

    link: ColumnLink
    state: Literal["rows", "empty", "unread"]
    sample: tuple[Row, ...] = ()
    count: int = 0
    dated: int = 0
    paged: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at a site showed. ``home``: the page that answered."""

    home: str
    name: str
    hosts: tuple[str, ...]
    recognition: Recognition
    columns: tuple[FoundColumn, ...]
    requests: int
    allow_private: bool


def survey(
    engine: Engine, settings: Settings, url: str, *, most: int = MOST_COLUMNS, politeness: Politeness | None = None,
    allow_private: bool = False, wait: float = WAIT_SECONDS,
) -> Survey:
    """Look at a site, at most ``most`` of its columns. Raises SurveyError, and CrawlBusyError where a crawl asks it."""
    site = Site(id="survey", name="survey", platform="generic", home=url, hosts=_hosts(url), allow_private=allow_private,
                politeness=politeness or Politeness())
    with visiting(engine, site, settings.sites, wait=wait) as visit:
        return _Survey(visit, site, most).run()


class _Survey:
    """One look, step by step: home, columns, columns of columns, and whatever their lists are filled from."""

    def __init__(self, visit: Visit, site: Site, most: int) -> None:
        self.visit, self.site, self.most = visit, site, most
        self.answers: dict[str, Answer | Failure] = {}
        self.links: dict[str, ColumnLink] = {}

    def run(self) -> Survey:
        home, html = self._home()
        if urlsplit(self.site.home).path.strip("/"):
            # Not the root of the site: the page that was given is a column itself, whatever it is called.
            self._add([ColumnLink(_heading(html), home.url, "possible")])
            self.answers[home.url] = home
        self._add(column_links(html, home.url, self.site.hosts))
        self._ask()
        for link in [link for link in self.links.values() if link.hub]:
            if isinstance(answer := self.answers.get(link.url), Answer):
                self._add(column_links(_text(answer), answer.url, self.site.hosts))
        self._ask()
        pages = [(answer.url, _text(answer)) for answer in self.answers.values() if isinstance(answer, Answer)]
        recognition = recognise([(home.url, html), *pages])
        site = self.site.model_copy(update={"platform": recognition.platform})
        columns = tuple(self._read(site))
        hosts = dict.fromkeys(_host(url) for url in (home.url, *(column.link.url for column in columns)))
        return Survey(home.url, _name(html, home.url), tuple(hosts), recognition, columns, self.visit.requests,
                      self.site.allow_private)

    def _home(self) -> tuple[Answer, str]:
        """The first page that is not a shell."""
        url = self.site.home
        for _ in range(MOST_SHELLS + 1):
            answer = self.visit.page(url)
            if isinstance(answer, Failure):
                raise SurveyError(f"不能读取 {url}：{answer.reason}{_remedy(answer.reason)}")
            html = _text(answer)
            if not _is_html(answer, html):
                kind = answer.content_type or "未说明类型"
                raise SurveyError(f"{url} 返回的不是网页（{kind}）：请给出网站首页或栏目页的网址")
            shell = shell_target(html, LexborHTMLParser(html or "<html></html>"), answer.url)
            if shell is None or not on_site(shell, self.site):
                return answer, html
            url = shell
        raise SurveyError(f"{self.site.home} 反复跳转：请给出跳转后的网址")

    def _add(self, links: Iterable[ColumnLink]) -> None:
        for link in links:
            if len(self.links) < self.most:
                self.links.setdefault(column_key(link.url), link)

    def _ask(self) -> None:
        """Ask for the columns that were not asked for yet."""
        missing = [link.url for link in self.links.values() if link.url not in self.answers]
        self.answers |= dict(zip(missing, self.visit.ask([Ask(url=url) for url in missing]), strict=True))

    def _follow(self, asks: Sequence[Ask]) -> list[Answer | Failure]:
        """Answers to what lists are filled from; a page that was a column's own is not asked for again."""
        new = [ask for ask in asks if ask.method != "GET" or ask.url not in self.answers]
        fresh = iter(self.visit.ask(new))
        return [next(fresh) if ask in new else self.answers[ask.url] for ask in asks]

    def _read(self, site: Site) -> Iterator[FoundColumn]:
        """Every column as its platform reads it, in rounds: a list may be filled from elsewhere, and that again."""
        platform = platform_of(site)
        sources = {key: SourceSettings(id=f"c{number}", name=link.name, url=link.url)
                   for number, (key, link) in enumerate(self.links.items())}
        done: dict[str, FoundColumn] = {}
        waiting = {key: (platform.streams(source)[0], self.answers[source.url]) for key, source in sources.items()}
        for _ in range(MOST_HOPS):
            asks: dict[str, Ask] = {}
            for key, (ask, answer) in waiting.items():
                got = answer if isinstance(answer, Failure) else guarded(platform.read_list, sources[key], ask, answer)
                if isinstance(got, Listing) and not got.carries and not got.rows and got.next is not None:
                    asks[key] = got.next
                else:
                    done[key] = _found(self.links[key], got)
            waiting = {key: (ask, answer) for (key, ask), answer in zip(asks.items(), self._follow(list(asks.values())), strict=True)}
        late = {key: FoundColumn(self.links[key], "unread", reason="列表要转手多次才能读到") for key in waiting}
        yield from ((done | late)[key] for key in sources)


def _found(link: ColumnLink, got: Listing | Failure) -> FoundColumn:
    if isinstance(got, Failure):
        return FoundColumn(link, "unread", reason=got.reason)
    if not got.rows:
        return FoundColumn(link, "empty")
    dated = sum(row.published is not None for row in got.rows)
    return FoundColumn(link, "rows", got.rows[:SAMPLE], len(got.rows), dated, got.next is not None)


def _text(answer: Answer) -> str:
    return decode(answer.body, answer.content_type).text


def _is_html(answer: Answer, html: str) -> bool:
    kind = (answer.content_type or "").split(";")[0].strip().lower()
    return kind in ("", "text/html", "application/xhtml+xml", "text/plain") and "<" in html[:2000] and "\0" not in html[:2000]


def _hosts(url: str) -> tuple[str, ...]:
    """The host of an address, with and without ``www.``: many a site forwards from one to the other."""
    host = _host(url)
    name = urlsplit(f"//{host}").hostname or ""
    if literal(name) is not None or "." not in name:
        return (host,)
    return (host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}")


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.lower().removesuffix({"http": ":80", "https": ":443"}.get(parts.scheme, ""))


def _heading(html: str) -> str:
    words = re.split(r"[\s_|-]+", _title(LexborHTMLParser(html or "<html></html>")))
    return next((word[:20] for word in words if word), "栏目")


def _name(html: str, url: str) -> str:
    """The site's name as its standard tag has it, or its title."""
    tree = LexborHTMLParser(html or "<html></html>")
    tags = [tag.attributes for tag in tree.css("meta[name]")]
    named = (tag.get("content") or "" for tag in tags if (tag.get("name") or "").lower() == "sitename")
    return " ".join((next(named, "") or _title(tree)).split())[:40] or _host(url)


def _title(tree: LexborHTMLParser) -> str:
    title = tree.css_first("title")
    return title.text().strip() if title is not None else ""


def _remedy(reason: str) -> str:
    if "本机地址" in reason or "内网地址" in reason:
        return "；确是要看的内网站点时加 --allow-private"
    if "站外地址" in reason:
        return "；请直接用跳转后的网址"
    return "；请核对网址，或稍后再试" if "拒绝" not in reason else "；网站不接受程序访问，请联系网站管理方"


def columns_read(columns: Sequence[FoundColumn]) -> int:
    """How many columns could be read, be it as empty."""
    return sum(column.state != "unread" for column in columns)
