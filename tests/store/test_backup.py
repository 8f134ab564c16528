"""The store's rows out and in again, from either database into either."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import column, insert, select, table

from core.errors import StoreError
from store import backup, tables
from store.database import (
    Connection,
    Engine,
    for_town,
    head_revision,
    known_revisions,
    migrate_store,
    open_store,
    require_known,
    revision,
    transaction,
)
from store.tables import Instant
from tests.store.writing import START, another_store, commit, commits, dump, write

HEAD = str(head_revision())


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A second empty store: the target."""
    with another_store(request, tmp_path / "other.db") as url:
        engine = for_town(open_store(url), "town")
        yield engine
        engine.dispose()


def read(connection: Connection, at: str = HEAD) -> dict[str, list[bytes]]:
    return {name: list(backup.lines(connection, at, name)) for name in backup.table_names(at)}


def put(engine: Engine, kept: dict[str, list[bytes]], *, replace: bool = False) -> None:
    with transaction(engine) as connection:
        backup.prepare(connection, HEAD, replace=replace)
        for name, rows in kept.items():
            assert backup.load(connection, HEAD, name, rows, lambda _: None) == len(rows)
        backup.set_sequences(connection, HEAD)


def test_every_row_comes_back_equal_in_either_database(engine: Engine, other: Engine) -> None:
    write(engine, 12)
    with backup.snapshot(engine) as connection:
        kept = read(connection)
    assert all(kept.values()), "a table without rows proves nothing"
    put(other, kept)
    assert dump(other) == dump(engine)
    # Half a character (a cut emoji in a site's JSON) and None inside JSON are as they were.
    assert dump(other)["records"][0][11] == {"序": 1, "列": [None, True, 1.5, "\ud83d"]}


def test_ids_go_on_after_the_loaded_ones(engine: Engine, other: Engine) -> None:
    write(engine, 5)
    with backup.snapshot(engine) as connection:
        kept = read(connection)
    put(other, kept)
    for store in (engine, other):
        with transaction(store) as connection:
            commit(connection, 6)
    assert dump(other) == dump(engine)


def test_an_empty_table_leaves_its_ids_at_one(other: Engine) -> None:
    put(other, {})
    write(other, 1)
    assert dump(other)["records"][0][0] == 1


def test_a_snapshot_is_one_moment_and_does_not_hold_up_writers(engine: Engine) -> None:
    write(engine, 3)
    before = dump(engine)
    with backup.snapshot(engine) as connection:
        # What is read first fixes the moment.
        assert backup.revision_within(connection) == HEAD
        for k in range(4, 8):
            writer = threading.Thread(target=_commit, args=(engine, k))
            writer.start()
            writer.join(timeout=10)
            assert not writer.is_alive()
        seen = read(connection)
    assert commits(engine) == 7
    assert {name: len(rows) for name, rows in seen.items()} == {name: len(rows) for name, rows in before.items()}


def test_a_snapshot_cannot_write_on_postgresql(postgres_url: str) -> None:
    engine = for_town(open_store(postgres_url), "town")
    with pytest.raises(Exception, match="read-only"), backup.snapshot(engine) as connection:
        commit(connection, 1)
    with transaction(engine) as connection:
        commit(connection, 1)
    engine.dispose()


def test_a_store_with_rows_is_refused_and_kept(engine: Engine) -> None:
    write(engine, 2)
    before = dump(engine)
    with pytest.raises(StoreError, match="--replace"):
        put(engine, {})
    assert dump(engine) == before


def test_replace_puts_the_backup_in_place_of_what_was_there(engine: Engine, other: Engine) -> None:
    write(engine, 3)
    write(other, 9)
    with backup.snapshot(engine) as connection:
        kept = read(connection)
    put(other, kept, replace=True)
    assert dump(other) == dump(engine)


def test_a_row_that_the_database_refuses_is_named_and_nothing_is_kept(sqlite_url: str, postgres_url: str) -> None:
    """SQLite takes a NUL in a text, PostgreSQL does not."""
    source, target = for_town(open_store(sqlite_url), "town"), open_store(postgres_url)
    write(source, 2)
    with transaction(source) as connection:
        connection.execute(insert(tables.judgements).values(
            rule_id="r", subject="n", verdict="ok", severity="info", title="a\0b", reason="", evidence={}, judged_at=START))
    with backup.snapshot(source) as connection:
        kept = read(connection)
    with pytest.raises(StoreError, match="表 judgements 第 1—3 行"):
        put(target, kept)
    assert not any(dump(target).values())
    source.dispose()
    target.dispose()


@pytest.mark.parametrize("old", sorted(known_revisions()))
def test_a_backup_of_every_revision_is_loaded_and_migrated(old: str, sqlite_url: str, tmp_path: Path) -> None:
    """Each new migration gets its row here by itself."""
    source, target = open_store(sqlite_url), open_store(f"sqlite:///{tmp_path / 'other.db'}")
    migrate_store(source, old)
    run = {"id": "r", "started_at": START, "status": "loaded", "requests": 1, "not_modified": 0, "bytes": 9, "seconds": 0.5}
    if old > "0001":
        run["town"] = "town"
    with transaction(source) as connection:
        runs = table("runs", *(column(name, Instant() if name == "started_at" else None) for name in run))
        connection.execute(insert(runs).values(run))
    with backup.snapshot(source) as connection:
        assert backup.revision_within(connection) == old
        kept = read(connection, old)
    with transaction(target) as connection:
        backup.prepare(connection, old, replace=False)
        for name, rows in kept.items():
            backup.load(connection, old, name, rows, lambda _: None)
    assert revision(target) == old
    migrate_store(target)
    with target.connect() as connection:
        columns = tables.runs.c
        assert connection.execute(select(columns.id, columns.bytes, columns.town)).all() == [("r", 9, "town")]
    source.dispose()
    target.dispose()


def test_an_empty_database_and_one_of_a_newer_program_are_refused(engine: Engine) -> None:
    migrate_store(engine, "base")
    with pytest.raises(StoreError, match="空"), backup.snapshot(engine) as connection:
        backup.revision_within(connection)
    with pytest.raises(StoreError, match="升级 townwatch"):
        require_known("9999")


def _commit(engine: Engine, k: int) -> None:
    with transaction(engine) as connection:
        commit(connection, k)
