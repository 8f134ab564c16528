"""The signature of 人民网领导留言板's interface (facts/message-board.md section 2): ``md5(path + param + key + token)``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import md5
from typing import Any
from urllib.parse import urlsplit

APP_CODE = "PC42ce3bfa4980a9"


def param_text(param: Mapping[str, Any]) -> str:
    """``param`` as the site's own JavaScript writes it: no spaces, keys in the given order, characters unescaped."""
    return json.dumps(param, ensure_ascii=False, separators=(",", ":"))


def signature(url: str, param: str, token: str = "") -> str:
    """The signature of one call. ``param`` is the exact text that is sent; ``token`` is empty for a visitor."""
    key = _md5(token or APP_CODE)[:16]
    return _md5(urlsplit(url).path + param + key + token)


def signed_body(url: str, param: Mapping[str, Any]) -> bytes:
    """The body of a signed call."""
    text = param_text(param)
    body = {"appCode": APP_CODE, "token": "", "signature": signature(url, text), "param": text}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
