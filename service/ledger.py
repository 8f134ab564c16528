"""The ledger's figures of a day out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import day_start, local_date
from core.errors import TownwatchError
from core.settings import Settings
from monitor.run import check
from monitor.standings import Standing, by_owner, of_town
from store import figures, findings
from store.database import Engine

DAYS = 30
"""Over how many days, the last included, what was resolved is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFigures:
    """The figures of a day, for the town and by owner."""

    day: date
    town: Standing
    owners: tuple[Standing, ...]


def figures_of(settings: Settings, engine: Engine, day: date, now: datetime) -> LedgerFigures:
    """Of today, what the last check left; of a day past, that day's judgement made again. Raises TownwatchError for a day to come."""
    if day > local_date(now):
        raise TownwatchError(f"{day}还没有到")
    past = check(settings, engine, now=now, as_of=day).findings if day < local_date(now) else None
    end = day_start(day + timedelta(days=1))
    with engine.connect() as connection:
        found = findings.open_findings(connection) if past is None else list(past)
        ended = figures.finding_events(connection, end - timedelta(days=DAYS), end).get("resolved", set())
        still = {finding.fingerprint for finding in found}
        resolved = findings.by_fingerprints(connection, sorted(ended - still))
    return LedgerFigures(day=day, town=of_town(found, resolved, day), owners=tuple(by_owner(found, resolved, day)))
