"""The month's figures: true, defined, complete about what nobody looked at; and sent once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from alerts import digest as digests
from alerts.figures import DEFINITIONS, Digest, case_figures, due_at
from alerts.render import digest_html, digest_json
from core.catalogue import ColumnStatus
from core.clock import day_start
from core.errors import TownwatchError
from core.nouns import Case, CaseState, CaseStep, DeliveryStatus, Reason, Severity
from core.settings import Settings
from store import deliveries, tables
from store.cases import add_step
from store.database import Connection, Engine, transaction
from store.findings import add_event
from tests.alerts.parts import add_case, add_finding, at, channel, person, settings

APRIL = at(1, 4)
STAFF = (
    person("clerk", "clerk", channel("robot"), channel("mail", digest_only=True)),
    person("boss", "leader", channel("mail")),
)
RULES = settings(staff=STAFF, digest_to=("boss",))
HOSTILE = "<script>alert(1)</script>\"'&13812345678"


def step(day: int, action: str, state: str = "", month: int = 3, **data: str) -> CaseStep:
    return CaseStep(at=at(day, month), who="clerk", action=action, data={"state": state} | data if state else data)  # type: ignore[arg-type]


def case(number: int, registered: datetime, *steps: CaseStep, due: date | None = None, **more: object) -> Case:
    first = CaseStep(at=registered, who="townwatch", action="register")
    values: dict[str, object] = {
        "id": number, "record_id": number, "source": "board", "url": "", "title": f"件{number}", "category": "咨询",
        "state": CaseState.REGISTERED, "owner": None, "registered_at": registered, "due": due, "provisional": False,
        "steps": (first, *steps),
    }
    return Case(**values | more)  # type: ignore[arg-type]


MARCH = digests.period_of("2026-03", APRIL)


@pytest.mark.parametrize(("thing", "expected"), [
    # registered, valid, valid_answered, answered, closed, overdue, fell_due, on_time
    (case(1, at(3)), (1, 1, 0, 0, 0, 0, 0, 0)),
    (case(1, at(3), step(5, "reply", "replied"), due=date(2026, 3, 10)), (1, 1, 1, 1, 0, 0, 1, 1)),
    # On the due day itself is in time, the day after is not; answered late is no longer overdue.
    (case(1, at(3), step(10, "reply", "replied"), due=date(2026, 3, 10)), (1, 1, 1, 1, 0, 0, 1, 1)),
    (case(1, at(3), step(11, "reply", "replied"), due=date(2026, 3, 10)), (1, 1, 1, 1, 0, 0, 1, 0)),
    (case(1, at(3), due=date(2026, 3, 10)), (1, 1, 0, 0, 0, 1, 1, 0)),
    # Nobody calls a provisional day overdue.
    (case(1, at(3), due=date(2026, 3, 10), provisional=True), (1, 1, 0, 0, 0, 0, 0, 0)),
    # Due on the month's last day: the day is over when the month is, but it is not yet "past its day".
    (case(1, at(3), due=date(2026, 3, 31)), (1, 1, 0, 0, 0, 0, 1, 0)),
    # Closed without an answer: not valid, and settled in time.
    (case(1, at(3), step(5, "close", "closed"), due=date(2026, 3, 10)), (1, 0, 0, 0, 1, 0, 1, 1)),
    # Of last month, answered in this one: an answer of this month, not in this month's rate.
    (case(1, at(20, 2), step(5, "reply", "replied"), due=date(2026, 3, 2)), (0, 0, 0, 1, 0, 0, 1, 0)),
    # Answered after the month: what is known in April does not change March.
    (case(1, at(3), step(2, "reply", "replied", 4), due=date(2026, 3, 10)), (1, 1, 0, 0, 0, 1, 1, 0)),
    # Extended in April: in March it was overdue all the same.
    (case(1, at(3), step(2, "extend", "", 4, due="2026-04-20", due_before="2026-03-10"), due=date(2026, 4, 20)),
     (1, 1, 0, 0, 0, 1, 1, 0)),
    # Answered twice, the first time counts; sent back in between it still was answered.
    (case(1, at(3), step(4, "reply", "replied"), step(5, "assign", "assigned"), step(20, "reply", "replied"),
          due=date(2026, 3, 10)), (1, 1, 1, 1, 0, 0, 1, 1)),
    # The site showed the answer: an update that carries the state.
    (case(1, at(3), step(5, "update", "replied")), (1, 1, 1, 1, 0, 0, 0, 0)),
    # Answered before it was first seen.
    (case(1, at(3), state=CaseState.REPLIED), (1, 1, 1, 1, 0, 0, 0, 0)),
    # Registered in April.
    (case(1, at(1, 4), due=date(2026, 3, 10)), (0, 0, 0, 0, 0, 0, 0, 0)),
])
def test_case_figures(thing: Case, expected: tuple[int, ...]) -> None:
    found = case_figures([thing], MARCH)
    assert (found.registered, found.valid, found.valid_answered, found.answered, found.closed, found.overdue,
            found.fell_due, found.on_time) == expected


def test_a_month_that_lasts_does_not_judge_days_to_come() -> None:
    period = digests.period_of("2026-03", at(10, hour=12))
    later, past = case(1, at(3), due=date(2026, 3, 20)), case(2, at(3), due=date(2026, 3, 9))
    found = case_figures([later, past], period)
    assert (found.fell_due, found.overdue) == (1, 1)
    assert len(period.days) == 10


def test_the_due_day_is_that_of_then() -> None:
    twice = case(1, at(1), step(5, "extend", due="2026-03-20", due_before="2026-03-10"),
                 step(15, "extend", due="2026-03-30", due_before="2026-03-20"), due=date(2026, 3, 30))
    assert [due_at(twice, at(day)) for day in (2, 6, 16)] == [date(2026, 3, 10), date(2026, 3, 20), date(2026, 3, 30)]


def build(engine: Engine, rules: Settings = RULES, for_staff: str | None = None, now: datetime = APRIL) -> Digest:
    with engine.connect() as connection:
        return digests.build(connection, rules, "2026-03", for_staff, now=lambda: now)


def add_run(connection: Connection, day: date, outcome: str = "new") -> None:
    started = day_start(day) + timedelta(hours=2)
    connection.execute(tables.runs.insert().values(
        id=f"r{day}", started_at=started, finished_at=started + timedelta(minutes=5), status="loaded",
    ))
    connection.execute(tables.run_sources.insert().values(run=f"r{day}", source="board", outcome=outcome))


def fill(connection: Connection) -> None:
    """A month with a bit of everything, some of it hostile."""
    for day in range(1, 32):
        if day not in (5, 6, 7, 20):
            add_run(connection, date(2026, 3, day))
    for number in range(1, 13):
        case_id = add_case(
            connection, str(number), when=at(1 + number * 2), due=date(2026, 3, min(31, 6 + number * 2)),
            title=HOSTILE if number == 1 else f"关于第 {number} 组路灯的问题",
            category="咨询" if number % 3 else "投诉", owner="clerk" if number % 2 else "boss",
        )
        if number % 4:
            done = CaseStep(at=at(4 + number * 2), who="clerk", action="reply", data={"state": "replied"})
            add_step(connection, case_id, done, state=CaseState.REPLIED)
    for number, severity in enumerate([Severity.VETO, Severity.ERROR, Severity.WARN, Severity.WARN]):
        add_finding(connection, f"f{number}", at(3 + number), severity=severity, owner="clerk",
                    title=HOSTILE if not number else f"栏目“第 {number} 栏”逾期未更新",
                    resolved_at=at(20) if number == 3 else None)
        add_event(connection, f"f{number}", "opened", at(3 + number))
    add_event(connection, "f3", "resolved", at(20))


COLUMNS = tuple(
    ColumnStatus(id=f"c{number}", name=f"第{number}栏", status=status, latest=None, due=None, count=3, owner="clerk",
                 reason="最近一条发布于2025-08-01，已超过6个月期限")  # type: ignore[arg-type]
    for number, status in enumerate(["fresh", "fresh", "overdue", "blank", "cannot_judge"])
)


def test_the_digest_agrees_with_the_store(engine: Engine) -> None:
    with transaction(engine) as connection:
        fill(connection)
    figures = digest_json(build(engine))
    assert figures["cases"] | {"by_source": 0, "by_category": 0} == {
        "registered": 12, "valid": 12, "valid_answered": 9, "answered": 9, "closed": 0, "open_at_end": 3, "overdue": 3,
        "fell_due": 12,
        "on_time": 9, "answer_rate": 0.75, "on_time_rate": 0.75, "by_source": 0, "by_category": 0,
    }
    assert figures["cases"]["by_category"] == {"咨询": 8, "投诉": 4}
    assert figures["findings"] == {"opened": {"veto": 1, "error": 1, "warn": 2}, "resolved": {"warn": 1},
                                   "open": {"veto": 1, "error": 1, "warn": 1}}
    assert figures["unchecked"] == {"sources": [], "days": ["2026-03-05", "2026-03-06", "2026-03-07", "2026-03-20"]}
    assert figures["definitions"] == dict(DEFINITIONS)
    json.dumps(figures)


def test_open_vetoes_stand_above_everything_else(engine: Engine) -> None:
    with transaction(engine) as connection:
        for number in range(5):
            add_finding(connection, f"v{number}", at(3 + number), severity=Severity.VETO, title=f"暗链{number}")
            add_event(connection, f"v{number}", "opened", at(3 + number))
        add_finding(connection, "v9", at(3), severity=Severity.VETO, title="已消除的暗链", resolved_at=at(9))
        add_event(connection, "v9", "opened", at(3))
        add_event(connection, "v9", "resolved", at(9))
    digest = build(engine)
    assert digest.alarm == "单项否决的问题有 5 个没有解决：暗链0；暗链1；暗链2等。详见“三、问题”。"
    assert digest.alarm in digest_html(digest)
    assert "已消除的暗链" not in digest_html(digest)


def test_one_persons_digest_has_only_what_is_theirs(engine: Engine) -> None:
    with transaction(engine) as connection:
        fill(connection)
    mine, other = build(engine, for_staff="clerk"), build(engine, for_staff="boss")
    assert (mine.cases.registered, other.cases.registered) == (6, 6)
    assert (len(mine.findings.worst), len(other.findings.worst)) == (3, 0)


def test_mentions_by_source_and_subject(engine: Engine) -> None:
    with transaction(engine) as connection:
        for number, (when, confidence) in enumerate([(at(3), "certain"), (at(4), "possible"), (at(1, 4), "certain")]):
            add_case(connection, str(number), when=when)
            record_id = number + 1
            connection.execute(tables.sightings.insert().values(
                record_id=record_id, source="board", first_seen_at=when, last_seen_at=when))
            connection.execute(tables.mentions.insert().values(
                record_id=record_id, content_hash="x", subject="漫水河镇", term="漫水河", text="漫水河", start=0, end=3,
                field="title", confidence=confidence, found_at=when))
    figures = digest_json(build(engine))
    assert figures["mentions"] == {"by_source": {"留言板": 1}, "by_subject": {"漫水河镇": 1}}


def test_an_empty_month_is_all_clear_only_where_everything_was_looked_at(engine: Engine) -> None:
    assert "不能据此认为一切正常" in build(engine).all_clear
    with transaction(engine) as connection:
        for day in range(1, 32):
            add_run(connection, date(2026, 3, day), "unchanged")
    assert "本月平安" in build(engine).all_clear
    assert "本月平安" in digest_html(build(engine))
    with transaction(engine) as connection:
        add_case(connection, when=at(20, 2))
    # Of last month, not yet due, and nobody has answered it.
    assert build(engine).all_clear == ""


def test_a_source_that_was_never_really_read_is_named(engine: Engine) -> None:
    with transaction(engine) as connection:
        for day in range(1, 32):
            add_run(connection, date(2026, 3, day), "blocked")
    assert build(engine).unchecked.sources == (("留言板", 31),)


def test_today_is_not_a_missed_day_before_it_is_over(engine: Engine) -> None:
    with transaction(engine) as connection:
        add_run(connection, date(2026, 3, 1))
    assert build(engine, now=at(3)).unchecked.days == (date(2026, 3, 2),)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href")]


def test_the_page_is_alone_quiet_and_keeps_hostile_text_harmless(engine: Engine) -> None:
    with transaction(engine) as connection:
        fill(connection)
    page = digest_html(replace(build(engine), columns=COLUMNS))
    seen = _Tags()
    seen.feed(page)
    assert "script" not in seen.tags
    assert seen.links == []
    assert "svg" in seen.tags
    assert "&lt;script&gt;" in page
    assert "13812345678" not in page
    assert "138****5678" in page
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", page)
    for text in DEFINITIONS.values():
        assert text in page


def test_the_digest_is_queued_once_per_person_and_channel(engine: Engine) -> None:
    digest = build(engine)
    for number in range(2):
        with transaction(engine) as connection:
            queued = digests.enqueue(connection, RULES, digest, None, APRIL + timedelta(hours=number))
        assert [(each.recipient, each.channel, each.reason) for each in queued] == [("boss", "mail", Reason.DIGEST)]
    with transaction(engine) as connection:
        # A channel for digests only is for this.
        personal = digests.enqueue(connection, RULES, build(engine, for_staff="clerk"), "clerk", APRIL)
    assert {each.channel for each in personal} == {"robot", "mail"}
    with engine.connect() as connection:
        queued = deliveries.list_deliveries(connection)
    assert len(queued) == 3
    assert all(each.status is DeliveryStatus.PENDING for each in queued)
    assert all(each.id in each.body and "重复收到" in each.body for each in queued)


@pytest.mark.parametrize(("rules", "for_staff", "word"), [
    (settings(staff=STAFF), None, "digest_to"),
    (settings(staff=(person("clerk"),), digest_to=("clerk",)), None, "没有任何渠道"),
])
def test_a_digest_that_nobody_would_get_is_an_error(
    sqlite_engine: Engine, rules: Settings, for_staff: str | None, word: str
) -> None:
    digest = build(sqlite_engine, rules)
    with pytest.raises(TownwatchError, match=word), transaction(sqlite_engine) as connection:
        digests.enqueue(connection, rules, digest, for_staff, APRIL)


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "三月", "2026-05"])
def test_a_month_that_is_none_or_has_not_begun(month: str) -> None:
    with pytest.raises(TownwatchError):
        digests.period_of(month, APRIL)
    assert digests.period_of("2025-12", APRIL).end == day_start(date(2026, 1, 1))
