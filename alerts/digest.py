"""The monthly digest: reads the store for one month, and puts the digest into the outbox once per month and person."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from alerts import render
from alerts.figures import (
    Coming,
    DeliveryFigures,
    Digest,
    FindingFigures,
    Period,
    case_figures,
    finding_figures,
    unchecked,
)
from core import clock
from core.catalogue import ColumnStatus
from core.errors import TownwatchError
from core.nouns import Case, Delivery, DeliveryStatus, Finding, Reason
from core.settings import Settings, StaffMember
from store import cases, deliveries, figures, findings, mentions
from store.database import Connection


def build(
    connection: Connection, settings: Settings, month: str, for_staff: str | None, *,
    columns: Sequence[ColumnStatus] | None = None, coming: Sequence[Coming] = (), now: Callable[[], datetime] = clock.now,
) -> Digest:
    """The figures of ``month`` (YYYY-MM) for the town or one staff member; raises TownwatchError for a month that is
    none or has not begun. ``columns``: their states at the month's end, as :func:`monitor.run.check` judges them;
    without them those of the last check are shown, and said to be; ``coming``: what falls due in the month after."""
    period = period_of(month, now())
    person = _person(settings, for_staff)
    source_names = {source.id: source.name for _, source in settings.all_sources}
    registered = [
        replace(case, source=source_names.get(case.source, case.source))
        for case in cases.list_cases(connection, until=period.as_of) if _is_of(case, person)
    ]
    states = findings.column_statuses(connection) if columns is None else tuple(columns)
    own = {column.source for column in settings.columns}  # what the town says of itself is not what is said of it
    named = figures.records_naming(connection, period.start, period.as_of) if person is None else {}
    names = {member.id: member.name for member in settings.staff}
    sources = [(source.id, source.name) for _, source in settings.all_sources if source.confirmed]
    return Digest(
        period=period, town=settings.town.name, person=person.name if person else None,
        cases=case_figures(registered, period),
        mentions_by_source={source_names.get(id_, id_): count for id_, count in named.items() if id_ not in own},
        mentions_by_subject=mentions.counts(connection, period.start, period.as_of) if person is None else {},
        columns=tuple(column for column in states if person is None or column.owner == person.id),
        columns_as_of="最近一次检查" if columns is None else f"{clock.local_date(_last_instant(period)):%Y-%m-%d}",
        findings=_finding_figures(connection, period, person),
        unchecked=unchecked(
            sources, figures.looks(connection, period.start, period.as_of),
            figures.run_days(connection, period.start, period.as_of), period,
        ),
        deliveries=_delivery_figures(connection, period, person),
        coming=tuple(
            replace(one, owner=names.get(one.owner or "", one.owner)) for one in coming if person is None or one.owner == person.id
        ),
    )


def enqueue(
    connection: Connection, settings: Settings, digest: Digest, for_staff: str | None, now: datetime
) -> list[Delivery]:
    """Put the digest into the outbox, over each channel of who is to have it: the person, or ``alerts.digest_to`` for
    the town's. The id is of month, scope, person and channel, so a second time adds nothing."""
    recipients = [for_staff] if for_staff else list(settings.alerts.digest_to)
    if not recipients:
        raise TownwatchError("没有月报收件人：请在 alerts.toml 填写 digest_to，或用 --for 指定一个人")
    made = [
        deliveries.add_once(connection, _delivery(settings, digest, for_staff, name, channel.name, now))
        for name in recipients for channel in settings.person(name).channels
    ]
    if not made:
        raise TownwatchError(f"月报收件人 {'、'.join(recipients)} 没有任何渠道：请在 staff.toml 补上")
    return made


def period_of(month: str, now: datetime) -> Period:
    """A month as its instants; raises TownwatchError for what is no month or has not begun."""
    match = re.fullmatch(r"(20\d{2})-(0[1-9]|1[0-2])", month)
    if match is None:
        raise TownwatchError(f"月份应写成 2026-03 的样子：{month!r}")
    year, number = int(match[1]), int(match[2])
    start = clock.day_start(date(year, number, 1))
    end = clock.day_start(date(year + number // 12, number % 12 + 1, 1))
    if start >= now:
        raise TownwatchError(f"{month} 还没有开始，没有月报")
    return Period(month=month, start=start, end=end, as_of=min(end, now))


def _last_instant(period: Period) -> datetime:
    return period.as_of - datetime.resolution


def _person(settings: Settings, for_staff: str | None) -> StaffMember | None:
    try:
        return settings.person(for_staff) if for_staff else None
    except KeyError:
        raise TownwatchError(f"staff.toml 里没有 “{for_staff}”") from None


def _is_of(thing: Case | Finding, person: StaffMember | None) -> bool:
    return person is None or thing.owner == person.id


def _finding_figures(connection: Connection, period: Period, person: StaffMember | None) -> FindingFigures:
    events = figures.finding_events(connection, period.start, period.as_of)
    opened = events.get("opened", set()) | events.get("reopened", set())
    resolved = events.get("resolved", set())
    known = findings.by_fingerprints(connection, sorted(opened | resolved))
    mine = [finding for finding in known if _is_of(finding, person)]
    return finding_figures(
        [finding for finding in mine if finding.fingerprint in opened],
        [finding for finding in mine if finding.fingerprint in resolved],
        [finding for finding in findings.open_at(connection, _last_instant(period)) if _is_of(finding, person)],
    )


def _delivery_figures(connection: Connection, period: Period, person: StaffMember | None) -> DeliveryFigures:
    made = deliveries.list_deliveries(
        connection, since=period.start, until=period.as_of, recipient=person.id if person else None
    )
    alerts = [each for each in made if each.reason is not Reason.DIGEST]
    return DeliveryFigures(
        sent=sum(each.status is DeliveryStatus.SENT for each in alerts),
        dead=sum(each.status is DeliveryStatus.DEAD for each in alerts),
        waiting=sum(each.status in (DeliveryStatus.PENDING, DeliveryStatus.CLAIMED, DeliveryStatus.FAILED)
                    for each in alerts),
        failed_tries=deliveries.count_failed_tries(
            connection, period.start, period.as_of, person.id if person else None),
    )


def _delivery(
    settings: Settings, digest: Digest, for_staff: str | None, recipient: str, channel: str, now: datetime
) -> Delivery:
    month = digest.period.month
    content = "\x1f".join((settings.town.id, month, for_staff or "", recipient, channel))
    delivery_id = f"m{month.replace('-', '')}-{sha256(content.encode()).hexdigest()[:10]}"
    title, body = render.digest_message(digest, settings, delivery_id)
    return Delivery(
        id=delivery_id, alert=f"digest-{month}", reason=Reason.DIGEST, recipient=recipient, channel=channel,
        title=title, body=body, items=(), status=DeliveryStatus.PENDING, attempts=0, created_at=now,
    )
