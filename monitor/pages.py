"""First checks of single pages on what the store holds: one pure function per kind, all named in :data:`KINDS`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import day_start, local_text
from core.nouns import Judgement, Severity, Verdict
from core.text import fold_title
from monitor.series import missing_issue, yearly_missing
from store.record_rows import Head

SEASON = timedelta(days=180)
"""Within it two pages alike are one thing twice; a year apart they are two years' items."""

Look = Callable[[Sequence[Head], date], Iterator[tuple[Head, str]]]
"""Looks over the records of one column; answers those that are bad, each with the reason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: how bad it is, what its finding is called, and how it is found."""

    severity: Severity
    title: str
    look: Look


def repeated_title(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """A title that stands twice in one column (政策文件标题重复发布: 六安市裕安区 2024Q2 通报)."""
    standing = [head for head in records if head.removed_at is None and head.title]
    first: dict[str, Head] = {}
    # The one that came first is right; those that repeat it soon after are each a finding. A yearly notice is not.
    for head in sorted(standing, key=age):
        title = fold_title(head.title)
        original = first.setdefault(title, head)
        if original is head:
            continue
        if age(head)[0] - age(original)[0] < SEASON:
            yield head, f"同一栏目中已有同题信息：{head.title}（{original.url}）"
        else:
            first[title] = head


def age(head: Head) -> tuple[datetime, int]:
    """When a page is dated, and its id: what pages are ordered by."""
    return (head.published.at if head.published else head.first_seen_at), head.id


def future_date(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """A publication date after the day on which it is read (a forged date is a veto of 国办秘函〔2019〕19号)."""
    tomorrow = day_start(day + timedelta(days=1))
    for head in records:
        if head.published is not None and head.removed_at is None and head.published.at >= tomorrow:
            yield head, f"发布日期{head.published.day}晚于检查日{day}"


def removed(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """A page that was published and is there no more."""
    for head in records:
        if head.removed_at:
            yield head, f"{local_text(head.removed_at)}发现网页已不能打开"


def undated(records: Sequence[Head], day: date) -> Iterator[tuple[Head, str]]:
    """A page that does not say when it was published: it counts as no update (国办秘函〔2019〕19号)."""
    for head in records:
        if head.published is None and head.removed_at is None:
            yield head, "页面没有注明发布时间；按国办秘函〔2019〕19号，未注明发布时间的视为没有更新"


YEARLY = "page.yearly_missing"
KINDS: Mapping[str, Kind] = {
    "page.repeated_title": Kind(Severity.WARN, "标题重复", repeated_title),
    "page.future_date": Kind(Severity.ERROR, "发布日期在未来", future_date),
    "page.removed": Kind(Severity.WARN, "已发布的网页被撤下", removed),
    "page.undated": Kind(Severity.WARN, "没有注明发布时间", undated),
    YEARLY: Kind(Severity.WARN, "往年都有的信息今年未公开，最近一次为", yearly_missing),
    "page.missing_issue": Kind(Severity.WARN, "系列信息缺期，缺在这一篇之前", missing_issue),
}


def check(
    records: Sequence[Head], day: date, known: Collection[tuple[str, str]] = (), yearly: Container[int] = ()
) -> Iterator[Judgement]:
    """Every kind over the records of one column: bad for each record at fault, and ok for each of those ``known`` to be
    (rule and subject of the open findings) that is at fault no more. Of the thousands in order nothing is said. ``yearly``:
    records whose year an item of the catalogue is judged by."""
    heads = {f"record:{head.id}": head for head in records} if known else {}
    for rule, kind in KINDS.items():
        found = kind.look(records, day)
        bad = {f"record:{head.id}": (head, reason) for head, reason in found if rule != YEARLY or head.id not in yearly}
        for head, reason in bad.values():
            yield _judgement(rule, kind, head, Verdict.BAD, reason)
        for subject in (subject for named, subject in known if named == rule and subject in heads and subject not in bad):
            yield _judgement(rule, kind, heads[subject], Verdict.OK, "")


def _judgement(rule: str, kind: Kind, head: Head, verdict: Verdict, reason: str) -> Judgement:
    return Judgement(
        rule_id=rule, subject=f"record:{head.id}", verdict=verdict, severity=kind.severity,
        title=f"{kind.title}：{head.title or head.url}", reason=reason, evidence={"url": head.url},
    )
