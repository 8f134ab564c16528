"""The guard on every address that is typed or crawled into: what is not public is not asked, unless its site says so.

It stands in two places. :class:`Guard` reads each URL, redirects and robots.txt included, and refuses what can be seen from
it. :class:`PublicResolver` checks the very address that is then connected to, so that a name cannot be one thing when it is
looked at and another when it is used (DNS rebinding); :class:`GuardedHandler` carries its reason to the feed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from core.addresses import literal, refusal
from crawler.addresses import url_refusal

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.internet.defer import Deferred


class RefusedError(IgnoreRequest):
    """A request that this program does not make; the message says why, in Chinese."""


class Guard:
    """Only hosts of the site are asked, redirects included; an address in numbers must be public or allowed."""

    def process_request(self, request: Request) -> None:
        """Raises RefusedError. robots.txt is asked for by Scrapy itself, without ``hosts``."""
        if reason := url_refusal(request.url, request.meta.get("hosts", ()), PublicResolver.private):
            raise RefusedError(reason)


class PublicResolver(CachingThreadedResolver):
    """Names must lead to public addresses; the address checked here is the one that is connected to. ``private``: hosts and
    ports that a site may have on a private address; ``refused``: the names that were not let through, and why."""

    private: ClassVar[frozenset[tuple[str, int]]] = frozenset()
    refused: ClassVar[dict[str, str]] = {}

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 -- Twisted's name
        """The address, or DNSLookupError."""
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, answer: str, name: str) -> str:
        address = literal(answer)
        reason = "无法识别的地址" if address is None else refusal(address)
        if reason is None or any(name == host for host, _ in self.private):
            return answer
        self.refused[name] = f"{name} 指向{reason} {answer}，未允许访问"
        raise DNSLookupError(self.refused[name])


class GuardedHandler(HTTP11DownloadHandler):
    """The downloader, telling a name that was refused from a name that does not exist."""

    async def download_request(self, request: Request) -> Response:
        """The response; RefusedError where the name led to a private address. Notes on the request how long it took, the
        requests that redirected to it included."""
        begun = time.monotonic()
        try:
            return await super().download_request(request)
        except CannotResolveHostError:
            if reason := PublicResolver.refused.pop(urlsplit(request.url).hostname or "", None):
                raise RefusedError(reason) from None
            raise
        finally:
            request.meta["seconds"] = request.meta.get("seconds", 0.0) + time.monotonic() - begun
