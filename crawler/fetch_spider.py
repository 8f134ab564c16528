"""What the child process of :mod:`crawler.fetch` does: ask for the pages and write down the answers."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from cryptography.hazmat.primitives.serialization import Encoding
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from core.settings import Site
from crawler.handshake import served_chain
from crawler.sizes import MAX_PAGE
from crawler.spider import answer_of, explain, manners, request_of


class FetchSpider(scrapy.Spider):
    """Asks for the pages and writes down the answers."""

    name = "fetch"

    def __init__(
        self, site: Site, asks: Sequence[dict[str, Any]], out: Path, largest: int = MAX_PAGE, chain: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.site, self.asks, self.out, self.largest, self.chain = site, asks, out, largest, chain

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """All the pages."""
        for number, ask in enumerate(self.asks):
            yield scrapy.Request(**ask, callback=self.answered, errback=self.failed, cb_kwargs={"asked": number},
                                 meta={**manners(self.site), "download_maxsize": self.largest}, dont_filter=True)

    async def answered(self, response: Response, asked: int) -> None:
        """Write an answer down."""
        answer = answer_of(response)
        certificate = response.certificate.original.to_cryptography().public_bytes(Encoding.DER) if response.certificate else b""
        chain = await asyncio.to_thread(_chain, response) if self.chain and certificate else []
        self._write({"asked": asked, "url": answer.url, "status": answer.status, "headers": dict(answer.headers),
                     "body": base64.b64encode(answer.body).decode(), "seconds": response.meta.get("seconds", 0.0),
                     "certificate": base64.b64encode(certificate).decode(),
                     "chain": [base64.b64encode(one).decode() for one in chain]})

    def failed(self, failure: TwistedFailure) -> None:
        """Write down why there is none."""
        request = request_of(failure)
        self._write({"asked": request.cb_kwargs["asked"], "failure": asdict(explain(failure.value)),
                     "seconds": request.meta.get("seconds", 0.0), "cut": isinstance(failure.value, DownloadCancelledError),
                     "tls": "SSL" in f"{failure.value!r}{failure.value}"})

    def _write(self, line: dict[str, Any]) -> None:
        with self.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _chain(response: Response) -> list[bytes]:
    parts = urlsplit(response.url)
    return served_chain(str(response.ip_address), parts.port or 443, parts.hostname or "") if response.ip_address else []
