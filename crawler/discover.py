"""Finds an organ and its columns on a Lonsun portal, for a person to confirm (facts/government-sites.md sections 1.2, 1.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qs, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from core.errors import TownwatchError
from core.settings import Settings, Site
from core.text import fold_plain
from crawler.platforms.base import Answer, on_site
from crawler.readers.encoding import decode
from crawler.visit import WAIT_SECONDS, Visit, visiting
from store.database import Engine

_ORGAN = re.compile(r"/public/column/(\d+)$")
_TAIL = re.compile(r"(?:人民政府|办事处|政府|政务公开|信息公开)+$")


class DiscoveryError(TownwatchError):
    """The portal could not be read, or the name is not on it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Organ:
    """A publishing organ (发布机构) of a portal."""

    id: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column of an organ's disclosure menu. ``group``: the heading above it."""

    cat_id: int
    name: str
    group: str
    url: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found. ``confidence``: ``certain`` when one organ bears exactly that name, ``possible`` when one contains
    it; else ``none``, with the nearest names."""

    site: str
    name: str
    confidence: Literal["certain", "possible", "none"]
    organ: Organ | None
    columns: tuple[FoundColumn, ...]
    nearest: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def discover(
    engine: Engine, settings: Settings, site_id: str | None = None, name: str | None = None, *, wait: float = WAIT_SECONDS
) -> Discovery:
    """Look for an organ (by default the town) on a Lonsun site of the configuration. Raises DiscoveryError, and CrawlBusyError
    where a crawl keeps the portal's hosts."""
    site = _portal(settings, site_id)
    with visiting(engine, site, settings.sites, wait=wait) as visit:
        return _discover(visit, site, name or settings.town.name)


def _discover(visit: Visit, site: Site, wanted: str) -> Discovery:
    organs = organs_of(*_page(visit, _rel_url(visit, site)))
    if not organs:
        raise DiscoveryError(f"{site.name}的“全部机构”页面上没有机构，可能已改版")
    confidence, found = find_organ(organs, wanted)
    if len(found) != 1:
        near = [organ.name for organ in found] or nearest(organs, wanted)
        return Discovery(site.id, wanted, "none", None, (), tuple(near))
    columns = columns_of(*_page(visit, found[0].url), found[0].id)
    return Discovery(site.id, wanted, confidence, found[0], tuple(columns), ())


def organs_of(html: str, url: str) -> list[Organ]:
    """Every organ that a page links to, once."""
    found: dict[int, Organ] = {}
    for link in _links(html):
        target = urljoin(url, str(link["href"]))
        match = _ORGAN.search(urlsplit(target).path)
        label = _label(link)
        # The portal's own menu also leads to organs, under the names of pages.
        if match and label and "catId" not in target and "action=" not in target and _in_list(link):
            found.setdefault(int(match[1]), Organ(int(match[1]), label, target))
    return list(found.values())


def find_organ(organs: Iterable[Organ], name: str) -> tuple[Literal["certain", "possible"], list[Organ]]:
    """The organs of that name, folded and without 人民政府; else those that contain it."""
    wanted = _bare(name)
    exact = [organ for organ in organs if _bare(organ.name) == wanted]
    if exact:
        return "certain", exact
    return "possible", [organ for organ in organs if wanted in _bare(organ.name)]


def nearest(organs: Iterable[Organ], name: str) -> list[str]:
    """The names most like the one that was not found."""
    names = {_bare(organ.name): organ.name for organ in organs}
    return [names[bare] for bare in get_close_matches(_bare(name), names, n=5, cutoff=0.3)]


def columns_of(html: str, url: str, organ_id: int) -> list[FoundColumn]:
    """The columns of an organ's left menu; where there is none, every link of the organ with a ``catId``."""
    found: dict[int, FoundColumn] = {}
    for link in _links(html, "div#fdzd_gknr a[href]") or _links(html, "a[href*='catId=']"):
        target, label = urljoin(url, str(link["href"])), _label(link)
        number = (parse_qs(urlsplit(target).query).get("catId") or [str(link.get("data-catid") or "")])[0]
        if number.isdigit() and label and f"/{organ_id}" in urlsplit(target).path:
            found.setdefault(int(number), FoundColumn(int(number), label, _group_of(link), target))
    return list(found.values())


def site_toml(site: Site, found: Discovery) -> str:
    """A site file with the organ's columns, none of them confirmed."""
    assert found.organ is not None
    sure = "名称完全一致" if found.confidence == "certain" else "名称部分一致，请核对"
    lines = [
        f"# townwatch site discover 找到：{found.organ.name}，发布机构编号 {found.organ.id}（{sure}）。",
        "# 请逐项核对栏目，核对无误的把 confirmed 改为 true；未确认的不采集。", "",
        f"id = {_text(file_id(found))}", f"name = {_text(f'{site.name}·{found.organ.name}')}", f"platform = {_text(site.platform)}",
        f"home = {_text(site.home)}", f"hosts = {_text(list(site.hosts))}",
        *(["allow_private = true"] if site.allow_private else []), "", "[politeness]",
        f"requests_per_second = {site.politeness.requests_per_second}", f"concurrency = {site.politeness.concurrency}",
        f"obey_robots = {str(site.politeness.obey_robots).lower()}",
    ]
    for column in found.columns:
        label = f"{column.group}·{column.name}" if column.group else column.name
        lines += [
            "", "[[source]]", f"id = {_text(f'{found.site}-{found.organ.id}-{column.cat_id}')}", f"name = {_text(label)}",
            f"url = {_text(column.url)}", 'kind = "list"', "confirmed = false",
            f"options = {{ organ_id = {found.organ.id}, cat_id = {column.cat_id} }}",
        ]
    return "\n".join(lines) + "\n"


def file_id(found: Discovery) -> str:
    """The id, and file name, of the site file for what was found."""
    assert found.organ is not None
    return f"{found.site}-{found.organ.id}"


def _portal(settings: Settings, site_id: str | None) -> Site:
    portals = [site for site in settings.sites if site.platform == "lonsun" and site_id in (None, site.id)]
    if not portals:
        wanted = f"名为 “{site_id}” 的" if site_id else ""
        raise DiscoveryError(f"配置里没有{wanted}龙讯平台（lonsun）的站点：先在 sites/ 下写好门户的地址")
    return portals[0]


def _rel_url(visit: Visit, site: Site) -> str:
    """The page of all organs: linked on the home page, or made from any organ that is known."""
    known = [match for source in site.sources if (match := _ORGAN.search(urlsplit(source.url).path))]
    if known:
        return urljoin(site.home, f"/public/column/{known[0][1]}?type=2&action=rel")
    html, url = _page(visit, site.home)
    targets = [urljoin(url, str(link["href"])) for link in _links(html)]
    targets = [target for target in targets if "/public/column/" in target and on_site(target, site)]
    listed = next((target for target in targets if "action=rel" in target), None)
    if listed or not targets:
        return listed or urljoin(site.home, "/public/column/0?type=2&action=rel")
    return targets[0].split("?")[0] + "?type=2&action=rel"


def _page(visit: Visit, url: str) -> tuple[str, str]:
    answer = visit.page(url)
    if not isinstance(answer, Answer):
        raise DiscoveryError(f"不能读取 {url}：{answer.reason}")
    return decode(answer.body, answer.content_type).text, answer.url


def _bare(name: str) -> str:
    return _TAIL.sub("", fold_plain(name)) or fold_plain(name)


def _links(html: str, where: str = "a[href]") -> list[Tag]:
    return list(BeautifulSoup(html, "lxml").select(where))


def _label(link: Tag) -> str:
    return " ".join(str(link.get("title") or link.get_text()).split())


def _in_list(link: Tag) -> bool:
    return any(parent.name in ("li", "td", "dd") for parent in islice(link.parents, 3))


def _group_of(link: Tag) -> str:
    """The heading of the sub-list in which a menu link stands."""
    for parent in islice(link.parents, 6):
        if parent.name == "ul":
            headings = (" ".join(sibling.get_text().split()) for sibling in parent.previous_siblings)
            return next((heading[:20] for heading in headings if heading), "")
    return ""


def _text(value: Any) -> str:
    """A TOML value: JSON's strings and lists are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
