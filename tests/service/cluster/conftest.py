"""A county on PostgreSQL: several towns that watch the same three hosts, and real processes that do their work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from core.clock import local_date, now
from core.service import Service, load_service
from demo.configure import write_config
from demo.town import DemoTown
from service.cluster.schema import migrate_queue
from store.database import Engine, open_store

TOWNS = ("dahua", "mozitan", "manshuihe")
RATE = 80.0
"""Requests a second that a host may be asked."""
SERVICE = """
engine = "cluster"
[schedule]
crawl_at = ["00:00"]
check_at = []
spread_minutes = 0
visit_every_minutes = 0
"""


@dataclass
class County:
    """The demo sites, the configuration and the store of the towns, and the processes started for them."""

    town: DemoTown
    folder: Path
    url: str
    rate: float = RATE
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TOWNWATCH_CONFIG": str(self.config), "TOWNWATCH_DATABASE_URL": self.url, "TOWNWATCH_VAR": str(self.var),
        }

    def service(self) -> Service:
        return load_service(self.config)

    def store(self) -> Engine:
        return open_store(self.url, migrate=False)

    def migrate(self) -> None:
        """As ``townwatch migrate``."""
        open_store(self.url).dispose()
        migrate_queue(self.url)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command that goes on; its log is in the county's folder."""
        with (self.folder / f"{arguments[0]}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "service", *arguments], env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')}" for path in sorted(self.folder.glob("*.log")))

    def until(self, true: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.logs()}"
            time.sleep(0.05)


def gentle(site: str) -> str:
    """A site's file with the rate of this test, and not more than eight of its sources to be crawled."""
    assert "requests_per_second = 200.0" in site
    head, *sources = site.replace("requests_per_second = 200.0", f"requests_per_second = {RATE}").split("[[source]]\n")
    return "".join([head, *(f"[[source]]\n{'confirmed = false' if at >= 8 else ''}\n{one}" for at, one in enumerate(sources))])


@pytest.fixture
def county(tmp_path: Path, postgres_url: str) -> Iterator[County]:
    today: date = local_date(now())
    with DemoTown(today, addresses=("127.0.0.1", "127.0.0.2", "127.0.0.3")) as town:
        for name in TOWNS:
            folder = tmp_path / "config" / "towns" / name
            write_config(folder, town, "http://127.0.0.1:9/hook", "mailto://127.0.0.1:9/?to=a@example.org")
            file = folder / "town.toml"
            file.write_text(f'id = "{name}"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
            for site in (folder / "sites").glob("*.toml"):
                site.write_text(gentle(site.read_text(encoding="utf-8")), encoding="utf-8")
        (tmp_path / "config" / "service.toml").write_text(SERVICE, encoding="utf-8")
        county = County(town, tmp_path, postgres_url)
        yield county
        for process in county.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
