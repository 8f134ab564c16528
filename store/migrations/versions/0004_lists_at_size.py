"""Lists of a million records and a hundred thousand cases: what they are ordered by stands in an index"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

import store.tables

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

OPEN_CASES = "state NOT IN ('replied', 'closed')"
# By table: (indexes before, indexes after).
INDEXES: dict[str, tuple[list[list[str]], list[list[str]]]] = {
    "records": ([["town", "published_at"]], [["town", "newest_at"]]),
    "sightings": ([["source", "record_id"]], [["town", "source", "newest_at", "record_id"]]),
    "cases": (
        [["town", "state", "due"]],
        [["town", by, "registered_at"] for by in ("state", "owner", "category", "source")],
    ),
    "deliveries": (
        [["town", "status", "next_try_at"]],
        [["town", "created_at"], ["town", "status", "created_at"], ["town", "recipient", "created_at"]],
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("records") as batch:
        batch.add_column(sa.Column("newest_at", store.tables.Instant(timezone=True), nullable=True))
    with op.batch_alter_table("sightings") as batch:
        batch.add_column(sa.Column("town", sa.String(100), nullable=True))
        batch.add_column(sa.Column("newest_at", store.tables.Instant(timezone=True), nullable=True))
    op.execute("UPDATE records SET newest_at = coalesce(published_at, first_seen_at)")
    op.execute(
        "UPDATE sightings SET town = (SELECT r.town FROM records r WHERE r.id = sightings.record_id), newest_at ="
        " (SELECT coalesce(r.published_at, sightings.first_seen_at) FROM records r WHERE r.id = sightings.record_id)"
    )
    for table, (before, after) in INDEXES.items():
        with op.batch_alter_table(table) as batch:
            if table in ("records", "sightings"):
                batch.alter_column("newest_at", nullable=False)
            if table == "sightings":
                batch.alter_column("town", nullable=False)
            _swap(batch, table, before, after)
    op.create_index("ix_cases_open", "cases", ["town", "due"],
                    sqlite_where=sa.text(OPEN_CASES), postgresql_where=sa.text(OPEN_CASES))


def downgrade() -> None:
    op.drop_index("ix_cases_open", "cases")
    for table, (before, after) in INDEXES.items():
        with op.batch_alter_table(table) as batch:
            _swap(batch, table, after, before)
    with op.batch_alter_table("sightings") as batch:
        batch.drop_column("newest_at")
        batch.drop_column("town")
    with op.batch_alter_table("records") as batch:
        batch.drop_column("newest_at")


def _swap(batch: BatchOperations, table: str, before: list[list[str]], after: list[list[str]]) -> None:
    for columns in before:
        batch.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"))
    for columns in after:
        batch.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), columns)
