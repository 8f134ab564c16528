"""How gently each host of some sites is to be asked: as gently as the gentlest site on it wants. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.settings import Site


@dataclass(frozen=True, slots=True)
class Slot:
    """``delay``: seconds between the beginnings of two requests; ``concurrency``: requests under way at once."""

    delay: float
    concurrency: int


def slots(sites: Iterable[Site]) -> dict[str, Slot]:
    """By the host's name: its ports are one machine, and politeness is owed to the machine."""
    found: dict[str, Slot] = {}
    for site in sites:
        mine = Slot(1 / site.politeness.requests_per_second, site.politeness.concurrency)
        for host in site.hosts:
            name = host_name(host)
            other = found.get(name, mine)
            found[name] = Slot(max(mine.delay, other.delay), min(mine.concurrency, other.concurrency))
    return found


def host_name(host: str) -> str:
    """The name in ``host`` or ``host:port``."""
    return urlsplit(f"//{host}").hostname or host


def host_of(site: Site) -> str:
    """The host that a site is asked on first: its home's."""
    return urlsplit(site.home).hostname or site.hosts[0]
