"""One whole day on the demo town: crawl, check, send, digest, with real servers on loopback at both ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alerts import digest as digests
from alerts.render import digest_html, digest_json
from alerts.run import plan_alerts, send_due
from core.clock import local_date
from core.configuration import load_settings
from core.errors import TownwatchError
from core.nouns import Delivery, Run
from core.settings import Settings
from crawler.run import crawl
from demo.configure import write_config
from demo.receivers import Mailbox, Webhook
from demo.town import DemoTown
from monitor.run import CheckReport, check
from service.digests import digest_of
from service.page_texts import reader
from service.visits import visit_round
from store import cases, records
from store.database import Engine, for_town, open_store, transaction

MARK = "made-by-townwatch-demo"
Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDay:
    """What one day brought, with the parts that made it still open."""

    settings: Settings
    engine: Engine
    run: Run
    report: CheckReport
    deliveries: tuple[Delivery, ...]
    records: int
    cases: int
    digest: Path
    seconds: float

    def data(self) -> dict[str, Any]:
        """The figures of ``demo --json``."""
        return {
            "records": self.records,
            "cases": self.cases,
            "findings": len(self.report.findings),
            "alerts": len({delivery.alert for delivery in self.deliveries}),
            "deliveries": len(self.deliveries),
            "sources": [
                {"source": r.source, "outcome": r.outcome, "seen": r.seen, "new": r.new, "error": r.error}
                for r in self.run.sources
            ],
            "seconds": round(self.seconds, 1),
        }


@contextmanager
def demo_town(folder: Path, today: datetime) -> Iterator[Settings]:
    """The demo town, its receivers and its configuration in ``folder/config``, as long as the block runs."""
    _clear(folder)
    town, webhook, mailbox = DemoTown(local_date(today)), Webhook(), Mailbox()
    with town, webhook, mailbox:
        write_config(folder / "config", town, webhook.url, mailbox.url)
        yield load_settings(folder / "config")


def database_url(folder: Path) -> str:
    """Where a demo keeps its store."""
    return f"sqlite:///{folder / 'townwatch.db'}"


def live_one_day(settings: Settings, folder: Path, now: Callable[[], datetime], step: Step) -> DemoDay:
    """The daily chain, once. ``step(what, done, total)`` is told how far it is."""
    begun = now()
    engine = for_town(open_store(database_url(folder)), settings.town.id)
    run = crawl(settings, engine, folder, now=now, progress=lambda source, done, total: step(source, done, total))
    step("访问网站首页", 0, 0)
    visit_round(settings, engine, every_minutes=60, now=now)
    step("研判、检查", 0, 0)
    report = check(
        settings, engine, now=now(), read=reader(folder), also=lambda connection, at: plan_alerts(connection, settings, at)
    )
    step("生成月报", 0, 0)
    digest = write_digest(settings, engine, folder, now())
    step("发送提醒、月报", 0, 0)
    sent = send_due(settings, engine, now=now, environment={})
    with engine.connect() as connection:
        counts = records.count(connection), len(cases.list_cases(connection))
    return DemoDay(
        settings=settings,
        engine=engine,
        run=run,
        report=report,
        deliveries=tuple(sent),
        records=counts[0],
        cases=counts[1],
        digest=digest,
        seconds=(now() - begun).total_seconds(),
    )


def write_digest(settings: Settings, engine: Engine, folder: Path, at: datetime) -> Path:
    """This month's digest into the outbox, and as HTML and JSON beside the store; the path of the HTML."""
    month = local_date(at).strftime("%Y-%m")
    digest = digest_of(settings, engine, month, None, at)
    with transaction(engine) as connection:
        digests.enqueue(connection, settings, digest, None, at)
    path = folder / "digest" / f"{month}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(digest_html(digest), encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps(digest_json(digest), ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def _clear(folder: Path) -> None:
    """Start from nothing: the demo town's ports and dates are new each time. Only a folder that a demo made is
    cleared."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()):
        if not mark.exists():
            raise TownwatchError(f"目录 {folder} 里有别的东西，演示不会清空它；请用 --dir 另指一个目录")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("townwatch demo\n", encoding="utf-8")
