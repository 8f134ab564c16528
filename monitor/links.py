"""Hidden and foreign links (暗链、外链) of one page: W1 of 国办秘函〔2019〕19号 makes a link to gambling or pornography a veto.

What is told of a link is where it leads, what stands on it, and how it is hidden. Hidden menus to the site's own pages, to
other governments and to the sites of ``rules/links.toml`` are normal. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from core.addresses import literal, refusal
from core.configuration import parse_toml
from core.nouns import Severity
from core.settings import SeverityName, Strict
from core.text import fold_plain
from monitor.privacy.masking import mask_text
from monitor.scanned import Flaw, PageLinks, WholeLink

HIDDEN, FOREIGN = "link.hidden", "link.foreign"
MOST = 20
"""Hosts told of one page."""
_USUAL = frozenset({"display:none", "visibility:hidden", "hidden 属性", "由脚本隐藏", "字号为零", "移出可见区域"})
"""Ways in which menus, tabs, carousels and windows that open on a click are hidden too."""
_MENU = 4
"""A block hidden so with so many links, most of them to where links are expected, is a menu or a tab."""
_SECOND = frozenset({"com", "net", "org", "gov", "edu", "ac", "mil"})
_LIKE_GOV = re.compile(r"(?:^|[.-])gov[.-]cn[.-]|(?:^|[.-])gov-?cn\.[a-z]+$")
_SHORTEST_NAME = 5
_ADDRESS_TEXT = re.compile(r"^(?:https?://)?((?:[a-z0-9-]+\.)+(?:cn|com|net|org|gov))(?:[:/].*)?$", re.IGNORECASE)


class WordGroup(Strict):
    """Words that stand on links of one kind, and how bad a link with one of them is."""

    kind: str
    severity: SeverityName
    words: tuple[str, ...] = Field(min_length=1)


class LinkRules(Strict):
    """``rules/links.toml``. ``allow``: hosts, with all below them, to which a page may link; without any, links that can be
    seen are not judged. ``heads``: how many of the words make the title or the keywords of a page suspicious."""

    allow: tuple[str, ...] = ()
    heads: int = Field(default=3, ge=1)
    groups: tuple[WordGroup, ...] = Field(default=(), alias="group")

    @cached_property
    def words(self) -> tuple[tuple[str, WordGroup], ...]:
        """Every word, folded, with its group, the longest first."""
        pairs = [(fold_plain(word), group) for group in self.groups for word in group.words]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def load(directory: Path) -> LinkRules:
    """From a configuration folder; without the file nothing but what is hidden is judged. Raises ConfigErrors."""
    file = directory / "rules" / "links.toml"
    return parse_toml(file, LinkRules, "rules/links.toml") if file.exists() else LinkRules()


def check_links(page: PageLinks, rules: LinkRules) -> list[Flaw]:
    """What is wrong with the links of a page: one flaw per host and rule, the worst of it first."""
    found: dict[tuple[str, str, bool], list[tuple[Severity, str, WholeLink]]] = {}
    menus = _menus(page, rules)
    for link in page.links:
        if link.hidden in _USUAL and link.block in menus and _word_of(link, rules)[1] is None:
            continue
        for rule, severity, why in _faults(link, page.own, rules):
            found.setdefault((rule, _host(link.url), link.in_body), []).append((severity, why, link))
    flaws = [_flaw(rule, host, faults) for (rule, host, _), faults in found.items()]
    return [*_heads(page, rules), *sorted(flaws, key=lambda flaw: flaw.severity.rank)][:MOST]


def _faults(link: WholeLink, own: Sequence[str], rules: LinkRules) -> Iterator[tuple[str, Severity, str]]:
    host = _host(link.url)
    if not host or _is_own(host, own) or _public(host) or _within(host, rules.allow) or _inside(host):
        return
    if (shown := _shown_host(link.text)) and shown != host and _public(shown) and not link.hidden:
        yield FOREIGN, Severity.ERROR, f"文字写的是{shown}，实际链接到{host}"
        return
    if (twin := _imitated(host, own)) is not None:
        yield (HIDDEN if link.hidden else FOREIGN), *twin
        return
    word, group = _word_of(link, rules)
    rule = HIDDEN if link.hidden else FOREIGN
    if group is not None:
        yield rule, group.severity, f"{group.kind}字样“{word}”"
    elif link.place != "页面":
        # A comment or a script without such words is what a developer left; nobody is led there.
        return
    elif link.hidden:
        # Windows with an advertisement's picture or a counter are hidden so too; a link without words sells nothing.
        if link.text or link.hidden not in _USUAL:
            yield HIDDEN, Severity.ERROR, "隐藏的外部链接"
    elif rules.allow:
        yield FOREIGN, Severity.INFO, "链接到其他网站"


def _menus(page: PageLinks, rules: LinkRules) -> set[int]:
    blocks: dict[int, list[bool]] = {}
    for link in page.links:
        if link.hidden in _USUAL and link.block:
            host = _host(link.url)
            blocks.setdefault(link.block, []).append(_is_own(host, page.own) or _public(host) or _within(host, rules.allow))
    return {block for block, expected in blocks.items() if len(expected) >= _MENU and sum(expected) * 2 >= len(expected)}


def _word_of(link: WholeLink, rules: LinkRules) -> tuple[str, WordGroup | None]:
    text = fold_plain(link.text)
    return next(((word, group) for word, group in rules.words if word in text), ("", None))


def _flaw(rule: str, host: str, faults: Sequence[tuple[Severity, str, WholeLink]]) -> Flaw:
    severity, why, link = min(faults, key=lambda fault: fault[0].rank)
    hidden = f"，{link.hidden}" if link.hidden else ""
    advice = {
        Severity.VETO: "疑似网站被植入暗链，请立即截图留证、报告网站主管单位和网信部门，并清除。",
        Severity.ERROR: "请立即报告网站主管单位核查，属于被植入的应清除并排查漏洞。",
        Severity.WARN: "请核对这个链接是不是网站自己放的。",
    }.get(severity, "请确认链接的网站仍然有效、内容适当。")
    elsewhere = "页面其他位置" if link.place == "页面" else link.place
    return Flaw(
        rule_id=rule, kind="link", severity=severity, where="正文" if link.in_body else elsewhere,
        evidence=mask_text(f"“{link.text[:40] or '无文字'}”→{host}（{why}{hidden}）"), advice=advice, count=len(faults),
        scope="" if link.in_body else "site", host=host,
    )


def _heads(page: PageLinks, rules: LinkRules) -> Iterator[Flaw]:
    """A title that only search engines were meant to read. The words of a report about gambling are few."""
    said = fold_plain(" ".join(words for _, words in page.heads))
    words = {word: group for word, group in rules.words if word in said}
    if len(words) < rules.heads:
        return
    severity = min((group.severity for group in words.values()), key=lambda each: each.rank)
    where = "、".join(name for name, head in page.heads if any(word in fold_plain(head) for word in words))
    yield Flaw(
        rule_id=HIDDEN, kind="link", severity=severity, where=where, count=len(words), scope="site", host="页面标题",
        evidence=mask_text(f"{where}中有“{'、'.join(list(words)[:5])}”等字样"),
        advice="疑似网页被篡改，请立即截图留证、报告网站主管单位和网信部门，并清除。",
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def domain_of(host: str) -> str:
    """The part of a host that is registered: ``ahhuoshan.gov.cn``, ``people.com.cn``, ``weibo.com``."""
    labels = host.split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def _is_own(host: str, own: Sequence[str]) -> bool:
    return host in own or any(not _number(host) and domain_of(host) == domain_of(name) for name in own)


def _public(host: str) -> bool:
    return host == "gov.cn" or host.endswith((".gov.cn", ".政务", ".公益"))


def _within(host: str, allowed: Iterable[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in allowed)


def _inside(host: str) -> bool:
    """An address of the editor's own machine or network: nobody can open it, which is another rule's (``link.local``)."""
    address = literal(host)
    return host == "localhost" or (address is not None and refusal(address) is not None)


def _number(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host


def _shown_host(text: str) -> str:
    match = _ADDRESS_TEXT.match(text.strip())
    return match[1].lower() if match else ""


def _imitated(host: str, own: Sequence[str]) -> tuple[Severity, str] | None:
    """Whose domain a foreign host is made to look like, and how bad that is; None where it is like none. Only governments are
    imitated here: media have many domains of their own."""
    if _LIKE_GOV.search(host):
        return Severity.ERROR, "域名与政府网站域名相似，疑似仿冒"
    theirs = domain_of(host).partition(".")[0]
    for name in own:
        mine = domain_of(name).partition(".")[0]
        if not _public(name) or len(mine) < _SHORTEST_NAME:
            continue
        if mine == theirs:
            # Of a place's name others have made honest sites too.
            return Severity.WARN, f"域名与 {name} 同名而后缀不同，请核对是否仿冒"
        if _near(mine, theirs):
            return Severity.ERROR, f"域名与 {name} 相似，疑似仿冒"
    return None


def _near(one: str, other: str) -> bool:
    """Whether one letter was changed, added, left out, or two were exchanged."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:] or (rest[1::-1] == others[:2] and rest[2:] == others[2:])
