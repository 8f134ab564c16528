"""Feeds into the store: whole or cut, in any order, once or twice."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.nouns import Attachment, Evidence, Outcome, Record, SourceResult
from crawler.feed import FeedWriter, Line, line_of, read_feed
from crawler.items import KEPT
from crawler.load import load_feed
from crawler.platforms.base import Row
from crawler.steps import Checked, Done, Found, Gone, Sighted, Validator
from store import records, runs, tables
from store.database import Engine, transaction

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)
SITE_OF = {"a": "site", "b": "site"}
END: Line = {"type": "end", "at": AT.isoformat(), "requests": 9, "not_modified": 2, "bytes": 1000}


def found(key: str, body: str = "正文", source: str = "a", at: datetime = AT, **more: Any) -> Line:
    record = Record(site="site", key=key, kind="article", url=f"https://a.gov.cn/{key}", title=key, body=body, **more)
    row = Row(key=key, url=record.url, title=key, row_hash=f"h-{key}")
    evidence = Evidence(warc_file="w", warc_offset=7, sha256="0" * 64)
    return line_of(Found(source, row, record, "new", None, Validator(record.url, '"e"', None)), at, evidence)


def done(source: str = "a", at: datetime = AT, outcome: Outcome = Outcome.NEW, walked: bool | None = True, **counts: int) -> Line:
    result = SourceResult(source=source, outcome=outcome, **counts)
    return line_of(Done(result, walked, (Validator("https://a.gov.cn/list", '"l"', None),)), at, None)


def load(engine: Engine, run: str, lines: list[Line], asked: tuple[str, ...] = ("a",), at: datetime = AT) -> None:
    with transaction(engine) as connection:
        if run not in {r.id for r in runs.latest_runs(connection, 100)}:
            runs.start_run(connection, run, at)
        load_feed(connection, run, lines, site_of=SITE_OF, asked=asked)


def everything(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {table.name: sorted(map(str, connection.execute(select(table)).all())) for table in tables.metadata.sorted_tables}


def test_a_feed_loads_once_however_often_it_is_loaded(engine: Engine) -> None:
    lines = [found("1"), found("2"), found("2", source="b"), done(new=2), done("b", new=1), END]
    load(engine, "r1", lines, ("a", "b"))
    once = everything(engine)
    load(engine, "r1", lines, ("a", "b"))
    assert everything(engine) == once
    with engine.connect() as connection:
        # One record, seen by two sources of the site.
        assert records.count(connection) == 2
        assert [s.sources for s in records.of_source(connection, "b")] == [("a", "b")]
        run = runs.get_run(connection, "r1")
    assert (run.status, run.requests, run.bytes) == ("loaded", 9, 1000)


def test_an_old_feed_loaded_late_changes_nothing_newer(engine: Engine) -> None:
    old = [found("1", "旧"), done(), END]
    later = AT + timedelta(days=1)
    load(engine, "r1", old)
    load(engine, "r2", [found("1", "新", at=later), done(at=later), END | {"at": later.isoformat()}], at=later)
    load(engine, "r1", old)
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
        versions = records.versions_of(connection, stored.id)
    assert (stored.record.body, stored.versions) == ("新", 2)
    assert [v.record.body for v in versions] == ["旧", "新"]
    assert [v.previous_hash for v in versions] == [None, versions[0].content_hash]


def test_the_order_of_lines_does_not_matter(engine: Engine) -> None:
    lines = [found(str(n)) for n in range(20)] + [line_of(Sighted("a", (("3", "later"),)), AT, None), done(new=20)]
    random.Random(7).shuffle(lines)
    load(engine, "r1", [*lines, END])
    with engine.connect() as connection:
        assert records.count(connection) == 20


def test_a_cut_feed_is_partial_and_leaves_the_source_not_walked(engine: Engine) -> None:
    load(engine, "r0", [found("0"), done(), done("b", outcome=Outcome.EMPTY), END], ("a", "b"))
    load(engine, "r1", [found("1", at=AT + timedelta(hours=1))], ("a", "b"), at=AT + timedelta(hours=1))
    with engine.connect() as connection:
        run, states = runs.get_run(connection, "r1"), runs.states(connection)
    assert run.status == "partial"
    assert [(r.source, r.outcome, r.new) for r in run.sources] == [("a", Outcome.NOT_RUN, 1), ("b", Outcome.NOT_RUN, 0)]
    # Nothing of b was taken in, so nothing of it can have been skipped.
    assert {source: state.walked for source, state in states.items()} == {"a": False, "b": True}


def test_a_failure_keeps_or_clears_what_was_walked(engine: Engine) -> None:
    load(engine, "r0", [done(), END])
    for run, walked, expected in (("r1", None, True), ("r2", False, False), ("r3", None, False), ("r4", True, True)):
        load(engine, run, [done(outcome=Outcome.BLOCKED, walked=walked), END])
        with engine.connect() as connection:
            assert runs.states(connection)["a"].walked is expected


def test_gone_and_back(engine: Engine) -> None:
    def at(hours: int) -> datetime:
        return AT + timedelta(hours=hours)

    load(engine, "r0", [found("1"), done(), END])
    load(engine, "r1", [line_of(Gone("a", "1"), at(1), None), done(at=at(1), removed=1), END])
    load(engine, "r2", [line_of(Gone("a", "1"), at(2), None), done(at=at(2)), END])
    with engine.connect() as connection:
        assert records.of_source(connection, "a")[0].removed_at == at(1)
    load(engine, "r3", [line_of(Checked("a", "1", False, None, None), at(3), None), done(at=at(3)), END])
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
    assert (stored.removed_at, stored.checked_at, stored.changed_at) == (None, at(3), AT)


def test_an_unchanged_attachment_keeps_its_stored_text(engine: Engine) -> None:
    file = Attachment(url="https://a.gov.cn/f.pdf", name="f.pdf", sha256="1" * 64, size=3, text="全文", state="read")
    load(engine, "r0", [found("1", attachments=(file,)), done(), END])
    later = AT + timedelta(hours=1)
    kept = replace(file, text="", size=None, state="not_fetched", reason=KEPT)
    load(engine, "r1", [found("1", "改", at=later, attachments=(kept,)), done(at=later), END])
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
    assert stored.record.body == "改"
    assert stored.record.attachments == (file,)


def test_the_same_bytes_read_better_today_give_their_text(engine: Engine) -> None:
    file = Attachment(url="https://a.gov.cn/f.doc", name="f.doc", sha256="1" * 64, size=3, state="cannot_judge", reason="旧格式",
                      evidence=Evidence(warc_file="w", warc_offset=3, sha256="1" * 64))
    load(engine, "r0", [found("1", attachments=(file,)), done(), END])
    later = AT + timedelta(hours=1)
    again = replace(file, text="全文", state="read", reason=KEPT, evidence=None)
    load(engine, "r1", [found("1", "改", at=later, attachments=(again,)), done(at=later), END])
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
    assert stored.record.attachments == (replace(file, text="全文", state="read", reason=""),)


def test_a_source_taken_out_of_the_configuration_is_left_out(engine: Engine) -> None:
    load(engine, "r0", [found("1", source="gone"), done("gone"), done(), END])
    with engine.connect() as connection:
        assert records.count(connection) == 0


def test_a_last_line_cut_short_is_left_out_and_damage_before_it_is_not_hidden(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    with FeedWriter(path) as feed:
        feed.write(found("1"))
        feed.write(found("2"))
    whole = path.read_bytes()
    for cut in range(len(whole) - 1, len(whole) - 60, -7):
        path.write_bytes(whole[:cut])
        assert [line["record"]["key"] for line in read_feed(path)] == ["1"]
    path.write_bytes(b'{"type": "rec\n' + whole)
    with pytest.raises(json.JSONDecodeError):
        list(read_feed(path))
    assert list(read_feed(tmp_path / "none.jsonl")) == []


def test_five_thousand_records_load_in_seconds(engine: Engine) -> None:
    lines = [found(f"{n:05d}", "漫水河镇防汛工作。" * 60) for n in range(5000)]
    begun = time.monotonic()
    load(engine, "r0", [*lines, done(new=5000), END])
    seconds = time.monotonic() - begun
    with engine.connect() as connection:
        assert records.count(connection) == 5000
    print(f"{engine.dialect.name}: 5,000 records in {seconds:.1f} s")
    assert seconds < 30
