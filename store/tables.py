"""Every table, in SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware time, stored as UTC. SQLite forgets zones, so they are taken off on the way in and put back on the way
    out; a time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, and without its zone where the database has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone must not be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("status", String(10), nullable=False),
    Column("requests", Integer, nullable=False, default=0),
    Column("not_modified", Integer, nullable=False, default=0),
    Column("bytes", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Index(None, "started_at"),
)

run_sources = Table(
    "run_sources",
    metadata,
    Column("run", String(40), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(100), primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("seen", Integer, nullable=False, default=0),
    Column("new", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("checked_at", Instant),
    Index(None, "source", "checked_at"),
)

# What a source remembers between runs: ``walked`` says that its list has been read to the end since the last gap.
source_states = Table(
    "source_states",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("walked", Boolean, nullable=False, default=False),
    Column("last_ok_at", Instant),
    Column("last_new_at", Instant),
)

# Validators of conditional requests, per address.
validators = Table(
    "validators",
    metadata,
    Column("url", String(1000), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("etag", String(300)),
    Column("last_modified", String(100)),
    Column("body_sha256", String(64)),
    Column("checked_at", Instant, nullable=False),
    Index(None, "source"),
)

records = Table(
    "records",
    metadata,
    _id(),
    Column("site", String(100), nullable=False),
    Column("key", String(500), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("published_at", Instant),
    Column("published_has_time", Boolean, nullable=False, default=False),
    Column("written_at", Instant),
    Column("detail", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("versions", Integer, nullable=False, default=1),
    # Which content was last searched for mentions, and with which terms ("hash:terms"); null means not yet.
    Column("matched", String(100)),
    UniqueConstraint("site", "key"),
    Index(None, "published_at"),
    Index(None, "changed_at"),
)

# Where a record was listed: one record may stand in several columns, boards or searches of its site.
sightings = Table(
    "sightings",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(100), primary_key=True),
    Column("row_hash", String(64)),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Index(None, "source", "record_id"),
)

versions = Table(
    "versions",
    metadata,
    _id(),
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("previous_hash", String(64)),
    Column("seen_at", Instant, nullable=False),
    Column("run", String(40), nullable=False),
    Column("warc_file", String(300)),
    Column("warc_offset", Integer),
    Column("sha256", String(64)),
    Column("data", JSON, nullable=False),
    UniqueConstraint("record_id", "run", "content_hash"),
)

mentions = Table(
    "mentions",
    metadata,
    _id(),
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("term", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("field", String(40), nullable=False),
    Column("confidence", String(10), nullable=False),
    Column("found_at", Instant, nullable=False),
    UniqueConstraint("record_id", "field", "start", "end", "subject"),
    Index(None, "subject"),
)

cases = Table(
    "cases",
    metadata,
    _id(),
    Column("record_id", Integer, ForeignKey("records.id"), nullable=False, unique=True),
    Column("source", String(100), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("category", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("owner", String(100)),
    Column("registered_at", Instant, nullable=False),
    Column("due", Date),
    Column("provisional", Boolean, nullable=False, default=False),
    Index(None, "state", "due"),
    Index(None, "registered_at"),
)

case_steps = Table(
    "case_steps",
    metadata,
    _id(),
    Column("case_id", Integer, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", String(100), nullable=False),
    Column("action", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("data", JSON, nullable=False),
    Index(None, "case_id", "at"),
)

findings = Table(
    "findings",
    metadata,
    Column("fingerprint", String(16), primary_key=True),
    Column("rule_id", String(100), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("owner", String(100)),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Index(None, "resolved_at", "severity"),
    Index(None, "subject"),
)

finding_events = Table(
    "finding_events",
    metadata,
    _id(),
    Column("fingerprint", String(16), ForeignKey("findings.fingerprint", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", String(20), nullable=False),
    Column("who", String(100), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Index(None, "fingerprint", "at"),
)

# The last answer of every rule for every subject, bad or not: what staff see as "checked", "not checked and why".
judgements = Table(
    "judgements",
    metadata,
    Column("rule_id", String(100), primary_key=True),
    Column("subject", String(300), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("owner", String(100)),
    Column("judged_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("alert", String(20), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("recipient", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("items", JSON, nullable=False),
    Column("level", Integer, nullable=False, default=0),
    Column("status", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", Instant, nullable=False),
    Column("next_try_at", Instant),
    Column("claimed_at", Instant),
    Column("sent_at", Instant),
    Column("error", Text),
    Index(None, "status", "next_try_at"),
    Index(None, "recipient", "channel", "created_at"),
)

# What each recipient was last told of each thing over each channel: the memory of the plan.
said = Table(
    "said",
    metadata,
    Column("recipient", String(100), primary_key=True),
    Column("channel", String(100), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("item", String(100), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("level", Integer, nullable=False, default=0),
    Column("first_said_at", Instant, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("delivery", String(20), nullable=False),
)

# One row per try of a delivery: the log that proves that the right person was told in time.
attempts = Table(
    "attempts",
    metadata,
    _id(),
    Column("delivery", String(20), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Index(None, "delivery", "at"),
)
