"""What the tests of the alerts share: small settings, items, and rows of the store."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.calendar import WorkCalendar
from core.clock import SHANGHAI
from core.nouns import AlertItem, CaseState, CaseStep, Finding, Record, Severity
from core.settings import (
    AlertRules,
    CaseRules,
    CategoryRule,
    Channel,
    FreshnessRules,
    ReplyLimit,
    Route,
    RunRules,
    Settings,
    Site,
    SourceSettings,
    StaffMember,
    Subject,
    Term,
    Town,
)
from store import tables
from store.cases import register
from store.database import Connection

WEDNESDAY = datetime(2026, 3, 4, 9, 0, tzinfo=SHANGHAI)


def at(day: int, month: int = 3, hour: int = 9) -> datetime:
    """A time in 2026 in China; 2026-03-04 is a Wednesday without holidays near it."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def person(name: str, role: str = "clerk", *channels: Channel, **more: Any) -> StaffMember:
    return StaffMember.model_validate({"id": name, "name": name, "role": role, "channel": channels, **more})


def channel(name: str = "robot", url: str = "json://127.0.0.1:9", **more: Any) -> Channel:
    return Channel(name=name, url=url, **more)


def settings(*, staff: tuple[StaffMember, ...] = (), routes: tuple[Route, ...] = (), **alerts: Any) -> Settings:
    routes = routes or (Route(id="all", to=("clerk",)),)
    source = SourceSettings(id="board", name="留言板", url="http://127.0.0.1/")
    return Settings(
        directory=Path("config"),
        town=Town.model_validate({
            "name": "漫水河镇", "full_name": "霍山县漫水河镇", "county": "霍山县",
            "prefecture": "六安市", "province": "安徽省",
            "subject": (Subject.model_validate({"name": "漫水河镇", "term": (Term(text="漫水河"),)}),),
        }),
        sites=(Site.model_validate({
            "id": "site", "name": "站点", "platform": "x", "home": "http://127.0.0.1/", "hosts": ("127.0.0.1",),
            "source": (source,),
        }),),
        columns=(), freshness=FreshnessRules(warn_days=3, kinds={}),
        cases=CaseRules.model_validate({
            "category": (CategoryRule(name="咨询"),), "limit": (ReplyLimit(id="all", workdays=5, basis="测试"),),
        }),
        runs=RunRules(), staff=staff, alerts=AlertRules.model_validate({"route": routes, **alerts}),
        calendar=WorkCalendar(),
    )


def item(name: str = "f1", **more: Any) -> AlertItem:
    values: dict[str, Any] = {
        "kind": "finding", "id": name, "state": "open", "severity": Severity.WARN, "title": f"栏目 {name} 逾期未更新",
        "opened_at": WEDNESDAY,
    }
    return AlertItem(**values | more)


def add_finding(connection: Connection, name: str = "f1", when: datetime = WEDNESDAY, **more: Any) -> Finding:
    values: dict[str, Any] = {
        "fingerprint": name, "rule_id": "column.stale", "subject": f"column:{name}", "severity": Severity.WARN,
        "title": f"栏目 {name} 逾期未更新", "reason": "已超过 6 个月", "evidence": {}, "owner": None,
        "first_seen_at": when, "last_seen_at": when, "resolved_at": None,
    }
    values |= more
    connection.execute(tables.findings.insert().values(values))
    return Finding(**values)


def resolve_finding(connection: Connection, name: str, when: datetime) -> None:
    table = tables.findings
    connection.execute(table.update().where(table.c.fingerprint == name).values(resolved_at=when))


def add_case(
    connection: Connection, key: str = "1", *, when: datetime = WEDNESDAY, due: date | None = None,
    state: CaseState = CaseState.REGISTERED, title: str = "路灯不亮", source: str = "board", **more: Any,
) -> int:
    record = Record(site="site", key=key, kind="thread", url=f"http://127.0.0.1/{key}", title=title, body="正文")
    record_id = connection.execute(tables.records.insert().values(
        site=record.site, key=key, kind=record.kind, url=record.url, title=title, body=record.body, detail={},
        content_hash=record.content_hash(), first_seen_at=when, checked_at=when, changed_at=when,
        published_has_time=False,
    )).inserted_primary_key[0]
    step = CaseStep(at=when, who="townwatch", action="register")
    values: dict[str, Any] = {"category": "咨询", "owner": None, "provisional": False} | more
    return register(
        connection, record_id=record_id, source=source, url=record.url, title=title, state=state, registered_at=when,
        due=due, step=step, **values,
    ).id
