"""Whether what is kept is still what was brought: seals, rows and archived bytes, each checked against the others."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from crawler.archive import EvidenceError, read_evidence
from store import records, seals
from store.database import Connection
from store.seals import START, Seal, Sealed

CHUNK = 1 << 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Break:
    """Something that is not as it was sealed: ``where`` it lies and what is wrong with it."""

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


def seal_file(root: Path, town: str) -> Path:
    """Where a town's seals stand beside the archive."""
    return root / f"seals-{town}.jsonl"


def sealed_file(root: Path, name: str) -> Sealed | None:
    """A WARC file as it stands; None where the run archived nothing here."""
    path = root / name
    if not path.is_file():
        return None
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Sealed(name=name, bytes=path.stat().st_size, sha256=digest.hexdigest())


def write_seals(root: Path, town: str, kept: Iterable[Seal]) -> None:
    """Append the seals that the archive's file does not have yet: those of a run, and of one that was killed between its
    commit and this. Nothing that stands in the file is changed, right or wrong: verifying tells."""
    path = seal_file(root, town)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = {str(data.get("run")) for data, _ in _written(file.read())}
        lines = [json.dumps(seal.data(), ensure_ascii=False) + "\n" for seal in kept if seal.run not in known]
        if lines:
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(file.fileno())


def verify(connection: Connection, root: Path, town: str, progress: Progress = lambda done, total: None) -> Verification:
    """Check everything that is kept of a town."""
    chain = seals.list_seals(connection)
    breaks = [*_chain(chain), *_seal_file(seal_file(root, town), chain)]
    for done, seal in enumerate(chain, start=1):
        breaks += [*_rows(connection, seal), *_archived(root, seal)]
        progress(done, len(chain))
    count = 0
    for found in _records(connection, root):
        count += 1
        breaks += found
    files = [seal.warc for seal in chain if seal.warc]
    return Verification(
        seals=len(chain), versions=count, files=len(files), bytes=sum(file.bytes for file in files),
        unsealed=seals.unsealed(connection), breaks=tuple(dict.fromkeys(breaks)),
    )


def _chain(chain: list[Seal]) -> Iterator[Break]:
    previous = START
    for seal in chain:
        if seal.computed() != seal.hash:
            yield Break(f"封存 {seal.run}", "内容与自身的校验值不符，被改动过")
        if seal.previous != previous:
            yield Break(f"封存 {seal.run}", "与前一次封存接不上，中间有封存被删除或改动")
        previous = seal.hash


def _seal_file(path: Path, chain: list[Seal]) -> Iterator[Break]:
    """The archive's own lines must be those of the store, no more and no fewer."""
    if not path.is_file():
        if chain:
            yield Break(path.name, "存档中的封存清单不见了")
        return
    written: dict[str, Seal | None] = {}
    for data, number in _written(path.read_bytes()):
        try:
            seal = Seal.from_data(data)
        except (KeyError, TypeError, ValueError):
            yield Break(f"{path.name} 第 {number} 行", "读不出来，被改动过")
            continue
        written[seal.run] = seal
    for seal in chain:
        if seal.run not in written:
            yield Break(f"{path.name}", f"缺少 {seal.run} 的封存")
        elif written.pop(seal.run) != seal:
            yield Break(f"{path.name}", f"{seal.run} 的封存与数据库不一致")
    for run in written:
        yield Break(path.name, f"{run} 的封存在数据库中没有，数据库被删减过")


def _rows(connection: Connection, seal: Seal) -> Iterator[Break]:
    count, rows = seals.fingerprint(connection, seal.run)
    if count != seal.versions:
        yield Break(f"采集 {seal.run}", f"封存时有 {seal.versions} 个版本，现有 {count} 个")
    elif rows != seal.rows:
        yield Break(f"采集 {seal.run}", "版本记录与封存时不同，被改动过")


def _archived(root: Path, seal: Seal) -> Iterator[Break]:
    if seal.warc is None:
        return
    now = sealed_file(root, seal.warc.name)
    if now is None:
        yield Break(seal.warc.name, "存档文件不见了")
    elif now != seal.warc:
        changed = f"大小由 {seal.warc.bytes} 变为 {now.bytes} 字节" if now.bytes != seal.warc.bytes else "有字节被改动"
        yield Break(seal.warc.name, f"存档文件与封存时不同：{changed}")


def _records(connection: Connection, root: Path) -> Iterator[list[Break]]:
    """Every version against its own hash, the version before it, its archived answer, and the record that shows it."""
    for stored, kept in records.with_versions(connection):
        previous, where = None, f"记录 {stored.id}"
        for version in kept:
            found = []
            if version.record.content_hash() != version.content_hash:
                found.append(Break(where, f"{version.run} 的版本内容与校验值不符"))
            if version.previous_hash != previous:
                found.append(Break(where, f"{version.run} 的版本与前一版本接不上"))
            if version.evidence:
                try:
                    read_evidence(root, version.evidence)
                except EvidenceError as error:
                    found.append(Break(where, str(error)))
            previous = version.content_hash
            yield found
        if previous is not None and not previous == stored.content_hash == stored.record.content_hash():
            yield [Break(where, "现在显示的内容与最后一个版本不同")]


def _written(data: bytes) -> Iterator[tuple[dict[str, object], int]]:
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            read = json.loads(line)
        except ValueError:
            read = None
        yield (read if isinstance(read, dict) else {}), number
