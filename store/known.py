"""What a crawl is told of the records that are stored. Without SQLAlchemy: the child process that crawls has no use for it, and
loading it would be a third of the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """What a crawl must know of a stored record to leave it alone, ask for it again or tell that it changed.

    ``row_hashes``: the row under which each source listed it; ``attachments``: SHA-256 by address (None: not readable).
    """

    key: str
    url: str
    title: str
    published: str | None
    content_hash: str
    first_seen: str
    checked: str
    removed: bool
    has_body: bool
    row_hashes: dict[str, str | None] = field(default_factory=dict)
    attachments: dict[str, str | None] = field(default_factory=dict)
    thread: dict[str, Any] = field(default_factory=dict)
