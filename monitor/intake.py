"""Takes in what the crawl brought: mentions of new and changed records, and the cases that these open or change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

from core.nouns import Case, Mention, StoredRecord
from core.settings import Settings
from monitor import cases as case_rules
from monitor.matching import Matcher
from store import cases as case_store
from store import mentions as mention_store
from store import records as record_store
from store.database import Connection

BATCH = 1000


def take_in(
    connection: Connection, settings: Settings, now: datetime, progress: Callable[[str, int, int], None] | None = None
) -> list[Case]:
    """Search every record whose present content has not been searched with the present terms, in batches; returns the
    new cases. Due days that could not be counted before are settled on the way."""
    matcher, terms = Matcher(settings.town.subjects), terms_digest(settings)
    new_cases: list[Case] = []
    done = after = 0
    # Each batch begins where the last one ended: what is done need not be passed over again.
    while batch := record_store.unmatched(connection, terms, limit=BATCH, after=after):
        mentions = {stored.id: matcher.record(stored.record) for stored in batch}
        found = [(stored.id, stored.content_hash, mentions[stored.id]) for stored in batch]
        mention_store.replace_all(connection, found, now)
        new_cases += _cases(connection, settings, batch, mentions, now)
        record_store.mark_matched(connection, batch, terms)
        done, after = done + len(batch), batch[-1].id
        if progress is not None:
            progress("match", done, 0)
    _settle(connection, settings, now)
    return new_cases


def terms_digest(settings: Settings) -> str:
    """Names the terms that texts are searched with: a village added later is looked for in what is already there."""
    subjects = [subject.model_dump_json() for subject in settings.town.subjects]
    return sha256("\n".join(subjects).encode()).hexdigest()[:16]


def _cases(
    connection: Connection, settings: Settings, batch: Sequence[StoredRecord], mentions: dict[int, list[Mention]],
    now: datetime,
) -> list[Case]:
    known = case_store.by_records(connection, [stored.id for stored in batch])
    new = []
    for stored in batch:
        if case := known.get(stored.id):
            if change := case_rules.change(case, stored, now):
                case_store.add_step(connection, case.id, change.step, **change.columns)
        elif opening := case_rules.opening(stored, mentions[stored.id], settings, now):
            new.append(_register(connection, opening))
    return new


def _register(connection: Connection, opening: case_rules.Opening) -> Case:
    return case_store.register(connection, **{name: getattr(opening, name) for name in opening.__slots__})


def _settle(connection: Connection, settings: Settings, now: datetime) -> None:
    for case in case_store.list_cases(connection, open_only=True):
        if change := case_rules.settled(case, settings.calendar, now):
            case_store.add_step(connection, case.id, change.step, **change.columns)
