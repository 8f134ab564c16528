"""What a site platform is: pure parsing from answers to rows and records. No network, no clock, no store.

A platform says what to ask first, reads list answers into rows and the next page to ask, says what to ask for one row,
and reads that answer into a record. Walking, stopping, rechecking and counting are :mod:`crawler.walk`'s, the same for all.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from core.clock import Moment
from core.nouns import Attachment, Outcome, Record
from core.settings import Site, SourceSettings
from crawler.addresses import on_hosts

DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|txt|pptx?|rtf|csv|od[stp]|dps|7z|ceb)$", re.IGNORECASE)


class Options(BaseModel):
    """Options of a platform for a site or a source; each platform has its own, strict."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WalkOptions(Options):
    """What every source may say of its walk. ``overlap``: how many more pages to read after one whose rows are all
    known; ``max_pages``: where to stop and say so."""

    overlap: int = Field(default=1, ge=0)
    max_pages: int = Field(default=500, ge=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to make. ``stream`` numbers the lists of one source; ``context`` is the platform's own note. ``browser``: to
    be made by a real browser, which waits for the element of that selector, or with "" for the page to come to rest."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: int = 0
    page: int = 1
    conditional: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)
    browser: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer with a body: names of headers in lower case, ``body`` decompressed; ``served`` as it came; ``read`` what was
    read of a file beforehand."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    served: bytes = b""
    served_headers: tuple[tuple[str, str], ...] = ()
    read: Attachment | None = None

    @property
    def content_type(self) -> str | None:
        """The header, as sent."""
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why something could not be read: the outcome that this is, and a sentence. ``definite``: the site said that it is
    not there (404), which leaves no gap; ``fatal``: whatever else went well, the source is not what it should be."""

    outcome: Outcome
    reason: str
    definite: bool = False
    fatal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a list. ``row_hash`` None: this list does not show all that the hash is made of; then ``thread`` alone
    tells whether it changed. ``external``: leads away from the site and is not followed."""

    key: str
    url: str
    title: str
    published: Moment | None = None
    row_hash: str | None = None
    thread: Mapping[str, Any] = field(default_factory=dict)
    external: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list page as read: rows (none: proven empty) and what to ask next. ``carries``: this very answer showed the rows,
    so that its validator speaks for them; False for a shell whose rows come from elsewhere."""

    rows: tuple[Row, ...] = ()
    next: Ask | None = None
    carries: bool = True


@dataclass(frozen=True, slots=True)
class Clue:
    """What betrays a platform in a page or its address. ``weight``: 3 no other platform has it, 2 few have it, 1 a hint."""

    pattern: re.Pattern[str]
    weight: int
    words: str


def clue(pattern: str, weight: int, words: str) -> Clue:
    """A clue, its pattern not case-sensitive."""
    return Clue(re.compile(pattern, re.IGNORECASE), weight, words)


class Platform(ABC):
    """One site's platform, with its checked options."""

    id: ClassVar[str]
    name: ClassVar[str]
    """As people call it."""
    clues: ClassVar[tuple[Clue, ...]] = ()
    site_options: ClassVar[type[Options]] = Options
    source_options: ClassVar[type[WalkOptions]] = WalkOptions
    empty_again: ClassVar[Outcome] = Outcome.EMPTY
    """What an empty list is where rows have been seen before (a board that is read too often answers empty lists)."""
    light: ClassVar[bool] = False
    """An item's answer is small: it may be asked for every day although the server never says "not modified"."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.options = self.site_options.model_validate(site.options)

    def walk_options(self, source: SourceSettings) -> WalkOptions:
        """The source's options, checked."""
        return self.source_options.model_validate(source.options)

    @classmethod
    def check(cls, site: Site, source: SourceSettings) -> list[tuple[str, str, str]]:
        """What is wrong with a source beyond its options' types: key, problem, remedy."""
        return []

    @abstractmethod
    def streams(self, source: SourceSettings) -> list[Ask]:
        """The first question of each list that makes up the source."""

    @abstractmethod
    def read_list(self, source: SourceSettings, ask: Ask, answer: Answer) -> Listing | Failure:
        """A list answer as rows."""

    @abstractmethod
    def ask_item(self, source: SourceSettings, row: Row) -> Ask:
        """What to ask for one row."""

    @abstractmethod
    def read_item(self, source: SourceSettings, row: Row, answer: Answer) -> Record | Failure:
        """The record of one row."""

    def tolerates(self, streams: list[Ask], failed: dict[int, Failure]) -> bool:
        """Whether the source counts as read although some of its lists failed."""
        return not failed

    def keeps(self, source: SourceSettings, record: Record) -> bool:
        """Whether a record belongs to the source at all (a search may bring what does not)."""
        return True

    def recheck(self, source: SourceSettings, row: Row) -> bool:
        """Whether a known record is worth asking for again; threads that are done are not."""
        return True

    def evidence(self, answer: Answer) -> Answer:
        """The answer as it may be archived."""
        return answer


def row_hash(*parts: str | None) -> str:
    """A short hash of what a row shows."""
    return sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()[:32]


def canonical_key(url: str) -> str:
    """The identity of an address: host and path with query, without scheme and fragment."""
    parts = urlsplit(url)
    key = (parts.netloc.lower().removesuffix(":80").removesuffix(":443")) + (parts.path or "/")
    key += f"?{parts.query}" if parts.query else ""
    return key if len(key) <= 400 else key[:330] + sha256(key.encode()).hexdigest()


def on_site(url: str, site: Site) -> bool:
    """Whether an address lies on one of the site's hosts (``host`` or ``host:port`` as configured)."""
    return on_hosts(url, site.hosts)
