"""Days of visits to the demo town: dead links, an injection into every page, a site that goes down, our own network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.configuration import load_settings
from core.nouns import Finding, Severity
from core.settings import Settings, SiteRules
from core.visits import VisitOutcome
from crawler.run import crawl
from demo.configure import write_config
from demo.town import DemoTown
from monitor.run import CheckReport, check
from service.page_texts import reader
from service.visits import Visited, visit_round
from store import links, records, visits
from store.database import Engine, for_town, open_store

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)
INJECTED = "<div style='position:absolute;left:-9999px'><a href='http://bet.example.com/'>澳门新葡京百家乐</a></div></body>"
RULES = SiteRules(links_per_day=1000, links_every_days=1, timeout_seconds=5)


@dataclass
class Lived:
    town: DemoTown
    settings: Settings
    engine: Engine
    var: Path

    def visit(self, day: float, site: str | None = "huoshan") -> list[Visited]:
        at = AT + timedelta(days=day)
        return visit_round(self.settings, self.engine, every_minutes=1440, now=lambda: at, site=site)

    def check(self, day: float, **options: Any) -> CheckReport:
        return check(self.settings, self.engine, now=AT + timedelta(days=day), read=reader(self.var), **options)


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    with DemoTown(date(2026, 11, 24), addresses=("127.0.0.1", "127.0.0.2", "127.0.0.3")) as town:
        write_config(tmp_path / "config", town, "http://127.0.0.1:9/", "mailto://127.0.0.1:9/?to=a@example.org")
        engine = for_town(open_store(f"sqlite:///{tmp_path / 'townwatch.db'}"), "town")
        settings = load_settings(tmp_path / "config").model_copy(update={"health": RULES})
        yield Lived(town, settings, engine, tmp_path / "var")
        engine.dispose()


def of(report: CheckReport, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule_id == rule]


def injected(report: CheckReport) -> list[Finding]:
    """The findings that tell of the injection; a page of the demo town has a hidden link of its own."""
    return [each for each in of(report, "page.text.link.hidden") if "bet.example.com" in each.reason]


def inject(town: DemoTown, block: str, only: str = "") -> None:
    """Into every page of the portal that has the words ``only``; "" takes it out again."""
    portal = town.portal
    clean_html, clean_print = type(portal)._html, type(portal)._print

    def html(text: str, *rest: Any, **named: Any) -> Any:
        return clean_html(portal, text.replace("</body>", block if block and only in text else "</body>"), *rest, **named)

    def printed(item: Any) -> bytes:
        charset = "gb18030" if item.charset == "gbk" else item.charset
        text = clean_print(portal, item).decode(charset)
        return text.replace("</body>", block if block and only in text else "</body>").encode(charset)

    portal._html, portal._print = html, printed  # type: ignore[method-assign]
    portal._pages.clear()


def test_days_with_dead_links_and_an_injection(lived: Lived) -> None:
    # What the demo town has of its own is seen in test_planted.
    for item in lived.town.portal.articles:
        if item.mark in ("D85", "D86", "D90", "D100", "D101"):
            lived.town.portal.remove_article(item.id)
    inject(lived.town, INJECTED)
    crawl(lived.settings, lived.engine, lived.var, now=lambda: AT, site="huoshan")
    first = lived.check(0)
    # One finding for the site, however many pages carry it, and none of a page.
    (hidden,) = injected(first)
    assert (hidden.subject, hidden.severity) == ("site:huoshan", Severity.VETO)
    assert hidden.evidence["count"] > 30
    assert hidden.evidence["hosts"] == ["bet.example.com"]
    assert "移到屏幕之外" in hidden.reason
    assert of(first, "page.dead_link") == []
    # A file that was there at the crawl is taken away; the injection stays in the home page too.
    with lived.engine.connect() as connection:
        waiting = links.turn(connection, "huoshan", today=AT, ok_before=AT, limit=1000)
    file = next(each.url for each in waiting if "/group3/" in each.url)
    path = file.removeprefix(lived.town.portal_url)
    lived.town.misbehave(f"{path} ", "404")
    (made,) = lived.visit(0.1)
    assert made.visit is not None
    assert (made.visit.outcome, made.dead) == (VisitOutcome.OK, 1)
    assert [flaw["host"] for flaw in made.visit.flaws] == ["bet.example.com"]
    assert of(lived.check(0.2), "page.dead_link") == []
    # On the next day it is dead still, and the pages are clean again.
    inject(lived.town, "")
    lived.visit(1.1)
    second = lived.check(1.2)
    (dead,) = [each for each in of(second, "page.dead_link") if file in each.reason]
    assert dead.severity is Severity.ERROR
    assert file in dead.reason and "附件《" in dead.reason
    assert dead.owner == "clerk"
    assert injected(second) == []
    assert hidden.fingerprint in {finding.fingerprint for finding in second.resolved}
    # And there again on the third.
    lived.town.misbehave(f"{path} ", None)
    lived.visit(2.1)
    third = lived.check(2.2)
    assert [each for each in of(third, "page.dead_link") if file in each.reason] == []
    assert dead.fingerprint in {finding.fingerprint for finding in third.resolved}
    # Each day as it was then.
    for day, open_then in ((24, {hidden.fingerprint}), (25, {dead.fingerprint}), (26, set())):
        then = check(lived.settings, lived.engine, now=AT + timedelta(days=3), as_of=date(2026, 11, day))
        assert {finding.fingerprint for finding in then.findings} & {hidden.fingerprint, dead.fingerprint} == open_then


def with_columns(settings: Settings, count: int) -> Settings:
    """A town of a few columns on the portal, quick to crawl."""
    portal = next(site for site in settings.sites if site.id == "huoshan")
    columns = [column for column in settings.columns if any(source.id == column.source for source in portal.sources)][:count]
    wanted = {column.source for column in columns}
    few = portal.model_copy(update={"sources": tuple(source for source in portal.sources if source.id in wanted)})
    return settings.model_copy(update={"sites": (few,), "columns": tuple(columns), "items": ()})


def test_an_injection_into_one_old_page_is_found_when_its_turn_comes(lived: Lived) -> None:
    """Its text is as it was, and neither the home page nor a list has the link: only the bytes of the page are other."""
    lived.settings = with_columns(lived.settings, 3)
    own = {column.source for column in lived.settings.columns}
    crawl(lived.settings, lived.engine, lived.var, now=lambda: AT, site="huoshan")
    lived.check(0)
    with lived.engine.connect() as connection:
        kept = [one for source in sorted(own) for one in records.of_source(connection, source)]
    old = next(one for one in kept if one.record.published and one.record.published.at < AT - timedelta(days=60) and len(one.record.body) > 60)
    inject(lived.town, INJECTED, only=old.record.body.split("\n")[0][:40])
    # Its day of the month: the text is the same, the bytes are not.
    crawl(lived.settings, lived.engine, lived.var, now=lambda: AT + timedelta(days=31), site="huoshan")
    with lived.engine.connect() as connection:
        again = [each.url for each in links.turn(connection, "huoshan", today=AT, ok_before=AT, limit=5000)]
        assert records.get(connection, old.id).versions == 1
    assert old.record.url in again
    lived.visit(31.1)
    (found,) = injected(lived.check(31.2))
    assert (found.severity, found.subject) == (Severity.VETO, "site:huoshan") and old.record.url in str(found.evidence)
    # Taken out again, and seen so.
    inject(lived.town, "")
    lived.visit(32.1)
    assert injected(lived.check(32.2)) == []


def test_a_portal_that_two_files_watch_is_opened_once(lived: Lived) -> None:
    from monitor.site_watch import watched_sites

    portal = next(site for site in lived.settings.sites if site.id == "huoshan")
    county = portal.model_copy(update={"id": "county", "sources": (portal.sources[0].model_copy(update={"id": "county-latest"}),)})
    both = lived.settings.model_copy(update={"sites": (county, *lived.settings.sites)})
    assert [site.id for site in watched_sites(both)] == [site.id for site in lived.settings.sites]


def test_our_own_network_down_is_no_site_down(lived: Lived) -> None:
    lived.town.misbehave("^(portal|board|media) /", "500")
    made = lived.visit(0, site=None)
    assert {each.visit.outcome for each in made if each.visit} == {VisitOutcome.FAILED}
    report = lived.check(0.01, scope="sites")
    down = {j.subject: j.reason for j in report.cannot_judge if j.rule_id == "site.down"}
    assert set(down) == {"site:huoshan", "site:people-board", "site:local-media"}
    assert all("本机网络" in reason for reason in down.values())
    with lived.engine.connect() as connection:
        kept = visits.since(connection, AT - timedelta(days=1), AT + timedelta(days=1))
    assert len({visit.round for found in kept.values() for visit in found}) == 1


def test_a_site_that_is_held_by_a_crawl_is_left_out(lived: Lived) -> None:
    from store import hosts
    from store.database import transaction

    with transaction(lived.engine) as connection:
        hosts.take(connection, {"127.0.0.1": 0.0}, "a crawl", hosts.present(connection), 60)
    (made,) = visit_round(lived.settings, lived.engine, every_minutes=60, now=lambda: AT, site="huoshan", wait=0)
    assert made.visit is None
    assert "正在访问" in made.reason
    with lived.engine.connect() as connection:
        assert visits.latest(connection) is None


def test_the_command(lived: Lived) -> None:
    command = [str(Path(sys.executable).parent / "townwatch"), "--config", str(lived.settings.directory), "--database",
               lived.engine.url.render_as_string(), "visit"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOWNWATCH_")}
    run = subprocess.run([*command, "--site", "local-media", "--json"], capture_output=True, text=True, check=False, env=environment, timeout=120)
    (site,) = json.loads(run.stdout)["sites"]
    assert run.returncode == 0
    assert (site["site"], site["outcome"], site["status"], site["reason"]) == ("local-media", "ok", 200, "")
    none = subprocess.run([*command, "--site", "nothing"], capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert (none.returncode, "没有可访问的站点" in none.stderr + none.stdout) == (2, True)
