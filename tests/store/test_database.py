"""The store on both databases: migrations up and down, times that keep their zone, transactions that are whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text

from core.clock import SHANGHAI
from core.errors import StoreError
from store import tables
from store.database import Engine, head_revision, migrate_store, open_store, revision, transaction

WHEN = datetime(2026, 3, 4, 10, 20, tzinfo=SHANGHAI)


def test_migrations_give_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrations_go_down_and_up_again(engine: Engine) -> None:
    migrate_store(engine, "base")
    assert revision(engine) is None
    migrate_store(engine)
    assert revision(engine) == head_revision()


def test_an_old_store_is_refused_where_it_may_not_be_migrated(engine: Engine, store_url: str) -> None:
    migrate_store(engine, "base")
    with pytest.raises(StoreError, match="townwatch migrate"):
        open_store(store_url, migrate=False)


def test_a_store_of_a_newer_program_is_left_alone(engine: Engine, store_url: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for migrate in (True, False):
        with pytest.raises(StoreError, match="9999 来自更新的程序"):
            open_store(store_url, migrate=migrate)
    assert revision(engine) == "9999"


def test_times_come_back_aware_and_equal(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(tables.runs).values(id="r", started_at=WHEN, status="running"))
    with engine.connect() as connection:
        started = connection.execute(select(tables.runs.c.started_at)).scalar_one()
    assert started == WHEN
    assert started.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 3, 4)  # noqa: DTZ001 -- the point of the test
    with pytest.raises(Exception, match="without a zone"), transaction(engine) as connection:
        connection.execute(insert(tables.runs).values(id="r", started_at=naive, status="running"))


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(engine) as connection:
        connection.execute(insert(tables.runs).values(id="r", started_at=WHEN, status="running"))
        raise RuntimeError
    with engine.connect() as connection:
        assert connection.execute(select(tables.runs)).all() == []


def test_a_store_that_cannot_be_opened_says_where() -> None:
    with pytest.raises(StoreError, match="不能打开数据库"):
        open_store("postgresql://nobody@127.0.0.1:1/none")
