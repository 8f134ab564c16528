"""A few pages outside a crawl (discovery), with the same manners: robots.txt, rate, guard, a child process of its own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from core.nouns import Outcome
from core.settings import Site
from crawler.outcomes import judge
from crawler.platforms.base import Answer, Failure
from crawler.spider import answer_of, explain, manners, request_of


def fetch_pages(site: Site, urls: Sequence[str]) -> list[Answer | Failure]:
    """Ask for some pages of a site, in order; refusals and block pages are failures."""
    with tempfile.TemporaryDirectory(prefix="townwatch-") as folder:
        job, out = Path(folder) / "job.json", Path(folder) / "answers.jsonl"
        job.write_text(json.dumps({"site": site.model_dump_json(by_alias=True), "urls": list(urls), "out": str(out)}), "utf-8")
        root = str(Path(__file__).parent.parent)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
        command = [sys.executable, "-m", "crawler.process", "--fetch", str(job)]
        subprocess.run(command, env=environment, check=False, stderr=subprocess.DEVNULL)  # noqa: S603 -- our own module
        lines = out.read_text("utf-8").splitlines() if out.exists() else []
    found = {line["asked"]: _read(line) for line in map(json.loads, lines)}
    return [found.get(url, Failure(outcome=Outcome.UNREACHABLE, reason="没有回答")) for url in urls]


class FetchSpider(scrapy.Spider):
    """Asks for the pages and writes down the answers."""

    name = "fetch"

    def __init__(self, site: Site, urls: Sequence[str], out: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.site, self.urls, self.out = site, urls, out

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """All the pages."""
        for url in self.urls:
            yield scrapy.Request(url, callback=self.answered, errback=self.failed, meta=manners(self.site),
                                 cb_kwargs={"asked": url}, dont_filter=True)

    def answered(self, response: Response, asked: str) -> None:
        """Write an answer down."""
        answer = answer_of(response)
        self._write({"asked": asked, "url": answer.url, "status": answer.status, "headers": dict(answer.headers),
                     "body": base64.b64encode(answer.body).decode()})

    def failed(self, failure: TwistedFailure) -> None:
        """Write down why there is none."""
        self._write({"asked": request_of(failure).cb_kwargs["asked"], "failure": asdict(explain(failure.value))})

    def _write(self, line: dict[str, Any]) -> None:
        with self.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _read(line: dict[str, Any]) -> Answer | Failure:
    if "failure" in line:
        return Failure(**{**line["failure"], "outcome": Outcome(line["failure"]["outcome"])})
    answer = Answer(url=line["url"], status=line["status"], headers=line["headers"], body=base64.b64decode(line["body"]))
    return judge(answer.status, answer.headers, answer.body) or answer
