"""Procrastinate's own tables, in a schema beside the store's: made and brought up to date by ``townwatch migrate``."""

from __future__ import annotations

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from core.errors import StoreError

SCHEMA = "townwatch_queue"
_LOCK = 7_266_491
"""An arbitrary number of ours: two that migrate at once wait for each other."""


def libpq(url: str) -> str:
    """The store's address as PostgreSQL's own library takes it; raises StoreError for another database."""
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise StoreError("集群方式（engine = \"cluster\"）要用 PostgreSQL：请设置 TOWNWATCH_DATABASE_URL")
    return f"postgresql://{rest}"


def migrate_queue(url: str) -> str:
    """Make the queue's tables, or bring them up to date; safe to repeat. The name of the last step that they have."""
    steps = sorted(path for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with psycopg.connect(libpq(url), autocommit=True, options=f"-c search_path={SCHEMA}") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        done = _done(connection)
        if done is None:
            with connection.transaction():
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
                connection.execute(SchemaManager.get_schema())
                _note(connection, steps[-1].name)
            return steps[-1].name
        for step in steps:
            if step.name > done:
                with connection.transaction():
                    connection.execute(step.read_text(encoding="utf-8"))
                    _note(connection, step.name)
        return max(done, steps[-1].name)


def has_queue(url: str) -> bool:
    """Whether the queue's tables are there."""
    with psycopg.connect(libpq(url)) as connection:
        return _done(connection) is not None


def _done(connection: psycopg.Connection) -> str | None:
    """The last step, which the schema's comment holds."""
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, [SCHEMA]).fetchone()
    return None if row is None else row[0]


def _note(connection: psycopg.Connection, step: str) -> None:
    connection.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(SCHEMA), sql.Literal(step)))
