"""Mentions of a record's present content, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.nouns import Mention, Record
from store import mentions, records
from store.database import Engine, transaction

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _mention(subject: str = "清溪镇", start: int = 0, field: str = "body", confidence: str = "certain") -> Mention:
    return Mention(subject=subject, term="清溪镇", text="清溪鎮", start=start, end=start + 3, field=field,
                   confidence=confidence)  # type: ignore[arg-type]


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Two records, the second seen a month later."""
    with transaction(engine) as connection:
        for number, at in ((1, NOW), (2, NOW + timedelta(days=31))):
            record = Record(site="s", key=str(number), kind="article", url="u", title="t", body="b")
            records.save(connection, "run", [records.Arrival(record=record, at=at)])
    return engine


def test_mentions_come_back_as_they_were_found(stored: Engine) -> None:
    found = [_mention(field="title"), _mention(), _mention("石桥村", 9, confidence="possible")]
    with transaction(stored) as connection:
        mentions.replace(connection, 1, "hash", found, NOW)
        assert mentions.of_record(connection, 1) == found
        assert mentions.of_record(connection, 2) == []
        assert mentions.of_records(connection, [1, 2]) == {1: found}


def test_those_of_a_new_content_take_the_place_of_the_old(stored: Engine) -> None:
    with transaction(stored) as connection:
        mentions.replace_all(connection, [(1, "old", [_mention()]), (2, "other", [_mention()])], NOW)
        mentions.replace(connection, 1, "new", [_mention(start=5)], NOW)
        assert mentions.of_record(connection, 1) == [_mention(start=5)]
        mentions.replace(connection, 1, "newer", [], NOW)
        assert mentions.of_records(connection, [1, 2]) == {2: [_mention()]}


def test_counts_are_of_records_in_the_period(stored: Engine) -> None:
    with transaction(stored) as connection:
        mentions.replace(connection, 1, "h", [_mention(), _mention(start=7), _mention("石桥村", 9)], NOW)
        mentions.replace(connection, 2, "h", [_mention(), _mention("石桥村", 9, confidence="possible")], NOW)
        assert mentions.counts(connection, NOW, NOW + timedelta(days=31)) == {"清溪镇": 1, "石桥村": 1}
        assert mentions.counts(connection, NOW, NOW + timedelta(days=32)) == {"清溪镇": 2, "石桥村": 1}
        assert mentions.counts(connection, NOW + timedelta(days=31), NOW + timedelta(days=32)) == {"清溪镇": 1}
