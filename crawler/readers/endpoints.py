"""Where the rows of a list come from that a script fills: the data endpoint that the page itself names, with its parameters
(facts/government-sites.md section 3). Nothing is guessed: a page that names none has none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

AJAX = (("X-Requested-With", "XMLHttpRequest"),)
FORM = (*AJAX, ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"))
JSON = (*AJAX, ("Content-Type", "application/json;charset=UTF-8"))

_PROXY = re.compile(r"((?:https?:)?(?:/[\w.:-]{1,80}){0,9}/(?:more(?:column)?)?dataproxy\.jsp)(?:\?([^'\"<>\s]*))?", re.IGNORECASE)
_MESSAGES = re.compile(r"((?:https?:)?(?:/[\w.:-]{1,80}){0,9}/messageController/getMessage\.do)", re.IGNORECASE)
_XXGK = re.compile(r"((?:/[\w-]{1,80}){0,9}/module/xxgk/)(?:search|tree)\.jsp", re.IGNORECASE)
_JPAAS = re.compile(r"((?:/[\w-]{1,80}){0,9}/jpaas-publish-server/front/page/build/unit)", re.IGNORECASE)
_UCAP = re.compile(r"((?:/[\w-]{1,80}){0,9}/(?:common/search|searchList|search)/[0-9a-f]{32})(?![0-9a-f])", re.IGNORECASE)
_CHANNEL = re.compile(r"<meta[^>]{1,200}name=[\"']channelId[\"'][^>]{1,200}content=[\"']([0-9a-f]{32})[\"']", re.IGNORECASE)
_GKMLPT = re.compile(r"((?:https?://[^/\s]+)?(?:/[\w-]{1,80}){0,9}/gkmlpt)/", re.IGNORECASE)
_SITE_INFO = re.compile(r"[\"']?siteGuid[\"']?\s*:\s*[\"']([0-9a-f-]{36})[\"']", re.IGNORECASE)
_PROJECT = re.compile(r"[\"']?projectName[\"']?\s*:\s*[\"']/?([\w-]+)[\"']")
_PAGE_KEYS = frozenset({"page", "startrecord", "endrecord", "perpage", "currpage", "_", "callback"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that answers rows. In ``url`` and ``body`` stand ``{page}`` and ``{page0}`` for the number of a page
    (from 1, from 0), ``{start}`` and ``{end}`` for its first and last record, ``{size}`` for the records of a page. A body
    is posted. ``keep``: what the address of a row must contain, where the endpoint answers for more than the column;
    ``named``: the page itself names it, else it is only the platform's usual one."""

    url: str
    body: str = ""
    size: int = 15
    headers: tuple[tuple[str, str], ...] = AJAX
    keep: str = ""
    named: bool = True

    def page(self, number: int) -> tuple[str, bytes]:
        """Address and body of a page, from 1."""
        end = number * self.size
        values = {"page": number, "page0": number - 1, "start": end - self.size + 1, "end": end, "size": self.size}
        url, body = self.url, self.body
        for name, value in values.items():
            url, body = url.replace(f"{{{name}}}", str(value)), body.replace(f"{{{name}}}", str(value))
        return url, body.encode()


def jpage(html: str, url: str) -> Endpoint | None:
    """大汉 jpage: ``dataproxy.jsp`` with the parameters of its own link or of the widget's ``ajaxParam``."""
    matches = list(_PROXY.finditer(html))
    queries = [dict(parse_qsl(unescape(match[2]), keep_blank_values=True)) for match in matches if match[2]]
    named = [given for given in (*queries, *_blocks(html, "ajaxParam")) if {"columnid", "unitid"} & given.keys()]
    if not matches or not named:
        return None
    own = re.search(r"/col(\d+)", urlsplit(url).path)
    # A page may hold more such widgets than its own.
    given = next((one for one in named if own and one.get("columnid") == own[1]), named[0])
    size = _number(html, "perPage") or int(given.get("perpage") or 15)
    paging = "page={page}&startrecord={start}&endrecord={end}&perpage={size}"
    return Endpoint(_with(urljoin(url, matches[0][1]), given, paging), size=size)


def truecms(html: str, url: str) -> Endpoint | None:
    """TrueCMS: the same widget over ``messageController/getMessage.do``; it refuses who names no column page."""
    match = _MESSAGES.search(html)
    given = next((one for one in _blocks(html, "ajaxParam") if one.get("columnId")), None)
    if match is None or given is None:
        return None
    # Windows larger than the site's own are answered empty or with 404.
    size = _number(html, "perPage") or 10
    address = _with(urljoin(url, match[1]), given, "startrecord={start}&endrecord={end}&perpage={size}")
    return Endpoint(address, size=size, headers=(*AJAX, ("Referer", url)))


def xxgk(html: str, url: str) -> Endpoint | None:
    """大汉 disclosure: ``module/xxgk/search.jsp``. Where the page names no ``infotypeId`` the endpoint answers for the whole
    area, and rows are kept by the column's number."""
    match = _XXGK.search(html)
    if match is None:
        return None
    given = {name: value for name in ("infotypeId", "jdid", "divid", "area") if (value := _named(html, name))}
    column = re.search(r"/col(\d+)", urlsplit(url).path)
    if "infotypeId" not in given and not ("area" in given and column):
        return None
    fields = {"infotypeId": "", "jdid": "", "divid": "", "area": "", "sortfield": _named(html, "sortfield") or ",createdatetime:0"}
    keep = f"art_{column[1]}_" if column and "infotypeId" not in given else ""
    body = urlencode(fields | given) + "&currpage={page}"
    return Endpoint(urljoin(url, match[1] + "search.jsp"), body, headers=(*FORM, ("Referer", url)), keep=keep)


def jpaas(html: str, url: str) -> Endpoint | None:
    """大汉 JPaaS: ``build/unit``; the page's number goes into ``paramJson``, anywhere else it is ignored."""
    match = _JPAAS.search(html)
    names = ("webId", "pageId", "tplSetId", "tagId")
    given = {name: value for name in names if (value := _named(html, name))}
    if match is None or not {"webId", "pageId", "tplSetId"} <= given.keys():
        return None
    query = given | {"parseType": "bulidstatic", "pageType": "column"}
    return Endpoint(_with(urljoin(url, match[1]), query, "paramJson=%7B%22pageNo%22%3A{page}%2C%22pageSize%22%3A{size}%7D"))


def ucap(html: str, url: str) -> Endpoint | None:
    """开普云 UCAP: the search of the column's manuscripts, as JSON. Where a linked script asks for it, the page only says its
    column's id (``meta[name=channelId]``)."""
    match, channel = _UCAP.search(html), _CHANNEL.search(html)
    path = match[1] if match else f"/common/search/{channel[1]}" if channel else None
    if path is None:
        return None
    query = "_isAgg=true&_isJson=true&_pageSize={size}&_template=index&page={page}"
    return Endpoint(f"{urljoin(url, path)}?{query}", size=20, named=match is not None)


def gkmlpt(html: str, url: str, category: str = "") -> Endpoint | None:
    """广东 gkmlpt: all articles of a category. ``category``: as in the fragment of the column's address."""
    site = re.search(r"\bSID\s*:\s*[\"']?(\d+)", html)
    base = _GKMLPT.match(url) or _GKMLPT.search(html)
    if site is None or base is None or not category.isdigit():
        return None
    return Endpoint(f"{urljoin(url, base[1])}/api/all/{category}?page={{page}}&sid={site[1]}", size=100)


def epoint(html: str, url: str, column: str) -> Endpoint | None:
    """新点 Epoint: ``getgovinfolist``, posted as JSON; pages count from 0. ``html``: the page or script that names the
    ``siteGuid``; ``column``: the address of the column, which carries its number."""
    guid = _SITE_INFO.search(html)
    query = dict(parse_qsl(urlsplit(column).query))
    if guid is None or not query.get("categorynum"):
        return None
    project = _PROJECT.search(html)
    fields = {"deptcode": query.get("deptcode", ""), "categorynum": query["categorynum"], "siteGuid": guid[1]}
    body = json.dumps(fields)[:-1] + ', "pageIndex": {page0}, "pageSize": {size}}'
    address = urljoin(url, f"/{project[1] if project else 'EWB-FRONT'}/rest/lightfrontaction/getgovinfolist")
    return Endpoint(address, body, size=20, headers=(*JSON, ("Referer", column)))


def epoint_script(html: str, url: str) -> str | None:
    """The address of the script in which an Epoint site keeps its ``siteGuid``; None where no such script is linked."""
    match = re.search(r"src=[\"']([^\"']*/(?:webBuilderCommon|ajaxReq)\.js[^\"']*)[\"']", html)
    return urljoin(url, unescape(match[1])) if match else None


FINDERS: tuple[Callable[[str, str], Endpoint | None], ...] = (jpage, xxgk, truecms, jpaas, ucap)
"""Those that need nothing but the page, in the order of facts/government-sites.md section 3."""


def find_endpoint(html: str, url: str) -> Endpoint | None:
    """The data endpoint that a page names, of whatever platform; None where it names none."""
    return next((found for find in FINDERS if (found := find(html, url))), None)


def _with(address: str, given: dict[str, str], paging: str) -> str:
    query = urlencode({name: value for name, value in given.items() if name not in _PAGE_KEYS}, quote_via=quote)
    return f"{address}?{query}&{paging}" if query else f"{address}?{paging}"


def _blocks(html: str, name: str) -> list[dict[str, str]]:
    """The plain values of each ``name: {...}`` in a script."""
    found = []
    for block in re.findall(rf"[\"']?\b{name}\b[\"']?\s*:\s*\{{([^{{}}]*)\}}", html):
        pairs = re.findall(r"[\"']?(\w+)[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+))", block)
        found.append({key: double or single or bare for key, double, single, bare in pairs})
    return found


def _named(html: str, name: str) -> str:
    """The value that a script, an address or a hidden field gives a name."""
    match = re.search(rf"\b{name}[\"']?\s*[:=]\s*[\"']([^\"']*)[\"']", html) or re.search(rf"[?&;]{name}=([^&\"'<>\s]*)", html) \
        or re.search(rf"name=[\"']{name}[\"'][^>]*value=[\"']([^\"']*)", html)
    return unescape(match[1]).strip() if match else ""


def _number(html: str, name: str) -> int | None:
    match = re.search(rf"\b{name}[\"']?\s*:\s*[\"']?(\d+)", html, re.IGNORECASE)
    return int(match[1]) if match and int(match[1]) else None
