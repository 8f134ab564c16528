"""The downloader with a browser in it. Imported only where ``townwatch[browser]`` is installed and a source wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.addresses import url_refusal
from crawler.guard import GuardedHandler, PublicResolver

if TYPE_CHECKING:
    from playwright.async_api import Request

_UNREAD = frozenset({"image", "media", "font"})


class BrowserHandler(GuardedHandler, ScrapyPlaywrightDownloadHandler):
    """Requests with ``playwright`` in their meta are made by the browser, all others as ever."""

    hosts: ClassVar[tuple[str, ...]] = ()
    """Where a page in the browser may ask: the hosts of the job's sites."""


def refuse(request: Request) -> bool:
    """Whether a page's own request is not made: off the sites, to what is not public, or for what nobody reads."""
    reason = url_refusal(request.url, BrowserHandler.hosts, PublicResolver.private)
    return reason is not None or request.resource_type in _UNREAD


def wait_for(selector: str) -> list[Any]:
    """Wait for an element before the page is read."""
    return [PageMethod("wait_for_selector", selector, state="attached")]
