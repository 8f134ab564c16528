"""Dead links and attachments in the town's own pages: what two looks on two days found gone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from core.nouns import Finding, Judgement, Severity, Verdict
from core.visits import LinkState
from store.links import Linked

RULE = "page.dead_link"
DAYS = 2
"""On how many days an address must have been found dead: a site that is being rebuilt for an evening has no dead links."""
_SHOWN = 5


def judge(
    dead: Sequence[Linked], open_ones: Iterable[Finding], links: Sequence[Linked], unclear: Mapping[str, int], listed: Collection[int]
) -> Iterator[Judgement]:
    """Bad for each record with a dead link. Of the ``open_ones``: ok where none of the record's ``links`` is dead any more, or
    the record is gone; nothing can be said where what was dead is not clear now. ``unclear``: by site with
    addresses that were looked at, how many of them could not be judged; ``listed``: the records of the town's columns."""
    bad: set[str] = set()
    for record_id, group in groupby(dead, key=lambda each: each.record_id):
        found = [each for each in group if each.address.state is LinkState.DEAD]
        if found:
            bad.add(f"record:{record_id}")
            yield _bad(found)
    by_record: dict[str, list[Linked]] = {}
    for each in links:
        by_record.setdefault(f"record:{each.record_id}", []).append(each)
    for finding in open_ones:
        if finding.rule_id == RULE and finding.subject not in bad:
            here = int(finding.subject.partition(":")[2]) in listed
            yield _no_more(finding, by_record.get(finding.subject, [])) if here else _not_ours(finding)
    for site, number in unclear.items():
        doubt = f"有{number}个链接最近一次没有看清（被拦截、超时或服务器出错），不能判断是否失效"
        yield Judgement(
            rule_id=RULE, subject=f"site:{site}", verdict=Verdict.CANNOT_JUDGE if number else Verdict.OK, severity=Severity.WARN,
            title="链接能否打开", reason=doubt if number else "查看过的链接都看清了",
        )


def _not_ours(finding: Finding) -> Judgement:
    """Dead or not: nobody here looks at the page any more."""
    return Judgement(
        rule_id=RULE, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity, title=finding.title,
        reason="所在栏目不再检查", owner=finding.owner,
    )


def _bad(found: Sequence[Linked]) -> Judgement:
    files = [each for each in found if each.link.attachment]
    places = "；".join(f"{_named(each)}（{each.link.url}，{each.address.reason}）" for each in found[:_SHOWN])
    more = f"；等共{len(found)}处" if len(found) > _SHOWN else ""
    first = found[0]
    return Judgement(
        rule_id=RULE, subject=f"record:{first.record_id}", verdict=Verdict.BAD,
        severity=Severity.ERROR if files else Severity.WARN, title=f"{'附件' if files else '链接'}打不开：{first.title or first.url}",
        reason=f"{places}{more}。已在不同日期两次查看，均不存在，请更正或删除。",
        evidence={"url": first.url, "count": len(found), "places": [
            {"text": each.link.text, "href": each.link.url, "reason": each.address.reason} for each in found[:_SHOWN]]},
    )


def _named(each: Linked) -> str:
    text = each.link.text or "无文字"
    return ("附件" if each.link.attachment else "链接") + (text if text.startswith("《") else f"《{text}》")


def _no_more(finding: Finding, links: Sequence[Linked]) -> Judgement:
    doubtful = any(each.address.dead_days >= DAYS and each.address.state is LinkState.UNCLEAR for each in links)
    return Judgement(
        rule_id=RULE, subject=finding.subject, verdict=Verdict.CANNOT_JUDGE if doubtful else Verdict.OK, severity=finding.severity,
        title=finding.title, reason="曾经失效的链接这次没有看清" if doubtful else "链接已能打开，或已从网页中去掉", owner=finding.owner,
    )
