"""Which known records to ask for again: recent ones at every run, older ones in rotation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from math import ceil

from core.settings import Politeness
from store.records import KnownRecord


def due_for_recheck(
    known: Iterable[KnownRecord], now: datetime, politeness: Politeness, *, full: bool,
    lively: Callable[[KnownRecord], bool] = lambda _: True,
) -> list[KnownRecord]:
    """Records that stand and are due: those first seen within ``recheck_days`` (if ``lively``: still likely to change),
    and of the rest an equal share a day, longest unchecked first, with all that ``recheck_every`` days have passed."""
    standing = [record for record in known if not record.removed]
    if full:
        return standing
    recent = now - timedelta(days=politeness.recheck_days)
    young = [r for r in standing if datetime.fromisoformat(r.first_seen) > recent]
    old = [r for r in standing if datetime.fromisoformat(r.first_seen) <= recent]
    fresh = [r for r in young if lively(r)]
    rested = sorted(old + [r for r in young if not lively(r)], key=lambda r: datetime.fromisoformat(r.checked))
    # What this run's day has already asked for is not asked for again.
    rested = [r for r in rested if datetime.fromisoformat(r.checked) <= now - timedelta(days=1)]
    overdue = now - timedelta(days=politeness.recheck_every)
    share = ceil(len(old) / politeness.recheck_every)
    return fresh + [r for place, r in enumerate(rested) if place < share or datetime.fromisoformat(r.checked) <= overdue]
