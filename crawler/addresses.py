"""Which URLs of a site may be asked, as far as the URL itself tells. Pure; :mod:`crawler.guard` enforces it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from core.addresses import literal, refusal
from core.settings import Site

_PORTS = {"http": 80, "https": 443}


def url_refusal(url: str, hosts: Sequence[str] = (), private: frozenset[tuple[str, int]] = frozenset()) -> str | None:
    """Why an address is not asked, as far as it can be told without resolving its name; None where it may be. ``hosts``:
    where the request may go (``host``, on its scheme's own port, or ``host:port``; empty: anywhere); ``private``: hosts and
    ports that a site may have on a private address."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "网址写法有误"
    host = parts.hostname or ""
    if parts.scheme not in _PORTS:
        return f"不支持的地址：{parts.scheme}"
    if not host or parts.username is not None or parts.password is not None:
        return "网址里有用户名或密码" if host else "网址里没有主机名"
    if reason := _private(host, port, private):
        return reason
    if hosts and not on_hosts(url, hosts):
        return f"转到了站外地址 {parts.netloc}"
    return None


def on_hosts(url: str, hosts: Sequence[str]) -> bool:
    """Whether an address lies on one of the hosts: ``host`` on the scheme's own port, or ``host:port`` as written."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return False
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" in hosts or (port == _PORTS.get(parts.scheme) and (host in hosts or shown in hosts))


def private_hosts(sites: Iterable[Site]) -> frozenset[tuple[str, int]]:
    """Hosts and ports of the sites that may lie on private addresses; a host without a port may use 80 and 443."""
    found = set()
    for site in sites:
        for listed in site.hosts if site.allow_private else ():
            parts = urlsplit(f"//{listed}")
            found |= {(parts.hostname or "", port) for port in ([parts.port] if parts.port else _PORTS.values())}
    return frozenset(found)


def _private(host: str, port: int, allowed: frozenset[tuple[str, int]]) -> str | None:
    if (host, port) in allowed:
        return None
    address = literal(host)
    if address is not None:
        reason = refusal(address)
        return f"{reason} {host}，未允许访问" if reason else None
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        return f"本机地址 {host}，未允许访问"
    # The resolver lets this name through for the site that has it; on another port it is a stranger.
    return f"内网地址 {host}:{port}，未允许访问" if any(host == name for name, _ in allowed) else None
