"""The ledger's figures: how many findings are open, how bad, how old and how handled, by owner and for the town. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.clock import local_date
from core.nouns import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an owner's findings stand; ``owner`` is None for what is nobody's. ``put_off``: accepted until a day not yet past,
    or called a false alarm; ``oldest_days``: since when the oldest is open; ``resolved``: in the time that was asked of."""

    owner: str | None
    open: int = 0
    by_severity: Mapping[Severity, int]
    put_off: int = 0
    oldest_days: int | None = None
    resolved: int = 0


def by_owner(open_findings: Iterable[Finding], resolved: Iterable[Finding], day: date) -> list[Standing]:
    """A line for each owner who has or had any, whoever has most of the worst first; nobody's last."""
    found, ended = list(open_findings), list(resolved)
    owners = {finding.owner for finding in (*found, *ended)}
    lines = [
        _standing(owner, [f for f in found if f.owner == owner], [f for f in ended if f.owner == owner], day) for owner in owners
    ]
    return sorted(lines, key=lambda line: (line.owner is None, [-line.by_severity[s] for s in Severity], line.owner or ""))


def of_town(open_findings: Iterable[Finding], resolved: Iterable[Finding], day: date) -> Standing:
    """The same of all together."""
    return _standing(None, list(open_findings), list(resolved), day)


def _standing(owner: str | None, found: list[Finding], ended: list[Finding], day: date) -> Standing:
    return Standing(
        owner=owner, open=len(found), by_severity={s: sum(f.severity is s for f in found) for s in Severity},
        put_off=sum(f.handling in ("accepted", "false_alarm") and f.silent(day) for f in found),
        oldest_days=max(((day - local_date(f.first_seen_at)).days for f in found), default=None), resolved=len(ended),
    )
