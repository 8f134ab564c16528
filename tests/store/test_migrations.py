"""What stood in a store of one town lives through every migration, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text

from store.backup import table_names
from store.cases import page_of_cases
from store.database import Engine, connect_store, for_town, head_revision, migrate_store, revision, transaction
from store.records import page_of_records

ROWS: dict[str, dict[str, Any]] = {
    "runs": {"id": "r", "started_at": "2026-03-04 01:00:00", "status": "loaded", "requests": 1, "not_modified": 0, "bytes": 1,
             "seconds": 1.5},
    "run_sources": {"run": "r", "source": "s", "outcome": "new", "seen": 1, "new": 1, "changed": 0, "removed": 0},
    "source_states": {"source": "s", "walked": True},
    "validators": {"url": "http://a/", "source": "s", "checked_at": "2026-03-04 01:00:00"},
    "records": {"id": 1, "site": "x", "key": "k", "kind": "article", "url": "http://a/", "title": "标题", "body": "正文",
                "published_at": "2026-03-01 01:00:00", "published_has_time": False, "content_hash": "h",
                "first_seen_at": "2026-03-04 01:00:00", "checked_at": "2026-03-04 01:00:00",
                "changed_at": "2026-03-04 01:00:00", "versions": 1,
                "detail": '{"attachments": [], "replies": [], "thread": {}, "meta": {}, "written": null}'},
    "sightings": {"record_id": 1, "source": "s", "first_seen_at": "2026-03-04 01:00:00", "last_seen_at": "2026-03-04 01:00:00"},
    "versions": {"id": 1, "record_id": 1, "content_hash": "h", "seen_at": "2026-03-04 01:00:00", "run": "r", "data": "{}"},
    "mentions": {"id": 1, "record_id": 1, "content_hash": "h", "subject": "镇", "term": "镇", "text": "镇", "start": 0, "end": 1,
                 "field": "body", "confidence": "certain", "found_at": "2026-03-04 01:00:00"},
    "cases": {"id": 1, "record_id": 1, "source": "s", "url": "u", "title": "来信", "category": "投诉", "state": "registered",
              "registered_at": "2026-03-04 01:00:00", "provisional": False},
    "case_steps": {"id": 1, "case_id": 1, "at": "2026-03-04 01:00:00", "who": "w", "action": "register", "note": "", "data": "{}"},
    "findings": {"fingerprint": "f", "rule_id": "r", "subject": "s", "severity": "warn", "title": "t", "reason": "", "evidence": "{}",
                 "first_seen_at": "2026-03-04 01:00:00", "last_seen_at": "2026-03-04 01:00:00"},
    "finding_events": {"id": 1, "fingerprint": "f", "at": "2026-03-04 01:00:00", "event": "opened", "who": "w", "note": ""},
    "judgements": {"rule_id": "r", "subject": "s", "verdict": "bad", "severity": "warn", "title": "t", "reason": "",
                   "evidence": "{}", "judged_at": "2026-03-04 01:00:00"},
    "deliveries": {"id": "d", "alert": "a", "reason": "new", "recipient": "p", "channel": "c", "level": 0, "title": "t",
                   "body": "b", "items": "[]", "status": "sent", "attempts": 1, "created_at": "2026-03-04 01:00:00"},
    "said": {"recipient": "p", "channel": "c", "kind": "finding", "item": "f", "state": "open", "reason": "new", "level": 0,
             "first_said_at": "2026-03-04 01:00:00", "said_at": "2026-03-04 01:00:00", "delivery": "d"},
    "attempts": {"id": 1, "delivery": "d", "at": "2026-03-04 01:00:00", "ok": True, "answer": ""},
}


@pytest.fixture
def first_store(store_url: str) -> Iterator[Engine]:
    """A store of the first revision with a row in every table."""
    engine = connect_store(store_url)
    migrate_store(engine, "0001")
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for table, row in ROWS.items():
            columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)
    yield engine
    engine.dispose()


def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    schema = MetaData()
    schema.reflect(engine, only=lambda name, _: name != "alembic_version")
    with engine.connect() as connection:
        return {name: [dict(row) for row in connection.execute(select(table)).mappings()] for name, table in schema.tables.items()}


def test_there_is_a_row_in_every_table(first_store: Engine) -> None:
    assert sorted(ROWS) == sorted(table_names("0001"))


def test_every_row_becomes_that_of_the_only_town_and_goes_back(first_store: Engine) -> None:
    before = _rows(first_store)
    migrate_store(first_store)
    assert revision(first_store) == head_revision()
    after = _rows(first_store)
    for name, (row,) in before.items():
        (kept,) = after[name]
        assert {column: kept[column] for column in row} == row
        assert kept.get("town", "town") == "town"
    with for_town(first_store, "town").connect() as connection:
        assert page_of_records(connection, source="s")[0][0].record.title == "标题"
        assert page_of_cases(connection, open_only=True)[1] == 1
    migrate_store(first_store, "0001")
    assert _rows(first_store) == before
    migrate_store(first_store)
    assert _rows(first_store) == after
