"""What must be published in the days to come, on 公开目录 and 今日: each line leads to where it is published."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from core.catalogue import ItemChoice
from core.clock import local_date, now
from core.configuration import load_settings
from core.nouns import Judgement, Severity, Verdict
from core.settings import Settings
from service.web.workbench import Workbench
from store import catalogue_choices, findings
from store.database import Engine, for_town, transaction


@pytest.fixture
def demo_store(bare_store: Any) -> Any:
    """The demo town before its first day."""
    return bare_store


def judged(item: str, days: int, owner: str = "clerk") -> Judgement:
    day = local_date(now()) + timedelta(days=days)
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
