"""A writer whose every commit is known: the store after commit k is a function of k alone.

Run as a module (``URL VAR``) it commits in a process of its own, archiving a page each time, until it is killed.
"""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, func, insert, select, update

from crawler.archive import Archive
from store import tables
from store.database import Connection, Engine, connect_store, for_town, transaction

START = datetime(2026, 3, 4, 2, 20, 30, 123456, tzinfo=UTC)
DUE = START.date()
NO_EVIDENCE: dict[str, Any] = {}


def commit(connection: Connection, k: int, evidence: dict[str, Any] = NO_EVIDENCE) -> None:
    """The k-th commit (from 1): rows in every table, some of the commits before changed or removed."""
    at = START + timedelta(hours=k)
    connection.execute(insert(tables.runs).values(id=f"run-{k:06}", started_at=at, status="running"))
    before = tables.runs.c.id == f"run-{k - 1:06}"
    connection.execute(update(tables.runs).where(before).values(status="loaded", finished_at=at, seconds=k / 3, bytes=k))
    result = {"run": f"run-{k:06}", "outcome": "new", "checked_at": at, "error": "超时\n“引号”"}
    connection.execute(insert(tables.run_sources), [result | {"source": name} for name in ("one", "two")])
    connection.execute(delete(tables.source_states))
    connection.execute(insert(tables.source_states).values(source="one", walked=k % 2 == 0, last_ok_at=at))
    connection.execute(insert(tables.validators).values(url=f"http://a/{k}", source="one", checked_at=at))
    connection.execute(delete(tables.validators).where(tables.validators.c.url == f"http://a/{k - 3}"))
    _write_record(connection, k, at, evidence)
    connection.execute(insert(tables.seals).values(
        run=f"run-{k:06}", at=at, versions=1, rows=f"r{k}", previous=f"h{k - 1}", hash=f"h{k}",
        warc={"name": "w", "bytes": k, "sha256": "s"} if k % 2 else None))
    _write_findings(connection, k, at)
    _write_applications(connection, k, at)
    _write_people(connection, k, at)


def _write_record(connection: Connection, k: int, at: datetime, evidence: dict[str, Any]) -> None:
    record = connection.execute(insert(tables.records).values(
        site="site", key=f"key-{k}", kind="article", url=f"http://a/{k}", title=f"标题{k}𠮷", body="正文\u2028" * (k % 7),
        published_at=at if k % 2 else None, detail={"序": k, "列": [None, True, 1.5, "\ud83d"]}, content_hash=f"h{k}",
        first_seen_at=at, checked_at=at, changed_at=at,
    )).inserted_primary_key[0]
    connection.execute(update(tables.records).values(checked_at=at).where(tables.records.c.key == f"key-{k - 1}"))
    connection.execute(insert(tables.sightings).values(record_id=record, source="one", first_seen_at=at, last_seen_at=at))
    connection.execute(insert(tables.absences).values(record_id=record, removed_at=at, returned_at=at))
    connection.execute(insert(tables.versions).values(
        record_id=record, content_hash=f"h{k}", seen_at=at, run=f"run-{k:06}", data={"k": k}, **evidence))
    connection.execute(insert(tables.scans).values(
        record_id=record, content_hash="h", rules="r", scanned_at=at, flaws=[{"evidence": "138****0000"}], worst="warn" if k % 2 else None))
    if k > 1:
        connection.execute(insert(tables.likenesses).values(
            record_id=record, content_hash="h", other_id=record - 1, other_hash="h", likeness=0.95))
    connection.execute(insert(tables.visits).values(
        site="site", host="a", at=at, round=at, outcome="ok", seconds=k / 3, newest=DUE, certificate_until=at, flaws=[{"evidence": "外链"}]))
    connection.execute(insert(tables.addresses).values(
        url=f"http://a/{k}", site="site", state="dead", checked_at=at, dead_days=k, dead_on=DUE, flaws=[] if k % 2 else None))
    connection.execute(insert(tables.page_links).values(record_id=record, number=1, content_hash="h", url=f"http://a/{k}", text="附件"))
    connection.execute(insert(tables.mentions).values(
        record_id=record, content_hash=f"h{k}", subject="镇", term="镇", text="镇", start=0, end=1, field="body",
        confidence="certain", found_at=at))
    case = connection.execute(insert(tables.cases).values(
        record_id=record, source="one", url="u", title="t", category="投诉", state="registered", registered_at=at,
        due=DUE if k % 2 else None,
    )).inserted_primary_key[0]
    connection.execute(insert(tables.case_steps).values(case_id=case, at=at, who="w", action="register", data={}))


def _write_findings(connection: Connection, k: int, at: datetime) -> None:
    rule = {"rule_id": "r", "subject": f"s{k}", "severity": "warn", "title": "t", "reason": "", "evidence": {"k": k}}
    connection.execute(insert(tables.findings).values(fingerprint=f"f{k}", first_seen_at=at, last_seen_at=at, **rule))
    connection.execute(update(tables.findings).values(resolved_at=at).where(tables.findings.c.fingerprint == f"f{k - 2}"))
    connection.execute(insert(tables.finding_events).values(fingerprint=f"f{k}", at=at, event="opened", who="w"))
    connection.execute(insert(tables.judgements).values(verdict="bad", judged_at=at, **rule))
    connection.execute(insert(tables.deliveries).values(
        id=f"d{k}", alert="a", reason="new", recipient="clerk", channel="c", title="t", body="b", items=[{"k": k}],
        status="sent", created_at=at, sent_at=at))
    connection.execute(insert(tables.said).values(
        recipient="clerk", channel="c", kind="finding", item=f"f{k}", state="open", reason="new", first_said_at=at,
        said_at=at, delivery=f"d{k}"))
    connection.execute(insert(tables.acknowledgements).values(
        recipient="clerk", kind="finding", item=f"f{k}", state="open", severity="warn", until=DUE if k % 2 else None, who="clerk",
        at=at, ended_at=None if k % 3 else at))
    connection.execute(insert(tables.attempts).values(delivery=f"d{k}", at=at, ok=k % 2 == 0, answer="HTTP 200"))


def _write_applications(connection: Connection, k: int, at: datetime) -> None:
    application = connection.execute(insert(tables.applications).values(
        number=f"{k}", title="t", applicant="person", channel="online", received=DUE, registered_at=at, closed_on=DUE if k % 2 else None,
    )).inserted_primary_key[0]
    connection.execute(insert(tables.application_steps).values(
        application_id=application, day=DUE, at=at, who="w", action="receive", data={"k": k}))
    connection.execute(insert(tables.contests).values(
        kind="review", number=f"{k}", title="t", accepted=DUE, application_id=application if k % 2 else None))
    connection.execute(insert(tables.yearly_entries).values(year=2000 + k, key="meetings", value="6", who="w", at=at))
    connection.execute(insert(tables.catalogue_choices).values(item=f"i{k}", columns=[f"c{k}"] if k % 2 else None, who="w", at=at))
    connection.execute(insert(tables.catalogue_choice_history).values(item=f"i{k}", columns=[f"c{k}"] if k % 2 else None, who="w", at=at))


def _write_people(connection: Connection, k: int, at: datetime) -> None:
    user = f"user{k}"
    connection.execute(insert(tables.users).values(
        username=user, name="张", password_hash="h", role="clerk", towns=["town"], created_at=at, password_changed_at=at))
    connection.execute(insert(tables.sessions).values(
        token_hash=f"t{k}", username=user, csrf="c", created_at=at, seen_at=at, expires_at=at))
    connection.execute(insert(tables.api_tokens).values(id=f"a{k}", token_hash=f"t{k}", username=user, label="l", created_at=at))
    connection.execute(insert(tables.sign_ins).values(username=user, address="127.0.0.1", at=at, ok=True))
    connection.execute(insert(tables.audit).values(at=at, who=user, action="assign", detail={"k": k}))
    connection.execute(insert(tables.job_runs).values(job="crawl", slot=at, status="done"))
    connection.execute(insert(tables.host_leases).values(host=f"h{k}", asked_at=at))


def write(engine: Engine, commits: int) -> None:
    """The store after so many commits, from an empty one."""
    for k in range(1, commits + 1):
        with transaction(engine) as connection:
            commit(connection, k)


def commits(engine: Engine) -> int:
    """How many commits the store holds."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(tables.runs)).scalar_one()


def dump(engine: Engine, *, evidence: bool = True) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table as the program reads it, in the order of its key."""
    columns = {
        table: [column for column in table.columns if evidence or column.name not in ("warc_file", "warc_offset", "sha256")]
        for table in tables.metadata.sorted_tables
    }
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(*listed).order_by(*table.primary_key.columns))]
            for table, listed in columns.items()
        }


@contextmanager
def another_store(request: pytest.FixtureRequest, path: Path) -> Iterator[str]:
    """The address of a second empty store beside that of the test, of the database that ``request.param`` names."""
    if request.param == "sqlite":
        yield f"sqlite:///{path}"
        return
    server = str(request.getfixturevalue("postgres_server"))
    name = f"other_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield server.replace("/postgres?", f"/{name}?", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main(url: str, var: str) -> None:
    """Commit without end."""
    engine = for_town(connect_store(url), "town")
    archive = Archive(Path(var) / "archive", "2026/03/run.warc.gz")
    for k in range(commits(engine) + 1, 1_000_000):
        page = f"page {k} ".encode() * 2000
        kept = archive.write(url=f"http://a/{k}", at=START, status=200, headers=(), payload=page)
        with transaction(engine) as connection:
            commit(connection, k, {
                "warc_file": kept.warc_file, "warc_offset": kept.warc_offset, "sha256": kept.sha256})
        time.sleep(0.002)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
