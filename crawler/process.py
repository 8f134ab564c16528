"""The child process: ``python -m crawler.process JOB.json``. Crawls, writes feed and archive, and ends.

It ends at once when its standard input closes: a crawl never outlives the program that asked for it. Each byte that comes
in says that the hosts are still its own to ask; without one for :attr:`crawler.job.Job.patience` seconds it ends too.
"""

from __future__ import annotations

import json
import os
import select
import sys
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

from core.settings import Site
from crawler import browser
from crawler.addresses import private_hosts
from crawler.archive import Archive
from crawler.feed import FeedWriter
from crawler.fetch_spider import FetchSpider
from crawler.guard import PublicResolver
from crawler.job import Job
from crawler.slots import Slot, slots
from crawler.spider import TownwatchSpider

ORPHANED = 75


def main(arguments: list[str]) -> int:
    """Do one job, or with ``--fetch`` ask for a few pages."""
    if arguments[0] == "--fetch":
        return fetch(Path(arguments[1]))
    job = Job.load(Path(arguments[0]))
    threading.Thread(target=_end_with_parent, args=(job.patience,), daemon=True).start()
    archive = Archive(job.archive, job.warc)
    clock = _clock(job.started_at)
    with FeedWriter(job.feed) as feed:
        stats = _run(TownwatchSpider, job.sites, job=job, feed=feed, archive=archive, clock=clock)
        finished = stats.get("finish_reason") == "finished"
        if finished:
            feed.write({"type": "end", "at": clock().isoformat()} | _figures(stats))
    archive.close()
    return 0 if finished else 1


def fetch(path: Path) -> int:
    """Ask for the pages that :func:`crawler.fetch.fetch` wrote down."""
    data = json.loads(path.read_text(encoding="utf-8"))
    threading.Thread(target=_end_with_parent, args=(data["patience"],), daemon=True).start()
    site = Site.model_validate_json(data["site"])
    stats = _run(FetchSpider, (site,), site=site, asks=data["asks"], out=Path(data["out"]), largest=data["largest"],
                 chain=data["chain"])
    return 0 if stats.get("finish_reason") == "finished" else 1


def _run(spider: type[Spider], sites: tuple[Site, ...], **arguments: Any) -> dict[str, Any]:
    """Run one spider to its end; Scrapy's figures."""
    PublicResolver.private = private_hosts(sites)
    process = AsyncCrawlerProcess(scrapy_settings(sites) | _browser_settings(sites))
    crawler = process.create_crawler(spider)
    process.crawl(crawler, **arguments)
    process.start()
    return dict(crawler.stats.get_stats()) if crawler.stats else {}


def _browser_settings(sites: tuple[Site, ...]) -> dict[str, Any]:
    """Scrapy's settings for the browser; none where no source wants one, or there is none."""
    if not browser.wanted(sites):
        return {}
    from crawler.browser_handler import BrowserHandler  # optional

    BrowserHandler.hosts = tuple(host for site in sites for host in site.hosts)
    return browser.scrapy_settings(sites, max(site.politeness.timeout_seconds for site in sites))


def scrapy_settings(sites: Iterable[Site]) -> dict[str, Any]:
    """Scrapy's settings for some sites."""
    sites = tuple(sites)
    return {
        "USER_AGENT": user_agent(sites), "ROBOTSTXT_OBEY": True, "ROBOTSTXT_USER_AGENT": "Townwatch",
        "DOWNLOAD_SLOTS": {host: _slot(slot) for host, slot in slots(sites).items()},
        # Of a robots.txt too, which is not asked with a site's own manners: one that hangs must not keep a visit for minutes.
        "DOWNLOAD_TIMEOUT": max((site.politeness.timeout_seconds for site in sites), default=15.0),
        "DOWNLOAD_DELAY": 1.0, "RANDOMIZE_DOWNLOAD_DELAY": False, "CONCURRENT_REQUESTS": 64,
        "TWISTED_DNS_RESOLVER": "crawler.guard.PublicResolver", "DNS_TIMEOUT": 15,
        # Through a proxy the guard would see the proxy's address instead of the site's.
        "HTTPPROXY_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.guard.GuardedHandler", "https": "crawler.guard.GuardedHandler",
            "data": None, "file": None, "ftp": None, "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.guard.Guard": 10, "crawler.middlewares.Robots": 100, "crawler.middlewares.Patience": 550,
            "crawler.middlewares.AsServed": 950, "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        },
        "HTTPERROR_ALLOW_ALL": True, "REDIRECT_MAX_TIMES": 5, "DOWNLOAD_WARNSIZE": 0, "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "WARNING", "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9"},
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }


def _slot(slot: Slot) -> dict[str, Any]:
    return {"delay": slot.delay, "concurrency": slot.concurrency, "randomize_delay": False}


def user_agent(sites: Iterable[Site]) -> str:
    """Who is asking, honestly, and how to reach them where that is configured."""
    contacts = sorted({site.politeness.contact for site in sites if site.politeness.contact})
    return f"Townwatch/{version('townwatch')}" + (f" (+{'; '.join(contacts)})" if contacts else "")


def _clock(started_at: datetime) -> Any:
    """The run's own time: the parent's start and what has passed since, so that both agree."""
    begun = time.monotonic()
    return lambda: started_at + timedelta(seconds=time.monotonic() - begun)


def _figures(stats: dict[str, Any]) -> dict[str, int]:
    return {
        "requests": stats.get("downloader/request_count", 0), "bytes": stats.get("downloader/response_bytes", 0),
        "not_modified": stats.get("downloader/response_status_count/304", 0),
    }


def _end_with_parent(patience: float) -> None:
    # Reading ends when the parent's end of the pipe closes, which even kill -9 brings about. A parent that is stopped or
    # cannot reach the store says nothing, and its hosts will soon be another's.
    while select.select([0], [], [], patience)[0] and os.read(0, 1):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
