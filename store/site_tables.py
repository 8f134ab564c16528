"""The tables of site health: visits to home pages, addresses that are looked at in turn, and which pages link to them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text

from store.columns import Instant, id_column, metadata, town_column

visits = Table(
    "visits",
    metadata,
    id_column(),
    town_column(),
    Column("site", String(100), nullable=False),
    Column("host", String(300), nullable=False),
    Column("at", Instant, nullable=False),
    Column("round", Instant, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False, default=""),
    Column("newest", Date),
    Column("secure", Boolean, nullable=False, default=False),
    Column("certificate_until", Instant),
    Column("certificate_fault", Text, nullable=False, default=""),
    Column("flaws", JSON, nullable=False),
    Index(None, "town", "at"),
)

# One row an address, with its last answer.
addresses = Table(
    "addresses",
    metadata,
    town_column(primary_key=True),
    Column("url", String(1000), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False, default=""),
    Column("checked_at", Instant),
    Column("dead_days", Integer, nullable=False, default=0),
    Column("dead_on", Date),
    Column("flaws", JSON(none_as_null=True)),
    Index(None, "town", "site", "checked_at"),
)

# The links of the content of a record that was scanned last.
page_links = Table(
    "page_links",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    town_column(),
    Column("content_hash", String(64), nullable=False),
    Column("url", String(1000), nullable=False),
    Column("text", Text, nullable=False),
    Column("attachment", Boolean, nullable=False, default=False),
    Index(None, "town", "url"),
)
