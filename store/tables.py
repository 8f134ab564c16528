"""Every table, in SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
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


def _town(*, primary_key: bool = False) -> Column[str]:
    """Whose row it is. Filled from the connection's town (:func:`store.database.for_town`) when nothing is said."""
    return Column("town", String(100), primary_key=primary_key, nullable=False, default=_present_town)


def _present_town(context: Any) -> str:
    town = context.connection.get_execution_options().get("town")
    if town is None:
        raise ValueError("a row was written without its town: use store.database.for_town")
    return str(town)


runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    _town(),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("status", String(10), nullable=False),
    Column("requests", Integer, nullable=False, default=0),
    Column("not_modified", Integer, nullable=False, default=0),
    Column("bytes", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Index(None, "town", "started_at"),
)

run_sources = Table(
    "run_sources",
    metadata,
    Column("run", String(40), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    _town(),
    Column("source", String(100), primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("seen", Integer, nullable=False, default=0),
    Column("new", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("checked_at", Instant),
    Index(None, "town", "source", "checked_at"),
)

# What a source remembers between runs: ``walked`` says that its list has been read to the end since the last gap.
source_states = Table(
    "source_states",
    metadata,
    _town(primary_key=True),
    Column("source", String(100), primary_key=True),
    Column("walked", Boolean, nullable=False, default=False),
    Column("last_ok_at", Instant),
    Column("last_new_at", Instant),
)

# Validators of conditional requests, per address.
validators = Table(
    "validators",
    metadata,
    _town(primary_key=True),
    Column("url", String(1000), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("etag", String(300)),
    Column("last_modified", String(100)),
    Column("body_sha256", String(64)),
    Column("checked_at", Instant, nullable=False),
    Index(None, "town", "source"),
)

records = Table(
    "records",
    metadata,
    _id(),
    _town(),
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
    UniqueConstraint("town", "site", "key"),
    Index(None, "town", "published_at"),
    Index(None, "town", "changed_at"),
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
    _town(),
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
    Index(None, "town", "state", "due"),
    Index(None, "town", "registered_at"),
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
    _town(primary_key=True),
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
    # What a person said of it (fixed, false_alarm, accepted) and, of accepted, until when. It never closes a finding.
    Column("handling", String(12), nullable=False, default=""),
    Column("handled_until", Date),
    Index(None, "town", "resolved_at", "severity"),
    Index(None, "town", "subject"),
)

finding_events = Table(
    "finding_events",
    metadata,
    _id(),
    _town(),
    Column("fingerprint", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", String(20), nullable=False),
    Column("who", String(100), nullable=False),
    Column("note", Text, nullable=False, default=""),
    ForeignKeyConstraint(["town", "fingerprint"], ["findings.town", "findings.fingerprint"], ondelete="CASCADE"),
    Index(None, "town", "fingerprint", "at"),
)

# The last answer of every rule for every subject, bad or not: what staff see as "checked", "not checked and why".
judgements = Table(
    "judgements",
    metadata,
    _town(primary_key=True),
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
    _town(),
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
    Index(None, "town", "status", "next_try_at"),
    Index(None, "town", "recipient", "channel", "created_at"),
)

# What each recipient was last told of each thing over each channel: the memory of the plan.
said = Table(
    "said",
    metadata,
    _town(primary_key=True),
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

# Who may sign in. ``towns`` empty: every town of the store. ``staff``: who of staff.toml this person is.
users = Table(
    "users",
    metadata,
    Column("username", String(60), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("towns", JSON, nullable=False),
    Column("staff", String(100)),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
    Column("password_changed_at", Instant, nullable=False),
)

# Browser sessions. Only the SHA-256 of the cookie is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", String(60), ForeignKey("users.username", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "username"),
    Index(None, "expires_at"),
)

# Tokens of the JSON API. Only their SHA-256 is kept; ``id`` is what a person may see.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("username", String(60), ForeignKey("users.username", ondelete="CASCADE"), nullable=False),
    Column("label", String(100), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "username"),
)

# Tries to sign in: what the rate limit counts.
sign_ins = Table(
    "sign_ins",
    metadata,
    _id(),
    Column("username", String(60), nullable=False),
    Column("address", String(60), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Index(None, "username", "at"),
    Index(None, "address", "at"),
)

# Every change that a person or a token made: who, what, to what, from where. ``town`` null: not of one town.
audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Instant, nullable=False),
    Column("who", String(60), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(300), nullable=False, default=""),
    Column("town", String(100)),
    Column("detail", JSON, nullable=False),
    Column("address", String(60), nullable=False, default=""),
    Index(None, "town", "at"),
    Index(None, "at"),
)

# One row per job, town, part (a site, or nothing) and slot: the same slot runs once, whoever is asked to run it.
job_runs = Table(
    "job_runs",
    metadata,
    _id(),
    _town(),
    Column("job", String(20), nullable=False),
    Column("part", String(100), nullable=False, default=""),
    Column("slot", Instant, nullable=False),
    Column("status", String(12), nullable=False),
    Column("caught_up", Boolean, nullable=False, default=False),
    Column("worker", String(100), nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("started_at", Instant),
    Column("beat_at", Instant),
    Column("finished_at", Instant),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("town", "job", "part", "slot"),
    Index(None, "town", "slot"),
    Index(None, "status", "beat_at"),
)

# Who may ask a host now: politeness holds over all processes and machines. ``asked_at``: the last request to it.
host_leases = Table(
    "host_leases",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("holder", String(100)),
    Column("until", Instant),
    Column("asked_at", Instant),
)
