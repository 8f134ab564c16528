"""How long someone must wait before trying to sign in again: a sliding window with a growing lockout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures within ``window`` cost nothing; the next locks for ``first``, each further one twice as long, up to
    ``longest``. The lock runs from the last failure."""

    free: int
    window: timedelta = timedelta(hours=24)
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=60)


BY_USERNAME = Limit(free=5)
# A whole town hall may come from one address.
BY_ADDRESS = Limit(free=20)


def wait(failures: Sequence[datetime], now: datetime, limit: Limit) -> timedelta:
    """How long to wait still; zero when the try may be made. A failure later than ``now`` counts too: the clocks of two
    machines differ."""
    counted = sorted(at for at in failures if at > now - limit.window)
    over = len(counted) - limit.free
    if over < 0 or not counted:
        return timedelta(0)
    # Past twelve doublings every lock is the longest; the exponent must not grow with the tries.
    lock = min(limit.first * (1 << min(over, 12)), limit.longest)
    return max(timedelta(0), counted[-1] + lock - now)


def wait_text(left: timedelta) -> str:
    """The time to wait, rounded up, as a person reads it."""
    seconds = -(-int(left.total_seconds() * 1000) // 1000)
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
