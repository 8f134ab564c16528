"""How much of an answer is had, in bytes; what is longer is left."""

from __future__ import annotations

MAX_PAGE = 10 * 1024 * 1024
MAX_FILE = 30 * 1024 * 1024
