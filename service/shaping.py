"""From nouns to the shapes of :mod:`service.shapes`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from core.catalogue import ColumnStatus, ItemStatus
from core.clock import SHANGHAI, Moment
from core.nouns import (
    Attachment,
    Case,
    CaseStep,
    Delivery,
    Finding,
    Judgement,
    Mention,
    Reply,
    Run,
    SourceResult,
    StoredRecord,
)
from core.settings import Site, SourceSettings
from core.text import mask_address
from monitor.items.upcoming import Due
from monitor.site_health import Availability, Summary
from service.shapes import (
    AttachmentShape,
    AttemptShape,
    AvailabilityShape,
    CannotJudgeShape,
    CaseDetailShape,
    CaseShape,
    ColumnShape,
    DeliveryDetailShape,
    DeliveryShape,
    DueShape,
    FindingDetailShape,
    FindingEventShape,
    FindingShape,
    ItemStatusShape,
    LookShape,
    MentionShape,
    RecordDetailShape,
    RecordShape,
    ReplyShape,
    RunShape,
    SiteHealthShape,
    SourceResultShape,
    SourceShape,
    StepShape,
    TimedRunShape,
)
from store.deliveries import Attempt
from store.findings import FindingEvent


def plain(shape: Any) -> dict[str, Any]:
    """A shape as the command line prints it."""
    return asdict(shape)


def case(found: Case, today: date) -> CaseShape:
    """A case as of a day."""
    return CaseShape(**_case_fields(found, today))


def case_detail(found: Case, stored: StoredRecord, mentions: list[Mention], today: date) -> CaseDetailShape:
    """A case with its record's text."""
    return CaseDetailShape(
        **_case_fields(found, today), record=stored.id, text=stored.record.body,
        mentions=[mention(each) for each in mentions], steps=[step(each) for each in found.steps],
    )


def mention(found: Mention) -> MentionShape:
    """A mention."""
    return MentionShape(**asdict(found))


def step(taken: CaseStep) -> StepShape:
    """A step of a case."""
    return StepShape(at=local(taken.at), who=taken.who, action=taken.action, note=taken.note, data=taken.data)


def column(status: ColumnStatus) -> ColumnShape:
    """A column's state."""
    return ColumnShape(**asdict(status))


def item_status(status: ItemStatus) -> ItemStatusShape:
    """A periodic item's state."""
    return ItemStatusShape(**asdict(status) | {"missing": list(status.missing)})


def due(found: Due, day: date) -> DueShape:
    """A line of the work list, as of a day."""
    return DueShape(**asdict(found), days_left=found.left(day))


def finding(found: Finding) -> FindingShape:
    """A finding."""
    return FindingShape(**_finding_fields(found))


def finding_detail(found: Finding, events: list[FindingEvent]) -> FindingDetailShape:
    """A finding with its history, oldest first."""
    return FindingDetailShape(**_finding_fields(found), events=[
        FindingEventShape(at=local(each.at), event=each.event, who=each.who, note=each.note) for each in events
    ])


def cannot_judge(judgement: Judgement) -> CannotJudgeShape:
    """What could not be judged."""
    return CannotJudgeShape(rule_id=judgement.rule_id, subject=judgement.subject, title=judgement.title,
                            reason=judgement.reason, owner=judgement.owner)


def delivery(found: Delivery) -> DeliveryShape:
    """A delivery."""
    return DeliveryShape(**_delivery_fields(found))


def delivery_detail(found: Delivery, tries: list[Attempt]) -> DeliveryDetailShape:
    """A delivery with its text and its tries, oldest first."""
    return DeliveryDetailShape(
        **_delivery_fields(found), title=found.title, body=found.body,
        tries=[AttemptShape(at=local(each.at), ok=each.ok, answer=each.answer) for each in tries],
    )


def source(site: str, settings: SourceSettings, looks: list[SourceResult]) -> SourceShape:
    """A source and what its last runs did with it."""
    return SourceShape(
        id=settings.id, name=settings.name, site=site, url=settings.url, owner=settings.owner,
        confirmed=settings.confirmed,
        looks=[LookShape(**_result_fields(each), checked_at=local_or_none(each.checked_at)) for each in looks],
    )


def site_health(site: Site, found: Summary) -> SiteHealthShape:
    """A site and how its home page opened."""
    last, held = found.last, found.certificate
    return SiteHealthShape(
        id=site.id, name=site.name, url=site.home, outcome=last.outcome if last else None,
        visited_at=local_or_none(last.at if last else None), seconds=last.seconds if last else None, reason=last.reason if last else "",
        week=_availability(found.week), month=_availability(found.month),
        last_failed_at=local_or_none(found.last_failed.at if found.last_failed else None), newest=found.newest,
        certificate_until=local_or_none(held.until if held else None), certificate_fault=held.fault if held else "",
    )


def _availability(found: Availability) -> AvailabilityShape:
    return AvailabilityShape(**_named(AvailabilityShape, found))


def run(found: Run) -> RunShape:
    """A run as ``crawl --json`` prints it."""
    return RunShape(**_run_fields(found))


def timed_run(found: Run) -> TimedRunShape:
    """A run with its times."""
    return TimedRunShape(**_run_fields(found), status=found.status, started_at=local(found.started_at),
                         finished_at=local_or_none(found.finished_at))


def record(stored: StoredRecord) -> RecordShape:
    """A record as a line of a list."""
    return RecordShape(**_record_fields(stored))


def record_detail(stored: StoredRecord, mentions: list[Mention]) -> RecordDetailShape:
    """A record in full."""
    one = stored.record
    return RecordDetailShape(
        **_record_fields(stored), body=one.body, written_at=_iso(one.written), source=one.content_source,
        publisher=one.publisher, index_no=one.index_no, doc_no=one.doc_no,
        attachments=[_attachment(each) for each in one.attachments], replies=[_reply(each) for each in one.replies],
        mentions=[mention(each) for each in mentions], checked_at=local(stored.checked_at), versions=stored.versions,
    )


def local(at: datetime) -> datetime:
    """An instant in China's zone, to the second."""
    return at.astimezone(SHANGHAI).replace(microsecond=0)


def local_or_none(at: datetime | None) -> datetime | None:
    """The same; None for None."""
    return None if at is None else local(at)


def _case_fields(found: Case, today: date) -> dict[str, Any]:
    return _named(CaseShape, found, url=mask_address(found.url), registered_at=local(found.registered_at), overdue=found.overdue(today))


def _finding_fields(found: Finding) -> dict[str, Any]:
    return _named(FindingShape, found, first_seen=local(found.first_seen_at), last_seen=local(found.last_seen_at),
                  resolved_at=local_or_none(found.resolved_at))


def _delivery_fields(found: Delivery) -> dict[str, Any]:
    return _named(DeliveryShape, found, created_at=local(found.created_at), sent_at=local_or_none(found.sent_at))


def _result_fields(result: SourceResult) -> dict[str, Any]:
    return _named(SourceResultShape, result)


def _run_fields(found: Run) -> dict[str, Any]:
    return _named(RunShape, found, run=found.id, seconds=round(found.seconds, 3),
                  sources=[SourceResultShape(**_result_fields(each)) for each in found.sources])


def _record_fields(stored: StoredRecord) -> dict[str, Any]:
    one = stored.record
    return {
        "id": stored.id, "kind": one.kind, "title": one.title, "url": mask_address(one.url), "published_at": _iso(one.published),
        "sources": list(stored.sources), "first_seen": local(stored.first_seen_at),
        "changed_at": local(stored.changed_at), "removed_at": local_or_none(stored.removed_at),
    }


def _attachment(one: Attachment) -> AttachmentShape:
    return AttachmentShape(**_named(AttachmentShape, one, url=mask_address(one.url)))


def _reply(one: Reply) -> ReplyShape:
    return ReplyShape(office=one.office, body=one.body, at=_iso(one.at))


def _named(shape: type[Any], noun: Any, **given: Any) -> dict[str, Any]:
    """The fields of a shape, from what is given and for the rest from the noun's own of the same name."""
    values: Mapping[str, Any] = given
    names = [each.name for each in fields(shape)]
    return {name: values[name] if name in values else getattr(noun, name) for name in names}


def _iso(moment: Moment | None) -> str | None:
    return moment.iso() if moment else None
