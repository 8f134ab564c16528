"""What the pages of a site share (menus, foot, injected blocks) is told once for the site, however many pages carry it. Pure.

A page says it as it was last seen: its home page at each visit, an article when its content was new and when it was looked at
again. So a finding closes when every page that carried it was seen without it, or is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.nouns import Finding, Judgement, Severity, Verdict
from core.settings import Site
from monitor.links import FOREIGN, HIDDEN

PREFIX = "page.text."
TITLES = {HIDDEN: "网页中有隐藏的外部链接（暗链）", FOREIGN: "网页中有需核对的外部链接"}
_SHOWN = 5
MANY = 5
"""On so many pages of a site a link in the text itself is no longer each page's own matter."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A flaw and the page that carries it."""

    url: str
    flaw: Mapping[str, Any]


def of_site(flaw: Mapping[str, Any]) -> bool:
    """Whether a flaw is of what a page shares with others."""
    return flaw.get("scope") == "site"


def to_look_at(flaw: Mapping[str, Any]) -> bool:
    """Whether a page with this flaw is looked at until it is clean: not for what only asks for a look of a person."""
    return bool(flaw.get("host")) and flaw["severity"] != Severity.INFO


def widespread(flaws: Iterable[tuple[int, Mapping[str, Any]]]) -> set[tuple[str, str]]:
    """The rules and hosts that stand in the texts of :data:`MANY` records or more: an injection that went through the whole
    database. Each flaw comes with its record."""
    pages: dict[tuple[str, str], set[int]] = {}
    for record_id, flaw in flaws:
        if flaw.get("host") and Severity(flaw["severity"]).at_least(Severity.ERROR):
            pages.setdefault((flaw["rule_id"], flaw["host"]), set()).add(record_id)
    return {key for key, found in pages.items() if len(found) >= MANY}


def judge(
    sites: Iterable[tuple[Site, str | None]], carried: Mapping[str, Sequence[Carried]], known: Iterable[Finding], seen: Collection[str]
) -> Iterator[Judgement]:
    """Per site (with its owner) and rule: bad where a page carries something; ok where it did, none does any more, and the site
    is among those whose home page was ``seen`` lately."""
    open_ones = {(finding.rule_id, finding.subject): finding for finding in known}
    for site, owner in sites:
        for rule, title in TITLES.items():
            mine = [each for each in carried.get(site.id, ()) if each.flaw["rule_id"] == rule]
            subject = f"site:{site.id}"
            if mine:
                yield _bad(site, rule, mine, owner)
            elif site.id in seen and (before := open_ones.get((PREFIX + rule, subject))):
                yield Judgement(
                    rule_id=PREFIX + rule, subject=subject, verdict=Verdict.OK, severity=before.severity,
                    title=f"网站“{site.name}”{title}", reason="再次查看已没有这些链接", owner=owner,
                )


def _bad(site: Site, rule: str, mine: Sequence[Carried], owner: str | None) -> Judgement:
    by_host: dict[str, list[Carried]] = {}
    for each in sorted(mine, key=lambda each: Severity(each.flaw["severity"]).rank):
        by_host.setdefault(each.flaw["host"], []).append(each)
    severity = min((Severity(each.flaw["severity"]) for each in mine), key=lambda each: each.rank)
    places = "；".join(_place(found) for found in list(by_host.values())[:_SHOWN])
    more = f"；等共{len(by_host)}个目标网站" if len(by_host) > _SHOWN else ""
    worst = next(each for each in mine if each.flaw["severity"] == severity)
    return Judgement(
        rule_id=PREFIX + rule, subject=f"site:{site.id}", verdict=Verdict.BAD, severity=severity, owner=owner,
        title=f"网站“{site.name}”{TITLES[rule]}", reason=f"{places}{more}。{worst.flaw['advice']}",
        evidence={
            "url": worst.url, "count": len({each.url for each in mine}), "hosts": list(by_host)[:20],
            "places": [{**found[0].flaw, "url": found[0].url, "pages": len({each.url for each in found})}
                       for found in list(by_host.values())[:_SHOWN]],
        },
    )  # fmt: skip


def _place(found: Sequence[Carried]) -> str:
    pages = len({each.url for each in found})
    number = f"等{pages}个网页" if pages > 1 else ""
    return f"{found[0].flaw['where']}：{str(found[0].flaw['evidence']).rstrip('。；')}，见 {found[0].url}{number}"
