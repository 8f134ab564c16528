"""Two towns that are alike but for their mark and the hour, and one call of every function that works on a town's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.applications import Applicant, ApplicationStep, Contest, ContestKind, ContestResult
from core.catalogue import ItemChoice
from core.clock import Moment
from core.nouns import (
    AlertItem,
    Attachment,
    CaseState,
    CaseStep,
    Delivery,
    DeliveryStatus,
    Evidence,
    Finding,
    Judgement,
    Mention,
    Outcome,
    Reason,
    Record,
    Severity,
    SourceResult,
    StoredRecord,
    Verdict,
)
from core.visits import Address, Certificate, LinkState, PageLink, Visit, VisitOutcome
from monitor.ledger import Fold
from store import (
    acknowledgements,
    applications,
    case_lists,
    cases,
    catalogue_choices,
    cells,
    deliveries,
    figures,
    findings,
    history,
    jobs,
    likenesses,
    links,
    looks,
    mentions,
    prune,
    records,
    rereading,
    runs,
    scans,
    seals,
    tables,
    visits,
    vitals,
    yearly,
)
from store.acknowledgements import Acknowledgement
from store.database import Connection, Engine, transaction
from store.likenesses import Likeness
from store.records import Arrival, Sighting
from store.rereading import Unread
from store.runs import SourceState, Validator
from store.scans import Scan

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
SINCE, UNTIL = AT - timedelta(days=1), AT + timedelta(days=1)
TODAY = date(2026, 3, 20)
IDENTITY = ("site", "1")
BEGAN = {"甲": AT, "乙": AT - timedelta(hours=16)}
"""When a town's rows were written: those of the other town on the day before, so that they would come first."""


@dataclass(frozen=True, kw_only=True)
class Town:
    """What of a town's rows has to be named; everything else is named alike in both. ``mark`` stands in every text."""

    mark: str
    record: int
    bare: int
    stored: StoredRecord
    case: int
    delivery: Delivery
    application: int
    contest: Contest

    @property
    def run(self) -> str:
        """The run that brought the records."""
        return f"run-{self.mark}"


def scan(record_id: int, mark: str, content_hash: str = "h") -> Scan:
    """What a scan found."""
    return Scan(
        record_id=record_id, content_hash=content_hash, rules="rules", flaws=({"evidence": mark},), worst=Severity.WARN,
        contacts=(["办公室", "telephone", mark, mark, "第1段"],), signature=mark.encode() * 64,
    )


def likeness(record_id: int, other: int, alike: float) -> Likeness:
    """Two contents of a town that are one text."""
    return Likeness((record_id, "h"), (other, "h"), alike)


def visit(mark: str, at: datetime) -> Visit:
    """A visit to a home page."""
    return Visit(site="site", host="a", at=at, round=at, outcome=VisitOutcome.OK, seconds=0.1, status=200, reason=mark,
                 newest=TODAY, secure=True, certificate=Certificate(until=UNTIL, fault=mark), flaws=({"evidence": mark},))


def address(mark: str, at: datetime, url: str = "http://a/1") -> Address:
    """An address that was dead on two days, and a page with something wrong."""
    return Address(url=url, site="site", state=LinkState.DEAD, status=404, reason=mark, checked_at=at, dead_days=2, dead_on=TODAY,
                   flaws=({"evidence": mark},))


def fill(engine: Engine, mark: str) -> Town:
    """A town's rows in every table, through the functions that write them."""
    at = BEGAN[mark]
    with transaction(engine) as connection:
        _crawled(connection, mark, at)
        stored = {each.record.key: each for each in records.of_source(connection, "source")}
        step = CaseStep(at=at, who=mark, action="register")
        case = cases.register(connection, **_case(stored["1"].id, mark), step=step)
        mentions.replace(connection, stored["1"].id, "h", [mention(mark)], at)
        scans.save(connection, [scan(stored["1"].id, mark, stored["1"].content_hash)], at)
        likenesses.keep(connection, [likeness(stored["1"].id, stored["2"].id, 0.95)], [])
        visits.add(connection, [visit(mark, at)])
        links.note(connection, {(stored["1"].id, stored["1"].content_hash): [PageLink(url="http://a/1", text=mark)]})
        links.add(connection, "site", ["http://a/1", "http://a/2"])
        links.save(connection, [address(mark, AT)])
        findings.apply(connection, Fold(opened=(finding(mark), finding(mark, "gone"), finding(mark, f"f-{mark}"))), at)
        findings.apply(connection, Fold(resolved=(finding(mark, "gone", LATER),)), LATER)
        findings.save_judgements(connection, [judgement(mark)], at)
        dead = _told(connection, mark, at)
        _ran(connection, mark, at)
        records.removed(connection, {IDENTITY: at + timedelta(minutes=2)})
        records.checked(connection, {IDENTITY: at + timedelta(minutes=3)})
        applied, contest = _applied(connection, mark, at)
    return Town(
        mark=mark, record=stored["1"].id, bare=stored["2"].id, stored=stored["1"], case=case.id, delivery=dead, application=applied,
        contest=contest,
    )


def _applied(connection: Connection, mark: str, at: datetime) -> tuple[int, Contest]:
    yearly.enter(connection, 2026, {"meetings": mark}, "w", at)
    catalogue_choices.choose(connection, [item_choice(mark, at)])
    step = ApplicationStep(day=at.date(), at=at, who=mark, action="receive")
    found = applications.add(connection, **_application(mark), registered_at=at, step=step)
    contest = applications.add_contest(
        connection, kind=ContestKind.REVIEW, number="复1", title=mark, accepted=at.date(), application_id=found.id, note=mark,
    )
    return found.id, contest


def item_choice(mark: str, at: datetime) -> ItemChoice:
    """The decision that a town holds about an item that both have."""
    return ItemChoice(item="item", columns=(mark,), owner=mark, applicable=False, reason=mark, who=mark, at=at)


def _application(mark: str, number: str = "1") -> dict[str, Any]:
    return {"number": number, "title": mark, "applicant": Applicant.PERSON, "channel": "online", "received": BEGAN.get(mark, AT).date(),
            "owner": "clerk"}


def _crawled(connection: Connection, mark: str, at: datetime) -> None:
    runs.start_run(connection, f"run-{mark}", at)
    records.save(connection, f"run-{mark}", [Arrival(record=record(mark, key), at=at) for key in ("1", "2")])
    records.save_sightings(connection, [
        Sighting(site="site", key=key, source="source", row_hash=mark, at=at) for key in ("1", "2")
    ])
    runs.save_validators(connection, [Validator("http://a/", "source", mark, None, at)])
    runs.save_states(connection, {"source": SourceState(walked=True, last_ok_at=at)})
    runs.save_results(connection, f"run-{mark}", [result(mark)])
    seals.add(connection, f"run-{mark}", at, None)
    runs.finish_run(connection, f"run-{mark}", status="loaded", at=at, requests=1, not_modified=0, received=1, seconds=1.0)
    runs.start_run(connection, f"open-{mark}", at + timedelta(minutes=1))
    runs.save_results(connection, f"open-{mark}", [result(mark, f"source-{mark}")])
    records.save(connection, f"open-{mark}", [Arrival(record=record(mark, "2", "改"), at=at)])


def _told(connection: Connection, mark: str, at: datetime) -> Delivery:
    deliveries.add(connection, [delivery(mark, number) for number in (1, 2, 3)])
    sent, dead = (deliveries.claim(connection, f"{number}-{mark}", at, SINCE) for number in (2, 3))
    assert sent is not None
    assert dead is not None
    deliveries.mark_sent(connection, sent, at, mark)
    deliveries.mark_failed(connection, dead, at, mark, None)
    acknowledgements.add(connection, [answer(mark, at)])
    return dead


def _ran(connection: Connection, mark: str, at: datetime) -> None:
    row = {"job": "crawl", "worker": "w", "attempts": 1, "note": mark, "started_at": at, "caught_up": True}
    beaten = AT if mark == "甲" else LATER
    connection.execute(tables.job_runs.insert(), [
        row | {"slot": at - timedelta(hours=3), "status": "done", "finished_at": at - timedelta(hours=2), "beat_at": beaten},
        row | {"slot": at - timedelta(hours=1), "status": "done", "finished_at": beaten, "beat_at": beaten},
        row | {"slot": at, "status": "running", "finished_at": None, "beat_at": beaten},
    ])


def record(mark: str, key: str = "1", body: str = "正文") -> Record:
    return Record(site="site", key=key, kind="article", url=f"http://a/{mark}", title=f"标题{mark}", body=body + mark,
                  published=Moment(BEGAN.get(mark, LATER)), attachments=(UNREAD, replace(UNREAD, url="v", name=mark)))


def result(mark: str, source: str = "source") -> SourceResult:
    return SourceResult(source=source, outcome=Outcome.NEW, error=mark, checked_at=AT)


def mention(mark: str) -> Mention:
    return Mention(subject="镇", term="镇", text=mark, start=0, end=1, field="body", confidence="certain")


def finding(mark: str, fingerprint: str = "open", resolved_at: datetime | None = None) -> Finding:
    return Finding(fingerprint=fingerprint, rule_id="rule", subject="column:a", severity=Severity.WARN, title=mark, reason=mark,
                   evidence={}, owner="clerk", first_seen_at=BEGAN.get(mark, AT), last_seen_at=AT, resolved_at=resolved_at)


def judgement(mark: str, verdict: Verdict = Verdict.BAD) -> Judgement:
    seen = {
        "name": mark, "status": "overdue", "count": 1, "latest": None, "due": None, "item": mark, "standing": "overdue", "period": "",
        "missing": [], "provisional": False, "next_period": "", "next_due": None,
    }
    return Judgement(rule_id="rule", subject="column:a", verdict=verdict, severity=Severity.WARN, reason=mark, evidence=seen)


def delivery(mark: str, number: int, status: DeliveryStatus = DeliveryStatus.PENDING) -> Delivery:
    item = AlertItem(kind="finding", id="open", state="open", severity=Severity.WARN, title=mark)
    return Delivery(id=f"{number}-{mark}", alert="a", reason=Reason.NEW, recipient="clerk", channel=f"c{number}", title=mark,
                    body=mark, items=(item,), status=status, attempts=0, created_at=AT)


def answer(mark: str, at: datetime) -> Acknowledgement:
    return Acknowledgement(recipient="clerk", kind="finding", item="open", state="open", severity=Severity.WARN, until=None,
                           who=mark, note=mark, at=at)


def _case(record_id: int, mark: str) -> dict[str, Any]:
    return {"record_id": record_id, "source": "source", "url": "u", "title": mark, "category": "投诉", "owner": "clerk",
            "state": CaseState.REGISTERED, "registered_at": AT, "due": date(2026, 3, 9), "provisional": False}


Call = Callable[[Connection, Town], Any]
UNREAD = Attachment(url="u", name="附件", sha256="0" * 64, state="cannot_judge", reason="不认识",
                    evidence=Evidence(warc_file="w", warc_offset=1, sha256="0" * 64))
READ = replace(UNREAD, state="read", text="读到了", reason="", reader=9)
RECEIVED = ApplicationStep(day=TODAY, at=LATER, who="w", action="receive")


def plain_contest(found: Contest | None) -> Contest | None:
    """Without the number of its application, which the database gives."""
    return replace(found, application_id=None) if found else None


def plain_spans(found: dict[str, list[history.Span]]) -> dict[str, list[history.Span]]:
    """Without the numbers of records, which the database gives."""
    return {source: [replace(span, record_id=0) for span in listed] for source, listed in found.items()}


def plain_links(found: list[links.Linked]) -> list[links.Linked]:
    """Without the numbers of records, which the database gives."""
    return [replace(each, record_id=0) for each in found]


STEP = CaseStep(at=LATER, who="w", action="note")
RUN_END: dict[str, Any] = {"at": LATER, "requests": 9, "not_modified": 9, "received": 9, "seconds": 9.0}
CALLS: dict[Any, dict[str, Call]] = {
    runs: {
        "start_run": lambda c, t: runs.start_run(c, f"new-{t.mark}", AT),
        "finish_run": lambda c, t: runs.finish_run(c, t.run, status="partial", **RUN_END),
        "running": lambda c, t: runs.running(c),
        "claim_running": lambda c, t: runs.claim_running(c, f"open-{t.mark}"),
        "sources_since": lambda c, t: sorted(runs.sources_since(c, t.run)),
        "get_run": lambda c, t: runs.get_run(c, t.run),
        "latest_runs": lambda c, t: runs.latest_runs(c, 9),
        "recent_results": lambda c, t: runs.recent_results(c),
        "save_results": lambda c, t: runs.save_results(c, t.run, [SourceResult(source="source", outcome=Outcome.BLOCKED)]),
        "states": lambda c, t: runs.states(c),
        "save_states": lambda c, t: runs.save_states(c, {"source": SourceState(), "other": SourceState()}),
        "validators_of": lambda c, t: runs.validators_of(c, ["source"]),
        "save_validators": lambda c, t: runs.save_validators(c, [Validator("http://a/", "source", "新", None, LATER)]),
    },
    records: {
        "get": lambda c, t: records.get(c, t.record),
        "of_source": lambda c, t: records.of_source(c, "source"),
        "heads_of_sources": lambda c, t: records.heads_of_sources(c, ["source"]),
        "by_ids": lambda c, t: records.by_ids(c, [t.record]),
        "unmatched": lambda c, t: records.unmatched(c, "terms"),
        "mark_matched": lambda c, t: records.mark_matched(c, [t.stored], "terms"),
        "versions_of": lambda c, t: records.versions_of(c, t.record),
        "with_versions": lambda c, t: list(records.with_versions(c)),
        "count": lambda c, t: records.count(c),
        "page_of_records": lambda c, t: [
            records.page_of_records(c), records.page_of_records(c, source="source"),
            records.page_of_records(c, source="source", text="标题", size=1), records.page_of_records(c, text="标题", size=1),
        ],
        "source_facts": lambda c, t: records.source_facts(c),
        "known_records": lambda c, t: records.known_records(c, "site"),
        "save": lambda c, t: records.save(c, f"open-{t.mark}", [Arrival(record=record("新"), at=LATER)]),
        "checked": lambda c, t: records.checked(c, {IDENTITY: LATER}),
        "removed": lambda c, t: records.removed(c, {IDENTITY: LATER}),
        "save_sightings": lambda c, t: records.save_sightings(c, [
            Sighting(site="site", key="1", source="source", row_hash="新", at=LATER)]),
        "attachments_of": lambda c, t: records.attachments_of(c, [IDENTITY]),
    },
    cases: {
        "register": lambda c, t: cases.register(c, **_case(t.bare, "新"), step=STEP),
        "add_step": lambda c, t: cases.add_step(c, t.case, STEP, owner="boss"),
        "get": lambda c, t: cases.get(c, t.case),
        "by_record": lambda c, t: cases.by_record(c, t.record),
        "by_records": lambda c, t: cases.by_records(c, [t.record]),
        "list_cases": lambda c, t: cases.list_cases(c),
        "page_of_cases": lambda c, t: [
            cases.page_of_cases(c), cases.page_of_cases(c, open_only=True, size=1), cases.page_of_cases(c, overdue_on=TODAY),
            cases.page_of_cases(c, category="投诉", owner="clerk", source="source", text=t.mark),
        ],
    },
    case_lists: {
        "page_of": lambda c, t: [
            case_lists.page_of(c, case_lists.Wanted()), case_lists.page_of(c, case_lists.Wanted(open_only=True), size=1),
            case_lists.page_of(c, case_lists.Wanted(ids=[t.case])), case_lists.page_of(c, case_lists.Wanted(text=t.mark)),
        ],
        "stream": lambda c, t: list(case_lists.stream(c, case_lists.Wanted())),
        "hold": lambda c, t: case_lists.hold(c, t.case),
    },
    history: {
        "of_source_at": lambda c, t: history.of_source_at(c, "source", LATER),
        "records_at": lambda c, t: history.records_at(c, [t.record], UNTIL),
        "changed_since": lambda c, t: history.changed_since(c, ["source"], SINCE, UNTIL),
        "spans": lambda c, t: [plain_spans(history.spans(c)), plain_spans(history.spans(c, ["source"]))],
        "facts_of": lambda c, t: history.facts_of(history.spans(c).get("source", []), LATER),
        "facts_at": lambda c, t: history.facts_at(c, LATER),
    },
    looks: {"last_looks": lambda c, t: looks.last_looks(c)},
    findings: {
        "get": lambda c, t: findings.get(c, "open"),
        "by_fingerprints": lambda c, t: findings.by_fingerprints(c, ["open", "gone"]),
        "open_findings": lambda c, t: findings.open_findings(c),
        "open_at": lambda c, t: findings.open_at(c, AT),
        "of_subject": lambda c, t: findings.of_subject(c, "column:a"),
        "list_findings": lambda c, t: findings.list_findings(c),
        "resolved_since": lambda c, t: findings.resolved_since(c, SINCE),
        "page_of_findings": lambda c, t: [
            findings.page_of_findings(c), findings.page_of_findings(c, resolved=True, size=1),
            findings.page_of_findings(c, text=t.mark),
        ],
        "severity_counts": lambda c, t: findings.severity_counts(c),
        "apply": lambda c, t: findings.apply(c, Fold(resolved=(finding("新", "open", LATER),)), LATER),
        "add_event": lambda c, t: findings.add_event(c, "open", "note", LATER),
        "events": lambda c, t: findings.events(c, "open"),
        "handle": lambda c, t: findings.handle(c, "open", handling="", until=None, event="note", who="w", note="", at=LATER),
        "save_judgements": lambda c, t: findings.save_judgements(c, [judgement("新", Verdict.OK)], LATER),
        "judgements": lambda c, t: findings.judgements(c),
        "column_statuses": lambda c, t: findings.column_statuses(c),
        "rules_judged": lambda c, t: findings.rules_judged(c),
        "item_statuses": lambda c, t: findings.item_statuses(c),
    },
    scans: {
        "unscanned": lambda c, t: [scans.unscanned(c, ["source"], "other"), scans.unscanned(c, ["source"], "rules")],
        "save": lambda c, t: scans.save(c, [scan(t.record, "新")], LATER),
        "flawed": lambda c, t: scans.flawed(c),
        "scanned": lambda c, t: scans.scanned(c, [t.record]),
        "contacts": lambda c, t: scans.contacts(c, [t.record]),
    },
    likenesses: {
        "waiting": lambda c, t: likenesses.waiting(c),
        "between": lambda c, t: likenesses.between(c, SINCE, UNTIL),
        "keep": lambda c, t: likenesses.keep(c, [likeness(t.record, t.bare, 0.9)], [(t.record, "h")]),
        "pairs": lambda c, t: likenesses.pairs(c),
    },
    visits: {
        "add": lambda c, t: visits.add(c, [visit("新", LATER)]),
        "since": lambda c, t: visits.since(c, SINCE, UNTIL),
        "latest": lambda c, t: visits.latest(c),
        "count": lambda c, t: visits.count(c, UNTIL),
        "forget": lambda c, t: visits.forget(c, UNTIL),
    },
    links: {
        "note": lambda c, t: links.note(c, {(t.record, "h"): [PageLink(url="http://a/9", text="新")]}),
        "add": lambda c, t: links.add(c, "site", ["http://a/1", "http://a/3"]),
        "save": lambda c, t: links.save(c, [address("新", LATER), address("新", LATER, "http://a/2")]),
        "turn": lambda c, t: links.turn(c, "site", today=UNTIL, ok_before=UNTIL, limit=9),
        "look_again": lambda c, t: links.look_again(c, "site", ["http://a/1", "http://a/3"]),
        "pages_of": lambda c, t: links.pages_of(c, [IDENTITY, ("site", "2")]),
        "looked_since": lambda c, t: links.looked_since(c, "site", SINCE),
        "dead": lambda c, t: plain_links(links.dead(c, 2)),
        "of_records": lambda c, t: plain_links(links.of_records(c, [t.record])),
        "flawed_pages": lambda c, t: links.flawed_pages(c),
        "looks_at": lambda c, t: list(links.looks_at(c, [t.record]).values()),
        "counts": lambda c, t: links.counts(c),
        "count_unlinked": lambda c, t: links.count_unlinked(c),
        "forget_unlinked": lambda c, t: links.forget_unlinked(c),
    },
    rereading: {
        "unread": lambda c, t: [replace(one, record_id=0) for one in rereading.unread(c, 9)],
        "save": lambda c, t: rereading.save(c, Unread(t.record, t.stored.content_hash, (UNREAD,)), [READ]),
    },
    mentions: {
        "replace": lambda c, t: mentions.replace(c, t.record, "h2", [mention("新")], LATER),
        "replace_all": lambda c, t: mentions.replace_all(c, [(t.record, "h2", ())], LATER),
        "of_record": lambda c, t: mentions.of_record(c, t.record),
        "of_records": lambda c, t: mentions.of_records(c, [t.record]),
        "threads_naming": lambda c, t: mentions.threads_naming(c, ["镇"], SINCE, UNTIL),
        "counts": lambda c, t: mentions.counts(c, SINCE, UNTIL),
    },
    deliveries: {
        "add": lambda c, t: deliveries.add(c, [delivery("新", 4)]),
        "add_once": lambda c, t: deliveries.add_once(c, delivery(t.mark, 3)),
        "get": lambda c, t: deliveries.get(c, t.delivery.id),
        "list_deliveries": lambda c, t: deliveries.list_deliveries(c),
        "page_of_deliveries": lambda c, t: [
            deliveries.page_of_deliveries(c), deliveries.page_of_deliveries(c, size=1),
            deliveries.page_of_deliveries(c, recipient="clerk", status=DeliveryStatus.DEAD),
        ],
        "unfinished": lambda c, t: deliveries.unfinished(c),
        "due": lambda c, t: deliveries.due(c, LATER, AT),
        "claim": lambda c, t: deliveries.claim(c, f"1-{t.mark}", LATER, SINCE),
        "mark_sent": lambda c, t: deliveries.mark_sent(c, t.delivery, LATER, "200") and None,
        "mark_failed": lambda c, t: deliveries.mark_failed(c, t.delivery, LATER, "500", None) and None,
        "supersede": lambda c, t: deliveries.supersede(c, [f"1-{t.mark}"]),
        "revive": lambda c, t: deliveries.revive(c, t.delivery.id),
        "said": lambda c, t: deliveries.said(c),
        "attempts_of": lambda c, t: deliveries.attempts_of(c, t.delivery.id),
        "bodies_tried_since": lambda c, t: deliveries.bodies_tried_since(c, [("clerk", "c2"), ("clerk", "c3")], SINCE),
        "broken_channels": lambda c, t: deliveries.broken_channels(c),
        "count_failed_tries": lambda c, t: deliveries.count_failed_tries(c, SINCE, UNTIL),
    },
    applications: {
        "add": lambda c, t: applications.add(c, **_application("新", f"2-{t.mark}"), registered_at=LATER, step=RECEIVED),
        "taken": lambda c, t: [applications.taken(c, "1"), applications.taken(c, "2")],
        "hold": lambda c, t: applications.hold(c, t.application),
        "add_step": lambda c, t: applications.add_step(c, t.application, replace(RECEIVED, action="close", data={"outcome": "open"})),
        "get": lambda c, t: applications.get(c, t.application),
        "list_applications": lambda c, t: [
            applications.list_applications(c), applications.list_applications(c, open_only=True),
            applications.list_applications(c, since=SINCE.date(), until=UNTIL.date()),
        ],
        "add_contest": lambda c, t: replace(applications.add_contest(
            c, kind=ContestKind.DIRECT_SUIT, number="诉1", title="新", accepted=TODAY, application_id=t.application), application_id=None),
        "end_contest": lambda c, t: plain_contest(applications.end_contest(c, t.contest.id, ContestResult.UPHELD, TODAY)),
        "get_contest": lambda c, t: plain_contest(applications.get_contest(c, t.contest.id)),
        "list_contests": lambda c, t: [plain_contest(each) for each in applications.list_contests(c)],
    },
    catalogue_choices: {
        "choices": lambda c, t: [catalogue_choices.choices(c), catalogue_choices.choices(c, LATER)],
        "choose": lambda c, t: catalogue_choices.choose(c, [item_choice("新", LATER)]),
        "forget": lambda c, t: catalogue_choices.forget(c, ["item"], "w", LATER),
        "move": lambda c, t: catalogue_choices.move(c, {"item": "anew"}),
    },
    yearly: {
        "entries": lambda c, t: yearly.entries(c, 2026),
        "enter": lambda c, t: yearly.enter(c, 2026, {"meetings": "", "trainings": "3"}, "w", LATER),
    },
    acknowledgements: {
        "add": lambda c, t: acknowledgements.add(c, [answer("新", LATER)]),
        "holding": lambda c, t: acknowledgements.holding(c),
        "of_items": lambda c, t: acknowledgements.of_items(c, "clerk", [("finding", "open"), ("finding", "gone")]),
        "end": lambda c, t: acknowledgements.end(c, [each.id for each in acknowledgements.holding(c)], LATER),
        "end_for": lambda c, t: acknowledgements.end_for(c, "clerk", "finding", "open", LATER),
    },
    figures: {
        "records_naming": lambda c, t: figures.records_naming(c, SINCE, UNTIL),
        "run_days": lambda c, t: sorted(figures.run_days(c, SINCE, UNTIL)),
        "looks": lambda c, t: figures.looks(c, SINCE, UNTIL),
        "finding_events": lambda c, t: {
            event: sorted(found) for event, found in figures.finding_events(c, SINCE, UNTIL).items()},
        "cases_by_month": lambda c, t: figures.cases_by_month(c, SINCE - timedelta(days=365)),
        "count_published": lambda c, t: figures.count_published(c, ["source"], SINCE, UNTIL),
        "count_undated": lambda c, t: figures.count_undated(c, ["source"], SINCE, UNTIL),
        "figures_by_town": lambda c, t: figures.figures_by_town(c, TODAY),
    },
    prune: {
        "list_runs": lambda c, t: prune.list_runs(c),
        "list_deliveries": lambda c, t: prune.list_deliveries(c),
        "remembered_deliveries": lambda c, t: sorted(prune.remembered_deliveries(c)),
        "count_validators": lambda c, t: prune.count_validators(c, UNTIL),
        "count_parts": lambda c, t: prune.count_parts(c, [t.run], [t.delivery.id]),
        "remove": lambda c, t: prune.remove(c, run_ids=[t.run], delivery_ids=[t.delivery.id], validators_before=UNTIL),
    },
    seals: {
        "add": lambda c, t: seals.add(c, f"open-{t.mark}", LATER, None),
        "list_seals": lambda c, t: seals.list_seals(c),
        "fingerprint": lambda c, t: seals.fingerprint(c, t.run),
        "unsealed": lambda c, t: seals.unsealed(c),
        "intruders": lambda c, t: seals.intruders(c),
    },
    cells: {
        "bad_cells": lambda c, t: list(cells.bad_cells(c)),
        "integrity": lambda c, t: cells.integrity(c),
    },
    vitals: {
        "record_counts": lambda c, t: vitals.record_counts(c),
        "case_counts": lambda c, t: vitals.case_counts(c),
        "overdue_counts": lambda c, t: vitals.overdue_counts(c, TODAY),
        "open_finding_counts": lambda c, t: vitals.open_finding_counts(c),
        "delivery_counts": lambda c, t: vitals.delivery_counts(c),
        "last_outcomes": lambda c, t: vitals.last_outcomes(c),
        "last_change": lambda c, t: vitals.last_change(c),
        "job_ages": lambda c, t: vitals.job_ages(c),
        "last_job_beat": lambda c, t: vitals.last_job_beat(c),
        "stuck_jobs": lambda c, t: vitals.stuck_jobs(c, UNTIL),
        "stuck_deliveries": lambda c, t: vitals.stuck_deliveries(c, UNTIL),
    },
    jobs: {
        "begun": lambda c, t: jobs.begun(c),
        "caught_up": lambda c, t: jobs.caught_up(c, SINCE),
        "first_slots": lambda c, t: jobs.first_slots(c),
        "forget": lambda c, t: jobs.forget(c, before=UNTIL),
        "last_done": lambda c, t: jobs.last_done(c),
        "last_slots": lambda c, t: jobs.last_slots(c),
        "orphans": lambda c, t: jobs.orphans(c, "w"),
        "recent": lambda c, t: jobs.recent(c, 9),
        "slots_since": lambda c, t: sorted(jobs.slots_since(c, SINCE)),
        "waiting": lambda c, t: jobs.waiting(c),
    },
}
# Whose functions are asked by name of the town, or work on rows that are no town's.
OF_NO_TOWN = {
    jobs: {"queue", "claim", "of_slot", "get", "beat", "finish", "hand_back", "orphan", "note_operation", "forget_earlier"},
}


def rows_of(connection: Connection, town: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a town, the parts of its rows too, without the numbers that the database gives."""
    parents = {"versions": ("record_id", "records"), "mentions": ("record_id", "records"), "case_steps": ("case_id", "cases"),
               "application_steps": ("application_id", "applications"), "absences": ("record_id", "records"),
               "attempts": ("delivery", "deliveries"), "page_links": ("record_id", "records")}
    found = {}
    for table in tables.metadata.sorted_tables:
        query = select(*(column for column in table.columns if str(column.type) != "INTEGER" or column.name != "id"))
        if table.name in parents:
            column, parent = parents[table.name]
            whole = tables.metadata.tables[parent]
            query = query.where(table.c[column].in_(select(whole.c.id).where(whole.c.town == town)))
        elif "town" in table.c:
            query = query.where(table.c.town == town)
        else:
            continue
        found[table.name] = sorted((tuple(row) for row in connection.execute(query)), key=repr)
    return found
