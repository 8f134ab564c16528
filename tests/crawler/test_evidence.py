"""Nothing that is kept can be changed unnoticed: a byte, a row, a line, a whole run."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import zlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from warcio.archiveiterator import ArchiveIterator

from core.clock import Moment
from core.nouns import Attachment, Record
from crawler import damage
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
        file = f"{key}的附表".encode()
        lies = archive.write(url=f"http://a/{key}.txt", at=at, status=200, headers=(("Content-Type", "text/plain"),), payload=file)
        attached = Attachment(url=f"http://a/{key}.txt", name="附表.txt", sha256=lies.sha256, size=len(file), state="read", evidence=lies)
        if key == "甲":
            record = replace(record, attachments=(attached,))
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
            answers = (one for one in ArchiveIterator(file, check_digests="raise") if one.rec_type == "response")
            read += [record.content_stream().read().decode() for record in answers]
    assert len(read) == 18 and read[:2] == ["甲的附表", "甲第1版"] and read[-1] == "丙第3版"


def test_any_flipped_byte_of_any_file_is_found_and_its_place_named(engine: Engine, root: Path) -> None:
    """Every file of the archive, the list of seals with them: places by chance, and the first and last of every member (head and
    trailer of gzip, which no reader minds)."""
    chance = random.Random(7)
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        whole = path.read_bytes()
        begins = [start for start, _ in members(whole)] if path.suffix == ".gz" else []
        edges = [place for start in begins for place in (*range(start, start + 10), *range(max(0, start - 8), start))]
        sample = sorted({*edges, *chance.sample(range(len(whole)), 60), len(whole) - 1})
        for place in chance.sample(sample, 45):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
            found = look(engine, root).breaks
            assert found, f"byte {place} of {path.name}"
            if begins:
                start = max(start for start in begins if start <= place)
                assert any(one.where == f"2026/03/{path.name} 第 {start} 字节起的一条" for one in found), (place, found)
            else:
                assert any(one.where.startswith(path.name) for one in found), (place, found)
        path.write_bytes(whole)
    assert look(engine, root).breaks == ()


def test_a_file_that_is_cut_or_taken_away_while_it_is_verified(engine: Engine, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of it would have ended the program by a signal."""
    first, second, third = sorted(root.rglob("*.warc.gz"))
    whole = {path: path.read_bytes() for path in (first, second, third)}
    first.write_bytes(whole[first][:100] + b"xxxx" + whole[first][104:])
    looked, seen = damage._member, list[int]()

    def cutting(data: Any, at: int) -> Any:
        seen.append(at)
        if len(seen) == 2:
            os.truncate(first, at + 40)
        return looked(data, at)

    monkeypatch.setattr(damage, "_member", cutting)
    with engine.connect() as connection:
        found = verify(connection, root, "town", lambda done, _: second.unlink() if done == 1 else None)
    assert len(seen) >= 2
    places = {one.where for one in found.breaks}
    assert first.relative_to(root).as_posix() in places and second.relative_to(root).as_posix() in places
    assert third.relative_to(root).as_posix() not in places and found.versions == 9
    for path, data in whole.items():
        path.write_bytes(data)
    assert look(engine, root).breaks == ()


def members(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """A second reader of our own: where each gzip member begins, and the WARC headers in it. Its digests are checked."""
    found, at = [], 0
    while at < len(data):
        unpacker = zlib.decompressobj(31)
        text = unpacker.decompress(data[at:])
        assert unpacker.eof
        head, _, block = text.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        assert first == "WARC/1.1"
        assert block[int(headers["Content-Length"]) :] == b"\r\n\r\n"
        block = block[: int(headers["Content-Length"])]
        assert headers["WARC-Block-Digest"] == "sha256:" + b32encode(sha256(block).digest()).decode()
        if headers["WARC-Type"] == "response":
            payload = block.partition(b"\r\n\r\n")[2]
            assert headers["WARC-Payload-Digest"] == "sha256:" + b32encode(sha256(payload).digest()).decode()
        found.append((at, headers))
        at = len(data) - len(unpacker.unused_data)
    return found


def test_the_headers_are_those_of_warc_1_1(root: Path) -> None:
    for path in sorted(root.rglob("*.warc.gz")):
        (_, info), *answers = members(path.read_bytes())
        assert info["WARC-Type"] == "warcinfo" and info["WARC-Filename"] == path.name
        assert [headers["WARC-Type"] for _, headers in answers] == ["response"] * 6
        assert {headers["WARC-Warcinfo-ID"] for _, headers in answers} == {info["WARC-Record-ID"]}


def test_the_checker_of_warcio_passes_the_archive_and_not_a_damaged_one(root: Path) -> None:
    path = min(root.rglob("*.warc.gz"))

    def status(command: str) -> int:
        return subprocess.run([sys.executable, "-m", "warcio.cli", command, str(path)], capture_output=True, check=False).returncode

    assert (status("check"), status("index")) == (0, 0)
    data = path.read_bytes()
    path.write_bytes(data[:900] + bytes([data[900] ^ 1]) + data[901:])
    assert status("check") != 0


def cut(path: Path, whole: bytes) -> None:
    path.write_bytes(whole[:-9])


def lengthen(path: Path, whole: bytes) -> None:
    path.write_bytes(whole + b"no member")


def without_one(path: Path, whole: bytes) -> None:
    """A whole member taken out: what is left is an archive that any reader opens."""
    (_, _), (second, _), (third, _), *_ = members(whole)
    path.write_bytes(whole[:second] + whole[third:])


def another(path: Path, whole: bytes) -> None:
    """A member rewritten with all its digests right."""
    (_, _), (second, _), (third, _), *_ = members(whole)
    written = Archive(path.parent, "forged.gz")
    written.write(url="http://a/甲", at=START, status=200, headers=(), payload="假".encode())
    written.close()
    forged = (path.parent / "forged.gz").read_bytes()
    (path.parent / "forged.gz").unlink()
    path.write_bytes(whole[:second] + forged[members(forged)[1][0] :] + whole[third:])


def empty(path: Path, whole: bytes) -> None:
    path.write_bytes(b"")


def rename(path: Path, whole: bytes) -> None:
    path.rename(path.with_name("other.warc.gz"))


@pytest.mark.parametrize(("change", "words"), [
    (cut, "不完整"), (lengthen, "解不开"), (without_one, "整条替换、增加或删除"), (another, "整条替换、增加或删除"), (empty, "文件是空的"),
    (rename, "存档文件不见了"),
])
def test_a_file_that_is_not_as_it_was_is_named(
    engine: Engine, root: Path, change: Callable[[Path, bytes], None], words: str
) -> None:
    path = sorted(root.rglob("*.warc.gz"))[1]
    name = path.relative_to(root).as_posix()
    change(path, path.read_bytes())
    found = look(engine, root).breaks
    assert any(one.where.startswith(name) and words in one.problem for one in found), found


def test_an_attachment_that_no_longer_lies_there_is_named(engine: Engine, root: Path) -> None:
    """Also where its file is right by its seal: what a version says of its attachment must lead to those bytes."""
    with transaction(engine) as connection:
        row = connection.execute(select(tables.versions).order_by(tables.versions.c.id)).first()
        assert row is not None
        data = json.loads(json.dumps(row.data))
        data["attachments"][0]["evidence"]["warc_offset"] = 0
        connection.execute(update(tables.versions).where(tables.versions.c.id == row.id).values(data=data))
    assert any("附件“附表.txt”的" in one.problem for one in look(engine, root).breaks)


def cells_of(engine: Engine) -> list[tuple[str, str]]:
    """Every column of the kept tables that the archive vouches for; what is left out is written down in docs/security.md."""
    left_out = {("records", "checked_at"), ("records", "removed_at"), ("records", "matched"), ("records", "id"), ("versions", "id"),
                ("seals", "id")}
    return [(t, c.name) for t in ("records", "versions", "seals") for c in tables.metadata.tables[t].c if (t, c.name) not in left_out]


def test_any_flipped_byte_of_any_cell_is_found_and_its_row_named(engine: Engine, root: Path) -> None:
    """Under the program's feet, as a disk or an editor would: by the driver alone, bits by chance, whatever text or number it
    makes, readable or not."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets nobody at the bytes of a value; changed values are the next test's")
    chance = random.Random(3)
    store = sqlite3.connect(str(engine.url.database), isolation_level=None)
    try:
        for table, column in cells_of(engine):
            rows = store.execute(f"SELECT id, typeof({column}), CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL").fetchall()
            for number, kind, whole in chance.sample(rows, min(3, len(rows))):
                place = chance.randrange(len(whole)) if whole else 0
                flipped = bytes([*whole[:place], whole[place] ^ (1 << chance.randrange(7)), *whole[place + 1 :]])
                # An integer's byte becomes another integer or no number at all.
                store.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE id = {number}", (flipped,))
                found = look(engine, root).breaks
                assert found, (table, column, whole, flipped)
                store.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE id = {number}", (whole,))
        assert look(engine, root).breaks == ()
    finally:
        store.close()


def test_what_changes_nothing_that_is_read_is_found_too(engine: Engine, root: Path) -> None:
    """A letter of an escape, the separator of a time: the row reads the same and is not the one that was written."""
    if engine.dialect.name != "sqlite":
        pytest.skip("bytes of cells")
    for table, column, old, new in (("versions", "data", "\\u7532", "\\u753" + "2".upper()), ("versions", "data", '": ', '":  '),
                                    ("seals", "at", " ", "T"), ("records", "first_seen_at", ".", ",")):
        with sqlite3.connect(str(engine.url.database)) as store:
            (whole,) = store.execute(f"SELECT {column} FROM {table} WHERE id = 1").fetchone()
            store.execute(f"UPDATE {table} SET {column} = ? WHERE id = 1", (whole.replace(old, new, 1),))
        if whole.replace(old, new, 1) != whole:
            assert any(one.where.endswith("表 id=1") for one in look(engine, root).breaks), column
        with sqlite3.connect(str(engine.url.database)) as store:
            store.execute(f"UPDATE {table} SET {column} = ? WHERE id = 1", (whole,))
        store.close()


def statements(engine: Engine) -> dict[str, list[str]]:
    swap = "UPDATE {t} SET {c} = (SELECT {c} FROM {t} b WHERE b.id = 3 - {t}.id) WHERE id IN (1, 2)"
    return {
        "a version taken out": ["DELETE FROM versions WHERE id = 5"],
        "a record taken out": ["DELETE FROM versions WHERE record_id = 2", "DELETE FROM sightings", "DELETE FROM records WHERE id = 2"],
        "two versions that change places": [swap.format(t="versions", c="data"), swap.format(t="versions", c="content_hash")],
        "two records that change places": [swap.format(t="records", c="title")],
        "a version of a run that never was": ["UPDATE versions SET run = 'x' WHERE id = 9"],
        "a record that no run brought": [
            "INSERT INTO records (town, site, key, kind, url, title, body, published_has_time, detail, content_hash, first_seen_at,"
            " checked_at, changed_at, versions, newest_at) SELECT town, site, 'forged', kind, url, title, body, published_has_time,"
            " detail, content_hash, first_seen_at, checked_at, changed_at, versions, newest_at FROM records WHERE id = 1"],
        "a version put in": [
            "INSERT INTO versions (record_id, content_hash, previous_hash, seen_at, run, warc_file, warc_offset, sha256, data) SELECT"
            " record_id, content_hash, content_hash, seen_at, 'y', warc_file, warc_offset, sha256, data FROM versions WHERE id = 9"],
        "a seal taken out": ["DELETE FROM seals WHERE id = 2"],
        "a town that is another's": ["UPDATE seals SET town = 'other' WHERE id = 2"],
    }


@pytest.mark.parametrize("name", list(statements(None)))  # type: ignore[arg-type]
def test_rows_taken_out_put_in_or_exchanged_are_found(engine: Engine, root: Path, name: str) -> None:
    with transaction(engine) as connection:
        for statement in statements(engine)[name]:
            connection.execute(text(statement))
    assert look(engine, root).breaks


def test_two_lines_of_the_list_that_change_places(engine: Engine, root: Path) -> None:
    path = seal_file(root, "town")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert [one.problem for one in look(engine, root).breaks] == ["封存的先后次序与数据库不同，有两行被调换"]
    path.write_bytes(b"".join([*lines, lines[0]]))
    assert [one.where for one in look(engine, root).breaks] == ["seals-town.jsonl 第 4 行"]


def test_an_index_of_the_database_that_is_not_its_tables(engine: Engine, root: Path) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PRAGMA integrity_check is SQLite's")
    store = sqlite3.connect(str(engine.url.database), isolation_level=None)
    store.execute("PRAGMA writable_schema = ON")
    # The index is told that it is of another column: its entries no longer are those of the table.
    store.execute("UPDATE sqlite_master SET sql = replace(sql, '(run)', '(warc_file)') WHERE name = 'ix_versions_run'")
    store.close()
    engine.dispose()
    assert any(one.where == "数据库" and "索引" in one.problem for one in look(engine, root).breaks)


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
    assert Break("seals-town.jsonl 第 3 行", f"{last.run} 的封存在数据库中没有，数据库被删减过") in look(engine, root).breaks


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
            connection.execute(insert(tables.seals).values(run="x", at=START, versions=0, rows="", previous=first.previous, hash="y"))
