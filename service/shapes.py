"""What the JSON of the command line and of the API looks like: one shape per noun, so that the two cannot drift.

Times are in China's zone, to the second; dates are plain dates. Field names are the contract of the design.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from core.nouns import CaseState, Confidence, DeliveryStatus, Outcome, Reason, RecordKind, Severity
from core.visits import VisitOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShape:
    """An entry of the register (舆情台账)."""

    id: int
    title: str
    source: str
    url: str
    category: str
    state: CaseState
    owner: str | None
    registered_at: datetime
    due: date | None
    provisional: bool
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionShape:
    """Where a text names a subject; offsets in characters of ``field``."""

    subject: str
    term: str
    text: str
    start: int
    end: int
    field: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShape:
    """One step of a case."""

    at: datetime
    who: str
    action: str
    note: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetailShape(CaseShape):
    """A case with the text that it is about, where the town is named in it, and every step."""

    record: int
    text: str
    mentions: list[MentionShape]
    steps: list[StepShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """The freshness of a column of the disclosure catalogue (公开目录)."""

    id: str
    name: str
    status: Literal["fresh", "due", "overdue", "delinquent", "blank", "cannot_judge"]
    latest: date | None
    due: date | None
    count: int
    owner: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatusShape:
    """How a periodic item of the catalogue (公开事项) stands: the oldest cycle that is missing or the next to come, and its day."""

    id: str
    name: str
    status: Literal["fresh", "due", "overdue", "delinquent", "cannot_judge"]
    period: str
    due: date | None
    missing: list[str]
    latest: date | None
    owner: str | None
    reason: str
    provisional: bool
    next_period: str
    next_due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueShape:
    """Something that must be published by a day (应公开)."""

    kind: Literal["column", "item", "yearly"]
    id: str
    name: str
    period: str
    due: date
    days_left: int
    column: str | None
    owner: str | None
    provisional: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingShape:
    """A finding (问题), open or resolved, and what a person said of it."""

    fingerprint: str
    rule_id: str
    subject: str
    severity: Severity
    title: str
    reason: str
    evidence: dict[str, Any]
    owner: str | None
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None
    handling: Literal["", "fixed", "false_alarm", "accepted"]
    handled_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEventShape:
    """What became of a finding."""

    at: datetime
    event: str
    who: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDetailShape(FindingShape):
    """A finding with its history."""

    events: list[FindingEventShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotJudgeShape:
    """What could not be judged, and why."""

    rule_id: str
    subject: str
    title: str
    reason: str
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryShape:
    """One message for one recipient over one channel."""

    id: str
    alert: str
    reason: Reason
    recipient: str
    channel: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptShape:
    """One try of a delivery."""

    at: datetime
    ok: bool
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDetailShape(DeliveryShape):
    """A delivery with its text and every try."""

    title: str
    body: str
    tries: list[AttemptShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResultShape:
    """What one run did with one source."""

    source: str
    outcome: Outcome
    seen: int
    new: int
    changed: int
    removed: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookShape(SourceResultShape):
    """A result with its time."""

    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceShape:
    """A source and its last looks, newest first."""

    id: str
    name: str
    site: str
    url: str
    owner: str | None
    confirmed: bool
    looks: list[LookShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityShape:
    """Of how many visits that count how many opened the home page within the limit."""

    opened: int
    counted: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHealthShape:
    """A site by the visits to its home page."""

    id: str
    name: str
    url: str
    outcome: VisitOutcome | None
    visited_at: datetime | None
    seconds: float | None
    reason: str
    week: AvailabilityShape
    month: AvailabilityShape
    last_failed_at: datetime | None
    newest: date | None
    certificate_until: datetime | None
    certificate_fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShape:
    """A crawl run."""

    run: str
    sources: list[SourceResultShape]
    requests: int
    not_modified: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRunShape(RunShape):
    """A run with its times and how it ended."""

    status: Literal["running", "loaded", "partial"]
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShape:
    """A record as lists show it. ``published_at`` is ISO 8601, a date alone where the page gives no time."""

    id: int
    kind: RecordKind
    title: str
    url: str
    published_at: str | None
    sources: list[str]
    first_seen: datetime
    changed_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentShape:
    """A file that a record offers."""

    url: str
    name: str
    state: Literal["not_fetched", "read", "cannot_judge", "dead"]
    reason: str
    sha256: str | None
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShape:
    """An official answer to a thread."""

    office: str
    body: str
    at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDetailShape(RecordShape):
    """A record in full."""

    body: str
    written_at: str | None
    source: str | None
    publisher: str | None
    index_no: str | None
    doc_no: str | None
    attachments: list[AttachmentShape]
    replies: list[ReplyShape]
    mentions: list[MentionShape]
    checked_at: datetime
    versions: int
