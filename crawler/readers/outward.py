"""The foreign hosts that a page names anywhere: where these change and the text does not, something was put there or taken out.

Read over the bytes as served, menus, comments and scripts with them, by what every absolute address has: two slashes and a name. It
costs a millisecond, so that it can be done for every page that comes; what the links are worth is judged elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from html import unescape
from urllib.parse import unquote

_HOST = re.compile(r"(?:/|\\){2,4}([a-z0-9][a-z0-9_.\-]{0,251}\.[a-z][a-z0-9\-]{1,62})", re.IGNORECASE)


def outward(body: bytes, own: Iterable[str]) -> str:
    """Digest of the hosts that are not the site's ``own`` (``host`` or ``host:port``); "" where it names none."""
    text = body.decode("latin-1")
    # Written so as not to be found: by numbers, or by percent signs.
    text = unescape(text) if "&#" in text else text
    text = unquote(text, "latin-1") if "%2F%2F" in text or "%2f%2f" in text else text
    mine = {host.partition(":")[0].lower() for host in own}
    hosts = {found.lower() for found in _HOST.findall(text)} - mine
    return sha256(" ".join(sorted(hosts)).encode()).hexdigest() if hosts else ""
