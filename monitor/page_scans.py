"""Scans of what is stored: each content of each page of the town's columns once, and what was found as judgements.

The store holds private numbers masked, so the scan reads the bytes as they were served; the caller brings the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from core.calendar import WorkCalendar
from core.clock import local_date
from core.nouns import Evidence, Finding, Judgement, Severity, StoredRecord, Verdict
from core.settings import Settings
from core.text import mask_private, mask_shown
from core.visits import PageLink
from monitor import elements as element_rules
from monitor import links as link_rules
from monitor import wording as dictionaries
from monitor.accuracy import TITLES as ACCURACY
from monitor.accuracy import PageFacts, check_page
from monitor.contacts import contacts
from monitor.elements import TITLES as ELEMENTS
from monitor.elements import ElementRules, check_elements
from monitor.links import LinkRules, check_links
from monitor.places import gathered
from monitor.privacy import rules as privacy_rules
from monitor.privacy.numbers import find, plain
from monitor.privacy.rules import PrivacyRules
from monitor.resemblance import signature
from monitor.scan import VERSION, scan
from monitor.scanned import Flaw, ScannedText
from monitor.site_links import of_site, to_look_at
from monitor.wording import Wording
from store import links, scans
from store.database import Connection, Engine, transaction
from store.record_rows import Head
from store.scans import Content, Scan

PREFIX = "page.text."
TOGETHER = "accuracy.nothing"
"""A post that says only that there is nothing is right alone and wrong beside another of its column."""
BATCH = 200
MOST_LINKS = 200
"""Of one page that are looked at in turn."""
_SHOWN, _KEPT = 3, 20
"""How many places a finding's sentence names, and how many its evidence keeps."""
_TITLES = ACCURACY | ELEMENTS | {
    "link.hidden": "疑似暗链", "link.foreign": "外部链接待核对", "link.local": "链接公众打不开",
    "privacy.id_number": "公开了身份证号", "privacy.id_number_typo": "疑似公开了身份证号", "privacy.id_number_15": "疑似公开了15位身份证号",
    "privacy.id_number_confirm": "编号像身份证号，待核对", "privacy.id_number_mask": "身份证号遮盖不足",
    "privacy.mobile": "公开了个人手机号", "privacy.mobile_confirm": "手机号待核对", "privacy.mobile_mask": "手机号遮盖不足",
    "privacy.bank_account": "公开了银行账号", "privacy.bank_account_confirm": "账号待核对",
    "privacy.passbook_account": "疑似公开了个人账号",
    "privacy.address": "公开了家庭住址", "privacy.sensitive_list": "名单公开了敏感信息", "privacy.illness": "公开了病情或残疾情况",
    "date.impossible": "日期不存在", "date.after_publication": "会议日期晚于发布日期",
}
_FILE = re.compile(r"附件《.+?》(?:内《.+?》)?(?=.)")
_KINDS = {
    "id_number": "公民身份号码", "mobile": "手机号码", "bank_account": "银行账号", "address": "家庭住址", "sensitive_list": "敏感名单",
    "wording": "表述错误", "date": "日期错误", "element": "要素缺失", "link": "链接错误",
}

Read = Callable[[StoredRecord, Evidence | None], ScannedText | None]
"""A record's page and attachments as they were served, or None where its bytes do not lie on this machine."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a town scans for, and the digest that names it."""

    privacy: PrivacyRules
    wording: Wording
    elements: ElementRules
    own: tuple[str, ...]
    region: tuple[str, ...]
    """The county and the prefecture."""
    calendar: WorkCalendar
    digest: str
    links: LinkRules
    hosts: Mapping[str, tuple[str, ...]]
    """By site, as configured."""


def rules_of(settings: Settings) -> Rules:
    """From the town's configuration folder; raises ConfigErrors."""
    privacy, wording = privacy_rules.load(settings.directory), dictionaries.load(settings.directory)
    elements = element_rules.load(settings.directory)
    linked, hosts = link_rules.load(settings.directory), {site.id: site.hosts for site in settings.sites}
    own = tuple(dict.fromkeys((settings.town.name, settings.town.full_name, *_villages(settings))))
    told = "\x1f".join(rules.model_dump_json() for rules in (privacy, wording, elements, linked))
    region = tuple(name for name in (settings.town.county, settings.town.prefecture) if name)
    # Of a link the site's own hosts decide whether it is a foreign one.
    said = f"{VERSION}\x1f{told}\x1f{own}\x1f{region}\x1f{sorted(hosts.items())}"
    return Rules(privacy, wording, elements, own, region, settings.calendar, sha256(said.encode()).hexdigest()[:16], linked, hosts)


def _villages(settings: Settings) -> Iterator[str]:
    """Every name by which the town is watched for: a text that names one of its villages is the town's own."""
    yield from (subject.name for subject in settings.town.subjects if subject.kind in ("town", "village"))


def scan_new(
    settings: Settings, engine: Engine, read: Read, *, now: datetime, progress: Callable[[str, int, int], None] | None = None
) -> int:
    """Scan every content that the present rules have not seen, in short transactions, and keep what was found; how many. What
    lies on another machine is left to it."""
    rules, sources = rules_of(settings), own_sources(settings)
    after = done = 0
    while sources:
        with engine.connect() as connection:
            batch = scans.unscanned(connection, sources, rules.digest, after=after, limit=BATCH)
        if not batch:
            break
        texts = [(stored, text) for stored, evidence in batch if (text := read(stored, evidence)) is not None]
        found = [_scanned(stored, text, rules, local_date(now)) for stored, text in texts]
        with transaction(engine) as connection:
            scans.save(connection, found, now)
            _note_links(connection, texts, found, rules, local_date(now))
        after, done = batch[-1][0].id, done + len(found)
        if progress is not None:
            progress("scan", done, 0)
    return done


def _note_links(
    connection: Connection, texts: Sequence[tuple[StoredRecord, ScannedText]], found: Sequence[Scan], rules: Rules, today: date
) -> None:
    """What the pages link to on their own site is to be looked at in turn; so are pages with links that are not their own, which
    may be mended without their text being changed."""
    noted: dict[Content, list[PageLink]] = {}
    urls: dict[str, list[str]] = {}
    for (stored, text), each in zip(texts, found, strict=True):
        to = links_to_look_at(stored, text.to, rules.hosts.get(stored.record.site, ()), today)
        noted[stored.id, stored.content_hash] = to
        looked = [stored.record.url] if any(map(to_look_at, each.flaws)) else []
        urls.setdefault(stored.record.site, []).extend([*looked, *(link.url for link in to)])
    links.note(connection, noted)
    for site, wanted in urls.items():
        links.add(connection, site, wanted)


def links_to_look_at(stored: StoredRecord, to: Iterable[PageLink], hosts: Collection[str], today: date) -> list[PageLink]:
    """The links of a record's page on its own site, private numbers masked; one whose address has such a number is left out, for
    it could not be asked masked, nor kept unmasked."""
    kept = {link.url.partition("#")[0]: link for link in to if _on(link.url, hosts) and not _has_private(link.url, today)}
    kept.pop(stored.record.url.partition("#")[0], None)
    return [PageLink(url=url, text=mask_private(link.text), attachment=link.attachment) for url, link in kept.items()][:MOST_LINKS]


def _has_private(url: str, today: date) -> bool:
    """In a path eleven digits are an article's number as a rule, after a question mark somebody's."""
    written = unquote(url)
    found = [*find(plain(written), today), *find(plain(written.partition("?")[2]), today)]
    return any(number.sure and number.kind != "bank_account" for number in found)


def _on(url: str, hosts: Collection[str]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (parts.netloc.lower() in hosts or (parts.port is None and parts.hostname in hosts))
    except ValueError:
        return False


def own_sources(settings: Settings) -> list[str]:
    """The sources of the town's own columns: what others publish is theirs to mend."""
    return list(dict.fromkeys(column.source for column in settings.columns if column.applicable))


def judge(
    records: Sequence[Head], flawed: Mapping[Content, Scan], widespread: Collection[tuple[str, str]] = (),
    looked: Mapping[int, Collection[tuple[str, str]]] | None = None,
) -> Iterator[Judgement]:
    """Bad, once per rule, for each record that stands with a content in which something was found. What is of the site, or
    ``widespread`` in it (rules and hosts), is told of the site (:mod:`monitor.site_links`). ``looked``: what records had whose
    links were looked at again."""
    alone = sum(_has(flawed.get((stored.id, stored.content_hash)), TOGETHER) for stored in records if flawed and not stored.removed_at)
    for stored in records:
        held = flawed.get((stored.id, stored.content_hash)) if flawed and stored.removed_at is None else None
        by_rule: dict[str, list[Mapping[str, str]]] = {}
        for flaw in held.flaws if held else ():
            if flaw.get("host") and _is_told_elsewhere(flaw, widespread, (looked or {}).get(stored.id)):
                continue
            if flaw["rule_id"] != TOGETHER or alone > 1:
                by_rule.setdefault(flaw["rule_id"], []).append(flaw)
        for rule, flaws in by_rule.items():
            yield _bad(rule, stored, flaws)


def _is_told_elsewhere(flaw: Mapping[str, str], widespread: Collection[tuple[str, str]], now: Collection[tuple[str, str]] | None) -> bool:
    """A link that is the site's matter, or that is there no more."""
    link = flaw["rule_id"], flaw["host"]
    return of_site(flaw) or link in widespread or (now is not None and to_look_at(flaw) and link not in now)


def _has(scan: Scan | None, rule: str) -> bool:
    return scan is not None and any(flaw["rule_id"] == rule for flaw in scan.flaws)


def mended(
    connection: Connection, known: Iterable[Finding], judged: Iterable[str], present: Mapping[int, StoredRecord]
) -> Iterator[Judgement]:
    """Ok for each open finding whose record was scanned as it stands now without it, or is gone. ``judged``: fingerprints that
    are bad still; ``present``: the records of the findings, where they stand."""
    bad, open_ones = set(judged), [finding for finding in known if is_of_record(finding)]
    seen = scans.scanned(connection, [record_of(finding) for finding in open_ones])
    for finding in open_ones:
        stored = present.get(record_of(finding))
        gone = stored is None or stored.removed_at is not None
        if finding.fingerprint not in bad and (gone or (stored is not None and (stored.id, stored.content_hash) in seen)):
            yield Judgement(
                rule_id=finding.rule_id, subject=finding.subject, verdict=Verdict.OK, severity=finding.severity,
                title=finding.title, reason="网页已撤下" if gone else "网页已改正", owner=finding.owner,
            )


def is_of_record(finding: Finding) -> bool:
    """Whether a finding is one of the scan's, and of one record: links that a site's pages share are the site's."""
    return finding.rule_id.startswith(PREFIX) and finding.subject.startswith("record:")


def record_of(finding: Finding) -> int:
    """The id of the record that a finding speaks of."""
    return int(finding.subject.partition(":")[2])


def _scanned(stored: StoredRecord, text: ScannedText, rules: Rules, today: date) -> Scan:
    facts = _facts(stored, rules)
    flaws = [
        *scan(text, rules.privacy, rules.wording, today), *check_page(facts, text), *check_elements(facts, text, rules.elements)
    ]
    if text.whole is not None:
        own = host_names(rules.hosts.get(stored.record.site, ()))
        flaws += of_note(check_links(replace(text.whole, own=own), rules.links))
    worst = min((flaw.severity for flaw in flaws), key=lambda severity: severity.rank, default=None)
    return Scan(
        record_id=stored.id, content_hash=stored.content_hash, rules=rules.digest, flaws=tuple(map(kept, flaws)), worst=worst,
        contacts=tuple(contact.data() for contact in contacts(stored.record.title, text, rules.own)),
        signature=signature(stored.record.body),
    )


def of_note(flaws: Iterable[Flaw]) -> list[Flaw]:
    """Of what every page of a site has, what only asks for a look is told of the home page, not of each article."""
    return [flaw for flaw in flaws if flaw.scope != "site" or flaw.severity is not Severity.INFO]


def host_names(hosts: Iterable[str]) -> tuple[str, ...]:
    """Hosts as configured (``host`` or ``host:port``), by name."""
    return tuple(dict.fromkeys(urlsplit(f"//{host}").hostname or "" for host in hosts))


def _facts(stored: StoredRecord, rules: Rules) -> PageFacts:
    record = stored.record
    return PageFacts(
        title=record.title, published=record.published.day if record.published else None,
        written=record.written.day if record.written else None, doc_no=record.doc_no or "", own=rules.own,
        calendar=rules.calendar, attachments=record.attachments,
        region=rules.region,
    )


def kept(flaw: Flaw) -> dict[str, str]:
    """A flaw as it is stored, names of files and sheets in it masked too; of a link where it leads and whether it is the site's."""
    said = {name: mask_shown(value) for name, value in flaw.data().items()}
    return said | ({"host": flaw.host, "scope": flaw.scope} if flaw.host else {})


def _bad(rule: str, stored: Head, flaws: Sequence[Mapping[str, str]]) -> Judgement:
    severity = min((Severity(flaw["severity"]) for flaw in flaws), key=lambda each: each.rank)
    told = gathered(flaws)
    places = "；".join(_places(told[:_SHOWN]))
    more = f"；等共{len(flaws)}处" if len(told) > _SHOWN else ""
    advice = next(flaw["advice"] for flaw in flaws if flaw["severity"] == severity)
    return Judgement(
        rule_id=PREFIX + rule, subject=f"record:{stored.id}", verdict=Verdict.BAD, severity=severity,
        title=f"{_TITLES.get(rule) or _KINDS[flaws[0]['kind']]}：{stored.title or stored.url}", reason=f"{places}{more}。{advice}",
        evidence={"url": stored.url, "places": told[:_KEPT], "count": len(flaws)},
    )


def _places(flaws: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Where and what, one after the other; a file is named once, not with each of its cells."""
    before = ""
    for flaw in flaws:
        match = _FILE.match(flaw["where"])
        file = match[0] if match else ""
        where = flaw["where"][len(file):] if file and file == before else flaw["where"]
        before = file
        yield f"{where}：{flaw['evidence'].rstrip('。；')}"
