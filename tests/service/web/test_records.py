"""存证: a record's versions as a clerk sees them, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from core.clock import Moment, now
from core.nouns import Attachment, Record
from crawler.archive import Archive
from crawler.run import archive_root
from service.web.workbench import Workbench
from store import records, runs
from store.database import transaction
from store.records import Arrival, Sighting

SHOTS = os.environ.get("TOWNWATCH_SHOTS")
BODY = """根据《社会救助暂行办法》，现将我镇2026年3月农村最低生活保障对象公示如下。
一、保障标准为每人每月720元，按季度发放到户。
二、公示时间为2026年3月5日至3月11日，共七天。
户主	村	人数	月保障金额
张某	上土市村	2	1440
李某	漫水河村	1	720
三、对公示对象有异议的，请在公示期内向镇民政所反映。
四、监督电话：0564-5160001。"""
FIRST = Record(
    site="huoshan", key="k", kind="article", url="http://127.0.0.1:9/k.html", title="漫水河镇2026年3月农村低保对象公示", body=BODY,
    published=Moment.of(2026, 3, 5), attachments=(Attachment(url="http://127.0.0.1:9/f.xls", name="低保名单.xls", sha256="1" * 64, state="read"),),
)
SECOND = replace(
    FIRST, title="漫水河镇2026年3月农村低保拟保障对象公示", published=Moment.of(2026, 2, 25),
    attachments=(replace(FIRST.attachments[0], sha256="2" * 64),),
    body=BODY.replace("720元", "750元").replace("李某\t漫水河村\t1\t720", "李某\t漫水河村\t1\t750").replace("3月11日，共七天", "3月9日，共五天"),
)
LINES = SECOND.body.splitlines()
THIRD = replace(SECOND, body="\n".join([LINES[0], LINES[7], *LINES[1:7], "五、本公示由镇民政所负责解释。<script>alert(1)</script>"]))


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    return bare_store


@pytest.fixture
def record(bench: Workbench, town_id: str) -> int:
    """A record of three versions."""
    engine, source = bench.town_engine(town_id), bench.town(town_id).columns[0].source
    for number, page in enumerate((FIRST, SECOND, THIRD)):
        run, at = f"2026030{number + 5}T020000-aaaaaa", now() - timedelta(days=9 - number)
        archive = Archive(archive_root(bench.folder(town_id)), f"2026/03/{run}.warc.gz")
        kept = archive.write(url=page.url, at=at, status=200, headers=(("Content-Type", "text/html"),), payload=page.body.encode())
        archive.close()
        with transaction(engine) as connection:
            runs.start_run(connection, run, at)
            records.save(connection, run, [Arrival(record=page, at=at, evidence=kept)])
            records.save_sightings(connection, [Sighting(site=page.site, key=page.key, source=source, row_hash="h", at=at)])
    with engine.connect() as connection:
        return records.of_source(connection, source)[0].id


@pytest.mark.parametrize("width", [1280, 390])
def test_what_changed_is_told_as_a_person_would(
    page_as: Callable[..., Page], base_url: str, bench: Workbench, town_id: str, record: int, fits: Callable[[Page], bool], width: int
) -> None:
    page = page_as(base_url, "clerk", width)
    column = bench.town(town_id).columns[0]
    page.goto(f"{base_url}/towns/{town_id}/catalogue/{column.id}")
    page.get_by_role("link", name="查看存证").click()
    page.wait_for_load_state()
    told = page.locator("main").inner_text()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"record-{width}.png", full_page=True)
    assert page.locator("section", has_text="版本3").locator(".moved").count() == 1
    assert "原第8段移到第2段" in told and "同名文件已更换" in told and "2026-03-05" in told
    second = page.locator("section", has_text="版本2")
    assert second.locator("del").all_inner_texts().count("720") == 2 and "拟保障" in second.locator("ins").all_inner_texts()
    assert "<script>alert(1)</script>" in told and fits(page)


def test_what_is_not_there_and_what_is_damaged(client: Callable[[str], Any], bench: Workbench, town_id: str, record: int) -> None:
    assert client("reader").get(f"/towns/{town_id}/records/999").status_code == 404
    assert client("reader").get(f"/towns/{town_id}/records/{2**40}").status_code == 404
    next(archive_root(bench.folder(town_id)).rglob("*.warc.gz")).unlink()
    assert "存档文件不存在" in client("reader").get(f"/towns/{town_id}/records/{record}").text
