"""Pages beside each other, on a real store: who is told of a contradiction, what ends it, and that a quiet day costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import Moment
from core.configuration import load_settings
from core.nouns import Evidence, Finding, Record, StoredRecord
from core.settings import Column, Settings
from monitor.compared import CONTACTS, DUPLICATE, RULES, liken_new
from monitor.run import check
from monitor.scanned import ScannedText, from_text
from store import records, runs
from store.database import Engine, transaction
from tests.monitor.test_resemblance import BODY, FRAME, LONG

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OFFICE = "漫水河镇党政办公室职责"
ROOT = Path(__file__).parents[2] / "config"


@pytest.fixture
def town(settings: Settings) -> Settings:
    """A column of organs (static) and one of notices, with the rules that are shipped."""
    portal = settings.sites[0]
    columns = (Column(id="organs", name="机构职能", source="portal.news", kind="static", owner="clerk"),
               Column(id="notice", name="通知公告", source="portal.notice", kind="notice", owner="duty"))
    own = settings.town.model_copy(update={"name": "漫水河镇", "full_name": "霍山县漫水河镇"})
    kinds = load_settings(ROOT).freshness
    return settings.model_copy(update={
        "directory": ROOT, "columns": columns, "town": own, "sites": (portal, *settings.sites[1:]), "freshness": kinds,
    })


Put = Callable[[str, str, str, str, date], None]


@pytest.fixture
def put(engine: Engine) -> Put:
    """``put(source, key, title, body, published)``: a page as a crawl would bring it, new or changed."""
    count = iter(range(1000))

    def save(source: str, key: str, title: str, body: str, published: date) -> None:
        at, run = NOW - timedelta(hours=1) + timedelta(seconds=next(count)), f"run-{next(count)}"
        record = Record(site="portal", key=key, kind="article", url=f"http://town.example/{key}", title=title, body=body,
                        published=Moment.of(published.year, published.month, published.day))
        with transaction(engine) as connection:
            runs.start_run(connection, run, at)
            records.save(connection, run, [records.Arrival(record=record, at=at)])
            records.save_sightings(connection, [records.Sighting(site="portal", key=key, source=source, row_hash=None, at=at)])

    return save


def read(stored: StoredRecord, _: Evidence | None) -> ScannedText | None:
    return None if "别处" in stored.record.title else from_text(stored.record.body, title=stored.record.title)


@pytest.fixture
def found(town: Settings, engine: Engine) -> Callable[..., dict[str, Finding]]:
    """What of these rules is open after a check, by the title of its page."""

    def look(days: int = 0, as_of: date | None = None) -> dict[str, Finding]:
        report = check(town, engine, now=NOW + timedelta(days=days), read=read, as_of=as_of, scope="pages")
        return {f.title.partition("：")[2]: f for f in report.findings if f.rule_id in RULES}

    return look


Found = Callable[..., Mapping[str, Finding]]


def test_the_older_of_two_pages_is_told_and_naming_both(put: Put, found: Found) -> None:
    put("portal.news", "1", OFFICE, "联系电话：0564-5000001", date(2025, 10, 1))
    put("portal.news", "2", "漫水河镇人民政府信息公开指南", "受理机构：党政办；联系电话：0564-5000010", date(2025, 8, 1))
    told = found()
    assert set(told) == {"漫水河镇人民政府信息公开指南"}
    finding = told["漫水河镇人民政府信息公开指南"]
    assert (finding.rule_id, finding.severity, finding.owner) == (CONTACTS, "warn", "clerk")
    for said in ("党政办公室的电话", "0564-5000010", "0564-5000001", f"《{OFFICE}》", "http://town.example/1"):
        assert said in finding.reason
    # Mended on the other page: it is the same fault's end.
    put("portal.news", "1", OFFICE, "联系电话：0564-5000010", date(2025, 10, 1))
    assert found(1) == {}


def test_most_pages_decide_and_a_notice_only_while_it_is_new(put: Put, found: Found) -> None:
    put("portal.news", "1", OFFICE, "联系电话：0564-5000001", date(2025, 3, 1))
    put("portal.news", "2", "政府电话簿", "部门\t电话\n党政办\t0564-5000001", date(2025, 4, 1))
    put("portal.news", "3", "漫水河镇人民政府信息公开指南", "受理机构：党政办公室；联系电话：0564-5000009", date(2026, 2, 1))
    foot = "请各村按时报送。\n联系单位：党政办公室，联系电话：0564-5000002"
    put("portal.notice", "4", "关于报送材料的通知", foot, date(2026, 2, 20))
    put("portal.notice", "5", "关于报送旧材料的通知", foot, date(2024, 2, 20))
    put("portal.notice", "6", "别的办公室的通知", foot.replace("党政办公室", "社会事务办公室"), date(2026, 2, 20))
    told = found()
    assert set(told) == {"漫水河镇人民政府信息公开指南", "关于报送材料的通知"}
    assert "另有1页同此" in told["漫水河镇人民政府信息公开指南"].reason
    assert told["关于报送材料的通知"].owner == "duty"


def test_notices_alone_contradict_nobody(put: Put, found: Found) -> None:
    for n in (1, 2):
        put("portal.notice", str(n), f"通知{n}", f"联系单位：党政办公室，联系电话：0564-500000{n}", date(2026, 2, 20))
    assert found() == {}


def test_what_lies_elsewhere_closes_nothing(put: Put, found: Found) -> None:
    put("portal.news", "1", OFFICE, "联系电话：0564-5000001", date(2025, 10, 1))
    put("portal.news", "2", "信息公开指南", "受理机构：党政办；联系电话：0564-5000010", date(2025, 8, 1))
    assert set(found()) == {"信息公开指南"}
    put("portal.news", "1", OFFICE + "（别处）", "联系电话：0564-5000001", date(2025, 10, 1))
    assert set(found(1)) == {"信息公开指南"}, "the other page was not read as it stands now"


def test_a_text_put_out_twice(put: Put, found: Found, engine: Engine) -> None:
    put("portal.notice", "1", "漫水河镇开展环境整治", BODY, date(2026, 2, 1))
    put("portal.notice", "2", "漫水河镇人居环境整治见成效", BODY + "群众纷纷点赞。", date(2026, 2, 5))
    put("portal.news", "3", "环境整治工作情况", BODY, date(2026, 2, 8))          # in another column: a hint
    put("portal.news", "4", "漫水河镇开展环境整治", BODY, date(2026, 2, 9))      # the same title there: one text where both need it
    put("portal.notice", "5", "去年的环境整治", BODY, date(2025, 2, 1))            # a year before
    for n, who in enumerate(("张伟", "李强", "王芳"), 6):
        put("portal.notice", str(n), f"关于{who}的公示", FRAME.format(who=who, when=""), date(2026, 2, n))
    told = found()
    assert {title: (f.rule_id, str(f.severity)) for title, f in told.items() if f.evidence["others"]} == {
        "漫水河镇人居环境整治见成效": (DUPLICATE, "warn"), "环境整治工作情况": (DUPLICATE, "info"), "漫水河镇开展环境整治": (DUPLICATE, "warn"),
    }
    assert "http://town.example/1" in told["漫水河镇人居环境整治见成效"].reason
    assert liken_new(engine) == 0, "a quiet day compares nothing"
    put("portal.notice", "2", "漫水河镇人居环境整治见成效", "镇里组织观摩。" * 20, date(2026, 2, 5))
    assert "漫水河镇人居环境整治见成效" not in found(1)


def test_one_article_in_two_versions(put: Put, found: Found) -> None:
    put("portal.notice", "1", "东湾村开展环境整治", LONG, date(2026, 2, 1))
    put("portal.news", "2", "东湾村开展环境整治", LONG.replace("320人次", "180人次"), date(2026, 2, 3))    # two figures: which is right?
    put("portal.notice", "3", "清洁行动", LONG.replace("门前三包", "门内达标"), date(2026, 1, 1))
    put("portal.news", "4", "清洁行动", LONG.replace("门前三包", "院落达标"), date(2026, 2, 1))             # a month later it is another
    told = {title: f for title, f in found().items() if "不一致" in f.title}
    assert list(told) == ["东湾村开展环境整治"]
    assert told["东湾村开展环境整治"].title.startswith("两处内容不一致：") and "http://town.example/1" in told["东湾村开展环境整治"].reason
    put("portal.news", "2", "东湾村开展环境整治", LONG, date(2026, 2, 3))
    assert not [f for f in found(1).values() if "不一致" in f.title], "the same now"


def test_the_past_is_told_from_its_own_contents(put: Put, found: Found) -> None:
    put("portal.notice", "1", "环境整治", BODY, date(2026, 2, 1))
    put("portal.notice", "2", "整治见成效", BODY, date(2026, 2, 5))
    assert set(found()) == {"整治见成效"}
    assert set(found(3, as_of=date(2026, 3, 2))) == {"整治见成效"}
    assert replace(found(3, as_of=date(2026, 3, 2))["整治见成效"], owner=None).rule_id == DUPLICATE


def test_a_comparison_that_was_killed_is_done_the_next_time(put: Put, found: Found, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    put("portal.notice", "1", "环境整治", BODY, date(2026, 2, 1))
    put("portal.notice", "2", "整治见成效", BODY, date(2026, 2, 5))
    with monkeypatch.context() as context:
        context.setattr("monitor.compared.same_text", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            found()
    assert set(found()) == {"整治见成效"}
