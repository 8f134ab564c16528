"""What a reader finds on a page."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.clock import Moment
from core.nouns import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page as read. None where the page does not say; never a guess dressed as a fact.

    ``published`` (发布日期) and ``written`` (成文日期) are two dates. ``body``: a paragraph or table row a line, cells joined
    by a tab. ``meta``: the page's own standard tags and disclosure index, as given. ``reader`` says which reader found
    the body (``lonsun``, ``trs``... or ``generic``); ``doubts`` where two sources of truth disagree, in Chinese.
    """

    title: str | None = None
    published: Moment | None = None
    written: Moment | None = None
    source: str | None = None
    publisher: str | None = None
    index_no: str | None = None
    doc_no: str | None = None
    column_name: str | None = None
    body: str = ""
    attachments: tuple[Attachment, ...] = ()
    meta: dict[str, str] = field(default_factory=dict)
    reader: str = "generic"
    doubts: tuple[str, ...] = ()
