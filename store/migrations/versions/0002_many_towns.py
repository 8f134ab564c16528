"""Many towns in one store: whose row it is, and what a person said of a finding"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


# What was in the store of one town becomes that of the default town.
TOWN = "town"
# By table: (index before, index after).
INDEXES = {
    "runs": [(["started_at"], ["town", "started_at"])],
    "run_sources": [(["source", "checked_at"], ["town", "source", "checked_at"])],
    "validators": [(["source"], ["town", "source"])],
    "records": [(["published_at"], ["town", "published_at"]), (["changed_at"], ["town", "changed_at"])],
    "cases": [(["state", "due"], ["town", "state", "due"]), (["registered_at"], ["town", "registered_at"])],
    "deliveries": [
        (["status", "next_try_at"], ["town", "status", "next_try_at"]),
        (["recipient", "channel", "created_at"], ["town", "recipient", "channel", "created_at"]),
    ],
    "findings": [(["resolved_at", "severity"], ["town", "resolved_at", "severity"]), (["subject"], ["town", "subject"])],
    "finding_events": [(["fingerprint", "at"], ["town", "fingerprint", "at"])],
    "source_states": [], "judgements": [], "said": [],
}
# By table: its primary key before; the town goes in front of it.
KEYS = {
    "source_states": ["source"], "validators": ["url"], "findings": ["fingerprint"], "judgements": ["rule_id", "subject"],
    "said": ["recipient", "channel", "kind", "item"],
}


def upgrade() -> None:
    _foreign_key(None)
    for table, indexes in INDEXES.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("town", sa.String(100), nullable=False, server_default=TOWN))
            if table == "findings":
                batch.add_column(sa.Column("handling", sa.String(12), nullable=False, server_default=""))
                batch.add_column(sa.Column("handled_until", sa.Date(), nullable=True))
        with op.batch_alter_table(table) as batch:
            # The default was for the rows that stood there: a new one must say whose it is.
            batch.alter_column("town", server_default=None)
            if table == "findings":
                batch.alter_column("handling", server_default=None)
            for before, after in indexes:
                _swap(batch, table, before, after)
            if table in KEYS:
                _key(batch, table, ["town", *KEYS[table]])
            if table == "records":
                batch.drop_constraint(op.f("uq_records_site_key"), type_="unique")
                batch.create_unique_constraint(op.f("uq_records_town_site_key"), ["town", "site", "key"])
    _foreign_key(["town", "fingerprint"])


def downgrade() -> None:
    _foreign_key(None)
    for table, indexes in INDEXES.items():
        with op.batch_alter_table(table) as batch:
            for before, after in indexes:
                _swap(batch, table, after, before)
            if table in KEYS:
                _key(batch, table, KEYS[table])
            if table == "records":
                batch.drop_constraint(op.f("uq_records_town_site_key"), type_="unique")
                batch.create_unique_constraint(op.f("uq_records_site_key"), ["site", "key"])
        with op.batch_alter_table(table) as batch:
            batch.drop_column("town")
            if table == "findings":
                batch.drop_column("handling")
                batch.drop_column("handled_until")
    _foreign_key(["fingerprint"])


def _swap(batch: BatchOperations, table: str, before: list[str], after: list[str]) -> None:
    batch.drop_index(op.f(f"ix_{table}_{'_'.join(before)}"))
    batch.create_index(op.f(f"ix_{table}_{'_'.join(after)}"), after)


def _key(batch: BatchOperations, table: str, columns: list[str]) -> None:
    batch.drop_constraint(op.f(f"pk_{table}"), type_="primary")
    batch.create_primary_key(op.f(f"pk_{table}"), columns)


def _foreign_key(columns: list[str] | None) -> None:
    """Events hang on their finding by this key; None takes the present one away."""
    with op.batch_alter_table("finding_events") as batch:
        if columns is None:
            batch.drop_constraint(op.f(_present_foreign_key()), type_="foreignkey")
        else:
            name = op.f(f"fk_finding_events_{'_'.join(columns)}")
            batch.create_foreign_key(name, "findings", columns, columns, ondelete="CASCADE")


def _present_foreign_key() -> str:
    found = sa.inspect(op.get_bind()).get_foreign_keys("finding_events")
    return str(found[0]["name"])
