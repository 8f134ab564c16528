"""Every table, in SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.columns import Instant, id_column, metadata, newest_at_column, town_column
from store.disclosure import (
    absences,
    application_steps,
    applications,
    catalogue_choice_history,
    catalogue_choices,
    contests,
    likenesses,
    scans,
    yearly_entries,
)
from store.installation import api_tokens, audit, host_leases, job_runs, sessions, sign_ins, users
from store.site_tables import addresses, page_links, visits

__all__ = [
    "OPEN_CASES",
    "Instant",
    "absences",
    "acknowledgements",
    "addresses",
    "api_tokens",
    "application_steps",
    "applications",
    "attempts",
    "audit",
    "case_steps",
    "cases",
    "catalogue_choice_history",
    "catalogue_choices",
    "contests",
    "deliveries",
    "finding_events",
    "findings",
    "host_leases",
    "job_runs",
    "judgements",
    "likenesses",
    "mentions",
    "metadata",
    "page_links",
    "records",
    "run_sources",
    "runs",
    "said",
    "scans",
    "seals",
    "sessions",
    "sightings",
    "sign_ins",
    "source_states",
    "users",
    "validators",
    "versions",
    "visits",
    "yearly_entries",
]

runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    town_column(),
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
    town_column(),
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
    town_column(primary_key=True),
    Column("source", String(100), primary_key=True),
    Column("walked", Boolean, nullable=False, default=False),
    Column("last_ok_at", Instant),
    Column("last_new_at", Instant),
)

# Validators of conditional requests, per address.
validators = Table(
    "validators",
    metadata,
    town_column(primary_key=True),
    Column("url", String(1000), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("etag", String(300)),
    Column("last_modified", String(100)),
    # Of the foreign hosts that a page names, not of its body, for which the column was made.
    Column("body_sha256", String(64), key="outward"),
    Column("checked_at", Instant, nullable=False),
    Index(None, "town", "source"),
)

records = Table(
    "records",
    metadata,
    id_column(),
    town_column(),
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
    newest_at_column(),
    UniqueConstraint("town", "site", "key"),
    Index(None, "town", "newest_at"),
    Index(None, "town", "changed_at"),
)

# Where a record was listed: one record may stand in several columns, boards or searches of its site.
sightings = Table(
    "sightings",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(100), primary_key=True),
    # As in its record: a list of one source is read from the index alone.
    town_column(),
    newest_at_column(),
    Column("row_hash", String(64)),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Index(None, "town", "source", "newest_at", "record_id"),
)

versions = Table(
    "versions",
    metadata,
    id_column(),
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
    Index(None, "run"),
)

mentions = Table(
    "mentions",
    metadata,
    id_column(),
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
    id_column(),
    town_column(),
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
    Index(None, "town", "registered_at"),
    Index(None, "town", "state", "registered_at"),
    Index(None, "town", "owner", "registered_at"),
    Index(None, "town", "category", "registered_at"),
    Index(None, "town", "source", "registered_at"),
)
# Few cases of many wait for an answer. The condition stands in the queries letter by letter, or the index is not used.
OPEN_CASES = "state NOT IN ('replied', 'closed')"
Index("ix_cases_open", cases.c.town, cases.c.due, sqlite_where=text(OPEN_CASES), postgresql_where=text(OPEN_CASES))

case_steps = Table(
    "case_steps",
    metadata,
    id_column(),
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
    town_column(primary_key=True),
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
    id_column(),
    town_column(),
    Column("fingerprint", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", String(20), nullable=False),
    Column("who", String(100), nullable=False),
    Column("note", Text, nullable=False, default=""),
    # Of accepted: until when. A day past is judged again with what was said by then.
    Column("until", Date),
    ForeignKeyConstraint(["town", "fingerprint"], ["findings.town", "findings.fingerprint"], ondelete="CASCADE"),
    Index(None, "town", "fingerprint", "at"),
)

# The last answer of every rule for every subject, bad or not: what staff see as "checked", "not checked and why".
judgements = Table(
    "judgements",
    metadata,
    town_column(primary_key=True),
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
    town_column(),
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
    Index(None, "town", "created_at"),
    Index(None, "town", "status", "created_at"),
    Index(None, "town", "recipient", "created_at"),
    Index(None, "town", "recipient", "channel", "created_at"),
)

# What each recipient was last told of each thing over each channel: the memory of the plan.
said = Table(
    "said",
    metadata,
    town_column(primary_key=True),
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

# What a person answered to what they were told: received (until it changes) or silent until a day.
acknowledgements = Table(
    "acknowledgements",
    metadata,
    id_column(),
    town_column(),
    Column("recipient", String(100), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("item", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("until", Date),
    Column("who", String(100), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(None, "town", "ended_at"),
    Index(None, "town", "recipient", "kind", "item"),
)

# One row per try of a delivery: the log that proves that the right person was told in time.
attempts = Table(
    "attempts",
    metadata,
    id_column(),
    Column("delivery", String(20), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Index(None, "delivery", "at"),
)

# One row per loaded run: the chain that proves that nothing kept was changed (:mod:`store.seals`).
seals = Table(
    "seals",
    metadata,
    id_column(),
    town_column(),
    Column("run", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("rows", String(64), nullable=False),
    Column("warc", JSON),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("town", "run"),
    UniqueConstraint("town", "previous"),
)
