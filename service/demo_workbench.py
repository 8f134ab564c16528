"""The workbench over the demo town: accounts to look around with, and a source can be looked at again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

import structlog

from alerts.run import plan_alerts
from core.errors import TownwatchError
from core.service import Service, ServiceSettings
from core.words import ROLES
from crawler.run import crawl
from monitor.run import check
from service.accounts import Wanted, add_user
from service.demo_day import DemoDay
from service.page_texts import reader
from service.web.security.passwords import random_password
from service.web.workbench import Workbench
from store.database import transaction

log = structlog.get_logger("townwatch")


@dataclass(frozen=True, slots=True)
class Account:
    """One way to sign in; ``role`` as the screen calls it."""

    username: str
    password: str
    role: str


class DemoWorkbench:
    """The demo's workbench as long as the block runs: crawls that a visitor asks for are done one after the other."""

    def __init__(self, day: DemoDay, folder: Path, now: Callable[[], datetime]) -> None:
        self._day, self._folder, self._now = day, folder, now
        self._crawls = ThreadPoolExecutor(max_workers=1, thread_name_prefix="demo-crawl")
        self.bench = Workbench(
            service=Service(ServiceSettings(), {day.settings.town.id: day.settings}), engine=day.engine, var=folder,
            clock=now, recheck=lambda _, source: self._ask(source), environment={},
        )

    def make_accounts(self) -> list[Account]:
        """An account for each role, named like it, bound to the demo's staff of the same id."""
        made = []
        staff = {person.id for person in self._day.settings.staff}
        for role, word in ROLES.items():
            password = random_password()
            wanted = Wanted(username=role, name=word, role=role, staff=role if role in staff else None)
            with transaction(self.bench.engine) as connection:
                add_user(connection, self.bench.service, wanted, self._now(), password)
            made.append(Account(role, password, word))
        return made

    def __enter__(self) -> DemoWorkbench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._crawls.shutdown(wait=True, cancel_futures=True)

    def _ask(self, source: str) -> None:
        self._crawls.submit(self._look, source)

    def _look(self, source: str) -> None:
        settings, engine = self._day.settings, self._day.engine
        try:
            crawl(settings, engine, self._folder, sources=[source], now=self._now)
            check(
                settings, engine, now=self._now(), read=reader(self._folder),
                also=lambda connection, at: plan_alerts(connection, settings, at),
            )
        except TownwatchError as error:
            log.error("the source could not be looked at again", source=source, error=str(error))
