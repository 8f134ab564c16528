"""Which known records to ask for again: recent ones at every run, older ones in rotation. Pure.

What is recent is told by the day of publication: what a first crawl finds is old where its page is. Each record has a turn of
so many days, and of all that have the same an equal share is asked for a day, longest unchecked first, so that a first crawl's
thousands come due evenly from the next day on and not all together at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil

from core.clock import Moment
from core.settings import Politeness, SourceSettings
from crawler.platforms.base import Row
from store.known import KnownRecord

SAME_DAY = timedelta(hours=20)
"""What was asked for within these counts as today's: a daily run that is an hour early is another day's."""
BASELINE = timedelta(days=7)
"""What a source showed within these of the first thing seen in it was there before we came."""
VANISHED_MOST = 10
"""How many records that are missing from a list a run asks for, of each source."""
CADENCE = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True)
class Turn:
    """A record to ask for. ``attachments``: these too, although the page is as it was. ``rank``: 0 overdue, 1 its share of the
    rotation, 2 recent; the promise to see everything within its days goes before the daily look at what is new."""

    record: KnownRecord
    attachments: bool
    rank: int
    waited: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """What a run asks for again, by key, and what its budget puts off."""

    turns: Mapping[str, Turn]
    put_off: Mapping[str, Turn]


def plan_rechecks(
    known: Collection[KnownRecord], now: datetime, politeness: Politeness, sources: Iterable[SourceSettings], *, full: bool,
    lively: Callable[[KnownRecord], bool] = lambda _: True, cheap: Callable[[KnownRecord], bool] = lambda _: True,
    cheap_files: Callable[[KnownRecord], bool] = lambda _: False,
) -> Due:
    """What to ask a site for again in a run over some of its sources: each record by the strictest of its sources, and of all
    no more than ``recheck_most`` (``full``: all of them)."""
    mine = {source.id: source for source in sources}
    terms: dict[frozenset[str], tuple[int, int, int]] = {}
    groups: dict[tuple[int, int, int], list[KnownRecord]] = {}
    for record in known:
        if listed := mine.keys() & record.row_hashes.keys():
            chosen = frozenset(listed)
            if chosen not in terms:
                terms[chosen] = _strictest(politeness, [mine[source] for source in chosen])
            groups.setdefault(terms[chosen], []).append(record)
    start = _baselines(known)
    turns: list[Turn] = []
    for (recent, days, every), records in groups.items():
        polite = politeness.model_copy(update={"recheck_days": recent, "recheck_every": days})
        turns += due_for_recheck(
            records, now, polite, full=full, lively=lively, cheap=cheap, cheap_files=cheap_files, start=start, run_every=every,
        )
    turns.sort(key=lambda turn: (turn.rank, -turn.waited.days, _order(turn.record.key)))
    most = len(turns) if full else politeness.recheck_most
    return Due({turn.record.key: turn for turn in turns[:most]}, {turn.record.key: turn for turn in turns[most:]})


def due_for_recheck(
    known: Iterable[KnownRecord], now: datetime, politeness: Politeness, *, full: bool,
    lively: Callable[[KnownRecord], bool] = lambda _: True, cheap: Callable[[KnownRecord], bool] = lambda _: True,
    cheap_files: Callable[[KnownRecord], bool] = lambda _: False, start: Mapping[str, datetime] | None = None, run_every: int = 1,
) -> list[Turn]:
    """Records that stand and are due.

    Recent ones (within ``recheck_days``) if ``lively`` (still likely to change): at every run where that is ``cheap`` (the
    server can say "not modified"), else every ``recheck_costly_every`` days, their files likewise; all others every
    ``recheck_every`` days.
    ``start``: when each source was first looked at; ``run_every``: days from run to run.
    """
    standing = [record for record in known if not record.removed]
    if full:
        return [Turn(record, True, 1, _waited(record, now)) for record in standing]
    recent = now - timedelta(days=politeness.recheck_days)
    costly = min(politeness.recheck_costly_every, politeness.recheck_every)
    daily, rotations = list[KnownRecord](), dict[int, list[KnownRecord]]()
    for record in standing:
        if _since(record, start or {}, now) <= recent or not lively(record):
            rotations.setdefault(politeness.recheck_every, []).append(record)
        elif costly > 1 and not cheap(record):
            rotations.setdefault(costly, []).append(record)
        else:
            daily.append(record)
    turns = [Turn(r, cheap_files(r) or _is_day_of_files(r, now, costly), 2, _waited(r, now)) for r in daily]
    for days, records in rotations.items():
        turns += _rotation(records, now, days, run_every)
    return turns


def vanished(listed: Iterable[KnownRecord], shown: Collection[str], floor: date | None, *, to_the_end: bool, now: datetime) -> list[Turn]:
    """Records that a list had shown and must show, but did not in this run: it was read to its end, or down to rows of the day
    ``floor`` and the record is of a later one. Whether they are gone, their pages tell. The longest unchecked first and not
    many: what was moved elsewhere is missing here every day."""
    missing = [
        Turn(record, False, 0, _waited(record, now)) for record in listed
        if not record.removed and record.key not in shown
        and (to_the_end or (floor is not None and record.published is not None and Moment.parse(record.published).day > floor))
    ]
    return sorted(missing, key=lambda turn: (-turn.waited, turn.record.key))[:VANISHED_MOST]


def floor_of(rows: Sequence[Row]) -> date | None:
    """Down to which day a list is known once these rows of it have been read last: the last row's where they are in order, else
    the newest (pinned rows stand anywhere); None where a row has no date."""
    days = [row.published.day for row in rows if row.published]
    if not days or len(days) < len(rows):
        return None
    return days[-1] if days == sorted(days, reverse=True) else max(days)


def _rotation(records: Sequence[KnownRecord], now: datetime, days: int, run_every: int) -> Iterator[Turn]:
    """A day's share (a week's, of a weekly source), less what today has had of it already, and all whose days are over."""
    waited = [(_waited(record, now), record) for record in records]
    waiting = [each for each in waited if each[0] > SAME_DAY]
    share = ceil(len(records) * min(run_every, days) / days) - (len(records) - len(waiting))
    # Whole days, then an order by chance: a column does not come due in one piece.
    waiting.sort(key=lambda each: (-each[0].days, _order(each[1].key)))
    # What would be overdue before the next run is so now.
    limit = timedelta(days=days - min(run_every, days) + 1)
    for place, (since, record) in enumerate(waiting):
        if since >= limit:
            yield Turn(record, True, 0, since)
        elif place < share:
            yield Turn(record, True, 1, since)


def _since(record: KnownRecord, start: Mapping[str, datetime], now: datetime) -> datetime:
    """Since when it stands there: since it was first seen, or, where it stood there before we came, since its date. Papers that
    are put up late are new when they come, whatever their date."""
    seen = datetime.fromisoformat(record.first_seen)
    stood = [start[source] for source in record.row_hashes if source in start]
    if record.published is None or (stood and seen > max(stood) + BASELINE):
        return seen
    published = Moment.parse(record.published).at
    return published if published <= now else seen


def _baselines(known: Iterable[KnownRecord]) -> dict[str, datetime]:
    """When each source was first looked at: the first time anything was seen in it."""
    found: dict[str, datetime] = {}
    for record in known:
        seen = datetime.fromisoformat(record.first_seen)
        for source in record.row_hashes:
            found[source] = min(found.get(source, seen), seen)
    return found


def _strictest(politeness: Politeness, listed: Sequence[SourceSettings]) -> tuple[int, int, int]:
    """``recheck_days``, ``recheck_every`` and the days from run to run of a record that these sources list."""
    recent = [politeness.recheck_days if one.recheck_days is None else one.recheck_days for one in listed]
    days = [politeness.recheck_every if one.recheck_every is None else one.recheck_every for one in listed]
    return max(recent), min(days), min(CADENCE[one.cadence] for one in listed)


def _is_day_of_files(record: KnownRecord, now: datetime, every: int) -> bool:
    return (now.toordinal() + int(_order(record.key), 16)) % every == 0


def _waited(record: KnownRecord, now: datetime) -> timedelta:
    return now - datetime.fromisoformat(record.checked)


def _order(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
