"""The links within an article's body, as written: not those of menus, of the foot, or of what else is on offer."""

from __future__ import annotations

from crawler.readers import body, container_of
from crawler.readers.encoding import decode
from crawler.readers.page import Link, Page
from crawler.readers.parsing import parse_page


def body_links(data: bytes, *, url: str, content_type: str | None = None) -> tuple[Page, list[Link]]:
    """The page, which makes addresses absolute, and the links in the container of its article."""
    page = parse_page(decode(data, content_type).text, url)
    container = container_of(page, body.weigh(page))
    return page, [link for link in page.links if container.start <= link.line < container.end and link.href.strip()]
