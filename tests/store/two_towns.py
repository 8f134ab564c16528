"""Two towns that are alike but for their mark and the hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.applications import Applicant, ApplicationStep, Contest, ContestKind
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
    cases,
    catalogue_choices,
    deliveries,
    findings,
    likenesses,
    links,
    mentions,
    records,
    runs,
    scans,
    seals,
    tables,
    visits,
    yearly,
)
from store.acknowledgements import Acknowledgement
from store.database import Connection, Engine, transaction
from store.likenesses import Likeness
from store.records import Arrival, Sighting
from store.runs import SourceState, Validator
from store.scans import Scan

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
SINCE, UNTIL = AT - timedelta(days=1), AT + timedelta(days=1)
TODAY = date(2026, 3, 20)
IDENTITY = ("site", "1")
BEGAN = {"甲": AT, "乙": AT - timedelta(hours=16)}
UNREAD = Attachment(url="u", name="附件", sha256="0" * 64, state="cannot_judge", reason="不认识",
                    evidence=Evidence(warc_file="w", warc_offset=1, sha256="0" * 64))
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
        case = cases.register(connection, **case_of(stored["1"].id, mark), step=step)
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
    found = applications.add(connection, **application_of(mark), registered_at=at, step=step)
    contest = applications.add_contest(
        connection, kind=ContestKind.REVIEW, number="复1", title=mark, accepted=at.date(), application_id=found.id, note=mark,
    )
    return found.id, contest


def item_choice(mark: str, at: datetime) -> ItemChoice:
    """The decision that a town holds about an item that both have."""
    return ItemChoice(item="item", columns=(mark,), owner=mark, applicable=False, reason=mark, who=mark, at=at)


def application_of(mark: str, number: str = "1") -> dict[str, Any]:
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


def case_of(record_id: int, mark: str) -> dict[str, Any]:
    return {"record_id": record_id, "source": "source", "url": "u", "title": mark, "category": "投诉", "owner": "clerk",
            "state": CaseState.REGISTERED, "registered_at": AT, "due": date(2026, 3, 9), "provisional": False}


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
