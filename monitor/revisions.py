"""Published pages that were changed afterwards: their text, or only their date. Pure.

A change is told for thirty days, with the words that changed; after that it stands in the page's history alone. A text that is again
as it was is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.clock import local_text
from core.differences import Piece, changes
from core.nouns import Finding, Judgement, Severity, Verdict, Version
from core.settings import RunRules
from core.text import fold_plain

RULES = ("page.changed", "page.redated")
_SHOWN = 3
_LONGEST = 60


def judge(
    kept: Mapping[int, Sequence[Version]], known: Sequence[Finding], rules: RunRules, at: datetime
) -> Iterator[Judgement]:
    """``kept``: the versions, oldest first, of every page that changed lately. Bad for each fault; ok for what is ``known`` to
    be open and is a fault no more, or was changed too long ago."""
    bad = set()
    for record_id, versions in kept.items():
        for judgement in _of_page(record_id, versions, rules, at):
            bad.add(judgement.fingerprint)
            yield judgement
    for finding in known:
        if finding.rule_id in RULES and finding.fingerprint not in bad:
            yield Judgement(
                rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity,
                title=finding.title, reason="已恢复原样，或变更已满期限，转入版本记录", owner=finding.owner,
            )


def _of_page(record_id: int, versions: Sequence[Version], rules: RunRules, at: datetime) -> Iterator[Judgement]:
    settled = max(at - timedelta(days=rules.changed_days), versions[0].seen_at + timedelta(hours=rules.changed_grace_hours))
    # What stood when the page was new, or a month ago, is what it is compared with.
    before, after = [versions[0], *(version for version in versions if version.seen_at < settled)][-1], versions[-1]
    if before is after or _same_page(before, after):
        return
    yield from _redated(record_id, before, after)
    yield from _changed(record_id, before, after)


def _redated(record_id: int, before: Version, after: Version) -> Iterator[Judgement]:
    """The date moved and the text did not: refreshed to look new, or corrected."""
    old, new = before.record.published, after.record.published
    if old is None or new is None or old.day == new.day:
        return
    later = new.day > old.day and not _differs(before, after)
    said = "正文没有变化，疑似以改日期代替更新" if later else "请核对改动是否属实"
    yield _judgement(
        "page.redated", record_id, after, Severity.ERROR if later else Severity.WARN, "发布日期被改动",
        f"发布日期由{old.day}改为{new.day}（{local_text(after.seen_at)}发现），{said}",
    )


def _changed(record_id: int, before: Version, after: Version) -> Iterator[Judgement]:
    if not _differs(before, after):
        return
    told = [f"标题由“{before.record.title}”改为“{after.record.title}”"] if before.record.title != after.record.title else []
    told += [text for change in changes(before.record.body, after.record.body) if (text := _told(change.pieces))]
    more = f"；等共{len(told)}处" if len(told) > _SHOWN else ""
    yield _judgement(
        "page.changed", record_id, after, Severity.INFO, "发布后被改动",
        f"{local_text(after.seen_at)}发现：{'；'.join(told[:_SHOWN])}{more}。请确认是否经过审核",
    )


def _same_page(before: Version, after: Version) -> bool:
    """Whether the page was served byte for byte as before: then only our reading of it has changed."""
    return before.evidence is not None and after.evidence is not None and before.evidence.sha256 == after.evidence.sha256


def _differs(before: Version, after: Version) -> bool:
    """Whether a reader would see another text: width, script and white space aside."""
    return any(
        fold_plain(old) != fold_plain(new)
        for old, new in ((before.record.title, after.record.title), (before.record.body, after.record.body))
    )


def _told(pieces: Sequence[Piece]) -> str:
    removed = "".join(piece.text for piece in pieces if piece.kind == "removed")
    added = "".join(piece.text for piece in pieces if piece.kind == "added")
    if not fold_plain(removed + added).strip():
        return ""
    if removed and added:
        return f"“{_short(removed)}”改为“{_short(added)}”"
    return f"删去“{_short(removed)}”" if removed else f"增加“{_short(added)}”"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _judgement(rule: str, record_id: int, now: Version, severity: Severity, title: str, reason: str) -> Judgement:
    return Judgement(
        rule_id=rule, subject=f"record:{record_id}", verdict=Verdict.BAD, severity=severity,
        title=f"{title}：{now.record.title or now.record.url}", reason=reason, evidence={"url": now.record.url},
    )
