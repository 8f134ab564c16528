"""From where a request comes."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from litestar.connection import ASGIConnection


def address_of(request: ASGIConnection[Any, Any, Any, Any], proxies: Collection[str]) -> str:
    """The address of the client; behind one of our ``proxies`` the one that it forwards."""
    peer = request.client.host if request.client else ""
    return client_address(peer, request.headers.get("x-forwarded-for", ""), proxies)


def client_address(peer: str, forwarded: str, proxies: Collection[str]) -> str:
    """The nearest address that is not a proxy of ours. What stands further left was written by whoever asked, and is
    not believed."""
    if peer not in proxies:
        return peer
    nearest = peer
    for part in reversed(forwarded.split(",")):
        try:
            nearest = str(ip_address(part.strip()))
        except ValueError:
            return nearest
        if nearest not in proxies:
            return nearest
    return nearest
