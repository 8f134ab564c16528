"""The one-time code of the first set-up: only who can read the machine's terminal or log makes the first account."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from service.web.security.sessions import secret_hash

FILE = "set-up-code.json"
LASTS = timedelta(hours=24)
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code(var: Path, now: datetime) -> str:
    """Make a code, good for a day, in place of any before it; only its hash is kept, readable by the owner alone."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    var.mkdir(parents=True, exist_ok=True)
    fresh = var / f".{FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"hash": secret_hash(_plain(code)), "until": (now + LASTS).isoformat()}, file)
    fresh.replace(var / FILE)
    return code


def code_is_right(var: Path, given: str, now: datetime) -> bool:
    """Whether this is the code made last, and its day is not over."""
    try:
        kept = json.loads((var / FILE).read_text(encoding="utf-8"))
        until = datetime.fromisoformat(kept["until"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return now < until and hmac.compare_digest(secret_hash(_plain(given)), str(kept["hash"]))


def use_up(var: Path) -> None:
    """The code has been used."""
    (var / FILE).unlink(missing_ok=True)


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
