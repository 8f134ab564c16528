"""The one spider: does the errands of every source's walk, archives, and writes the feed. All thinking is elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from core.nouns import Attachment, Evidence, Outcome
from core.settings import Site
from crawler import browser
from crawler.archive import Archive
from crawler.attachments import read_attachment
from crawler.feed import FeedWriter, line_of
from crawler.guard import RefusedError
from crawler.job import Job
from crawler.platforms import platform_of
from crawler.platforms.base import Answer, Failure, Platform
from crawler.platforms.pages import is_document
from crawler.sizes import MAX_FILE, MAX_PAGE
from crawler.steps import Errand, Found, Kept, SiteMemory, Step, Validator
from crawler.walk import Walk

PRIORITY = {"list": 10, "confirm": 5, "attachment": 5, "item": 0}


class TownwatchSpider(scrapy.Spider):
    """Crawls all sources of a job."""

    name = "townwatch"

    def __init__(self, job: Job, feed: FeedWriter, archive: Archive, clock: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.feed, self.archive, self.clock = feed, archive, clock
        self._kept: dict[str, Evidence] = {}
        self.validators = {validator.url: validator for validator in job.validators}
        self.walks: dict[str, Walk] = {}
        self.platforms: dict[str, Platform] = {}
        self.meta: dict[str, dict[str, Any]] = {}
        for site in job.sites:
            self._add_site(job, site)

    def _add_site(self, job: Job, site: Site) -> None:
        memory = SiteMemory({record.key: record for record in job.known.get(site.id, ())}, self.validators)
        platform = platform_of(site)
        for source in site.sources:
            self.walks[source.id] = Walk(platform, source, memory, walked=source.id in job.walked, full=job.full,
                                         now=job.started_at, politeness=site.politeness)
            self.platforms[source.id] = platform
            self.meta[source.id] = manners(site)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first pages of every source."""
        for walk in self.walks.values():
            for request in self._do(walk.start()):
                yield request

    def answered(self, response: Response, errand: Errand) -> Iterator[scrapy.Request]:
        """An answer, whatever its status."""
        yield from self._take(errand, answer_of(response))

    def item_answered(self, response: Response, errand: Errand) -> Iterator[scrapy.Request] | AsyncIterator[scrapy.Request]:
        """An answer for an item, a page or a file."""
        answer = answer_of(response)
        file = _file_of(errand, answer)
        return self._take(errand, answer) if file is None else self._read_beside(errand, answer, file)

    async def _read_beside(self, errand: Errand, answer: Answer, file: Attachment) -> AsyncIterator[scrapy.Request]:
        """Reading a file may take its time, meanwhile the other hosts are asked."""
        read = await asyncio.to_thread(read_attachment, file, answer.body, answer.content_type)
        for request in self._take(errand, replace(answer, read=read)):
            yield request

    def failed(self, failure: TwistedFailure) -> Iterator[scrapy.Request]:
        """No answer."""
        yield from self._take(request_of(failure).cb_kwargs["errand"], explain(failure.value))

    def _take(self, errand: Errand, got: Answer | Failure) -> Iterator[scrapy.Request]:
        yield from self._do(self.walks[errand.source].take(errand, got))

    def _do(self, steps: Iterable[Step]) -> Iterator[scrapy.Request]:
        for step in steps:
            if isinstance(step, Errand) and step.ask.browser is not None and (reason := browser.missing()):
                yield from self._take(step, Failure(outcome=Outcome.NOT_RUN, reason=reason))
            elif isinstance(step, Errand):
                yield self._request(step)
            elif isinstance(step, Kept):
                self._kept[step.url] = self._archive(step.answer)
            else:
                evidence = None
                if isinstance(step, Found) and step.answer is not None:
                    # The bytes are in the archive before the line that points to them is in the feed.
                    evidence = self._archive(self.platforms[step.source].evidence(step.answer))
                    step = self._with_evidence(step, evidence)
                self.feed.write(line_of(step, self.clock(), evidence))

    def _with_evidence(self, found: Found, page: Evidence) -> Found:
        """Its attachments with where their bytes lie: in this run's archive, or in the page itself."""
        own = found.answer.url if found.answer else None
        attachments = tuple(
            replace(a, evidence=page if a.url == own else self._kept.get(a.url)) for a in found.record.attachments
        )
        return replace(found, record=replace(found.record, attachments=attachments))

    def _archive(self, answer: Answer) -> Evidence:
        return self.archive.write(url=answer.url, at=self.clock(), status=answer.status, headers=answer.served_headers,
                                  payload=answer.served)

    def _request(self, errand: Errand) -> scrapy.Request:
        ask = errand.ask
        headers = dict(ask.headers)
        if errand.conditional and (validator := self.validators.get(ask.url)):
            headers |= _conditional(validator)
        meta = {**self.meta[errand.source], "download_maxsize": MAX_FILE if errand.role == "attachment" else MAX_PAGE}
        if ask.browser is not None:
            meta |= browser.meta(ask.browser)
        return scrapy.Request(
            ask.url, method=ask.method, headers=headers, body=ask.body, errback=self.failed,
            callback=self.answered if errand.role == "list" else self.item_answered,
            cb_kwargs={"errand": errand}, meta=meta, dont_filter=True, priority=PRIORITY[errand.role],
        )


def _file_of(errand: Errand, answer: Answer) -> Attachment | None:
    """The file that came: an attachment, or the item itself where a list links to a file."""
    if answer.status != 200:
        return None
    if errand.attachment is None and errand.row is not None and errand.row.url == answer.url and is_document(answer):
        return Attachment(url=answer.url, name="")
    return errand.attachment


def manners(site: Site) -> dict[str, Any]:
    """How a site is to be asked, as the middlewares read it from each request."""
    polite = site.politeness
    return {
        "hosts": site.hosts, "retries": polite.retries, "pause": 1 / polite.requests_per_second,
        "download_timeout": polite.timeout_seconds, "dont_obey_robotstxt": not polite.obey_robots,
    }


def answer_of(response: Response) -> Answer:
    """A response as platforms read it, with the bytes as they were served."""
    body, headers = response.meta.get("served", (response.body, ()))
    plain = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values
    }
    return Answer(url=response.url, status=response.status, headers=plain, body=response.body, served=body,
                  served_headers=headers)


def request_of(failure: TwistedFailure) -> scrapy.Request:
    """The request that failed, as Scrapy notes it on the failure."""
    request: scrapy.Request = vars(failure)["request"]
    return request


def explain(error: BaseException | None) -> Failure:
    """Why there is no answer, as an outcome and a sentence."""
    text = str(error)
    if isinstance(error, IgnoreRequest) and "robots.txt" in text:
        return Failure(outcome=Outcome.NOT_RUN, reason="robots.txt 不允许访问", definite=False)
    if isinstance(error, IgnoreRequest) and "redirections" in text:
        return Failure(outcome=Outcome.UNREACHABLE, reason="反复重定向")
    if isinstance(error, RefusedError):
        # Nobody was asked: that says nothing of whether the site can be reached.
        return Failure(outcome=Outcome.NOT_RUN, reason=text)
    if isinstance(error, IgnoreRequest):
        return Failure(outcome=Outcome.UNREACHABLE, reason=text)
    kind = type(error).__name__
    words = next((words for part, words in _REASONS.items() if part in kind), "")
    # Staff read it: an error's English name stands only where there is no word for it.
    return Failure(outcome=Outcome.UNREACHABLE, reason=words or f"连接失败（{kind}）")


_REASONS = {
    "DNS": "域名无法解析", "CannotResolve": "域名无法解析", "Refused": "拒绝连接", "Timeout": "超时", "TimedOut": "超时",
    "DataLoss": "连接中断", "ResponseFailed": "连接中断", "Cancelled": "文件过大，已停止下载",
}


def _conditional(validator: Validator) -> dict[str, str]:
    headers = {}
    if validator.etag:
        headers["If-None-Match"] = validator.etag
    if validator.last_modified:
        headers["If-Modified-Since"] = validator.last_modified
    return headers
