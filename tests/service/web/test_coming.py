"""What must be published in the days to come, on 公开目录 and 今日: each line leads to where it is published."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest
from docx import Document

from alerts.render import digest_html, digest_json
from core.catalogue import ItemChoice
from core.clock import local_date, now
from core.configuration import load_settings
from core.nouns import Judgement, Severity, Verdict
from core.settings import Settings
from service.digest_files import as_docx, as_xlsx
from service.digests import digest_of
from service.web.workbench import Workbench
from store import catalogue_choices, findings
from store.database import Engine, for_town, transaction


@pytest.fixture
def demo_store(bare_store: Any) -> Any:
    """The demo town before its first day."""
    return bare_store


def judged(item: str, days: int, owner: str = "clerk", since: date | None = None) -> Judgement:
    day = (since or local_date(now())) + timedelta(days=days)
    seen = {
        "item": f"财政—{item}", "standing": "fresh", "period": "2026年第三季度", "missing": [], "due": day.isoformat(), "latest": None,
        "provisional": False, "next_period": "2026年第三季度", "next_due": day.isoformat(),
    }
    return Judgement(rule_id="item.period", subject=f"item:{item}", verdict=Verdict.OK, severity=Severity.WARN, evidence=seen, owner=owner)


@pytest.fixture
def store(bench: Workbench, town_id: str, demo_store: Path) -> Engine:
    # The catalogue of the demo town itself: the workbench of the tests has the legal minimum.
    cast("dict[str, Settings]", bench.service.towns)[town_id] = load_settings(demo_store / "config")
    engine = for_town(bench.engine, town_id)
    with transaction(engine) as connection:
        findings.save_judgements(connection, [judged("zxzj", 5), judged("dbzj", 20), judged("aqjc", 31), judged("gone", 3)], now())
    return engine


def lines(html: str) -> list[str]:
    return re.findall(r'<a href="(/towns/[^"]+)">财政—(\w+)：2026年第三季度</a>', html)


def test_the_list_stands_in_the_catalogue_in_order(client: Callable[[str], Any], store: Engine, town_id: str) -> None:
    clerk = client("clerk")
    page = clerk.get(f"/towns/{town_id}/catalogue").text
    # Thirty days; what is not in the catalogue any more is nobody's to publish.
    assert lines(page) == [(f"/towns/{town_id}/catalogue/zxzj", "zxzj"), (f"/towns/{town_id}/catalogue/shjz", "dbzj")]
    assert "公开时限：每季度公开一次" in page and "5 天" in page
    assert {clerk.get(address).status_code for address, _ in lines(page)} == {200}


def test_today_shows_the_next_fortnight(client: Callable[[str], Any], store: Engine, town_id: str) -> None:
    assert [name for _, name in lines(client("clerk").get(f"/towns/{town_id}/").text)] == ["zxzj"]


def test_a_list_without_anything_says_so(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    assert "还没有检查过" in client("clerk").get(f"/towns/{town_id}/catalogue").text


def test_what_a_person_decided_holds_here_too(client: Callable[[str], Any], store: Engine, town_id: str) -> None:
    with transaction(store) as connection:
        catalogue_choices.choose(connection, [ItemChoice(item="zxzj", columns=("yjs",), who="clerk", at=now())])
    page = client("clerk").get(f"/towns/{town_id}/catalogue").text
    assert lines(page)[0] == (f"/towns/{town_id}/catalogue/yjs", "zxzj")


NOVEMBER = datetime(2026, 11, 26, 2, tzinfo=UTC)


def test_the_digest_lists_what_falls_due_next_month_in_every_form(bench: Workbench, town_id: str, demo_store: Path) -> None:
    settings, engine = load_settings(demo_store / "config"), for_town(bench.engine, town_id)
    last = date(2026, 11, 30)
    # The last day of this month, the first and the last of the next, and the day after.
    said = [judged("zxzj", 0, since=last), judged("dbzj", 1, since=last), judged("aqjc", 31, "leader", since=last), judged("yjs", 32, since=last)]
    column = {"status": "fresh", "column": settings.columns[0].id, "name": "=会议公开", "latest": "2026-10-09", "due": "2026-12-10", "count": 3}
    said.append(Judgement(rule_id="column.fresh", subject=f"column:{settings.columns[0].id}", verdict=Verdict.OK, severity=Severity.WARN,
                          evidence=column, owner=None))  # fmt: skip
    with transaction(engine) as connection:
        findings.save_judgements(connection, said, NOVEMBER)
    digest = digest_of(settings, engine, "2026-11", None, NOVEMBER)
    assert [(one.due.isoformat(), one.what) for one in digest.coming] == [
        ("2026-12-01", "财政—dbzj：2026年第三季度"), ("2026-12-10", "栏目“=会议公开”更新"), ("2026-12-31", "财政—aqjc：2026年第三季度"),
    ]
    assert [one["owner"] for one in digest_json(digest)["coming"]["list"]][1] is None
    assert [one.what for one in digest_of(settings, engine, "2026-11", "leader", NOVEMBER).coming] == ["财政—aqjc：2026年第三季度"]
    names = {person.id: person.name for person in settings.staff}
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(digest)))
    sheet = next(sheet for sheet in book if "下月应公开的内容（2026年12月）" in sheet.title)
    table = next(t for t in Document(io.BytesIO(as_docx(digest))).tables if t.rows[0].cells[0].text == "期限")
    written = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert written == [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert [row[3] for row in written] == [names["clerk"], "未指定", names["leader"]]
    for text in (digest_html(digest), json.dumps(digest_json(digest), ensure_ascii=False)):
        assert all(one.what.replace("“", "&#34;") in text or one.what in text for one in digest.coming)
        assert "2026-12-31" in text and "2027-01-01" not in text


def test_what_falls_due_after_a_month_that_is_over_is_told_as_of_its_end(bench: Workbench, town_id: str, demo_store: Path) -> None:
    settings, engine = load_settings(demo_store / "config"), for_town(bench.engine, town_id)
    plain = settings.model_copy(update={"items": ()})
    digest = digest_of(plain, engine, "2026-12", None, datetime(2027, 1, 3, tzinfo=UTC))
    assert [(one.due, one.what) for one in digest.coming] == [(date(2027, 1, 31), "2026年政府信息公开工作年度报告")]
