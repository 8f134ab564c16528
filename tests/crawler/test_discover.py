"""Finding an organ and its columns on a portal: on the demo's own pages, through real requests."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from core.configuration import load_settings
from core.errors import CrawlBusyError
from crawler.discover import DiscoveryError, Organ, discover, file_id, find_organ, nearest, site_toml
from crawler.platforms import check_options
from demo.portal import TOWN_ORGAN
from store import hosts, tables
from store.database import transaction

ORGANS = [Organ(n, name, "") for n, name in enumerate(["漫水河镇", "磨子潭镇人民政府", "上土市镇", "霍山县经济开发区", "霍山县财政局"])]


@pytest.mark.parametrize(("name", "confidence", "found"), [
    ("漫水河镇", "certain", ["漫水河镇"]),
    ("漫水河鎮人民政府", "certain", ["漫水河镇"]),
    ("磨子潭镇", "certain", ["磨子潭镇人民政府"]),
    ("财政局", "possible", ["霍山县财政局"]),
    # Two bear it: nobody is guessed.
    ("霍山县", "possible", ["霍山县经济开发区", "霍山县财政局"]),
    ("诸佛庵镇", "possible", []),
])
def test_names(name: str, confidence: str, found: list[str]) -> None:
    how, organs = find_organ(ORGANS, name)
    assert (how, [organ.name for organ in organs]) == (confidence, found)


def test_the_nearest_names_are_offered() -> None:
    assert nearest(ORGANS, "磨子镇")[0] == "磨子潭镇人民政府"


def test_the_town_and_its_columns_become_a_file_to_confirm(watch: Any) -> None:
    found = discover(watch.engine, watch.settings)
    assert found.organ is not None
    assert (found.confidence, found.organ.id, found.organ.name) == ("certain", TOWN_ORGAN, "漫水河镇")
    columns = {column.cat_id: column.name for column in found.columns}
    assert columns == {c.cat: c.name for c in watch.town.portal.columns if c.template != "news"}
    site = next(site for site in watch.settings.sites if site.id == "huoshan")
    path = watch.settings.directory / "sites" / f"{file_id(found)}.toml"
    path.write_text(site_toml(site, found), encoding="utf-8")
    settings = load_settings(watch.settings.directory)
    assert check_options(settings) == []
    written = next(site for site in settings.sites if site.id == file_id(found))
    assert {source.confirmed for source in written.sources} == {False}
    assert len(written.sources) == len(columns)


def test_a_portal_that_a_crawl_asks_is_left_alone(watch: Any) -> None:
    with transaction(watch.engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "a crawl", hosts.present(connection), 60)
    with pytest.raises(CrawlBusyError, match=r"127\.0\.0\.1"):
        discover(watch.engine, watch.settings, wait=0)
    assert watch.town.requests == []


def test_a_portal_is_given_back_with_the_time_of_the_last_request(watch: Any) -> None:
    discover(watch.engine, watch.settings)
    with watch.engine.connect() as connection:
        row = connection.execute(select(tables.host_leases)).one()
    assert (row.host, row.holder) == ("127.0.0.1", None)
    assert watch.town.requests[-1].at <= row.asked_at


def test_an_unknown_name_gets_its_neighbours(watch: Any) -> None:
    found = discover(watch.engine, watch.settings, name="磨子镇")
    assert (found.organ, found.confidence) == (None, "none")
    assert found.nearest


def test_a_portal_that_refuses_is_said(watch: Any) -> None:
    watch.town.misbehave("action=rel", "403")
    with pytest.raises(DiscoveryError, match="403"):
        discover(watch.engine, watch.settings)
    with pytest.raises(DiscoveryError, match="lonsun"):
        discover(watch.engine, watch.settings, site_id="nix")
