"""Puts a verified backup back: rows and archive files together or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from crawler.run import archive_root
from service.backup_file import CHUNK, BackupError, Part, Progress, Reader, os_reason, silent, sync_folder
from store import backup as store_backup
from store.database import Connection, Engine, migrate_store, require_known, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back. ``config_kept``: the folder had files already and was left as it was."""

    rows: dict[str, int]
    archive_files: int
    archive_bytes: int
    config_files: int
    config_kept: bool


def restore(
    backup: Reader, engine: Engine, *, var: Path, config: Path | None, replace: bool = False,
    progress: Progress = silent,
) -> Restored:
    """Put a backup into a store and a working folder. The store must be empty unless ``replace``; files of the archive
    are never overwritten. Whatever goes wrong, the store is as it was before. Raises BackupError, StoreError."""
    manifest = backup.manifest
    require_known(manifest.revision)
    archive = manifest.archives
    with ExitStack() as undo, transaction(engine) as connection:
        store_backup.prepare(connection, manifest.revision, replace=replace)
        rows = _load(backup, connection, progress)
        # Placed before the commit: the store never refers to evidence that is not there yet.
        undo.enter_context(_placed(backup, manifest.folder("archive"), archive_root(var), progress))
        undo.enter_context(_placed(backup, manifest.folder("towns"), var / "towns", progress))
    migrate_store(engine)
    kept = config is not None and config.is_dir() and any(config.iterdir())
    settings = () if config is None or kept else manifest.folder("config")
    with _placed(backup, settings, config or Path(), progress):
        pass
    return Restored(
        rows=rows, archive_files=len(archive), archive_bytes=sum(part.bytes for part in archive),
        config_files=len(settings), config_kept=kept,
    )


def _load(backup: Reader, connection: Connection, progress: Progress) -> dict[str, int]:
    revision = backup.manifest.revision
    parts = {part.path.stem: part for part in backup.manifest.folder("tables")}
    if sorted(parts) != sorted(names := store_backup.table_names(revision)):
        raise BackupError(f"备份的数据表与版本 {revision} 不符，没有恢复")
    rows = {name: _load_table(backup, connection, parts[name], progress) for name in names}
    store_backup.set_sequences(connection, revision)
    return rows


def _load_table(backup: Reader, connection: Connection, part: Part, progress: Progress) -> int:
    def tell(done: int) -> None:
        progress(part.name, done, part.rows or 0)

    tell(0)
    return store_backup.load(connection, backup.manifest.revision, part.path.stem, backup.lines(part), tell)


@contextmanager
def _placed(backup: Reader, parts: Iterable[Part], root: Path, progress: Progress) -> Iterator[None]:
    """The files in their places; where the block ends badly, those that were not there before go again."""
    with ExitStack() as undo:
        for part in parts:
            target = root / part.path
            if not target.exists():
                _place(backup, part, target)
                undo.callback(target.unlink)
            elif not _begins_with(target, part):
                raise BackupError(f"{target} 已存在而内容不同，没有恢复：换一个 --var 目录，或先移走这个文件")
            progress(part.name, part.bytes, part.bytes)
        yield
        undo.pop_all()


def _place(backup: Reader, part: Part, target: Path) -> None:
    half = target.with_name(f".{target.name}.restoring")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as file:
            for chunk in backup.chunks(part):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise BackupError(f"恢复没有完成：{os_reason(error)}") from error
    finally:
        half.unlink(missing_ok=True)


def _begins_with(path: Path, part: Part) -> bool:
    """Whether a file is the part, perhaps with more appended: files of the archive only grow."""
    digest, left = sha256(), part.bytes
    with path.open("rb") as file:
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
    return not left and digest.hexdigest() == part.sha256
