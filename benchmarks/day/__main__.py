"""``python -m benchmarks.day``: what a day costs and finds: a site of 5,000 articles in 50 columns on loopback, a day on which
nothing changes and a day on which 1 % does, by our crawl and, where their interpreters are given, by urlwatch and
changedetection.io watching the same pages (first pages of lists, all articles, all files). Then thirty days of ours: when are
silent edits found?

``--urlwatch PYTHON --changedetection PYTHON``: the interpreters of environments that hold them; never ours.
``--no-validators``: a server that never says "not modified". ``--articles``, ``--columns``, ``--days`` make it smaller.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path

import httpx

from benchmarks.day.ours import Cost, Watch
from benchmarks.day.peers import ChangeDetection, Urlwatch, running
from benchmarks.day.server import Server, fastest, serving
from benchmarks.day.site import Town
from core.clock import SHANGHAI, local_date, now

PEERS = {"urlwatch": Urlwatch, "changedetection": ChangeDetection}


def main() -> int:
    """Measure what the arguments ask for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.day", description=__doc__)
    options.add_argument("--articles", type=int, default=5000)
    options.add_argument("--columns", type=int, default=50)
    options.add_argument("--days", type=int, default=30, help="days of ours after the changed one")
    options.add_argument("--no-validators", action="store_true")
    for name in PEERS:
        options.add_argument(f"--{name}", type=Path, help="python of its environment")
    given = options.parse_args()
    town = Town(given.articles, given.columns, local_date(now()))
    folder = Path(tempfile.mkdtemp(prefix="townwatch-day-"))
    try:
        with serving(town, not given.no_validators) as server:
            speed = fastest(server, [path for _, path in town.paths()])
            print(f"{given.articles} articles in {given.columns} columns, every tenth with a file; server alone: {speed:,.0f} answers/s")
            print(f"changed: {_found(town, town.day.kinds())}")
            head()
            rest = ours(folder / "ours", town, server, given.days)
            for name, kind in PEERS.items():
                python: Path | None = getattr(given, name)
                if python is None:
                    print(f"{kind.name}: not given, left out (--{name} PYTHON)")
                else:
                    _try(kind, python, folder / name, town, server)
            for line in rest:
                print(line)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def ours(folder: Path, town: Town, server: Server, days: int) -> Iterator[str]:
    """Our days; what takes a month is told when it is asked for, after the peers."""
    server.stage.value = 0
    start = datetime.combine(town.today, time(2), SHANGHAI).astimezone(UTC)
    watch = Watch(folder, town, server, start)
    line("townwatch, first crawl", watch.run(0))
    line("townwatch, no change", watch.run(1))
    whole = watch.copy(folder.with_name("full"))
    line("townwatch --full, no change", whole.run(1, full=True))
    server.stage.value = 1
    line("townwatch, changed day", watch.run(2), _found(town, watch.found()))
    line("townwatch --full, changed day", whole.run(2, full=True), _found(town, whole.found()))
    print(*(f"  {one}" for one in (*watch.troubles, *whole.troubles)), sep="\n", end="")
    return _month(watch, days)


def _month(watch: Watch, days: int) -> Iterator[str]:
    watch.server.stage.value = 1
    yield f"\n{days} days of townwatch after the changed one"
    sums = [0, 0]
    for day in range(3, days + 3):
        cost = watch.run(day)
        sums = [sums[0] + cost.requests, sums[1] + cost.bytes]
        if (day - 2) % 5 == 0 or day == days + 2:
            yield f"  after {day - 2:>2} days: found {_found(watch.town, watch.found())}"
    yield f"  a day: {sums[0] / days:,.0f} requests, {sums[1] / days / 1e3:,.0f} kB"
    versions, seconds, breaks = watch.verified()
    yield f"evidence verify: {versions} versions, {seconds:.2f} s CPU ({seconds / versions * 10_000:.1f} s per 10,000), {breaks} breaks"


def _try(kind: type[Urlwatch] | type[ChangeDetection], python: Path, folder: Path, town: Town, server: Server) -> None:
    """A peer that fails is a line of the table, not its end."""
    try:
        peer(kind, python, folder, town, server)
    except (RuntimeError, OSError, subprocess.SubprocessError, httpx.HTTPError) as error:
        print(f"{kind.name}: {type(error).__name__}: {error}")


def peer(kind: type[Urlwatch] | type[ChangeDetection], python: Path, folder: Path, town: Town, server: Server) -> None:
    """A peer's days."""
    server.stage.value = 0
    with running(kind, python, folder, town, server) as one:
        line(f"{one.name}, first look", one.day())
        line(f"{one.name}, no change", one.day())
        server.stage.value = 1
        line(f"{one.name}, changed day", one.day(), _found(town, one.found()))


def head() -> None:
    """The names of the columns."""
    print(f"\n{'':34}{'requests':>9}{'304':>7}{'kB':>9}{'wall s':>8}{'CPU s':>8}  found that day")


def line(name: str, cost: Cost, found: str = "") -> None:
    """A row of the table."""
    print(f"{name:34}{cost.requests:>9,}{cost.not_modified:>7,}{cost.bytes / 1e3:>9,.0f}{cost.wall:>8.1f}{cost.cpu:>8.1f}"
          f"  {found}", flush=True)


def _found(town: Town, found: Mapping[str, Collection[int]]) -> str:
    """How many, of which kinds, and of what age: what is new apart."""
    recent = sum(town.is_recent(n) for name, numbers in found.items() if name != "added" for n in numbers)
    whole = sum(map(len, found.values()))
    kinds = ", ".join(f"{name} {len(numbers)}" for name, numbers in found.items())
    return f"{whole} ({kinds}; recent {recent}, older {whole - recent - len(found['added'])})"


if __name__ == "__main__":
    sys.exit(main())
