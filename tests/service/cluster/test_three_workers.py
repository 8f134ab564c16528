"""The proof: three workers, three towns on the same three hosts, and a kill -9 in the middle of a crawl."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.clock import now
from core.nouns import Outcome, Record
from crawler.run import crawl
from store import jobs, records, runs
from store.database import Engine, for_town, open_store

LOOKED = {str(outcome) for outcome in Outcome if outcome.looked}


def test_a_killed_worker_costs_nothing_and_no_host_is_hurried(county: Any, tmp_path: Path) -> None:
    county.migrate()
    workers = [county.start("worker", "--concurrency", "2") for _ in range(3)]
    store = county.store()

    county.until(lambda: bool(crawling(county, workers)), "a crawl has read twenty records", 90)
    victim = crawling(county, workers)[0]
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()

    sites = {(town, "crawl", site.id) for town, settings in county.service().towns.items() for site in settings.sites}
    county.until(lambda: done(store) >= sites, f"the crawls of {len(sites)} sites are done", 120)

    with store.connect() as connection:
        crawls = jobs.recent(connection, 1000, job="crawl")
    assert len(crawls) == len(sites), "one row a site"
    assert max(run.attempts for run in crawls) >= 2, "the killed worker's crawl was taken up again"
    expected = alone(county, tmp_path)
    for town, settings in county.service().towns.items():
        of_town = for_town(store, town)
        assert looked_at(of_town) == {source.id: 1 for _, source in settings.all_sources if source.confirmed}
        assert contents(of_town) == expected
        with of_town.connect() as connection:
            assert runs.running(connection) == [], "no run was left"
    assert busiest_second(county) <= county.rate * 1.05 + 1

    for worker in workers:
        if worker is not victim:
            worker.send_signal(signal.SIGTERM)
    assert [worker.wait(20) for worker in workers if worker is not victim] == [0, 0]
    store.dispose()
    assert "Traceback" not in county.logs(), county.logs()


def crawling(county: Any, workers: list[Any]) -> list[Any]:
    """The workers whose crawl has read twenty records and goes on."""
    parents = {}
    for worker in workers:
        for task in Path(f"/proc/{worker.pid}/task").glob("*/children"):
            parents |= dict.fromkeys(task.read_text().split(), worker)
    found = []
    for child, worker in parents.items():
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        feed = next((Path(part.decode()).parent / "feed.jsonl" for part in command if part.endswith(b"job.json")), None)
        if feed is not None and feed.exists() and feed.read_bytes().count(b'"type": "record"') >= 20:
            found.append(worker)
    return found


def done(store: Engine) -> set[tuple[str, str, str]]:
    with store.connect() as connection:
        return set(jobs.last_done(connection))


def alone(county: Any, tmp_path: Path) -> dict[str, Any]:
    """What one machine finds that crawls one of the towns by itself."""
    settings = next(iter(county.service().towns.values()))
    fast = [site.model_copy(update={"politeness": site.politeness.model_copy(update={"requests_per_second": 500.0})})
            for site in settings.sites]
    seen = list(county.town.requests)
    engine = for_town(open_store(f"sqlite:///{tmp_path / 'alone.db'}"), settings.town.id)
    crawl(settings.model_copy(update={"sites": tuple(fast)}), engine, tmp_path / "alone", now=now)
    found = contents(engine)
    engine.dispose()
    county.seen = seen
    return found


def contents(engine: Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        return {
            f"{one.stored.record.site} {one.stored.record.key}":
                (without_evidence(one.stored.record), one.stored.content_hash, len(one.versions), one.stored.removed_at)
            for one in records.with_versions(connection)
        }


def without_evidence(record: Record) -> Record:
    """Where the bytes of an attachment lie is each run's own."""
    return replace(record, attachments=tuple(replace(each, evidence=None) for each in record.attachments))


def looked_at(engine: Engine) -> dict[str, int]:
    """By source, how many whole runs have looked at it."""
    count: dict[str, int] = defaultdict(int)
    with engine.connect() as connection:
        for run in runs.latest_runs(connection, 100):
            for result in run.sources:
                if run.status == "loaded" and str(result.outcome) in LOOKED:
                    count[result.source] += 1
    return dict(count)


def busiest_second(county: Any) -> int:
    """The most requests that any host saw within a second."""
    by_host: dict[str, list[float]] = defaultdict(list)
    for asked in county.seen:
        by_host[asked.host].append(asked.at.timestamp())
    assert len(by_host) == 3
    most = 0
    for times in by_host.values():
        times.sort()
        first = 0
        for last, at in enumerate(times):
            while at - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
    return most
