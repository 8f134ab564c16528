"""Takes a backup while everything runs: the store as of one commit, the archive as far as that needs it, the configuration."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from crawler.run import archive_root
from service.backup_file import CHUNK, Manifest, Part, Progress, Writer, silent, written
from store import backup as store_backup
from store.database import Connection, Engine

_GZIP = 31  # zlib's word for a gzip member


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an archive, as far as it goes into the backup; its name begins at the working folder."""

    name: str
    path: Path
    size: int


def back_up(
    engine: Engine, target: Path, *, var: Path, config: Path | None, at: datetime, progress: Progress = silent
) -> Manifest:
    """Write a backup to ``target``, which must not exist. ``config``: the folder to include, None for none. Raises
    BackupError, StoreError; then no file is left."""
    with written(target) as writer:
        with store_backup.snapshot(engine) as connection:
            revision = store_backup.revision_within(connection)
            # After the snapshot began: every byte that its versions refer to is in the archive by then.
            files, missing = _archives(var, store_backup.last_evidence(connection, revision))
            parts = [*_tables(writer, connection, revision, progress)]
        parts += [*_files(writer, files, progress)]
        parts += [*_config(writer, config)]
        manifest = Manifest(
            program=version("townwatch"), revision=revision, database=engine.dialect.name, created_at=at,
            missing=missing, parts=tuple(parts),
        )
        writer.finish(manifest)
    return manifest


def _tables(writer: Writer, connection: Connection, revision: str, progress: Progress) -> Iterator[Part]:
    for name in store_backup.table_names(revision):
        total = store_backup.count_rows(connection, revision, name)
        rows = _counted(store_backup.lines(connection, revision, name), name, total, progress)
        yield writer.add(f"tables/{name}.jsonl", rows, rows=True)


def _files(writer: Writer, files: Iterable[_File], progress: Progress) -> Iterator[Part]:
    for file in files:
        yield writer.add(file.name, _head(file.path, file.size), packed=True)
        progress(file.name, file.size, file.size)


def _config(writer: Writer, config: Path | None) -> Iterator[Part]:
    for path in _visible(config) if config else ():
        assert config is not None
        yield writer.add(f"config/{path.relative_to(config).as_posix()}", _head(path, path.stat().st_size))


def _archives(var: Path, referred: dict[str, int]) -> tuple[list[_File], tuple[str, ...]]:
    """The files of the archive, of every town's where there are several, each up to its last whole gzip member; and the
    names of those that do not hold what the store refers to (``referred``: offset of the last member, by name)."""
    files, sizes = [], dict[str, int]()
    for root in (archive_root(var), *map(archive_root, sorted((var / "towns").glob("*")))):
        for path in _visible(root):
            name = path.relative_to(root).as_posix()
            file = _File(path.relative_to(var).as_posix(), path, whole_members(path, referred.get(name, 0)))
            files.append(file)
            # A run's file has a name that no other run has, of whichever town.
            sizes[name] = max(file.size, sizes.get(name, 0))
    return files, tuple(sorted(name for name, offset in referred.items() if sizes.get(name, 0) <= offset))


def whole_members(path: Path, start: int = 0) -> int:
    """How many bytes of a gzip file end with its last whole member; ``start``: where a member is known to begin. A file
    that is not gzip, or is damaged there, counts whole: evidence is copied as it is."""
    size = path.stat().st_size
    end, inflater = start, zlib.decompressobj(_GZIP)
    with path.open("rb") as file:
        file.seek(start)
        while data := file.read(min(CHUNK // 16, max(0, size - file.tell()))):
            while data:
                try:
                    inflater.decompress(data)
                except zlib.error:
                    return size
                data = inflater.unused_data
                if inflater.eof:
                    end, inflater = file.tell() - len(data), zlib.decompressobj(_GZIP)
    return min(end, size)


def _head(path: Path, size: int) -> Iterator[bytes]:
    """The first bytes of a file; what is appended meanwhile is left out."""
    with path.open("rb") as file:
        while size > 0 and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk


def _visible(folder: Path) -> list[Path]:
    """Regular files below a folder; what is hidden (locks, editors' and half files) is left out."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _counted(rows: Iterator[bytes], name: str, total: int, progress: Progress) -> Iterator[bytes]:
    for done, row in enumerate(rows):
        if done % store_backup.ROWS_AT_ONCE == 0:
            progress(f"tables/{name}.jsonl", done, total)
        yield row
