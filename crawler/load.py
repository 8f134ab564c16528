"""A run's feed into the store: one transaction, whatever the order of its lines, and the same again if loaded twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from core.nouns import Attachment, Evidence, Outcome, Record, SourceResult
from crawler.feed import Line
from crawler.items import KEPT
from store import links, records, runs
from store.database import Connection
from store.records import Arrival, Identity, Sighting
from store.runs import SourceState, Validator

INTERRUPTED = "采集中断：已读到的已入库，下次从头核对"


@dataclass(slots=True)
class _Feed:
    """The lines of a feed, sorted out."""

    arrivals: dict[Identity, Arrival] = field(default_factory=dict)
    sightings: dict[tuple[str, str, str], Sighting] = field(default_factory=dict)
    checked: dict[Identity, datetime] = field(default_factory=dict)
    gone: dict[Identity, datetime] = field(default_factory=dict)
    relook: list[Identity] = field(default_factory=list)
    validators: list[Validator] = field(default_factory=list)
    outcomes: dict[str, Line] = field(default_factory=dict)
    taken: dict[str, Counter[str]] = field(default_factory=dict)
    end: Line | None = None
    last_at: datetime | None = None


def load_feed(
    connection: Connection, run_id: str, lines: Iterable[Line], *, site_of: Mapping[str, str], asked: Iterable[str],
    not_run: Mapping[str, str] | None = None,
) -> None:
    """Load a run. ``site_of``: the site of each source; ``asked``: the sources that the run was to look at; ``not_run``:
    those that it left out, each with its reason. A run whose feed has no end, or not that of every source, is
    ``partial``."""
    asked = list(asked)
    feed = _sort(lines, site_of)
    arrivals = _with_kept(connection, list(feed.arrivals.values()))
    records.save(connection, run_id, arrivals)
    records.checked(connection, feed.checked)
    records.removed(connection, feed.gone)
    records.save_sightings(connection, list(feed.sightings.values()))
    runs.save_validators(connection, feed.validators)
    for site, urls in links.pages_of(connection, feed.relook).items():
        links.look_again(connection, site, urls)
    run = runs.get_run(connection, run_id)
    at = feed.last_at or run.started_at
    results = [_result(source, feed, at) for source in asked]
    left_out = [SourceResult(source=s, outcome=Outcome.NOT_RUN, error=why) for s, why in (not_run or {}).items()]
    runs.save_results(connection, run_id, [*results, *left_out])
    _save_states(connection, feed, results)
    end = feed.end or {}
    whole = bool(end) and feed.outcomes.keys() >= set(asked)
    runs.finish_run(
        connection, run_id, status="loaded" if whole else "partial", at=at, requests=end.get("requests", 0),
        not_modified=end.get("not_modified", 0), received=end.get("bytes", 0),
        seconds=max(at - run.started_at, timedelta()).total_seconds(),
    )


def _sort(lines: Iterable[Line], site_of: Mapping[str, str]) -> _Feed:
    feed = _Feed()
    for line in lines:
        at = feed.last_at = datetime.fromisoformat(line["at"])
        if line["type"] == "end":
            feed.end = line
            continue
        source = line["source"]
        site = site_of.get(source)
        if site is None:
            # A left-behind feed may speak of a source that has been taken out of the configuration since.
            continue
        feed.validators += [
            Validator(v["url"], source, v["etag"], v["last_modified"], at, v.get("outward")) for v in line.get("validators", ())
        ]
        _take(feed, line, site, source, at)
    return feed


def _take(feed: _Feed, line: Line, site: str, source: str, at: datetime) -> None:
    match line["type"]:
        case "record":
            record = records.from_json(line["record"])
            evidence = Evidence(**line["evidence"]) if line["evidence"] else None
            feed.arrivals[site, record.key] = Arrival(record=record, at=at, evidence=evidence)
            _sight(feed, Sighting(site=site, key=record.key, source=source, row_hash=line["row_hash"], at=at))
            feed.taken.setdefault(source, Counter())[line["change"]] += 1
        case "checked":
            feed.checked[site, line["key"]] = at
            if line.get("relook"):
                feed.relook.append((site, line["key"]))
            if line["sighted"]:
                _sight(feed, Sighting(site=site, key=line["key"], source=source, row_hash=line["row_hash"], at=at))
        case "rows":
            for key, row_hash in line["rows"]:
                _sight(feed, Sighting(site=site, key=key, source=source, row_hash=row_hash, at=at))
            feed.taken.setdefault(source, Counter())["seen"] += len(line["rows"])
        case "gone":
            feed.gone[site, line["key"]] = at
            feed.taken.setdefault(source, Counter())["removed"] += 1
        case "outcome":
            feed.outcomes[source] = line


def _sight(feed: _Feed, sighting: Sighting) -> None:
    """The latest sighting, with the latest hash that one gave."""
    place = (sighting.site, sighting.key, sighting.source)
    before = feed.sightings.get(place)
    if before is not None and sighting.row_hash is None:
        sighting = replace(sighting, row_hash=before.row_hash)
    feed.sightings[place] = sighting


def _with_kept(connection: Connection, arrivals: list[Arrival]) -> list[Arrival]:
    """Put in what the store has of attachments that answered "not modified"."""
    kept = [a for a in arrivals if any(attachment.reason == KEPT for attachment in a.record.attachments)]
    stored = records.attachments_of(connection, [(a.record.site, a.record.key) for a in kept])
    return [replace(a, record=_restored(a.record, stored.get((a.record.site, a.record.key), {}))) for a in arrivals]


def _restored(record: Record, stored: Mapping[str, Any]) -> Record:
    return replace(record, attachments=tuple(_as_stored(a, stored.get(a.url)) for a in record.attachments))


def _as_stored(attachment: Attachment, stored: Attachment | None) -> Attachment:
    """Of the same bytes what is stored, with their text where they were read anew (readers learn)."""
    if attachment.reason != KEPT or stored is None:
        return attachment
    if attachment.state == "read":
        reason = stored.reason if stored.state == "read" else ""
        return replace(stored, name=attachment.name, text=attachment.text, state="read", reason=reason)
    return replace(stored, name=attachment.name)


def _result(source: str, feed: _Feed, at: datetime) -> SourceResult:
    line = feed.outcomes.get(source)
    if line is None:
        taken = feed.taken.get(source, Counter())
        return SourceResult(source=source, outcome=Outcome.NOT_RUN, seen=taken["seen"] + taken["new"] + taken["changed"],
                            new=taken["new"], changed=taken["changed"], removed=taken["removed"], error=INTERRUPTED, checked_at=at)
    return SourceResult(
        source=source, outcome=Outcome(line["outcome"]), seen=line["seen"], new=line["new"], changed=line["changed"],
        removed=line["removed"], error=line["error"], checked_at=datetime.fromisoformat(line["at"]),
    )


def _save_states(connection: Connection, feed: _Feed, results: list[SourceResult]) -> None:
    before = runs.states(connection)
    after = {}
    for result in results:
        state, line = before.get(result.source, SourceState()), feed.outcomes.get(result.source)
        if line is None:
            # Cut in the middle: whatever was taken stands above a gap.
            walked = state.walked and not feed.taken.get(result.source)
        else:
            walked = state.walked if line["walked"] is None else line["walked"]
        looked = result.checked_at if result.outcome.looked else state.last_ok_at
        brought = result.checked_at if result.new or result.changed else state.last_new_at
        after[result.source] = SourceState(walked, looked, brought)
    runs.save_states(connection, after)
