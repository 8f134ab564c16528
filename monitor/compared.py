"""What only shows beside another page of the town: contacts that differ, texts put out twice. Over heads and what the scan kept."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from datasketch import MinHashLSH

from core.clock import day_start
from core.nouns import Finding, Judgement, Record, Severity, Verdict
from core.settings import Settings
from core.text import fold_plain
from monitor.contacts import Contact, Kind, clash
from monitor.pages import SEASON, age
from monitor.resemblance import PERMUTATIONS, SAME, candidates, minhash, same_text
from store import likenesses
from store import records as record_store
from store.database import Connection, Engine, transaction
from store.likenesses import Likeness, Signed
from store.record_rows import Head
from store.scans import Content

CONTACTS, DUPLICATE = "page.contacts_differ", "page.near_duplicate"
RULES = (CONTACTS, DUPLICATE)
_GUIDE = re.compile(r"指南|电话|通讯录|联系方式|职责|职能|简介|概况|办公地址|机构设置")
_GUIDE_AGE, _NOTICE_AGE = timedelta(days=366), timedelta(days=90)
_WORDS: Mapping[Kind, str] = {"telephone": "电话", "fax": "传真", "address": "办公地址", "hours": "办公时间"}
_WEEK = timedelta(days=7)
_NEAREST = 20
"""With how many of the most similar contents one is compared: frames that are filled in anew have hundreds."""
_PORTION = 200


@dataclass(slots=True)
class Listed:
    """The records that stand in the town's own columns on the day, by source; and which of these list what holds for long."""

    day: date
    by_source: Mapping[str, Sequence[Head]] = field(default_factory=dict)
    static: Collection[str] = ()

    def standing(self, ids: Collection[int]) -> dict[int, tuple[Head, set[str]]]:
        """Those of these records that stand, each once, with its sources."""
        found: dict[int, tuple[Head, set[str]]] = {}
        for source, heads in self.by_source.items() if ids else ():
            for head in heads:
                if head.id in ids and head.removed_at is None:
                    found.setdefault(head.id, (head, set()))[1].add(source)
        return found

    def contact_pages(self) -> dict[Content, tuple[Head, bool]]:
        """The contents whose contacts hold today, and whether they are there to give contacts: pages of static columns, guides
        of the last year. A notice counts for three months; its telephone is nobody's afterwards."""
        found: dict[Content, tuple[Head, bool]] = {}
        guides, notices = (day_start(self.day - old) for old in (_GUIDE_AGE, _NOTICE_AGE))
        for source, heads in self.by_source.items():
            static = source in self.static
            for head in heads:
                at = head.published.at if head.published else head.first_seen_at
                if head.removed_at is not None or not (static or at >= guides):
                    continue
                lasting = static or _GUIDE.search(head.title) is not None
                if lasting or at >= notices:
                    before = found.get((head.id, head.content_hash), (head, False))[1]
                    found[head.id, head.content_hash] = head, lasting or before
        return found


def static_sources(settings: Settings) -> frozenset[str]:
    """The sources of columns that list what holds for long: organs, guides, telephone books."""
    return frozenset(
        column.source for column in settings.columns
        if column.applicable and (column.kind == "static" or re.search("机构|指南|电话|概况|联系", column.name))
    )


def differing(pages: Mapping[Content, tuple[Head, bool]], kept: Mapping[Content, Sequence[Sequence[str]]]) -> Iterator[Judgement]:
    """Bad for each page that gives another contact of a unit than most pages do, or, of two, than the newer. Pages that are there
    to give contacts decide; a notice is only held against them, and only its telephone."""
    told: dict[tuple[str, Kind], dict[Content, list[Contact]]] = defaultdict(lambda: defaultdict(list))
    for content in pages:
        for row in kept.get(content, ()):
            contact = Contact(*row)  # type: ignore[arg-type]
            told[contact.unit, contact.kind][content].append(contact)
    reasons: dict[Content, list[tuple[str, Head]]] = defaultdict(list)
    for (unit, kind), by_page in told.items():
        for content, reason, other in _against(unit, kind, by_page, pages):
            reasons[content].append((reason, other))
    for content, found in reasons.items():
        head = pages[content][0]
        yield Judgement(
            rule_id=CONTACTS, subject=f"record:{head.id}", verdict=Verdict.BAD, severity=Severity.WARN,
            title=f"联系方式与其他页面不一致：{head.title or head.url}",
            reason="；".join(reason for reason, _ in found) + "。请核对后统一。",
            evidence={"url": head.url, "other_url": found[0][1].url, "others": sorted({other.id for _, other in found})},
        )


def _against(
    unit: str, kind: Kind, by_page: Mapping[Content, Sequence[Contact]], pages: Mapping[Content, tuple[Head, bool]]
) -> Iterator[tuple[Content, str, Head]]:
    values = {content: {contact.value for contact in found} for content, found in by_page.items()}
    lasting = [content for content in values if pages[content][1]]
    if not lasting or len(values) < 2:
        return
    agree = {one: sum(not clash(values[one], values[other], kind) for other in lasting) for one in lasting}
    right = max(lasting, key=lambda content: (agree[content], age(pages[content][0])))
    for content, found in by_page.items():
        if not clash(values[content], values[right], kind) or not (pages[content][1] or kind == "telephone"):
            continue
        other = pages[right][0]
        same = f"（另有{agree[right] - 1}页同此）" if agree[right] > 1 else ""
        yield content, (
            f"{unit}的{_WORDS[kind]}写的是{_shown(found)}（{found[0].where}），而《{other.title}》（{other.url}）写的是"
            f"{_shown(by_page[right])}{same}"
        ), other


def _shown(found: Sequence[Contact]) -> str:
    return "、".join(dict.fromkeys(contact.shown for contact in found))


def duplicates(standing: Mapping[int, tuple[Head, set[str]]], pairs: Iterable[Likeness]) -> Iterator[Judgement]:
    """Bad for the later of two pages that are one text: a warning in one column, a hint between columns. The same title twice is
    said as such (page.repeated_title); in two columns it is one text published where both need it, unless the two are not the same."""
    worst: dict[int, tuple[Severity, float, Head, Head]] = {}
    for pair in pairs:
        found = [standing.get(content[0]) for content in (pair.one, pair.other)]
        one, other = found
        if one is None or other is None or (one[0].content_hash, other[0].content_hash) != (pair.one[1], pair.other[1]):
            continue
        (first, _), (later, _) = sorted((one, other), key=lambda each: age(each[0]))
        versions = fold_plain(first.title) == fold_plain(later.title)
        if age(later)[0] - age(first)[0] >= (_WEEK if versions else SEASON):
            continue
        if versions and (one[1] & other[1] or not SAME <= pair.likeness < 1):
            continue
        severity = Severity.WARN if one[1] & other[1] else Severity.INFO
        kept = worst.get(later.id)
        if kept is None or (severity.rank, -pair.likeness) < (kept[0].rank, -kept[1]):
            worst[later.id] = severity, pair.likeness, later, first
    for severity, likeness, later, first in worst.values():
        where = "同一栏目中" if severity is Severity.WARN else "其他栏目中"
        alike = "完全相同" if likeness == 1 else f"有{int(likeness * 100)}%相同"
        versions = fold_plain(first.title) == fold_plain(later.title)
        advice = "同一篇信息两处的内容不同，请核对哪一处有误" if versions else "请核对是否重复发布，或误用了另一篇的正文"
        yield Judgement(
            rule_id=DUPLICATE, subject=f"record:{later.id}", verdict=Verdict.BAD, severity=severity,
            title=f"{'两处内容不一致' if versions else '内容重复'}：{later.title or later.url}",
            reason=f"正文与{where}的《{first.title}》（{first.url}）{alike}，{advice}。",
            evidence={"url": later.url, "other_url": first.url, "others": [first.id], "likeness": likeness},
        )


def record_of(found: Finding | Judgement) -> int:
    """The id of the record that a finding of these rules speaks of."""
    return int(found.subject.partition(":")[2])


def mended(known: Iterable[Finding], bad: Collection[str], state: Callable[[int], str]) -> Iterator[Judgement]:
    """Ok for each open finding that is a fault no more. ``state`` of a record: "gone", "scanned" (as it stands), or "unseen": while
    one of the pages that contradict each other has not been read as it stands, nothing is closed."""
    for finding in known:
        if finding.rule_id not in RULES or finding.fingerprint in bad:
            continue
        subject = state(record_of(finding))
        if subject != "gone" and "unseen" in (subject, *(state(other) for other in finding.evidence.get("others", ()))):
            continue
        reason = "网页已撤下" if subject == "gone" else "已经一致" if finding.rule_id == CONTACTS else "不再重复"
        yield Judgement(
            rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity, title=finding.title,
            reason=reason, owner=finding.owner,
        )


def liken_new(engine: Engine) -> int:
    """Compare every content that has not been compared with those of half a year around it, and keep what is one text; how many
    were compared. A day that brought no new content costs one question to an index."""
    with engine.connect() as connection:
        new = likenesses.waiting(connection)
        if not new:
            return 0
        there = likenesses.between(connection, new[0].at - SEASON, new[-1].at + SEASON)
    index = MinHashLSH(threshold=0.7, num_perm=PERMUTATIONS)
    by_content = {signed.content: signed for signed in (*there, *new)}
    with index.insertion_session() as session:
        for signed in by_content.values():
            session.insert(signed.content, minhash(signed.signature), check_duplication=False)
    for start in range(0, len(new), _PORTION):
        portion = new[start : start + _PORTION]
        pairs = {pair for signed in portion for pair in _near(signed, index, by_content)}
        with transaction(engine) as connection:
            likenesses.keep(connection, _one_text(connection, pairs), [signed.content for signed in portion])
    return len(new)


def _near(signed: Signed, index: MinHashLSH, by_content: Mapping[Content, Signed]) -> Iterator[tuple[Content, Content]]:
    alike: list[Content] = index.query(minhash(signed.signature))  # type: ignore[assignment]
    others = (by_content[content] for content in alike if content[0] != signed.content[0])
    close = [other for other in others if abs(other.at - signed.at) < SEASON and candidates(signed.signature, other.signature)]
    close.sort(key=lambda other: -sum(a == b for a, b in zip(signed.signature, other.signature, strict=True)))
    for other in close[:_NEAREST]:
        yield max(signed.content, other.content), min(signed.content, other.content)


def _one_text(connection: Connection, pairs: Collection[tuple[Content, Content]]) -> list[Likeness]:
    ids = {content[0] for pair in pairs for content in pair}
    texts: dict[Content, Record] = {(s.id, s.content_hash): s.record for s in record_store.by_ids(connection, ids)}
    found = []
    for one, other in sorted(pairs):
        if one in texts and other in texts and (likeness := same_text(texts[one], texts[other])) is not None:
            found.append(Likeness(one, other, likeness))
    return found
