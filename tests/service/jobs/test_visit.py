"""The visits of the schedule: a check follows at once where a site goes down or comes back, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.visits import Visit, VisitOutcome
from service.jobs.work import perform
from store import visits
from store.database import for_town, transaction
from tests.service.jobs.conftest import SLOT, Bench

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def test_a_site_that_goes_down_is_checked_at_once(bench: Bench) -> None:
    """The demo town is not running: each visit is refused."""
    town = bench.service.towns["town"]
    bench.service.towns["town"] = town.model_copy(update={"sites": tuple(site for site in town.sites if site.id == "huoshan")})
    for hours in (2.4, 1.2):
        at = SLOT - timedelta(hours=hours)
        with transaction(for_town(bench.engine, "town")) as connection:
            visits.add(connection, [Visit(site="huoshan", host="127.0.0.1", at=at, round=at, outcome=VisitOutcome.FAILED, seconds=0.0)])
    perform(bench.claim("visit"), bench.place())
    rows = bench.rows()
    assert rows["visit", ""].note == "访问首页1个，查看链接0个；没有打开：霍山县人民政府网（演示）"
    assert rows["check", "visit"].status == "queued"
    # It is down still an hour later: nothing new to tell, and only the last row of the visits is kept.
    bench.now += timedelta(hours=1)
    perform(bench.claim("visit", slot=SLOT + timedelta(hours=1)), bench.place())
    assert [job for job, part in bench.rows()] .count("check") == 1
    with for_town(bench.engine, "town").connect() as connection:
        kept = visits.since(connection, SLOT - timedelta(days=1), bench.now)["huoshan"]
    assert [visit.outcome for visit in kept] == [VisitOutcome.FAILED] * 4
