"""Nothing that is kept can be changed unnoticed: a byte, a row, a line, a whole run."""

from __future__ import annotations

import json
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from warcio.archiveiterator import ArchiveIterator

from core.clock import Moment
from core.nouns import Record
from crawler.archive import Archive
from crawler.evidence import Break, Verification, seal_file, sealed_file, verify, write_seals
from store import records, runs, seals, tables
from store.database import Engine, transaction
from store.records import Arrival
from tests.store.writing import START

PAGES = ("甲", "乙", "丙")


def bring(engine: Engine, root: Path, number: int) -> None:
    """A run that brings three pages; each run after the first brings them changed."""
    run, at = f"20260304T10203{number}-aaaaaa", START + timedelta(days=number)
    name = f"2026/03/{run}.warc.gz"
    archive = Archive(root, name)
    arrivals = []
    for key in PAGES:
        record = Record(site="s", key=key, kind="article", url=f"http://a/{key}", title=key, body=f"{key}第{number}版", published=Moment(at))
        kept = archive.write(url=record.url, at=at, status=200, headers=(("Content-Type", "text/html"),), payload=record.body.encode())
        arrivals.append(Arrival(record=record, at=at, evidence=kept))
    archive.close()
    with transaction(engine) as connection:
        runs.start_run(connection, run, at)
        records.save(connection, run, arrivals)
        seals.add(connection, run, at, sealed_file(root, name))
        kept_seals = seals.list_seals(connection)
    write_seals(root, "town", kept_seals)


@pytest.fixture
def root(engine: Engine, tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        bring(engine, tmp_path / "archive", number)
    return tmp_path / "archive"


def look(engine: Engine, root: Path) -> Verification:
    with engine.connect() as connection:
        return verify(connection, root, "town")


def test_what_was_left_alone_is_whole(engine: Engine, root: Path) -> None:
    found = look(engine, root)
    assert (found.breaks, found.seals, found.versions, found.files, found.unsealed) == ((), 3, 9, 3, 0)


def test_a_standard_reader_opens_the_archive(engine: Engine, root: Path) -> None:
    read = []
    for path in sorted(root.rglob("*.warc.gz")):
        with path.open("rb") as file:
            read += [record.content_stream().read().decode() for record in ArchiveIterator(file, check_digests="raise")]
    assert len(read) == 9 and read[0] == "甲第1版" and read[-1] == "丙第3版"


def test_any_flipped_byte_of_any_file_is_found(engine: Engine, root: Path) -> None:
    """Every file of the archive, the list of seals with them; each byte of the small ones, a sample of the others."""
    chance = random.Random(7)
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        places = range(len(whole)) if len(whole) < 400 else sorted(chance.sample(range(len(whole)), 120))
        for place in places:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
            assert look(engine, root).breaks, f"byte {place} of {path.name}"
        path.write_bytes(whole)
    assert look(engine, root).breaks == ()


COLUMNS = {
    "versions": ["content_hash", "previous_hash", "seen_at", "warc_offset", "sha256", "data"],
    "seals": ["run", "at", "versions", "rows", "previous", "hash"],
    "records": ["title", "body", "published_at", "content_hash"],
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in COLUMNS.items() for c in columns])
def test_any_changed_row_is_found(engine: Engine, root: Path, table: str, column: str) -> None:
    target = tables.metadata.tables[table]
    with transaction(engine) as connection:
        row = connection.execute(select(target).order_by(target.c.id)).mappings().all()[1]
        value = row[column]
        if column == "data":
            changed = value | {"body": value["body"] + "。"}
        elif hasattr(value, "tzinfo"):
            changed = value + timedelta(seconds=1)
        elif isinstance(value, int):
            changed = value + 1
        else:
            changed = "f" + (value or "")[1:] if value and value[0] != "f" else "e" + (value or "")[1:]
        connection.execute(update(target).where(target.c.id == row["id"]).values({column: changed}))
    assert look(engine, root).breaks


def test_a_run_taken_out_of_the_store_is_found(engine: Engine, root: Path) -> None:
    """Even the last one with its seal: the archive's own list still speaks of it."""
    with transaction(engine) as connection:
        last = seals.list_seals(connection)[-1]
        connection.execute(delete(tables.versions).where(tables.versions.c.run == last.run))
        connection.execute(delete(tables.seals).where(tables.seals.c.run == last.run))
    assert Break("seals-town.jsonl", f"{last.run} 的封存在数据库中没有，数据库被删减过") in look(engine, root).breaks


def test_a_run_taken_out_of_the_archive_is_found(engine: Engine, root: Path) -> None:
    path = seal_file(root, "town")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    gone = next(p for p in root.rglob("*.warc.gz") if json.loads(lines[-1])["run"] in p.name)
    gone.unlink()
    problems = {found.problem for found in look(engine, root).breaks}
    assert "存档文件不见了" in problems and any("缺少" in problem for problem in problems)
    shutil.rmtree(root)
    assert any(found.problem == "存档中的封存清单不见了" for found in look(engine, root).breaks)


def test_a_kill_between_the_commit_and_the_list_is_made_up_for(engine: Engine, root: Path) -> None:
    path = seal_file(root, "town")
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    bring(engine, root, 4)
    assert path.read_bytes().startswith(whole)
    assert look(engine, root).breaks == ()


def test_what_came_before_the_seals_is_counted_and_checked_by_itself(engine: Engine, root: Path) -> None:
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM seals"))
    seal_file(root, "town").unlink()
    assert (look(engine, root).unsealed, look(engine, root).breaks) == (9, ())
    with transaction(engine) as connection:
        connection.execute(update(tables.versions).values(sha256="0" * 64).where(tables.versions.c.id == 1))
    assert [found.problem.partition("：")[0] for found in look(engine, root).breaks] == ["存档内容与记录的 SHA-256 不符"]


def test_the_same_run_is_sealed_once(engine: Engine, root: Path) -> None:
    with transaction(engine) as connection:
        first = seals.list_seals(connection)[0]
        assert seals.add(connection, first.run, first.at, None) == first
        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            connection.execute(insert(tables.seals).values(
                run="x", at=START, versions=0, rows="", previous=first.previous, hash="y"))
