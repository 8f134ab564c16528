"""Whether what is kept is still what was brought: seals, rows and archived bytes, each checked against the others."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from core.nouns import Evidence, Version
from crawler.archive import EvidenceError, read_evidence
from crawler.damage import damaged_members
from store import cells, records, seals
from store.database import Connection, DriverError
from store.records import WithVersions
from store.seals import START, Seal, Sealed

CHUNK = 1 << 20
Progress = Callable[[int, int], None]
_TABLES = {"records": "记录", "versions": "版本", "seals": "封存"}


@dataclass(frozen=True, slots=True)
class Break:
    """Something that is not as it was sealed: ``where`` it lies (a file, a row, a run) and what is wrong with it."""

    where: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a verification looked at and what it found. ``unsealed``: versions older than the seals, checked by their own
    hashes only."""

    seals: int
    versions: int
    files: int
    bytes: int
    unsealed: int
    breaks: tuple[Break, ...]


@dataclass(slots=True)
class _Tally:
    versions: int = 0
    unsealed: int = 0
    chain: list[Seal] = field(default_factory=list)
    read: dict[Evidence, str] = field(default_factory=dict)
    """What reading an archived answer brought: an unchanged attachment is evidence of many versions."""


def seal_file(root: Path, town: str) -> Path:
    """Where a town's seals stand beside the archive."""
    return root / f"seals-{town}.jsonl"


def sealed_file(root: Path, name: str) -> Sealed | None:
    """A WARC file as it stands; None where the run archived nothing here."""
    path = root / name
    if not path.is_file():
        return None
    # Only gone since is none; one that cannot be read says so itself.
    with suppress(FileNotFoundError), path.open("rb") as file:
        digest, size = sha256(), 0
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        return Sealed(name=name, bytes=size, sha256=digest.hexdigest())
    return None


def write_seals(root: Path, town: str, kept: Iterable[Seal]) -> None:
    """Append the seals that the archive's file does not have yet: those of a run, and of one that was killed between its
    commit and this. Nothing that stands in the file is changed, right or wrong: verifying tells."""
    path = seal_file(root, town)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = {_run_of(line) for line in file.read().splitlines()}
        lines = [_line(seal) + b"\n" for seal in kept if seal.run not in known]
        if lines:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())


def verify(connection: Connection, root: Path, town: str, progress: Progress = lambda done, total: None) -> Verification:
    """Check everything that is kept of a town. Damage of any kind is a break that names its place, never an exception."""
    tally = _Tally()
    breaks: list[Break] = []
    try:
        # One by one: what was found before the end is kept.
        breaks.extend(_all(connection, root, town, tally, progress))
    except DriverError as error:
        breaks.append(Break("数据库", f"读不下去，后面的没有核验：{error.orig}"))
    files = [seal.warc for seal in tally.chain if seal.warc]
    return Verification(
        seals=len(tally.chain), versions=tally.versions, files=len(files), bytes=sum(file.bytes for file in files),
        unsealed=tally.unsealed, breaks=tuple(dict.fromkeys(breaks)),
    )


def _all(connection: Connection, root: Path, town: str, tally: _Tally, progress: Progress) -> Iterator[Break]:
    yield from (Break("数据库", f"文件或索引已损坏：{words}") for words in cells.integrity(connection))
    unreadable: dict[str, set[int]] = {}
    for cell in cells.bad_cells(connection):
        where = f"{_TABLES[cell.table]}表 id={cell.row}"
        yield Break(where, f"{cell.column} 列" + ("的写法与写入时不同，有字节被改动" if cell.readable else "读不出来，有字节被改动"))
        if not cell.readable:
            unreadable.setdefault(cell.table, set()).add(cell.row)
    chain = tally.chain = seals.list_seals(connection, unreadable.get("seals", ()))
    yield from _chain(chain)
    yield from _seal_file(seal_file(root, town), chain)
    for done, seal in enumerate(chain, start=1):
        yield from (*_rows(connection, seal), *_archived(root, seal))
        progress(done, len(chain))
    for record_id, run in seals.intruders(connection, unreadable.get("versions", ())):
        yield Break(f"记录 {record_id}", f"有一个版本自称来自采集 {run}，但没有这次采集的封存，是后来加进去的")
    tally.unsealed = seals.unsealed(connection)
    for kept in records.with_versions(connection, unreadable):
        tally.versions += len(kept.versions)
        yield from _record(root, kept, tally)


def _chain(chain: list[Seal]) -> Iterator[Break]:
    previous = START
    for seal in chain:
        if seal.computed() != seal.hash:
            yield Break(f"封存 {seal.run}", "内容与自身的校验值不符，被改动过")
        if seal.previous != previous:
            yield Break(f"封存 {seal.run}", "与前一次封存接不上，中间有封存被删除、改动或调换")
        previous = seal.hash


def _seal_file(path: Path, chain: list[Seal]) -> Iterator[Break]:
    """The archive's own lines must be those of the store, letter by letter, in order, no more and no fewer."""
    if not path.is_file():
        if chain:
            yield Break(path.name, "存档中的封存清单不见了")
        return
    data = path.read_bytes()
    written = data.splitlines(keepends=True)
    if b"".join(_line(seal) + b"\n" for seal in chain) == data:
        return
    expected = {seal.run: _line(seal) + b"\n" for seal in chain}
    met: list[str] = []
    for number, line in enumerate(written, start=1):
        run = _run_of(line)
        if run is None:
            yield Break(f"{path.name} 第 {number} 行", "读不出来，被改动过")
        elif run not in expected:
            yield Break(f"{path.name} 第 {number} 行", f"{run} 的封存在数据库中没有，数据库被删减过")
        elif run in met:
            yield Break(f"{path.name} 第 {number} 行", f"{run} 的封存重复")
        else:
            met.append(run)
            if line != expected[run]:
                yield Break(f"{path.name} 第 {number} 行", f"{run} 的封存与数据库不一致")
    yield from (Break(path.name, f"缺少 {run} 的封存") for run in expected if run not in met)
    if met != [run for run in expected if run in met]:
        yield Break(path.name, "封存的先后次序与数据库不同，有两行被调换")


def _rows(connection: Connection, seal: Seal) -> Iterator[Break]:
    try:
        count, rows = seals.fingerprint(connection, seal.run)
    except (ValueError, TypeError, DriverError):
        yield Break(f"采集 {seal.run}", "有版本读不出来，无法与封存对照")
        return
    if count != seal.versions:
        yield Break(f"采集 {seal.run}", f"封存时有 {seal.versions} 个版本，现有 {count} 个")
    elif rows != seal.rows:
        yield Break(f"采集 {seal.run}", "版本记录与封存时不同，被改动过")


def _archived(root: Path, seal: Seal) -> Iterator[Break]:
    try:
        yield from _file(root, seal)
    except OSError as error:
        # Taken away, or the disk under it, while it is read.
        yield Break(seal.warc.name if seal.warc else "", f"存档文件读不下去：{error.strerror}")


def _file(root: Path, seal: Seal) -> Iterator[Break]:
    if seal.warc is None:
        return
    name, now = seal.warc.name, sealed_file(root, seal.warc.name)
    if now is None:
        yield Break(name, "存档文件不见了")
    elif now != seal.warc:
        changed = f"大小由 {seal.warc.bytes} 变为 {now.bytes} 字节" if now.bytes != seal.warc.bytes else "有字节被改动"
        yield Break(name, f"存档文件与封存时不同：{changed}")
        damaged = damaged_members(root / name)
        for one in damaged:
            yield Break(f"{name} 第 {one.offset} 字节起的一条", one.problem + (f"（{one.url}）" if one.url else ""))
        if not damaged:
            yield Break(name, "每一条都完整，但不是封存时的那些：有的被整条替换、增加或删除")


def _record(root: Path, kept: WithVersions, tally: _Tally) -> Iterator[Break]:
    """A record's versions against their own hashes, the ones before them and their archived answers, and what is shown of it."""
    previous, where = None, f"记录 {kept.stored.id}"
    for version in kept.versions:
        if version.record.content_hash() != version.content_hash:
            yield Break(where, f"{version.run} 的版本内容与校验值不符")
        if kept.whole and version.previous_hash != previous:
            yield Break(where, f"{version.run} 的版本与前一版本接不上")
        for name, evidence in _evidences(version):
            if evidence not in tally.read:
                tally.read[evidence] = _problem(root, evidence)
            if problem := tally.read[evidence]:
                yield Break(where, (f"附件“{name}”的" if name else "") + problem)
        previous = version.content_hash
    if not kept.versions and kept.whole:
        yield Break(where, "没有任何版本，不是采集写入的")
    if kept.unlike:
        yield Break(where, f"现在显示的内容与最后一个版本不同：{'、'.join(kept.unlike)}")


def _evidences(version: Version) -> Iterator[tuple[str, Evidence]]:
    if version.evidence:
        yield "", version.evidence
    yield from ((a.name or a.url, a.evidence) for a in version.record.attachments if a.evidence)


def _problem(root: Path, evidence: Evidence) -> str:
    try:
        read_evidence(root, evidence)
    except EvidenceError as error:
        return str(error)
    return ""


def _line(seal: Seal) -> bytes:
    return json.dumps(seal.data(), ensure_ascii=False).encode()


def _run_of(line: bytes) -> str | None:
    """The run that a line of the list speaks of; None where it cannot be read."""
    try:
        read = json.loads(line)
        return str(read["run"])
    except (ValueError, TypeError, KeyError):
        return None
