"""The whole store as JSON lines, table by table, out of one read snapshot, and back into a store of either database.

The tables are those that the migrations make at the backup's own revision, so that an older backup is read by its own
shape and migrated afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Date, DateTime, Inspector, MetaData, Table, create_engine, delete, event, func, select
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import SQLAlchemyError

from core.errors import StoreError
from store.bulk import portions
from store.database import Connection, Engine, migrate_store, migrate_within, require_known
from store.tables import Instant

ROWS_AT_ONCE = 200


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One read transaction: all that is read in it is the state after one commit, whatever is written meanwhile.
    Writers and it do not hold each other up."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    else:
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect() as connection:
            yield connection.execution_options(**options)


def revision_within(connection: Connection) -> str:
    """The revision of the store; raises StoreError for an empty database and for that of a newer program."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise StoreError("数据库是空的，没有可备份的内容：请核对 --database")
    require_known(found)
    return found


def table_names(revision: str) -> list[str]:
    """The tables of a revision, each after those that it refers to."""
    return [table.name for table in _schema(revision).sorted_tables]


def count_rows(connection: Connection, revision: str, name: str) -> int:
    """How many rows a table has."""
    return connection.execute(select(func.count()).select_from(_schema(revision).tables[name])).scalar_one()


def lines(connection: Connection, revision: str, name: str) -> Iterator[bytes]:
    """The rows of a table in the order of its key, each a JSON object on a line of UTF-8; two hundred in memory."""
    table = _schema(revision).tables[name]
    names = [column.name for column in table.columns]
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        data = dict(zip(names, row, strict=True))
        # surrogatepass: JSON columns can hold half a character that a site has cut; it must come back as it was.
        yield json.dumps(data, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass") + b"\n"


def last_evidence(connection: Connection, revision: str) -> dict[str, int]:
    """By WARC file, the offset of the last member that a version refers to."""
    versions = _schema(revision).tables["versions"]
    query = (
        select(versions.c.warc_file, func.max(versions.c.warc_offset))
        .where(versions.c.warc_file.is_not(None)).group_by(versions.c.warc_file)
    )
    return {file: offset for file, offset in connection.execute(query)}  # noqa: C416 -- rows are not pairs to mypy


def prepare(connection: Connection, revision: str, *, replace: bool) -> None:
    """Make the store an empty one of a revision, in the caller's transaction. Raises StoreError where rows stand in it
    and may not be replaced."""
    tables = _schema(revision_within(connection)).sorted_tables
    full = [table.name for table in tables if connection.execute(select(1).select_from(table).limit(1)).first()]
    if full and not replace:
        named = "、".join(full[:3])
        raise StoreError(f"目标数据库已有数据（{named}），没有恢复：换一个空库，或确认后加 --replace 覆盖")
    for table in reversed(tables):
        connection.execute(delete(table))
    migrate_within(connection, revision)


def load(
    connection: Connection, revision: str, name: str, rows: Iterable[bytes], progress: Callable[[int], None]
) -> int:
    """Insert what :func:`lines` gave; answers how many rows. Raises StoreError where the database does not take one."""
    table = _schema(revision).tables[name]
    decoders = _decoders(table)
    done = 0
    for portion in portions(rows, ROWS_AT_ONCE):
        try:
            connection.execute(table.insert(), [_decode(line, decoders) for line in portion])
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise StoreError(f"表 {name} 第 {done + 1}—{done + len(portion)} 行写不进目标数据库：{reason}") from error
        done += len(portion)
        progress(done)
    return done


def set_sequences(connection: Connection, revision: str) -> None:
    """Let the next generated ids follow the loaded ones. SQLite counts from the rows themselves."""
    if connection.dialect.name == "sqlite":
        return
    for table in _schema(revision).sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = func.max(column)
            connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


@cache
def _schema(revision: str) -> MetaData:
    """The tables that the migrations make at a revision, with types that read and write alike on both databases."""
    memory = create_engine("sqlite://", connect_args={"isolation_level": None})
    migrate_store(memory, revision)
    schema = MetaData()
    event.listen(schema, "column_reflect", _generic_type)
    schema.reflect(memory, only=lambda name, _: name != "alembic_version")
    memory.dispose()
    return schema


def _generic_type(_: Inspector, __: Table, column: ReflectedColumn) -> None:
    found = column["type"]
    if isinstance(found, DateTime):
        column["type"] = Instant()
    elif isinstance(found, JSON):
        # Where a column may be empty, empty is what None means in it.
        column["type"] = JSON(none_as_null=column["nullable"])
    else:
        column["type"] = found.as_generic()


def _plain(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in a backup")


def _decoders(table: Table) -> dict[str, Callable[[str], object]]:
    """By column, what makes its value out of JSON; the others are as they should be."""
    found: dict[str, Callable[[str], object]] = {}
    for column in table.columns:
        if isinstance(column.type, Instant):
            found[column.name] = datetime.fromisoformat
        elif isinstance(column.type, Date):
            found[column.name] = date.fromisoformat
    return found


def _decode(line: bytes, decoders: dict[str, Callable[[str], object]]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
    for name, decoder in decoders.items():
        if data[name] is not None:
            data[name] = decoder(data[name])
    return data
