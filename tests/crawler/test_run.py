"""Whole crawls of the demo town: real servers, a real child process, a real store."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.errors import ConfigErrors, CrawlBusyError
from core.nouns import Outcome
from core.text import mask_private
from crawler.archive import read_evidence
from crawler.run import archive_root, crawl, load_leftovers
from demo.threads import corpus_boards, corpus_threads
from demo.town import DemoTown
from store import records, runs, tables
from store.database import for_town, open_store
from tests.crawler.conftest import START

LOOKED_ONLY = {Outcome.UNCHANGED, Outcome.ALL_KNOWN, Outcome.EMPTY}


def test_the_whole_town_then_nothing_then_exactly_what_changed(watch: Any) -> None:
    # Whatever its age, each article is asked for at each run: here hours, not days, lie between.
    watch.politeness(recheck_days=10_000)
    first = watch.crawl()
    assert {r.outcome for r in first.values()} <= {Outcome.NEW, Outcome.EMPTY}
    portal = {source.id for site in watch.settings.sites if site.id == "huoshan" for source in site.sources}
    assert sum(first[source].new for source in portal) == len(watch.town.portal.articles)

    second = watch.crawl(1)
    assert {r.outcome for r in second.values()} <= LOOKED_ONLY
    # An ordinary day costs list pages and 304s: not one article or file in full (a dead file is asked for and still dead).
    articles = watch.statuses("/public/6598801/") + watch.statuses("/content/article/") + watch.statuses("/group3/")
    assert 304 in articles and set(articles) <= {304, 404}

    column = next(c.id for c in watch.town.portal.columns if len(watch.town.portal.of_column(c.id)) > 5)
    items = watch.town.portal.of_column(column)
    changed, removed = items[1], items[3]
    changed_path, removed_path = map(watch.town.portal.article_path, (changed.id, removed.id))
    watch.town.portal.change_article(changed.id)
    watch.town.portal.remove_article(removed.id)
    added = watch.town.portal.add_article(column)
    third = watch.crawl(2)
    mine = third.pop(column)
    assert (mine.outcome, mine.new, mine.changed, mine.removed) == (Outcome.NEW, 1, 1, 1)
    assert {(r.new, r.changed, r.removed) for r in third.values()} == {(0, 0, 0)}
    with watch.engine.connect() as connection:
        found = {stored.record.url.split("/", 3)[3]: stored for stored in records.of_source(connection, column)}
        after = found[changed_path.lstrip("/")]
        versions = records.versions_of(connection, after.id)
    assert added.title in {stored.record.title for stored in found.values()}
    assert found[removed_path.lstrip("/")].removed_at is not None
    assert [v.previous_hash for v in versions] == [None, versions[0].content_hash]
    assert "更正第1次" in versions[1].record.body
    assert "更正第1次" not in versions[0].record.body
    for version in versions:
        archived = read_evidence(archive_root(watch.var), version.evidence)
        assert archived.url == version.record.url
        assert archived.status == 200


MISBEHAVIOURS = {
    "403": (Outcome.BLOCKED, "403"),
    "412": (Outcome.BLOCKED, "412"),
    "429": (Outcome.BLOCKED, "429"),
    "521": (Outcome.BLOCKED, "521"),
    "waf": (Outcome.BLOCKED, "防火墙"),
    "500": (Outcome.UNREACHABLE, "500"),
    "503": (Outcome.UNREACHABLE, "503"),
    "slow": (Outcome.UNREACHABLE, "超时"),
    "cut": (Outcome.UNREACHABLE, "中断"),
    "loop": (Outcome.UNREACHABLE, "重定向"),
    "404": (Outcome.REDESIGNED, "404"),
    "redesign": (Outcome.REDESIGNED, "找不到"),
    # A blank page with 200 shows neither rows nor that there are none.
    "empty": (Outcome.REDESIGNED, "空白"),
}


def test_each_misbehaviour_of_a_list_is_its_own_outcome(watch: Any) -> None:
    watch.only("gzdt", "tzgg")
    watch.politeness(timeout_seconds=0.6, retries=1)
    watch.crawl()
    before = watch.contents()
    column = next(c for c in watch.town.portal.columns if c.id == "gzdt")
    pattern = f"portal .*(catId={column.cat}|column/{column.cat})"
    for hour, (mode, (outcome, word)) in enumerate(MISBEHAVIOURS.items(), start=1):
        watch.town.misbehave(pattern, mode)
        results = watch.crawl(hour)
        assert results["gzdt"].outcome is outcome, mode
        assert word in (results["gzdt"].error or ""), mode
        assert results["tzgg"].outcome is Outcome.UNCHANGED, mode
        assert watch.contents() == before, mode
        watch.town.misbehave(pattern, None)
        if outcome is Outcome.BLOCKED:
            assert watch.crawl(hour + 0.5)["gzdt"].outcome is Outcome.UNCHANGED, mode
    assert watch.crawl(hour + 1)["gzdt"].outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(("mode", "outcome"), [
    ("403", Outcome.BLOCKED), ("waf", Outcome.BLOCKED), ("empty", Outcome.BLOCKED), ("redesign", Outcome.REDESIGNED),
    ("500", Outcome.UNREACHABLE),
])
def test_the_board_refuses_and_is_never_called_empty(watch: Any, mode: str, outcome: Outcome) -> None:
    watch.only("board-huoshan")
    watch.politeness(retries=0)
    watch.town.misbehave("^board ", mode)
    assert watch.crawl()["board-huoshan"].outcome is outcome


def test_a_broken_signature_leaves_the_old_interface(watch: Any) -> None:
    watch.only("board-huoshan")
    watch.town.misbehave("list/df", "redesign")
    result = watch.crawl()["board-huoshan"]
    assert result.outcome is Outcome.NEW
    assert "部分列表未读到" in (result.error or "")
    assert result.new == len([t for t in watch.town.board.threads if t.fid == 2348])


def test_another_board_under_the_number_is_not_taken_in(watch: Any) -> None:
    watch.only("board-huoshan")

    def renumbered(site: Any) -> Any:
        sources = [s.model_copy(update={"options": s.options | {"forum_contains": "金寨"}}) for s in site.sources]
        return site.model_copy(update={"sources": tuple(sources)})

    watch.sites(renumbered)
    result = watch.crawl()["board-huoshan"]
    assert result.outcome is Outcome.REDESIGNED
    assert "霍山" in (result.error or "")
    assert watch.contents()["records"] == {}


def test_a_failed_article_is_asked_for_again(watch: Any) -> None:
    watch.only("gzdt")
    watch.politeness(retries=0)
    item = watch.town.portal.of_column("gzdt")[5]
    path = watch.town.portal.article_path(item.id)
    watch.town.misbehave(path.replace(".", r"\."), "500")
    first = watch.crawl()["gzdt"]
    assert first.outcome is Outcome.NEW
    assert "1 篇未读到" in (first.error or "")
    watch.town.misbehave(path.replace(".", r"\."), None)
    second = watch.crawl(1)["gzdt"]
    assert (second.new, second.error) == (1, None)


def test_a_site_that_refuses_its_articles_is_left_alone(watch: Any) -> None:
    watch.only("gzdt")
    watch.town.misbehave("/(public/6598801/|content/article/)", "403")
    result = watch.crawl()["gzdt"]
    assert result.outcome is Outcome.BLOCKED
    assert "停止" in (result.error or "")
    # Those that were under way when the fifth failed, and no more.
    assert len([s for s in watch.statuses("/") if s == 403]) <= 40


def test_a_known_record_is_gone_only_when_the_site_says_so_twice(watch: Any) -> None:
    watch.only("gzdt")
    watch.crawl()
    item = watch.town.portal.of_column("gzdt")[2]
    path = watch.town.portal.article_path(item.id).replace(".", r"\.")
    watch.town.misbehave(path, "404", times=1)
    assert watch.crawl(1)["gzdt"].removed == 0
    watch.town.misbehave(path, "500")
    assert watch.crawl(2)["gzdt"].removed == 0
    watch.town.misbehave(path, "404")
    assert watch.crawl(3)["gzdt"].removed == 1
    # Back again: the record stands as before.
    watch.town.misbehave(path, None)
    watch.crawl(4, full=True)
    assert {values[5] for values in watch.contents()["records"].values()} == {"None"}


def test_unconfirmed_sources_say_why_they_were_not_run_and_unchosen_ones_nothing(watch: Any) -> None:
    watch.only("gzdt", "tzgg", "zcwj")

    def unconfirm(site: Any) -> Any:
        return site.model_copy(update={"sources": tuple(
            s.model_copy(update={"confirmed": False}) if s.id == "tzgg" else s for s in site.sources)})

    watch.sites(unconfirm)
    results = watch.crawl(sources=["gzdt", "tzgg"])
    assert results["gzdt"].outcome is Outcome.NEW
    assert results["tzgg"].outcome is Outcome.NOT_RUN
    assert "未由人确认" in (results["tzgg"].error or "")
    # A look at some sources says nothing of the others.
    assert "zcwj" not in results


def test_robots_txt_is_obeyed_and_said(watch: Any) -> None:
    watch.only("gzdt")

    def forbidden(site: Any) -> Any:
        changes = {"url": watch.town.portal_url + "/site/search/1?x=1", "options": {}}
        return site.model_copy(update={"sources": tuple(s.model_copy(update=changes) for s in site.sources)})

    watch.sites(forbidden)
    result = watch.crawl()["gzdt"]
    assert (result.outcome, result.error) == (Outcome.NOT_RUN, "robots.txt 不允许访问")
    assert watch.statuses("/site/search") == []


def test_a_private_address_is_refused_unless_allowed(watch: Any) -> None:
    watch.only("gzdt")
    watch.sites(lambda site: site.model_copy(update={"allow_private": False}))
    result = watch.crawl()["gzdt"]
    assert result.outcome is Outcome.NOT_RUN
    assert "本机地址 127.0.0.1，未允许访问" in (result.error or "")
    assert watch.town.requests == []


def test_what_does_not_exist_is_an_error_of_usage(watch: Any) -> None:
    with pytest.raises(ConfigErrors, match="没有来源 “nix”"):
        watch.crawl(sources=["nix"])
    with pytest.raises(ConfigErrors, match="没有站点 “nix”"):
        watch.crawl(site="nix")


def test_a_weekly_source_waits_for_its_week(watch: Any) -> None:
    watch.only("gzdt")

    def weekly(site: Any) -> Any:
        return site.model_copy(update={"sources": tuple(s.model_copy(update={"cadence": "weekly"}) for s in site.sources)})

    watch.sites(weekly)
    watch.crawl()
    assert watch.crawl(24)["gzdt"].outcome is Outcome.NOT_RUN
    assert watch.crawl(24, sources=["gzdt"])["gzdt"].outcome is Outcome.UNCHANGED
    assert watch.crawl(24 * 8)["gzdt"].outcome is Outcome.UNCHANGED


CRAWL = """
import sys
from pathlib import Path
from core.configuration import load_settings
from crawler.run import crawl
from store.database import for_town, open_store
settings, engine = load_settings(Path(sys.argv[1])), for_town(open_store(sys.argv[2]), "town")
crawl(settings, engine, Path(sys.argv[3]), lease_seconds=float(sys.argv[4]))
"""


def started(watch: Any, folder: Path, lease_seconds: float = 60.0) -> tuple[subprocess.Popen[bytes], int]:
    """A crawl in a process of its own that has read some records; the process, and its child's number."""
    command = [sys.executable, "-c", CRAWL, str(folder / "config"), str(watch.engine.url), str(watch.var), str(lease_seconds)]
    parent = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        feeds = list(watch.var.glob("runs/*/feed.jsonl"))
        if feeds and feeds[0].read_bytes().count(b'"type": "record"') >= 20:
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
            return parent, int(children[0])
        time.sleep(0.01)
    parent.kill()
    raise AssertionError(f"no records in 30 s: {parent.communicate()[1].decode()}")


@pytest.mark.parametrize("victim", ["child", "parent"])
def test_a_killed_crawl_loses_nothing(watch: Any, tmp_path: Path, victim: str) -> None:
    site_file = tmp_path / "config" / "sites" / "huoshan.toml"
    # Slow enough that the blow falls in the middle.
    site_file.write_text(site_file.read_text().replace("requests_per_second = 200.0", "requests_per_second = 60.0"))
    parent, child = started(watch, tmp_path)
    os.kill(child if victim == "child" else parent.pid, signal.SIGKILL)
    parent.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists(), "the child outlived its parent"

    # The killed crawl ran by the machine's clock.
    hours = (clock.now() - START) / timedelta(hours=1) + 24
    watch.crawl(hours)
    with watch.engine.connect() as connection:
        newest, oldest = runs.latest_runs(connection, 2)
    assert {newest.status, oldest.status} == {"loaded", "partial"}
    interrupted = watch.contents()
    assert interrupted["records"]

    watch.var = tmp_path / "other"
    watch.engine.dispose()

    watch.engine = for_town(open_store(f"sqlite:///{tmp_path / 'uninterrupted.db'}"), "town")
    watch.crawl(hours)
    assert watch.contents() == interrupted


def test_one_crawl_at_a_time_on_a_host(watch: Any, tmp_path: Path) -> None:
    parent, _ = started(watch, tmp_path)
    with pytest.raises(CrawlBusyError, match=r"127\.0\.0\.1"):
        watch.crawl(wait=0.3)
    assert parent.wait(60) == 0
    parent.communicate()
    assert load_leftovers(watch.settings, watch.engine, watch.var) == []


def test_private_numbers_and_authors_of_the_board_are_nowhere(watch: Any) -> None:
    watch.only("board-huoshan", "board-search-town")
    thread = watch.town.board.threads[-1]

    watch.town.board.add(replace(thread, tid=thread.tid + 1, fid=2348, nick="王小明138", subject="漫水河镇漏水 13812345678",
                                 content="身份证 342425199001011234，电话 138 1234 5678。", place="漫水河镇某街7号"))
    assert watch.crawl()["board-huoshan"].new > 0

    archived = b"".join(gzip.decompress(path.read_bytes()) for path in watch.var.glob("archive/**/*.warc.gz"))
    fed = b"".join(path.read_bytes() for path in watch.var.glob("runs/*/*"))
    assert "漏水".encode() in archived
    for secret in ("13812345678", "138 1234 5678", "342425199001011234", "王小明", "某街7号"):
        assert secret.encode() not in archived
        assert secret.encode() not in fed
        assert secret not in str(watch.contents())


@pytest.mark.shared
def test_every_message_of_the_corpus_is_stored_once_and_whole(watch: Any, shared: Path) -> None:


    threads = {str(t.tid): t for t in corpus_threads(shared / "data")}
    with DemoTown(date(2026, 11, 24), corpus=shared / "data") as town:
        watch.town = town

        def boards(site: Any) -> Any:
            if site.platform != "liuyan":
                return site.model_copy(update={"sources": ()})
            one = next(s for s in site.sources if s.kind == "board")
            sources = tuple(
                one.model_copy(update={"id": f"b{fid}", "options": {"fid": fid, "forum_contains": name[:2]}})
                for fid, name in corpus_boards(shared / "data").items()
            )
            fast = site.politeness.model_copy(update={"requests_per_second": 2000.0, "concurrency": 16})
            return site.model_copy(update={"sources": sources, "home": town.board_url + "/", "politeness": fast,
                                           "hosts": (town.board_url.removeprefix("http://"),)})

        watch.sites(boards)
        begun = time.monotonic()
        results = watch.crawl()
        seconds = time.monotonic() - begun
        requests = len(town.requests)
    assert {r.outcome for r in results.values()} == {Outcome.NEW}
    assert [r.error for r in results.values() if r.error] == []
    with watch.engine.connect() as connection:
        stored = connection.execute(select(tables.records.c.key, tables.records.c.body, tables.records.c.detail)).all()
    assert len(stored) == len(threads)
    for key, body, detail in stored:
        assert body == mask_private(threads[key].content.strip())
        assert [r["body"] for r in detail["replies"]] == [mask_private(r.content.strip()) for r in threads[key].replies]
    print(f"{len(stored)} messages, {requests} requests, {seconds:.1f} s")


def test_progress_is_told(watch: Any) -> None:
    watch.only("gzdt")
    told: list[tuple[str, int, int]] = []
    crawl(watch.settings, watch.engine, watch.var, progress=lambda *step: told.append(step))
    assert told
    assert {name for name, _, _ in told} == {"gzdt"}
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_full_crawl_walks_and_rechecks_everything(watch: Any) -> None:
    watch.only("gzdt")
    watch.crawl()
    assert watch.crawl(24 * 60)["gzdt"].seen == 0
    full = watch.crawl(24 * 61, full=True)["gzdt"]
    assert full.seen == len(watch.town.portal.of_column("gzdt"))
    assert (full.new, full.changed, full.removed) == (0, 0, 0)
    with watch.engine.connect() as connection:
        stored = records.of_source(connection, "gzdt")
    assert min(s.checked_at for s in stored) > stored[0].first_seen_at + timedelta(days=60)
