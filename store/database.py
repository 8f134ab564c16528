"""Opening the store, and the transactions in which everything is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import StoreError

__all__ = [
    "Connection", "DriverError", "Engine", "connect_store", "for_town", "head_revision", "known_revisions", "migrate_store",
    "migrate_within", "open_store", "revision", "town_of", "transaction",
]

DEFAULT_URL = "sqlite:///var/townwatch.db"


DriverError = DBAPIError
"""What the database driver says when it cannot read or write: a damaged file, a lost connection."""


def open_store(url: str = DEFAULT_URL, *, migrate: bool = True) -> Engine:
    """An engine for the store at ``url``. A new store is created, an older one migrated (unless ``migrate`` is False,
    when an older one raises StoreError). Raises StoreError, naming the remedy, where it cannot be opened."""
    engine = _engine(url)
    try:
        if migrate:
            migrate_store(engine)
        elif (current := revision(engine)) != head_revision():
            if current is not None:
                require_known(current)
            raise StoreError(f"数据库版本为 {current or '空'}，程序需要 {head_revision()}：请先运行 townwatch migrate")
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(f"不能打开数据库 {engine.url.render_as_string()}：{error.orig}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def for_town(engine: Engine, town: str) -> Engine:
    """The same store seen as one town's: what is written is the town's, and nothing else is read. It shares the pool of
    ``engine``; without a town every town is read and nothing of a town can be written."""
    return engine.execution_options(town=town)


def town_of(connection: Connection) -> str | None:
    """The town that the connection speaks for; None for all."""
    town = connection.get_execution_options().get("town")
    return None if town is None else str(town)


def connect_store(url: str) -> Engine:
    """An engine for the store at ``url`` as it is: nothing is created, migrated or asked yet."""
    return _engine(url)


def migrate_store(engine: Engine, target: str = "head") -> None:
    """Bring the store to a revision, up or down, in one transaction."""
    with engine.connect() as connection:
        lite = connection.dialect.name == "sqlite"
        if lite:
            # SQLite changes a table by making it anew, and the old one's end must not take its children along.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            with _begun(connection):
                migrate_within(connection, target)
                if lite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError("迁移后有记录指向不存在的记录，没有迁移；请先恢复备份")
        finally:
            if lite:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def migrate_within(connection: Connection, target: str = "head") -> None:
    """Bring the store to a revision in the caller's transaction. Raises StoreError for a store of a newer program."""
    config = _alembic_config()
    config.attributes["connection"] = connection
    current, head = MigrationContext.configure(connection).get_current_revision(), head_revision()
    if current not in (None, head):
        require_known(str(current))
    if target == "base" or (target != "head" and _is_below(target, current)):
        command.downgrade(config, target)
    elif current != (head if target == "head" else target):
        command.upgrade(config, target)


def revision(engine: Engine) -> str | None:
    """The revision of the store; None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(_alembic_config()).get_current_head()


def known_revisions() -> frozenset[str]:
    """Every revision that this program can bring a store to."""
    script = ScriptDirectory.from_config(_alembic_config())
    return frozenset(step.revision for step in script.walk_revisions())


def require_known(revision: str) -> None:
    """Raise StoreError for a revision of a newer program."""
    if revision not in known_revisions():
        raise StoreError(f"数据版本 {revision} 来自更新的程序：请先升级 townwatch")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: all or nothing. On SQLite it takes the write lock at once, so that what is read in it
    is still true when it is written."""
    with engine.connect() as connection, _begun(connection):
        yield connection


@contextmanager
def _begun(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        with connection.begin():
            yield
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # SQLite itself has ended the transaction where the disk was full: a second end would hide the reason.
        if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"数据库地址不能识别：{error}") from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None: transactions are begun by :func:`transaction`, not by the driver's own rules.
    engine = create_engine(parsed, connect_args={"timeout": 30, "isolation_level": None})
    event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: sqlite3.Connection, _: Any) -> None:
    # WAL: readers and one writer together. FULL: a committed alert survives a power cut (NORMAL may lose the last one).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _is_below(target: str, current: str | None) -> bool:
    if current is None:
        return False
    script = ScriptDirectory.from_config(_alembic_config())
    below = [step.revision for step in script.iterate_revisions(current, "base")]
    return target in below and target != current
