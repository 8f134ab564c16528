"""The shell of the alerts: reads what is open, writes what is planned, sends what is due.

``plan_alerts`` runs in the transaction of what causes the alerts. ``send_due`` claims, sends and marks, each in a
transaction of its own, so that a crash at any point repeats a message (same id) and never loses one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

import structlog

from alerts import acknowledging, answers, plan, render, send
from core import clock
from core.nouns import AlertItem, Case, Delivery, DeliveryStatus, Finding, Severity
from core.settings import Channel, Settings
from core.words import CASES
from store import acknowledgements, cases, deliveries, findings
from store.database import Connection, Engine, transaction

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.alerts")
_BUDGET_WINDOW = timedelta(minutes=1)


def plan_alerts(connection: Connection, settings: Settings, now: datetime) -> list[Delivery]:
    """Put into the outbox what people are to be told now, in the caller's transaction; nothing where nothing is new."""
    today = clock.local_date(now)
    heard = [finding for finding in findings.open_findings(connection) if not finding.silent(today)]
    open_items = [_finding_item(finding, today) for finding in heard]
    open_items += [_case_item(case, today) for case in cases.list_cases(connection, open_only=True)]
    memory = _memory(connection)
    resolved = list(_resolved(connection, memory, {(item.kind, item.id) for item in open_items}, today))
    operations, mended = _operations(connection, settings, memory)
    _end_answers(connection, memory, [*open_items, *operations], now)
    return _write(connection, settings, [*open_items, *operations], [*resolved, *mended], memory, now)


def current_items(
    connection: Connection, settings: Settings, keys: Iterable[plan.Key], now: datetime
) -> dict[plan.Key, AlertItem]:
    """Those of the named things that are open and that people hear of, as the plan would see them now."""
    wanted, today = set(keys), clock.local_date(now)
    found = findings.by_fingerprints(connection, [name for kind, name in wanted if kind == "finding"])
    items = [_finding_item(finding, today) for finding in found if not finding.silent(today)]
    known = (cases.get(connection, int(name)) for kind, name in wanted if kind == "case" and name.isdecimal())
    items += [_case_item(case, today) for case in known if case is not None]
    if any(kind == "operation" for kind, _ in wanted):
        items += _operations(connection, settings, _memory(connection))[0]
    present = {(item.kind, item.id): item for item in items if item.state != "resolved"}
    return {key: item for key, item in present.items() if key in wanted}


def send_due(
    settings: Settings, engine: Engine, *, now: Callable[[], datetime] = clock.now, environment: Mapping[str, str]
) -> list[Delivery]:
    """Try everything that is due, each delivery once, and give back what became of each. What could not be sent
    stays in the outbox; a channel given up is told to the technician over another one."""
    tried: dict[str, Delivery] = {}
    _drain(settings, engine, now, environment, tried)
    with transaction(engine) as connection:
        memory = _memory(connection)
        operations, mended = _operations(connection, settings, memory)
        planned = _write(connection, settings, operations, mended, memory, now())
    if planned:
        _drain(settings, engine, now, environment, tried)
    return list(tried.values())


def address_of(channel: Channel, environment: Mapping[str, str]) -> str | None:
    """The Apprise URL of a channel; None where its environment variable is not set."""
    return channel.url or environment.get(channel.url_env or "") or None


def find_channel(settings: Settings, recipient: str, name: str) -> Channel | None:
    """A person's channel by name; None where the configuration has none such (any more)."""
    for person in settings.staff:
        for channel in person.channels:
            if person.id == recipient and channel.name == name:
                return channel
    return None


def _write(
    connection: Connection, settings: Settings, open_items: list[AlertItem], resolved: list[AlertItem],
    memory: plan.Memory, now: datetime,
) -> list[Delivery]:
    planned = plan.plan(open_items, resolved, memory, settings, now, secrets.token_hex(2))
    for problem in planned.problems:
        _LOG.error("alert has no route of its own", problem=render.one_line(problem))
    deliveries.supersede(connection, planned.superseded)
    deliveries.add(connection, planned.deliveries)
    return list(planned.deliveries)


def _memory(connection: Connection) -> plan.Memory:
    broken = frozenset((channel.recipient, channel.channel) for channel in deliveries.broken_channels(connection))
    said, unfinished = deliveries.said(connection), deliveries.unfinished(connection)
    answered = acknowledgements.holding(connection)
    return plan.Memory(said=said, answered=answered, unfinished=unfinished, broken=broken)


def _end_answers(connection: Connection, memory: plan.Memory, open_items: Iterable[AlertItem], now: datetime) -> None:
    """What people answered ends for good when its thing changes: were it to change back, they would hear of it again."""
    current, today = {(item.kind, item.id): item for item in open_items}, clock.local_date(now)
    over = [
        given.id for given in memory.answered
        if not acknowledging.holds(given, current.get((given.kind, given.item)), today)
    ]
    acknowledgements.end(connection, over, now)


def _drain(
    settings: Settings, engine: Engine, now: Callable[[], datetime], environment: Mapping[str, str],
    tried: dict[str, Delivery],
) -> None:
    """Until nothing is due that was not tried: behind each delivery of a channel the next one becomes due."""
    deferred: set[str] = set()
    while True:
        stale = now() - timedelta(minutes=settings.alerts.claim_minutes)
        with engine.connect() as connection:
            ids = [name for name in deliveries.due(connection, now(), stale) if name not in tried.keys() | deferred]
        if not ids:
            return
        for delivery_id in ids:
            if _over_budget(settings, engine, delivery_id, now(), environment):
                deferred.add(delivery_id)
                continue
            with transaction(engine) as connection:
                delivery = deliveries.claim(connection, delivery_id, now(), stale)
            if delivery is None:
                deferred.add(delivery_id)
                continue
            answer = _deliver(settings, delivery, environment)
            tried[delivery_id] = _mark(settings, engine, delivery, answer, now())


def _deliver(settings: Settings, delivery: Delivery, environment: Mapping[str, str]) -> answers.Answer:
    channel = find_channel(settings, delivery.recipient, delivery.channel)
    if channel is None:
        return answers.Answer(False, "staff.toml 中没有这个人的这个渠道，消息无处可送；请补上渠道")
    url = address_of(channel, environment)
    if url is None:
        return answers.Answer(False, f"环境变量 {channel.url_env} 没有设置，请填写渠道 {channel.name} 的地址")
    return send.send(
        url, title=delivery.title, body=delivery.body, html=render.mail_html(delivery, settings),
        label=f"编号 {delivery.id}",
    )


def _mark(settings: Settings, engine: Engine, delivery: Delivery, answer: answers.Answer, now: datetime) -> Delivery:
    log = _LOG.bind(delivery=delivery.id, recipient=delivery.recipient, channel=delivery.channel)
    with transaction(engine) as connection:
        if answer.ok:
            marked = deliveries.mark_sent(connection, delivery, now, answer.text)
        else:
            next_try = next_try_at(settings, delivery.attempts, answer.permanent, now)
            marked = deliveries.mark_failed(connection, delivery, now, answer.text, next_try)
    if marked.status is DeliveryStatus.SENT:
        log.info("sent", attempts=delivery.attempts)
    else:
        log.warning("not sent", status=marked.status.value, error=answer.text, attempts=delivery.attempts)
    return marked


def next_try_at(settings: Settings, attempts: int, permanent: bool, now: datetime) -> datetime | None:
    """When a delivery that failed for the nth time is tried again; None where it is given up."""
    if permanent or attempts >= settings.alerts.give_up_after:
        return None
    waits = settings.alerts.retry_minutes
    return now + timedelta(minutes=waits[min(attempts, len(waits)) - 1])


def _over_budget(
    settings: Settings, engine: Engine, delivery_id: str, now: datetime, environment: Mapping[str, str]
) -> bool:
    """Whether the robot of this delivery has had its messages of this minute, by any process or recipient: one more
    would be refused, and DingTalk then blocks for ten minutes. The delivery stays due."""
    with engine.connect() as connection:
        delivery = deliveries.get(connection, delivery_id)
        channel = find_channel(settings, delivery.recipient, delivery.channel) if delivery is not None else None
        url = address_of(channel, environment) if channel is not None else None
        robot = send.open_channel(url) if url is not None else None
        if delivery is None or robot is None or robot.per_minute is None:
            return False
        sharing = [
            (person.id, each.name) for person in settings.staff for each in person.channels
            if address_of(each, environment) == url
        ]
        tried = deliveries.bodies_tried_since(connection, sharing, now - _BUDGET_WINDOW)
    used = sum(len(robot.parts("", body, delivery.id)) for body in tried)
    # A message that is larger than the whole budget still goes out, alone in its minute.
    full = used > 0 and used + len(robot.parts(delivery.title, delivery.body, delivery.id)) > robot.per_minute
    if full:
        _LOG.info("waits for the robot's next minute", delivery=delivery_id, channel=delivery.channel)
    return full


def _finding_item(finding: Finding, today: date) -> AlertItem:
    """A column past its due day is overdue: that it was about to be due has been said, this has not."""
    due = _day(finding.evidence.get("due"))
    overdue = due is not None and today > due
    return AlertItem(
        kind="finding", id=finding.fingerprint,
        state="resolved" if not finding.open else "overdue" if overdue else "open",
        severity=finding.severity, title=finding.title, detail=finding.reason,
        url=str(finding.evidence.get("url") or finding.evidence.get("latest_url") or ""), owner=finding.owner, due=due,
        rule_id=finding.rule_id, opened_at=finding.first_seen_at,
    )


def _case_item(case: Case, today: date) -> AlertItem:
    overdue = case.overdue(today)
    notes = [f"类别 {case.category}", f"状态 {CASES[case.state]}", f"登记于 {clock.local_date(case.registered_at)}"]
    if case.provisional:
        notes.append("期限为暂定（当年节假日安排未录入）")
    return AlertItem(
        kind="case", id=str(case.id), state="resolved" if not case.open else "overdue" if overdue else "open",
        severity=Severity.ERROR if overdue else Severity.WARN, title=case.title, detail="，".join(notes), url=case.url,
        owner=case.owner, due=case.due, opened_at=case.registered_at,
    )


def _resolved(
    connection: Connection, memory: plan.Memory, still_open: set[plan.Key], today: date
) -> Iterable[AlertItem]:
    """What people were told, or are being told, is open, and the store says explicitly is not."""
    told = {(said.kind, said.item) for said in memory.said if said.state != "resolved"}
    told |= {(item.kind, item.id) for delivery in memory.unfinished for item in delivery.items}
    gone = sorted(told - still_open)
    for finding in findings.by_fingerprints(connection, [name for kind, name in gone if kind == "finding"]):
        if not finding.open:
            yield _finding_item(finding, today)
    for case_id in [name for kind, name in gone if kind == "case"]:
        case = cases.get(connection, int(case_id))
        if case is not None and not case.open:
            yield _case_item(case, today)


def _operations(
    connection: Connection, settings: Settings, memory: plan.Memory
) -> tuple[list[AlertItem], list[AlertItem]]:
    """What the service has to say of itself: channels given up, and those that work again (or are no more)."""
    broken: dict[str, AlertItem] = {}
    for channel in deliveries.broken_channels(connection):
        if find_channel(settings, channel.recipient, channel.channel) is not None:
            name = settings.person(channel.recipient).name
            item = AlertItem(
                kind="operation", id=f"{channel.recipient}/{channel.channel}"[:100], state="open",
                severity=Severity.ERROR, title=f"通知送不到：{name}的 {channel.channel} 渠道",
                detail=f"消息 {channel.delivery} 多次投递未成，已放弃：{channel.error}", opened_at=channel.since,
            )
            broken[item.id] = item
    told = {said.item for said in memory.said if said.kind == "operation" and said.state != "resolved"}
    mended = [
        AlertItem(kind="operation", id=name, state="resolved", severity=Severity.ERROR,
                  title=f"通知渠道 {name} 已恢复或已停用")
        for name in sorted(told - broken.keys())
    ]
    return list(broken.values()), mended


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
