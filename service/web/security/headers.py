"""The headers that every answer carries, errors and files included."""

from __future__ import annotations

from litestar.types import Message, Scope

# Crawled text is hostile: nothing inline runs or styles, nothing is loaded from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
STRICT_TRANSPORT = {"strict-transport-security": "max-age=31536000"}


class Headers:
    """Adds them on the way out; what a handler has set itself stays."""

    def __init__(self, https: bool) -> None:
        wanted = HEADERS | (STRICT_TRANSPORT if https else {})
        self._wanted = [(name.encode(), value.encode()) for name, value in wanted.items()]

    async def __call__(self, message: Message, scope: Scope) -> None:
        """Litestar's ``before_send``."""
        if message["type"] != "http.response.start":
            return
        headers = list(message["headers"])
        there = {name.lower() for name, _ in headers}
        message["headers"] = headers + [pair for pair in self._wanted if pair[0] not in there]
