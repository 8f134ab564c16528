"""A run's folder on the machine that crawls: its job, feed and log, and the lock that tells whether its owner lives."""

from __future__ import annotations

import fcntl
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
OWNER = "owner"


def run_folder(var: Path, run_id: str) -> Path:
    """Where a run keeps its job, feed and log."""
    return var / "runs" / run_id


def archive_root(var: Path) -> Path:
    """Where the WARC files are; ``Evidence.warc_file`` is relative to it."""
    return var / "archive"


def warc_name(run_id: str) -> str:
    """A run's file in the archive, in a folder for its month; the number of a run begins with its day."""
    return f"{run_id[:4]}/{run_id[4:6]}/{run_id}.warc.gz"


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Make the folder and own it for the block. The lock is the system's: it goes with the process that holds it."""
    folder.mkdir(parents=True)
    with (folder / OWNER).open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(machine())
        lock.flush()
        yield


def owner_lives(folder: Path) -> bool | None:
    """Whether the owner of a folder still runs; None where that cannot be told from here: the folder is not on this
    machine, or its owner ran under another kernel, whose locks a shared volume may or may not show."""
    try:
        lock = (folder / OWNER).open(encoding="utf-8")
    except FileNotFoundError:
        return None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False if lock.read() == machine() else None


def machine() -> str:
    """The running kernel: the same for all processes and containers that see each other's locks."""
    return BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else platform.node()
