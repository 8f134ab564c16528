"""What stands between the spider and the network: only configured hosts, no private addresses, patience, raw bytes."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.internet.defer import Deferred

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
LONGEST_WAIT = 60.0


class RefusedError(IgnoreRequest):
    """A request that this program does not make; the message says why, in Chinese."""


class Guard:
    """Only hosts of the site are asked, redirects included; an address in numbers must be public or allowed."""

    def process_request(self, request: Request) -> None:
        """Raises RefusedError."""
        hosts: Sequence[str] = request.meta.get("hosts", ())
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise RefusedError(f"不支持的地址：{parts.scheme}")
        # robots.txt is asked for by Scrapy itself, for a host that has passed.
        if hosts and parts.netloc.lower() not in hosts and (parts.hostname or "") not in hosts:
            raise RefusedError(f"转到了站外地址 {parts.netloc}")
        if (parts.hostname or "") not in PublicResolver.private and _is_private(parts.hostname or ""):
            raise RefusedError(f"内网地址 {parts.hostname}，未允许访问")


class PublicResolver(CachingThreadedResolver):
    """Names must lead to public addresses. Checked on the very address that is then connected to, so that a name cannot
    be one thing when asked and another when used. ``private``: hosts that a site may have on a private address."""

    private: ClassVar[set[str]] = set()

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 -- Twisted's name
        """The address, or DNSLookupError."""
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if name not in self.private and _is_private(address):
            raise DNSLookupError(f"{name} 指向内网地址 {address}")
        return address


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


def _is_private(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.lower() == "localhost"
    return not address.is_global or address.is_multicast

