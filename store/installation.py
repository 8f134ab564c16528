"""The tables that are the installation's, not a town's: who may sign in and what they did, what the schedule ran, which host
is asked by whom."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from store.columns import Instant, id_column, metadata, town_column

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
    id_column(),
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
    id_column(),
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
    id_column(),
    town_column(),
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
