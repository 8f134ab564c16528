"""The backup file: a zip whose parts are listed with size and SHA-256 in ``manifest.json``.

It appears under its name only when it is whole and on the disk. ``tables/NAME.jsonl`` are rows, ``archive/...`` are the
WARC files, ``config/...`` the configuration.
"""

from __future__ import annotations

import errno
import fcntl
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import TownwatchError

FORMAT: Literal[1] = 1
MANIFEST = "manifest.json"
FOLDERS = ("tables", "archive", "towns", "config")
_PARTIAL = ".townwatch-partial"
# All that the zip reader was seen to raise for a flipped byte.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, KeyError)
CHUNK = 1 << 20
Progress = Callable[[str, int, int], None]
"""Called with the part, what is done of it and its total: rows of a table, bytes of a file."""


def silent(_: str, __: int, ___: int) -> None:
    """Progress that nobody watches."""


class BackupError(TownwatchError):
    """A backup that could not be made, is damaged, or cannot be put back here."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Strict):
    """One file in the backup; ``rows`` for tables."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None

    @property
    def folder(self) -> str:
        """``tables``, ``archive``, ``towns`` (the archives of several) or ``config``."""
        return self.name.partition("/")[0]

    @property
    def path(self) -> PurePosixPath:
        """The file's place below its folder."""
        return PurePosixPath(self.name.partition("/")[2])


class Manifest(_Strict):
    """What a backup holds. ``missing``: WARC files that the store refers to and the archive no longer had."""

    format: Literal[1] = FORMAT
    program: str
    revision: str
    database: str
    created_at: datetime
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...]

    def folder(self, name: str) -> tuple[Part, ...]:
        """The parts of one folder."""
        return tuple(part for part in self.parts if part.folder == name)

    @property
    def archives(self) -> tuple[Part, ...]:
        """The parts of every archive: named by their place below the working folder."""
        return self.folder("archive") + self.folder("towns")


class Writer:
    """Puts parts into a new backup."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool = False, rows: bool = False) -> Part:
        """Stream a part. ``packed``: it is compressed already. ``rows``: every chunk is a row."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED
        digest, size, count = sha256(), 0, 0
        with self._zip.open(info if packed else name, "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                part.write(chunk)
                size += len(chunk)
                count += 1
        return Part(name=name, bytes=size, sha256=digest.hexdigest(), rows=count if rows else None)

    def finish(self, manifest: Manifest) -> None:
        """Write the list of the parts, the last of them."""
        self.add(MANIFEST, [manifest.model_dump_json(indent=1).encode()])


class Reader:
    """Reads a backup that :func:`verified` has found whole."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip, self.manifest = archive, manifest

    def chunks(self, part: Part) -> Iterator[bytes]:
        """A part's bytes, a portion at a time."""
        with self._zip.open(part.name) as source:
            while chunk := source.read(CHUNK):
                yield chunk

    def lines(self, part: Part) -> Iterator[bytes]:
        """A part's lines."""
        with self._zip.open(part.name) as source, io.BufferedReader(cast(io.RawIOBase, source), CHUNK) as buffered:
            yield from buffered


@contextmanager
def written(target: Path) -> Iterator[Writer]:
    """A new backup, which takes its name when the block ends well; else nothing is left. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} 已存在，没有覆盖：换一个文件名")
    partial = target.with_name(f".{target.name}.{os.getpid()}{_PARTIAL}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target.parent)
        with _locked(partial) as file:
            try:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    yield Writer(archive)
                file.flush()
                os.fsync(file.fileno())
                partial.replace(target)
                sync_folder(target.parent)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BackupError(f"备份没有完成，没有留下文件：{os_reason(error)}") from error


@contextmanager
def verified(path: Path, progress: Progress = silent) -> Iterator[Reader]:
    """A backup of which every part has been read and agrees with its SHA-256; raises BackupError naming the part that
    does not."""
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise BackupError(f"打不开备份：{os_reason(error)}") from error
    except _DAMAGED as error:
        raise BackupError(f"{path} 不是完整的备份文件：{error}") from error
    with archive:
        reader = Reader(archive, _manifest(archive))
        for part in reader.manifest.parts:
            _verify(reader, part, progress)
        yield reader


def os_reason(error: OSError) -> str:
    """What the system refused, in words that say what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "磁盘空间不足，请清理后重试"
    return f"{error.filename or ''} {error.strerror or error}".strip()


def sync_folder(folder: Path) -> None:
    """Put a rename on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise BackupError(f"备份的 {MANIFEST} 不能识别，可能来自更新的程序：请先升级 townwatch") from error
    except _DAMAGED as error:
        raise BackupError(f"备份已损坏：{MANIFEST}（{error}）") from error
    named, found = [*(part.name for part in manifest.parts), MANIFEST], archive.namelist()
    if sorted(named) != sorted(found):
        different = "、".join(sorted(set(named) ^ set(found))) or "有重复的部分"
        raise BackupError(f"备份已损坏：{MANIFEST} 与内容不一致：{different}")
    for part in manifest.parts:
        if part.folder not in FOLDERS or part.path.is_absolute() or ".." in part.path.parts or "\\" in part.name:
            raise BackupError(f"备份里有不该有的路径：{part.name}")
    return manifest


def _verify(reader: Reader, part: Part, progress: Progress) -> None:
    digest, size, newlines = sha256(), 0, 0
    try:
        for chunk in reader.chunks(part):
            digest.update(chunk)
            size += len(chunk)
            newlines += chunk.count(b"\n")
            progress(part.name, size, part.bytes)
    except _DAMAGED as error:
        raise BackupError(f"备份已损坏，没有恢复任何内容：{part.name}（{error}）") from error
    if digest.hexdigest() != part.sha256 or size != part.bytes or part.rows not in (None, newlines):
        raise BackupError(f"备份已损坏，没有恢复任何内容：{part.name} 与清单的 SHA-256 不符")


@contextmanager
def _locked(partial: Path) -> Iterator[BinaryIO]:
    # Readable by its owner alone: it holds messages, names and, one day, passwords' hashes.
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def _remove_abandoned(folder: Path) -> None:
    """What killed backups left. A living one holds the lock of its file."""
    for path in folder.glob(f".*{_PARTIAL}"):
        with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
