"""The nouns that the parts hand to each other: frozen, keyword-only, with aware times.

Identity, state and prose are kept apart: a record is a site and a key, a finding a rule and a subject; their texts may
change without making them others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal

from core.clock import Moment, require_aware


class Outcome(StrEnum):
    """What became of one source in one run. Never merged into "empty"."""

    NEW = "new"
    UNCHANGED = "unchanged"
    ALL_KNOWN = "all_known"
    ALL_FILTERED = "all_filtered"
    EMPTY = "empty"
    REDESIGNED = "redesigned"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    NOT_RUN = "not_run"

    @property
    def looked(self) -> bool:
        """Whether the source was really read, so that a judgement may rest on this run."""
        return self not in (Outcome.REDESIGNED, Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.NOT_RUN)


class Severity(StrEnum):
    """How bad a finding is; ``veto`` is a one-vote veto of the national indicators (国办秘函〔2019〕19号)."""

    VETO = "veto"
    ERROR = "error"
    WARN = "warn"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as the other, or worse."""
        return self.rank <= other.rank


class Verdict(StrEnum):
    """A check's answer for one subject. ``cannot_judge`` never counts as passed."""

    OK = "ok"
    BAD = "bad"
    CANNOT_JUDGE = "cannot_judge"


class CaseState(StrEnum):
    """The register's chain: 登记 -> 研判 -> 交办 -> 回复 -> 办结."""

    REGISTERED = "registered"
    ASSESSED = "assessed"
    ASSIGNED = "assigned"
    REPLIED = "replied"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a person hears an alert now; printed in the message."""

    FIRST = "first"
    NEW = "new"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    DIGEST = "digest"


class DeliveryStatus(StrEnum):
    """One row per recipient and channel. ``failed`` is retried when due; ``dead`` is given up, seen and said."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    SUPERSEDED = "superseded"


RecordKind = Literal["article", "thread"]
Confidence = Literal["certain", "possible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that a record offers. ``text`` is what was read of it; ``state`` says whether it could be read;
    ``evidence`` where its bytes lie; ``reader`` the number of the readers that judged it (0: older than the numbers, or none
    did); ``reread`` the digest of what they read of it later than its version was brought."""

    url: str
    name: str
    sha256: str | None = None
    size: int | None = None
    text: str = ""
    state: Literal["not_fetched", "read", "cannot_judge", "dead"] = "not_fetched"
    reason: str = ""
    evidence: Evidence | None = None
    reader: int = 0
    reread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An official answer to a thread."""

    office: str
    body: str
    at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the raw bytes of a version lie: a WARC file (relative to the archive), the offset of its record, the
    SHA-256 of the payload as served."""

    warc_file: str
    warc_offset: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An article, a disclosure item or a message thread. Identity is ``site`` + ``key``.

    ``written`` (成文日期) and ``published`` are two dates and are kept apart. ``meta`` holds the page's own metadata as
    given. A thread carries ``thread`` (forum, type, domain, state) and its official ``replies``; its author is
    not kept.
    """

    site: str
    key: str
    kind: RecordKind
    url: str
    title: str
    body: str
    published: Moment | None = None
    written: Moment | None = None
    content_source: str | None = None
    publisher: str | None = None
    index_no: str | None = None
    doc_no: str | None = None
    column_name: str | None = None
    attachments: tuple[Attachment, ...] = ()
    replies: tuple[Reply, ...] = ()
    thread: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)

    def content_hash(self) -> str:
        """SHA-256 over everything a reader would call a change: not the key, not view counters or state of a thread."""
        parts = [self.title, self.body, _iso(self.published), _iso(self.written), self.content_source, self.publisher]
        parts += [self.index_no, self.doc_no]
        parts += [f"{a.url}\x1e{a.name}\x1e{a.sha256}" for a in self.attachments]
        parts += [f"{r.office}\x1e{r.body}\x1e{_iso(r.at)}" for r in self.replies]
        parts += [f"{key}={self.thread[key]}" for key in sorted(self.thread)]
        return sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as the store holds it, with its four times: checked is not changed."""

    id: int
    record: Record
    content_hash: str
    first_seen_at: datetime
    checked_at: datetime
    changed_at: datetime
    removed_at: datetime | None
    sources: tuple[str, ...]
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One content of a record, chained to the one before it by hash."""

    record_id: int
    content_hash: str
    previous_hash: str | None
    seen_at: datetime
    run: str
    evidence: Evidence | None
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """What one run did with one source."""

    source: str
    outcome: Outcome
    seen: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    error: str | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One crawl. ``status``: running, loaded (all its sources ended), partial (it was cut; what it left was loaded)."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    status: Literal["running", "loaded", "partial"]
    requests: int
    not_modified: int
    bytes: int
    seconds: float
    sources: tuple[SourceResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a text names a subject. ``text`` is as written; ``start`` and ``end`` are offsets in characters of
    ``field`` (``title``, ``body``, ``reply:0``, ``attachment:0``...)."""

    subject: str
    term: str
    text: str
    start: int
    end: int
    field: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One step of a case: who did what, when and why."""

    at: datetime
    who: str
    action: Literal["register", "assess", "assign", "reply", "extend", "close", "note", "update"]
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An entry of the register (舆情台账), one per record that certainly names the town."""

    id: int
    record_id: int
    source: str
    url: str
    title: str
    category: str
    state: CaseState
    owner: str | None
    registered_at: datetime
    due: date | None
    provisional: bool
    steps: tuple[CaseStep, ...] = ()

    @property
    def open(self) -> bool:
        """Whether the case still waits for its answer."""
        return self.state not in (CaseState.REPLIED, CaseState.CLOSED)

    def overdue(self, today: date) -> bool:
        """Past its due day. A provisional day (calendar not known) is never called overdue."""
        return self.open and self.due is not None and not self.provisional and today > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one rule says of one subject. ``subject`` is a stable identifier such as ``column:jzgk``, ``source:x`` or
    ``record:12``; ``evidence`` is already masked."""

    rule_id: str
    subject: str
    verdict: Verdict
    severity: Severity
    title: str = ""
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None

    @property
    def fingerprint(self) -> str:
        """Identity of the finding that this would open: rule and subject, never text or time."""
        return sha256(f"{self.rule_id}\x1f{self.subject}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A judgement ``bad`` that is open, or was. It closes only on an explicit ``ok``."""

    fingerprint: str
    rule_id: str
    subject: str
    severity: Severity
    title: str
    reason: str
    evidence: dict[str, Any]
    owner: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None = None
    handling: Literal["", "fixed", "false_alarm", "accepted"] = ""
    """What a person said of it. It does not close the finding: only an explicit ok does."""
    handled_until: date | None = None
    """Until when it is accepted."""

    def silent(self, today: date) -> bool:
        """Whether its owner need not hear of it now: a false alarm, put off, or said to be mended and not looked at since."""
        if self.handling == "accepted":
            return self.handled_until is not None and today <= self.handled_until
        return self.handling in ("fixed", "false_alarm")

    @property
    def open(self) -> bool:
        """Not resolved by an explicit ok."""
        return self.resolved_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertItem:
    """One thing that an alert speaks of: a finding or a case, and the state it was in when it was said.

    ``opened_at``: since when it is open (escalation counts from it). ``reason`` and ``level`` (0 the route's own people,
    1 and up its escalation steps) are why and as what this recipient hears it; None and 0 before the plan.
    """

    kind: Literal["finding", "case", "operation"]
    id: str
    state: Literal["open", "overdue", "resolved"]
    severity: Severity
    title: str
    detail: str = ""
    url: str = ""
    owner: str | None = None
    due: date | None = None
    rule_id: str = ""
    opened_at: datetime | None = None
    reason: Reason | None = None
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one recipient over one channel. ``id`` is printed in the message, so that a repeat after a crash
    can be told from a new one."""

    id: str
    alert: str
    reason: Reason
    recipient: str
    channel: str
    title: str
    body: str
    items: tuple[AlertItem, ...]
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_try_at: datetime | None = None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    error: str | None = None
    level: int = 0

    def __post_init__(self) -> None:
        require_aware(self.created_at)


def _iso(moment: Moment | None) -> str:
    return moment.iso() if moment else ""
