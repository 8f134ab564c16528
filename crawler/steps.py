"""What a source's crawl says: requests to make, and facts for the feed in the order in which they must be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.nouns import Attachment, Record, SourceResult
from crawler.platforms.base import Answer, Ask, Failure, Row
from store.known import KnownRecord

if TYPE_CHECKING:
    from crawler.items import Items
    from crawler.recheck import Due

Role = Literal["list", "item", "confirm", "attachment"]


@dataclass(frozen=True, slots=True)
class Validator:
    """What an address answered, for the next conditional request."""

    url: str
    etag: str | None
    last_modified: str | None
    outward: str | None = None
    """Digest of the foreign hosts that the page names (:mod:`crawler.readers.outward`); None where it was not looked at."""

    @property
    def conditional(self) -> bool:
        """Whether the server can be asked whether anything changed."""
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Errand:
    """A request to make for a source; ``conditional``: with the validators of its address; ``attachments``: those of the item
    are asked for even if its page is as it was."""

    source: str
    ask: Ask
    role: Role
    conditional: bool = False
    row: Row | None = None
    attachment: Attachment | None = None
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A new or changed record; ``answer`` is its evidence (None: its row is all there is)."""

    source: str
    row: Row
    record: Record
    change: Literal["new", "changed"]
    answer: Answer | None
    validator: Validator | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes worth archiving that are no record's own page: an attachment, by the address that its record gives."""

    url: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Checked:
    """A known record was asked for and is as it was; ``sighted`` when this run's lists showed it."""

    source: str
    key: str
    sighted: bool
    row_hash: str | None
    validator: Validator | None
    relook: bool = False
    """Its text is as it was, but the page names other foreign hosts: its links are to be looked at."""


@dataclass(frozen=True, slots=True)
class Sighted:
    """Rows that stood on the list: key and, where it is new or other than before, the hash."""

    source: str
    rows: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """A known record that its site no longer has, confirmed by a second try."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A validator that stands for itself: a search hit whose full text lacks the keyword."""

    source: str
    validator: Validator


@dataclass(frozen=True, slots=True)
class Done:
    """The source has ended; ``walked`` None leaves what was remembered."""

    result: SourceResult
    walked: bool | None
    validators: tuple[Validator, ...]


Fact = Found | Kept | Checked | Sighted | Gone | Noted | Done
Step = Errand | Fact


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an item in this run: its record, why there is none, or None where it answered 304. ``unwritten``: the
    source that read it does not keep it (a search), so that another may yet; then its answer is at hand."""

    result: Record | Failure | None
    unwritten: Answer | None = None


@dataclass(slots=True)
class SiteMemory:
    """What is known of a site, shared by its sources: a record that two of them list is asked for once. ``due``: what the run
    asks for again, once it has been worked out."""

    known: Mapping[str, KnownRecord]
    validators: Mapping[str, Validator]
    claims: dict[str, list[tuple[Items, Row]]] = field(default_factory=dict)
    settled: dict[str, Settled] = field(default_factory=dict)
    due: Due | None = None


@dataclass(slots=True)
class Tally:
    """How one source is getting on. ``pending``: answers that are waited for; ``in_a_row``: failures since the last
    success."""

    count: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    pending: int = 0
    in_a_row: int = 0


def validator_of(url: str, answer: Answer) -> Validator | None:
    """The validators that an answer carries; None where it carries none."""
    etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    return Validator(url, etag, modified) if etag or modified else None
