"""``python -m benchmarks.check``: the whole check of a county's towns on PostgreSQL and of one large town on SQLite.

Each store is filled, judged for the first time (everything is new), and judged again on the next day (nothing is). Each is
measured at half and at full size, in a process of its own: seconds, seconds per million records, and peak memory."""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.check.judge import COLUMNS, Figures, answer, towns
from benchmarks.web.__main__ import postgres
from benchmarks.web.fill import Size, fill
from store.database import open_store

FIVE_YEARS = 5 * 365 * 24 * 60
"""In minutes: over how long a store's records are spread, a town's fifty thousand as a county's millions."""


def measured(url: str, count: int, records: int) -> list[Figures]:
    """Fill a store, and have a new process check it, so that memory is of the check alone."""
    engine = open_store(url)
    minutes = max(2, FIVE_YEARS // records)
    fill(engine, towns(count), Size(records, cases=0, findings=0, deliveries=0, minutes=minutes))
    engine.dispose()
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    child = context.Process(target=answer, args=(its, url, count, records))
    child.start()
    its.close()
    try:
        return [mine.recv() for _ in range(2)]
    finally:
        child.join()


def report(name: str, count: int, found: list[Figures]) -> None:
    """Print one table."""
    print(f"\n{name}, {count:,} towns of {COLUMNS} columns", flush=True)
    print(f"{'records':>10} {'check':>9} {'seconds':>9} {'of CPU':>7} {'s/million':>10} {'town p95 s':>11} {'findings':>9} {'peak MB':>8}")
    for one in found:
        print(f"{one.records:10,} {one.name:>9} {one.seconds:9.2f} {one.cpu_seconds:7.2f} {one.seconds / one.records * 1e6:10.1f} "
              f"{one.town_seconds:11.3f} {one.findings:9,} {one.peak_mb:8.0f}", flush=True)


def main() -> int:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check")
    parser.add_argument("--towns", type=int, default=1_500)
    parser.add_argument("--records", type=int, default=1_800_000, help="over all towns, on PostgreSQL")
    parser.add_argument("--town-records", type=int, default=50_000, help="of the one town, on SQLite")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="townwatch-benchmark-"))
    try:
        for name in given.database or ["sqlite", "postgresql"]:
            if name == "sqlite":
                sizes = (given.town_records // 2, given.town_records)
                report("SQLite", 1, [one for size in sizes for one in measured(f"sqlite:///{folder / str(size)}.db", 1, size)])
            else:
                _on_postgres(folder, given.towns, given.records)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _on_postgres(folder: Path, count: int, records: int) -> None:
    for size in (records // 2, records):
        inner = folder / f"pg{size}"
        inner.mkdir(mode=0o700)
        with postgres(inner) as url:
            report("PostgreSQL", count, measured(url, count, size))


if __name__ == "__main__":
    sys.exit(main())
