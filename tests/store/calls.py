"""One call of every function of the store that works on a town's rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core.applications import ApplicationStep, Contest, ContestKind, ContestResult
from core.nouns import (
    CaseStep,
    DeliveryStatus,
    Outcome,
    SourceResult,
    Verdict,
)
from core.visits import PageLink
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
    visits,
    vitals,
    yearly,
)
from store.database import Connection
from store.records import Arrival, Sighting
from store.rereading import Unread
from store.runs import SourceState, Validator
from tests.store.two_towns import (
    AT,
    IDENTITY,
    LATER,
    SINCE,
    TODAY,
    UNREAD,
    UNTIL,
    Town,
    address,
    answer,
    application_of,
    case_of,
    delivery,
    finding,
    item_choice,
    judgement,
    likeness,
    mention,
    record,
    scan,
    visit,
)

Call = Callable[[Connection, Town], Any]
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
        "register": lambda c, t: cases.register(c, **case_of(t.bare, "新"), step=STEP),
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
        "add": lambda c, t: applications.add(c, **application_of("新", f"2-{t.mark}"), registered_at=LATER, step=RECEIVED),
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
