"""What may be forgotten: pure decisions of ``townwatch prune``.

Never: records, versions, mentions, cases, findings, judgements, the archive. What is kept is what anyone may still ask for;
what goes is the log of ordinary days long past.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import SHANGHAI, local_date
from core.nouns import DeliveryStatus
from store.prune import OldDelivery, OldRun

_RUN = re.compile(r"\d{8}T\d{6}-")
SHORTEST_DAYS = 90
"""Below this a period is a slip of the hand: escalations and monthly digests still read these rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days each kind is kept."""

    deliveries: int = 730
    runs: int = 400
    validators: int = 365
    visits: int = 400

    def __post_init__(self) -> None:
        for days in (self.deliveries, self.runs, self.validators, self.visits):
            if days < SHORTEST_DAYS:
                raise ValueError(f"保留天数不得少于 {SHORTEST_DAYS} 天：{days}")


def before(now: datetime, days: int) -> datetime:
    """What is earlier than this is older than so many days."""
    return now - timedelta(days=days)


def runs_to_remove(runs: Iterable[OldRun], cutoff: datetime) -> list[str]:
    """Finished runs that began before ``cutoff``, but for the last of each month (China's) — of all finished runs, so
    that a month cut in two by the cutoff keeps its last run, not two."""
    finished = sorted((run for run in runs if run.finished), key=lambda run: (run.started_at, run.id))
    last_of_month = {(day.year, day.month): run.id for run in finished for day in [local_date(run.started_at)]}
    kept = set(last_of_month.values())
    return [run.id for run in finished if run.started_at < cutoff and run.id not in kept]


def folders_to_remove(names: Iterable[str], running: Collection[str], cutoff: datetime) -> list[str]:
    """Folders of runs that began before ``cutoff``. A run's name begins with its time; what is named otherwise is not of
    a run, and what still runs, or was never loaded, is kept."""
    earliest = f"{cutoff.astimezone(SHANGHAI):%Y%m%dT%H%M%S}"
    return sorted(name for name in names if _RUN.match(name) and name not in running and name[: len(earliest)] < earliest)


def deliveries_to_remove(
    deliveries: Iterable[OldDelivery], cutoff: datetime, remembered: Collection[str] = ()
) -> list[str]:
    """Deliveries that ended before ``cutoff``: sent, superseded, or given up on a channel that was heard again later.

    ``remembered``: ids of what people were last told of things still open; they are the proof of it, so they stay. What
    waits, is under way, or was given up on a channel that never worked again is an open matter, however old.
    """
    listed = list(deliveries)
    heard: dict[tuple[str, str], datetime] = {}
    for delivery in listed:
        if delivery.status is DeliveryStatus.SENT:
            hearer = (delivery.recipient, delivery.channel)
            heard[hearer] = max(heard.get(hearer, delivery.ended_at), delivery.ended_at)
    return [
        delivery.id for delivery in listed
        if delivery.ended_at < cutoff and delivery.id not in remembered
        and _is_over(delivery, heard.get((delivery.recipient, delivery.channel)))
    ]


def _is_over(delivery: OldDelivery, last_heard: datetime | None) -> bool:
    if delivery.status is DeliveryStatus.DEAD:
        return last_heard is not None and last_heard > delivery.ended_at
    return delivery.status in (DeliveryStatus.SENT, DeliveryStatus.SUPERSEDED)
