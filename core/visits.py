"""What a visit to a site's home page and a look at an address that pages link to bring home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class VisitOutcome(StrEnum):
    """What became of one visit. ``blocked`` (a firewall refused us) and ``unclear`` (robots.txt or our own guard forbids it,
    or no TLS version is common to both) are neither successes nor failures of the site."""

    OK = "ok"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNCLEAR = "unclear"


class LinkState(StrEnum):
    """What the last look at an address said. ``dead``: 404, 410 or a page that says it is gone; ``unclear``: refused, out of
    reach, a server error; ``new``: not looked at yet."""

    NEW = "new"
    OK = "ok"
    DEAD = "dead"
    UNCLEAR = "unclear"


INCOMPLETE = "网站没有送出完整的证书链"
"""So begins the fault of a certificate that most browsers accept all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate of the answer. ``until``: its last instant; ``fault``: why browsers refuse it even before that."""

    until: datetime
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One opening of a home page. ``round``: when the round began in which all sites were visited; ``seconds`` until the
    whole page was there, or until it was given up; ``newest``: the newest date that the page shows; ``secure``: it was read
    over TLS; ``flaws``: what is wrong with its links, masked."""

    site: str
    host: str
    at: datetime
    round: datetime
    outcome: VisitOutcome
    seconds: float
    status: int | None = None
    reason: str = ""
    newest: date | None = None
    secure: bool = False
    certificate: Certificate | None = None
    flaws: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address of a site that is looked at in turn. ``dead_days``: on how many days in a row of looks it was found dead,
    the last of them ``dead_on``; ``flaws``: what is wrong with the links of the page there, None where it is no page."""

    url: str
    site: str
    state: LinkState = LinkState.NEW
    status: int | None = None
    reason: str = ""
    checked_at: datetime | None = None
    dead_days: int = 0
    dead_on: date | None = None
    flaws: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link that a page of the town's columns has: its address, the words on it, and whether it is an attachment."""

    url: str
    text: str
    attachment: bool = False
