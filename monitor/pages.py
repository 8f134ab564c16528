"""First checks of single pages on what the store holds: one pure function per kind, all named in :data:`KINDS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from core.clock import local_text
from core.nouns import Judgement, Severity, StoredRecord, Verdict
from core.text import fold_plain

_SEASON = timedelta(days=180)

Check = Callable[[Sequence[StoredRecord], date], Iterator[Judgement]]


def repeated_title(records: Sequence[StoredRecord], day: date) -> Iterator[Judgement]:
    """A title that stands twice in one column (政策文件标题重复发布: 六安市裕安区 2024Q2 通报)."""
    standing = [stored for stored in records if stored.removed_at is None and stored.record.title]
    first: dict[str, StoredRecord] = {}
    # The one that came first is right; those that repeat it soon after are each a finding. A yearly notice is not.
    for stored in sorted(standing, key=_age):
        original = first.setdefault(fold_plain(stored.record.title), stored)
        repeats = original is not stored and _age(stored)[0] - _age(original)[0] < _SEASON
        if not repeats:
            first[fold_plain(stored.record.title)] = stored
        reason = f"同一栏目中已有同题信息：{stored.record.title}（{original.record.url}）" if repeats else ""
        yield _judgement("page.repeated_title", Severity.WARN, "标题重复", stored, reason)


def _age(stored: StoredRecord) -> tuple[datetime, int]:
    published = stored.record.published
    return (published.at if published else stored.first_seen_at), stored.id


def future_date(records: Sequence[StoredRecord], day: date) -> Iterator[Judgement]:
    """A publication date after the day on which it is read (a forged date is a veto of 国办秘函〔2019〕19号)."""
    for stored in records:
        published = stored.record.published
        late = published is not None and published.day > day and stored.removed_at is None
        reason = f"发布日期{published.day}晚于检查日{day}" if published and late else ""
        yield _judgement("page.future_date", Severity.ERROR, "发布日期在未来", stored, reason)


def removed(records: Sequence[StoredRecord], day: date) -> Iterator[Judgement]:
    """A page that was published and is there no more."""
    for stored in records:
        reason = f"{local_text(stored.removed_at)}发现网页已不能打开" if stored.removed_at else ""
        yield _judgement("page.removed", Severity.WARN, "已发布的网页被撤下", stored, reason)


KINDS: Mapping[str, Check] = {
    "page.repeated_title": repeated_title, "page.future_date": future_date, "page.removed": removed,
}


def check(records: Sequence[StoredRecord], day: date) -> Iterator[Judgement]:
    """Every kind over the records of one column: a judgement for each record that a kind looked at."""
    for kind in KINDS.values():
        yield from kind(records, day)


def _judgement(rule: str, severity: Severity, title: str, stored: StoredRecord, reason: str) -> Judgement:
    """Bad where there is a reason, ok where there is none."""
    return Judgement(
        rule_id=rule, subject=f"record:{stored.id}", verdict=Verdict.BAD if reason else Verdict.OK, severity=severity,
        title=f"{title}：{stored.record.title or stored.record.url}", reason=reason,
        evidence={"url": stored.record.url},
    )
