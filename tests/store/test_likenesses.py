"""Contents that wait to be compared, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from core.nouns import Record
from store import likenesses, records, scans
from store.database import Engine, transaction
from store.scans import Content, Scan

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)


def scanned(engine: Engine, body: str) -> Content:
    record = Record(site="a", key="1", kind="article", url="http://a/1", title="公告", body=body)
    content = 1, record.content_hash()
    with transaction(engine) as connection:
        records.save(connection, body, [records.Arrival(record=record, at=AT)])
        scans.save(connection, [Scan(record_id=1, content_hash=content[1], rules="r", flaws=(), worst=None, signature=b"s" * 256)], AT)
    return content


def waiting(engine: Engine) -> list[Content]:
    with engine.connect() as connection:
        return [each.content for each in likenesses.waiting(connection)]


def test_a_content_that_came_while_the_one_before_it_was_compared_still_waits(engine: Engine) -> None:
    first = scanned(engine, "正文")
    assert waiting(engine) == [first]
    second = scanned(engine, "另一正文")
    with transaction(engine) as connection:
        likenesses.keep(connection, [], [first])
    assert waiting(engine) == [second]
    with transaction(engine) as connection:
        likenesses.keep(connection, [], [second])
    assert waiting(engine) == []
