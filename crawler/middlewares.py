"""What stands between the spider and the network besides :mod:`crawler.guard`: robots.txt, patience, and the bytes as they
came."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
LONGEST_WAIT = 60.0


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, one request of a host at a time. In Scrapy 2.19 all that wait for one robots.txt share a Deferred, the
    first of them takes its result away, and the others are let through as if the site had none."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The host's rules; None where it has none."""
        async with self._turns[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)


class Patience:
    """Retries what may pass, waiting longer each time; a short ``Retry-After`` is honoured, a long one ends the tries.
    The first wait is that of the site's politeness."""

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Server errors and 429."""
        if response.status not in RETRIED:
            return response
        again = await self._again(request, _retry_after(response.headers))
        return again or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Timeouts, refused and broken connections."""
        return None if isinstance(exception, IgnoreRequest) else await self._again(request, None)

    async def _again(self, request: Request, asked: float | None) -> Request | None:
        tries = int(request.meta.get("tries", 0))
        if tries >= int(request.meta.get("retries", 0)) or (asked or 0.0) > LONGEST_WAIT:
            return None
        await asyncio.sleep(max(asked or 0.0, min(LONGEST_WAIT, float(request.meta["pause"]) * 2**tries)))
        return request.replace(dont_filter=True, meta={**request.meta, "tries": tries + 1})


class AsServed:
    """Keeps the bytes and headers as they came, before they are decompressed: the evidence."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Noted on the request."""
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values
        )
        request.meta["served"] = (response.body, headers)
        return response


def _retry_after(headers: Mapping[Any, Any]) -> float | None:
    value = headers.get(b"Retry-After")
    return float(value) if value and value.isdigit() else None
