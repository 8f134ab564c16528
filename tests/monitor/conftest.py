"""A small town of our own making, and records, looks and judgements to judge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.calendar import WorkCalendar
from core.clock import Moment
from core.nouns import Outcome, Record, Severity, SourceResult, StoredRecord
from core.settings import (
    AlertRules,
    CaseRules,
    CategoryRule,
    Column,
    ColumnKind,
    FreshnessRules,
    KindRule,
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

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in China

SUBJECTS = (
    Subject(name="清溪镇", term=(
        Term(text="清溪镇"), Term(text="清溪", confidence="possible", near=("云山县",)),
    )),
    Subject(name="石桥村", kind="village", term=(
        Term(text="石桥村", confidence="possible", near=("清溪", "云山县")),
    )),
    Subject(name="云山县", kind="county", registers=False, term=(
        Term(text="云山县"), Term(text="云山", confidence="possible", unless=("云山路",)),
    )),
    Subject(name="六安市", kind="county", registers=False, term=(
        Term(text="六安", unless=("周六安", "排")), Term(text="六安市"),
    )),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One portal with two columns, a board and a paper; two people."""
    portal = _site("portal", "town.example", (
        SourceSettings(id="portal.news", name="镇村动态", url="http://town.example/news/"),
        SourceSettings(id="portal.notice", name="通知公告", url="http://town.example/notice/"),
    ))
    board = _site("board", "board.example", (
        SourceSettings(id="board.county", name="县委书记", url="http://board.example/1", kind="board", owner="duty",
                       quiet_days=30),
    ))
    paper = _site("paper", "paper.example", (
        SourceSettings(id="paper.local", name="本地新闻", url="http://paper.example/", cadence="weekly"),
    ))
    kinds: dict[ColumnKind, KindRule] = {
        "news": KindRule(max_age="P14D", severity=Severity.VETO, basis="国办秘函〔2019〕19号"),
        "notice": KindRule(max_age="P6M", severity=Severity.ERROR, basis="国办秘函〔2019〕19号"),
    }
    return Settings(
        directory=tmp_path,
        town=Town(name="清溪镇", full_name="云山县清溪镇", county="云山县", prefecture="六安市", province="安徽省",
                  subject=SUBJECTS),
        sites=(portal, board, paper),
        columns=(
            Column(id="news", name="镇村动态", source="portal.news", kind="news", owner="clerk"),
            Column(id="notice", name="通知公告", source="portal.notice", kind="notice", min_items=2),
        ),
        freshness=FreshnessRules(warn_days=3, delinquent_after=1, kinds=kinds),
        cases=CaseRules(
            category=(CategoryRule(name="突发", words=("坍塌",)), CategoryRule(name="咨询", types=("咨询",)),
                      CategoryRule(name="投诉", types=("投诉",), words=("举报",)), CategoryRule(name="媒体报道", kinds=("article",))),
            limit=(ReplyLimit(id="urgent", categories=("突发",), workdays=1, basis="国办发〔2016〕61号"),
                   ReplyLimit(id="board", sites=("board",), workdays=5, basis="县规定"),
                   ReplyLimit(id="slow", categories=("投诉",), workdays=90, basis="旧规定")),
        ),
        runs=RunRules(failures=2, silent_days=2),
        staff=(StaffMember(id="clerk", name="经办人", role="clerk"),
               StaffMember(id="duty", name="值班员", role="clerk")),
        alerts=AlertRules(route=(Route(id="all", to=("owner",)),)),
        calendar=WorkCalendar(),
    )


def _site(name: str, host: str, sources: tuple[SourceSettings, ...]) -> Site:
    return Site(id=name, name=name, platform="generic", home=f"http://{host}/", hosts=(host,), source=sources)


def make_record(**changes: Any) -> Record:
    """A thread on the board that names the town."""
    values: dict[str, Any] = {
        "site": "board", "key": "1", "kind": "thread", "url": "http://board.example/t/1",
        "title": "反映清溪镇道路问题", "body": "清溪镇老街路面破损。", "published": Moment.of(2026, 3, 1, 8, 30),
        "thread": {"type": "投诉/求助"},
    }
    return Record(**values | changes)


def make_stored(record: Record | None = None, **changes: Any) -> StoredRecord:
    """The same as the store holds it, seen on 2 March 2026."""
    record = record or make_record()
    values: dict[str, Any] = {
        "id": 1, "record": record, "content_hash": record.content_hash(), "first_seen_at": MONDAY,
        "checked_at": MONDAY, "changed_at": MONDAY, "removed_at": None, "sources": ("board.county",), "versions": 1,
    }
    return StoredRecord(**values | changes)


def make_results(*outcomes: str, newest: date = date(2026, 3, 2), source: str = "s") -> list[SourceResult]:
    """One result a day, newest first."""
    noon = datetime(newest.year, newest.month, newest.day, 4, 0, tzinfo=UTC)
    return [
        SourceResult(source=source, outcome=Outcome(outcome), checked_at=noon - timedelta(days=age))
        for age, outcome in enumerate(outcomes)
    ]


@pytest.fixture
def record() -> Callable[..., Record]:
    """:func:`make_record`."""
    return make_record


@pytest.fixture
def stored() -> Callable[..., StoredRecord]:
    """:func:`make_stored`."""
    return make_stored


@pytest.fixture
def results() -> Callable[..., list[SourceResult]]:
    """:func:`make_results`."""
    return make_results
