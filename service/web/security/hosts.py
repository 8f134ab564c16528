"""Which names the workbench answers to: a name of a stranger may lead here (DNS rebinding)."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


def host_is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a ``Host`` header is an IP address, localhost or one of the configured ``names``. A rebinding attack needs
    a name of its own, so an address typed by a person is always right."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return False
    if name == "localhost" or name in {known.lower() for known in names}:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
