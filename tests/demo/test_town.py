"""The town as a whole: its year on any day, faults on order, the log, the corpus's pages and the configuration."""

from __future__ import annotations

import re
import socket
import time
from collections import Counter
from datetime import date, timedelta
from http.client import IncompleteRead, RemoteDisconnected
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.configuration import load_settings
from demo.configure import write_config
from demo.misbehave import MODES
from demo.receivers import Mailbox, Webhook
from demo.town import DemoTown
from demo.yearbook import columns, year_of

TODAY = date(2026, 11, 23)
REPOSITORY = Path(__file__).parents[2]
LIST = "/public/column/6598801?type=4&action=list&nav=3&catId=7065201"


@settings(max_examples=25, deadline=None)
@given(st.dates(min_value=date(2024, 1, 1), max_value=date(2032, 12, 31)))
# 365 days before the last of a leap year is the same year; a rhythm that avoids week-ends may come twice in a quarter.
@example(date(2026, 9, 14))
@example(date(2026, 5, 15))
@example(date(2029, 2, 1))
def test_a_year_on_any_day_is_whole_and_has_only_deliberate_repeats(today: date) -> None:
    items = year_of(today)
    assert 470 <= len(items) <= 590
    assert len({item.id for item in items}) == len(items)
    assert {item.mark for item in items if item.published.date() >= today} == {"D30"}
    titles = Counter((item.column, item.title) for item in items)
    repeated = {mark for item in items if titles[item.column, item.title] > 1 for mark in [item.mark]}
    assert repeated == {"D05", "D29", "L02"}
    assert Counter(item.mark for item in items)["D07"] == 3  # of three years, and not of the last
    assert not [item for item in items if re.search(r"[{}]", item.title + item.body + item.doc_no)]
    assert max(item.published.date() for item in items if item.column == "gzdt") >= today - timedelta(days=4)


def test_the_same_day_gives_the_same_year() -> None:
    assert year_of(TODAY) == year_of(TODAY)


def test_every_thread_that_is_marked_is_explained() -> None:
    """The marks of the portal: test_marks."""
    document = (REPOSITORY / "docs/demo-town.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([BX]\d\d)", document, re.MULTILINE))
    town = DemoTown(TODAY)
    town.stop()
    # X01 to X03 share a row.
    assert {thread.mark for thread in town.board.threads} - {"", *explained} == {"X02", "X03"}
    assert explained <= {thread.mark for thread in town.board.threads}


def test_invented_numbers_cannot_be_a_persons() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "demo/content").rglob("*.toml"))
    identities = set(re.findall(r"(?<!\d)\d{17}[\dX](?![\dX])", text))
    assert all(number[6:14] == "19000101" for number in identities if not number.startswith("1134"))
    assert set(re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)) == {"13800000000"}


def read(url: str, timeout: float = 10) -> bytes:
    with urlopen(url, timeout=timeout) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("status", [403, 404, 412, 429, 500, 503, 521])
def test_a_refusal_by_status_lasts_until_it_is_lifted(status: int) -> None:
    with DemoTown(TODAY) as town:
        town.misbehave("portal /public/column/", str(status))
        with pytest.raises(HTTPError) as refused:
            read(town.portal_url + LIST)
        refused.value.close()
        assert refused.value.code == status
        assert ("Retry-After" in refused.value.headers) == (status == 429)
        assert read(town.portal_url + "/")
        town.misbehave("portal /public/column/", None)
        assert "工作动态" in read(town.portal_url + LIST).decode()
        assert [asked.status for asked in town.requests] == [status, 200, 200]


def test_a_fault_can_be_ordered_for_a_number_of_requests() -> None:
    with DemoTown(TODAY) as town:
        town.misbehave("catId=7065201", "503", times=1)
        with pytest.raises(HTTPError) as refused:
            read(town.portal_url + LIST)
        refused.value.close()
        assert read(town.portal_url + LIST)


def test_a_board_can_be_singled_out_by_what_is_posted() -> None:
    with DemoTown(TODAY) as town:
        town.misbehave("board .*fid=2348", "empty")
        url = f"{town.board_url}/threads/queryThreadsList"
        with urlopen(url, b"fid=2348&lastItem=0", timeout=10) as answer:
            assert answer.read() == b""
        with urlopen(url, b"fid=1055&lastItem=0", timeout=10) as answer:
            assert b"success" in answer.read()


def test_pages_that_look_well_and_are_not() -> None:
    with DemoTown(TODAY) as town:
        town.misbehave(LIST[:20], "waf")
        assert "创宇盾" in read(town.portal_url + LIST).decode()
        town.misbehave(LIST[:20], "redesign")
        page = read(town.portal_url + LIST).decode()
        assert "xxgk_nav_list" not in page
        assert "暂无相关信息" not in page
        town.misbehave(LIST[:20], "empty")
        assert read(town.portal_url + LIST) == b""


def test_connections_that_break_loop_or_stall() -> None:
    with DemoTown(TODAY) as town:
        town.misbehave("/public/", "cut")
        with pytest.raises((IncompleteRead, RemoteDisconnected)):
            read(town.portal_url + LIST)
        town.misbehave("/public/", "loop")
        with pytest.raises(HTTPError) as looped:
            read(town.portal_url + LIST)
        looped.value.close()
        town.misbehave("/public/", "slow")
        with pytest.raises((TimeoutError, URLError)):
            read(town.portal_url + LIST, timeout=0.3)
        started = time.monotonic()
    assert time.monotonic() - started < 5  # a stop does not wait for the slow answer


def test_an_unknown_fault_is_refused() -> None:
    town = DemoTown(TODAY)
    town.stop()
    with pytest.raises(ValueError, match="unknown fault"):
        town.misbehave(".", "gremlin")
    assert "521" in MODES


def test_a_stopped_town_leaves_no_open_port() -> None:
    with DemoTown(TODAY) as town:
        port = int(town.portal_url.rsplit(":", 1)[1])
        read(town.portal_url + "/")
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_the_configuration_loads_strictly_and_names_what_is_served(tmp_path: Path) -> None:
    with DemoTown(TODAY) as town, Webhook() as hook, Mailbox() as mail:
        write_config(tmp_path, town, hook.url, mail.url)
        loaded = load_settings(tmp_path)
        assert loaded.town.name == "漫水河镇"
        assert {column.id for column in loaded.columns} == {
            column.id for column in columns() if column.template != "news"
        }
        assert {person.role for person in loaded.staff} == {"clerk", "leader", "technician"}
        urls = {channel.url for person in loaded.staff for channel in person.channels}
        assert urls == {hook.apprise_url, mail.url}
        for site, source in loaded.all_sources:
            assert site.allow_private
            assert read(source.url)


def test_the_demo_keeps_the_rules_of_the_real_configuration() -> None:
    for name in ("freshness", "cases", "runs", "sites", "links"):
        assert (REPOSITORY / f"demo/config/rules/{name}.toml").read_text(encoding="utf-8") == (
            REPOSITORY / f"config/rules/{name}.toml"
        ).read_text(encoding="utf-8")


@pytest.mark.shared
def test_the_corpus_pages_are_served_as_saved(shared: Path) -> None:
    with DemoTown(TODAY, corpus=shared / "data") as town:
        listing = read(f"{town.media_url}/corpus/list").decode()
        paths = re.findall(r'href="(/corpus/gov/[^"]+)"', listing)
        assert paths
        for path in paths[:5]:
            assert read(town.media_url + path) == (shared / "data/pages" / path.removeprefix("/corpus/")).read_bytes()
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{town.media_url}/corpus/../liuyan/fid_table_2019.csv"), timeout=10)
        refused.value.close()
        assert refused.value.code == 404
