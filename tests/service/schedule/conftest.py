"""The demo town, running, with a configuration whose schedule the test writes."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.clock import local_date, now
from demo.configure import write_config
from demo.receivers import Mailbox, Webhook
from demo.town import DemoTown

QUIET = 'crawl_at = ["00:00"]\nspread_minutes = 0\ncheck_at = []\nvisit_every_minutes = 0\n'
"""A new town is crawled at once; nothing else happens during a test."""


@dataclass
class Demo:
    """A running demo town with its receivers, and a folder for its configuration and store."""

    town: DemoTown
    webhook: Webhook
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'townwatch.db'}"

    def schedule(self, text: str) -> None:
        (self.config / "service.toml").write_text(f"[schedule]\n{text}", encoding="utf-8")

    def rate(self, per_second: float) -> None:
        """How fast each site may be asked."""
        for file in (self.config / "sites").glob("*.toml"):
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub(r"requests_per_second = \S+", f"requests_per_second = {per_second}", text), encoding="utf-8")

    def feeds(self) -> list[int]:
        """The size in bytes of what each crawl has written so far."""
        return [path.stat().st_size for path in (self.folder / "runs").glob("*/feed.jsonl")]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the store; none while there is no such table yet."""
        with sqlite3.connect(self.folder / "townwatch.db") as connection:
            try:
                return connection.execute(sql).fetchall()
            except sqlite3.OperationalError:
                return []
            finally:
                connection.rollback()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    town, webhook, mailbox = DemoTown(local_date(now())), Webhook(), Mailbox()
    with town, webhook, mailbox:
        write_config(tmp_path / "config", town, webhook.url, mailbox.url)
        yield Demo(town, webhook, tmp_path)


def wait_for(what: Callable[[], object], seconds: float = 90.0) -> None:
    """Until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)
