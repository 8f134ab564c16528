"""Whether a change was really asked for by a page of ours."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether the browser says that the request comes from this site. A program that is no browser says nothing and
    carries no cookie by itself, so silence passes; the token below is asked for all the same."""
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    return origin is None or (bool(host) and urlsplit(origin).netloc.lower() == host.lower())


def token_matches(expected: str, given: str | None) -> bool:
    """Compare in constant time; an empty expectation matches nothing."""
    return bool(expected) and hmac.compare_digest(expected.encode(), (given or "").encode())
