"""The tables of disclosure on application and of the yearly report, when records were away, what scans found, and what
people decided of catalogue items."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from store.columns import Instant, id_column, metadata, town_column

applications = Table(
    "applications",
    metadata,
    id_column(),
    town_column(),
    Column("number", String(60), nullable=False),
    Column("title", Text, nullable=False),
    Column("applicant", String(10), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("received", Date, nullable=False),
    Column("owner", String(100)),
    Column("registered_at", Instant, nullable=False),
    Column("outcome", String(20)),
    Column("closed_on", Date),
    UniqueConstraint("town", "number"),
    Index(None, "town", "closed_on"),
    Index(None, "town", "received"),
)

# What the scan found in one content of a record; ``rules``: the digest of what it looked for. ``signature`` (base64) tells near
# duplicates; ``likened``: whether it has been compared with the others.
scans = Table(
    "scans",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    town_column(),
    Column("rules", String(16), nullable=False),
    Column("scanned_at", Instant, nullable=False),
    Column("flaws", JSON, nullable=False),
    Column("worst", String(10)),
    Column("contacts", JSON(none_as_null=True)),
    Column("signature", String(344)),
    Column("likened", Boolean, nullable=False, server_default=true()),
    Index(None, "town", "worst"),
    Index(None, "town", "likened"),
)

# Two contents that are one text put out twice; ``record_id`` is the one that was compared later.
likenesses = Table(
    "likenesses",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("other_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("other_hash", String(64), primary_key=True),
    town_column(),
    Column("likeness", Float, nullable=False),
    Index(None, "town"),
)

application_steps = Table(
    "application_steps",
    metadata,
    id_column(),
    Column("application_id", Integer, ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", String(100), nullable=False),
    Column("action", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("data", JSON, nullable=False),
    Index(None, "application_id"),
)

contests = Table(
    "contests",
    metadata,
    id_column(),
    town_column(),
    Column("kind", String(20), nullable=False),
    Column("number", String(60), nullable=False),
    Column("title", Text, nullable=False),
    Column("accepted", Date, nullable=False),
    Column("result", String(10)),
    Column("decided_on", Date),
    Column("application_id", Integer, ForeignKey("applications.id")),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("town", "kind", "number"),
    Index(None, "town", "accepted"),
)


def _decision() -> list[Column[Any]]:
    return [
        Column("columns", JSON(none_as_null=True)),
        Column("owner", String(100)),
        Column("applicable", Boolean),
        Column("reason", Text, nullable=False, default=""),
        Column("who", String(100), nullable=False),
        Column("at", Instant, nullable=False),
    ]


# What people decided of catalogue items; null: not decided here.
catalogue_choices = Table(
    "catalogue_choices",
    metadata,
    town_column(primary_key=True),
    Column("item", String(100), primary_key=True),
    *_decision(),
)

# Each decision as it was made, the last of an item among them; forgotten: from then on the configuration holds.
catalogue_choice_history = Table(
    "catalogue_choice_history",
    metadata,
    Column("id", Integer, primary_key=True),
    town_column(),
    Column("item", String(100), nullable=False),
    *_decision(),
    Column("forgotten", Boolean, nullable=False, default=False),
    Index(None, "town", "item", "at"),
)

# What of a yearly report nothing can count: typed in by a person, by the names of monitor.annual.entries.
yearly_entries = Table(
    "yearly_entries",
    metadata,
    town_column(primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("who", String(100), nullable=False),
    Column("at", Instant, nullable=False),
)

# When a record that is there again was away: ``records.removed_at`` forgets it, a day past must not.
absences = Table(
    "absences",
    metadata,
    id_column(),
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), nullable=False),
    Column("removed_at", Instant, nullable=False),
    Column("returned_at", Instant, nullable=False),
    Index(None, "record_id"),
)
