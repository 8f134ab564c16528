"""What the 来源 page and the API tell of sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.visits import Certificate, Visit, VisitOutcome
from service.web.workbench import Workbench
from store import visits
from store.database import transaction


@pytest.fixture
def demo_store(bare_store: Path) -> Path:
    """No day needs to be lived."""
    return bare_store


def visited(bench: Workbench, town_id: str) -> None:
    """The portal by the hour for ten days, one in ten refused by its own doing; the board refuses us."""
    at = bench.clock()
    made = [
        Visit(site="huoshan", host="a", at=at - timedelta(hours=hour), round=at - timedelta(hours=hour), seconds=0.5,
              outcome=VisitOutcome.FAILED if hour % 10 == 3 else VisitOutcome.OK, status=200, newest=at.date(), secure=True,
              reason="超时（TimeoutError）" if hour % 10 == 3 else "", certificate=Certificate(until=at + timedelta(days=9), fault=""))
        for hour in range(240)
    ]
    made += [Visit(site="people-board", host="b", at=at, round=at, outcome=VisitOutcome.BLOCKED, seconds=0.1, status=403, reason="被拒绝（403）")]
    with transaction(bench.town_engine(town_id)) as connection:
        visits.add(connection, made)


def test_nothing_is_told_of_sites_before_the_first_visit(client: Callable[[str], Any], town_id: str) -> None:
    assert "还没有访问过首页" in client("clerk").get(f"/towns/{town_id}/sources").text


def test_how_sites_open(client: Callable[[str], Any], bench: Workbench, town_id: str) -> None:
    visited(bench, town_id)
    page = client("clerk").get(f"/towns/{town_id}/sources").text
    # Of 168 visits of a week those of the hours 3, 13 ... 163 failed.
    assert "89.9%" in page and "151/168" in page
    assert "被拦截" in page and "被拒绝（403）" in page
    sites = {site["id"]: site for site in client("reader").get(f"/api/v1/towns/{town_id}/sources").json()["sites"]}
    portal = sites["huoshan"]
    assert (portal["outcome"], portal["week"]["opened"], portal["week"]["counted"], portal["month"]["counted"]) == ("ok", 151, 168, 240)
    assert portal["certificate_until"].endswith("+08:00")
    assert (sites["people-board"]["week"]["share"], sites["people-board"]["reason"]) == (None, "被拒绝（403）")
    assert sites["local-media"]["outcome"] is None
