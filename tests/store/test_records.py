"""Records in the store, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import Moment
from core.nouns import Attachment, Record, Reply
from store import records
from store.database import Engine, transaction
from store.records import Arrival, Sighting, SourceFacts

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)


def record(key: str, **more: Any) -> Record:
    return Record(**{"site": "s", "key": key, "kind": "article", "url": f"https://a.gov.cn/{key}", "title": key, "body": "正文"} | more)


def save(engine: Engine, *given: Record, at: datetime = AT, source: str = "a", run: str = "r") -> None:
    with transaction(engine) as connection:
        records.save(connection, run, [Arrival(record=r, at=at) for r in given])
        seen = [Sighting(site=r.site, key=r.key, source=source, row_hash=f"h{r.title}", at=at) for r in given]
        records.save_sightings(connection, seen)


WHOLE = record(
    "1", published=Moment.of(2026, 3, 4, 10, 20), written=Moment.of(2026, 3, 1), content_source="办公室", index_no="0030/1",
    attachments=(Attachment(url="u", name="附件", sha256="0", size=1, text="文", state="read"),), meta={"PubDate": "x"},
    replies=(Reply(office="局", body="好", at=Moment.of(2026, 3, 5)), Reply(office="办", body="是")), thread={"state": "已办理"},
)


def test_a_record_comes_back_as_it_was(engine: Engine) -> None:
    save(engine, WHOLE)
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
        assert records.get(connection, stored.id) == stored
        with pytest.raises(KeyError):
            records.get(connection, stored.id + 1)
        (version,) = records.versions_of(connection, stored.id)
    assert stored.record == WHOLE == version.record == records.from_json(records.to_json(WHOLE))
    assert (stored.content_hash, stored.sources, stored.versions) == (WHOLE.content_hash(), ("a",), 1)


def test_checked_is_not_changed(engine: Engine) -> None:
    save(engine, record("1"))
    save(engine, record("1"), at=AT + timedelta(hours=1), run="r2")
    save(engine, record("1", body="新"), at=AT + timedelta(hours=2), run="r3")
    with engine.connect() as connection:
        (stored,) = records.of_source(connection, "a")
    assert (stored.first_seen_at, stored.checked_at, stored.changed_at) == (AT, AT + timedelta(hours=2), AT + timedelta(hours=2))
    assert stored.versions == 2


def test_what_waits_to_be_matched(engine: Engine) -> None:
    save(engine, record("1"), record("2"))
    with transaction(engine) as connection:
        first, second = records.unmatched(connection, "terms")
        records.mark_matched(connection, [first], "terms")
        assert [s.id for s in records.unmatched(connection, "terms")] == [second.id]
        assert records.unmatched(connection, "terms", limit=0) == []
        # Other terms look at everything again.
        assert len(records.unmatched(connection, "other terms")) == 2
    save(engine, record("1", body="改了"), at=AT + timedelta(hours=1), run="r2")
    with engine.connect() as connection:
        assert {s.record.key for s in records.unmatched(connection, "terms")} == {"1", "2"}


def test_source_facts(engine: Engine) -> None:
    days = {"1": Moment.of(2026, 3, 1), "2": Moment.of(2026, 3, 5, 9, 30), "3": None}
    save(engine, *(record(key, published=day) for key, day in days.items()))
    save(engine, record("4", published=Moment.of(2026, 4, 1)), at=AT + timedelta(days=2), run="r2")
    save(engine, record("5"), source="b")
    with transaction(engine) as connection:
        records.removed(connection, {("s", "2"): AT + timedelta(days=3)})
    with engine.connect() as connection:
        now, then = records.source_facts(connection), records.source_facts(connection, AT + timedelta(days=1))
    assert now["a"] == SourceFacts(3, Moment.of(2026, 4, 1), 1, "https://a.gov.cn/4")
    assert now["b"] == SourceFacts(1, None, 1, None)
    # By then the fourth had not come and the second had not gone.
    assert then["a"] == SourceFacts(3, Moment.of(2026, 3, 5, 9, 30), 1, "https://a.gov.cn/2")


def test_a_page_has_the_newest_first(engine: Engine) -> None:
    def keys(**wanted: Any) -> tuple[list[str], int | None]:
        with engine.connect() as connection:
            found, total = records.page_of_records(connection, **wanted)
        return [stored.record.key for stored in found], total

    save(engine, *(record(str(n), published=Moment.of(2026, 3, n), title=f"防汛{n}%") for n in range(1, 6)))
    save(engine, record("x", title="修路", published=None), source="b", at=AT + timedelta(days=400))
    # Without a date it stands where it was first seen.
    assert keys() == (["x", "5", "4", "3", "2", "1"], 6)
    assert keys(source="a", number=2, size=2) == (["3", "2"], 5)
    assert keys(text="防汛", size=2) == (["5", "4"], 5)
    assert keys(source="b", text="防汛") == ([], 0)
    # What a person types is text, not a pattern.
    assert keys(text="防汛_") == ([], 0)
    assert keys(text="5%") == (["5"], 1)
    # A date that a site corrects moves the record in every list.
    save(engine, record("1", published=Moment.of(2026, 4, 1), title="防汛1%"), at=AT + timedelta(days=401))
    assert keys(source="a", size=2) == (["1", "5"], 5)
    assert keys(size=3) == (["x", "1", "5"], 6)


def test_what_a_crawl_must_know(engine: Engine) -> None:
    save(engine, WHOLE)
    save(engine, WHOLE, source="b")
    with transaction(engine) as connection:
        records.save_sightings(connection, [Sighting(site="s", key="1", source="b", row_hash=None, at=AT)])
        records.save_sightings(connection, [Sighting(site="s", key="nix", source="b", row_hash="x", at=AT)])
        (known,) = records.known_records(connection, "s")
    assert known.row_hashes == {"a": "h1", "b": "h1"}
    assert (known.published, known.has_body, known.removed) == ("2026-03-04T10:20:00+08:00", True, False)
    assert known.attachments == {"u": "0"}
    assert known.thread == {"state": "已办理"}
