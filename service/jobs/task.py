"""What a job is given, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import TownwatchError
from core.service import Service, working_folder
from core.settings import Settings
from store.database import Engine, for_town


class JobError(TownwatchError):
    """The job did not do what it is for, and says why."""


class StoppedError(Exception):
    """The service is being stopped: the job gives up where it stands, and its slot is taken up again at the next start."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What all jobs of a process share. ``engine`` speaks for no town; ``stopping`` tells whether the process is asked to
    end."""

    service: Service
    engine: Engine
    var: Path
    now: Callable[[], datetime]
    environment: Mapping[str, str]
    stopping: Callable[[], bool] = never

    def task(self, town: str, part: str, slot: datetime) -> Task:
        """One slot's task."""
        return Task(
            service=self.service, engine=self.engine, var=self.var, town=town, part=part, slot=slot, now=self.now,
            environment=self.environment, stopping=self.stopping,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One slot of one job of one town. ``part``: a site or source, or nothing."""

    service: Service
    engine: Engine
    var: Path
    town: str
    part: str
    slot: datetime
    now: Callable[[], datetime]
    environment: Mapping[str, str]
    stopping: Callable[[], bool] = never

    @property
    def settings(self) -> Settings:
        """The town's settings; KeyError where it is not served any more."""
        return self.service.towns[self.town]

    @property
    def store(self) -> Engine:
        """The store as the town's."""
        return for_town(self.engine, self.town)

    @property
    def folder(self) -> Path:
        """The town's working folder, as the workbench knows it."""
        return working_folder(self.var, self.settings)

    def go_on(self) -> None:
        """Raises StoppedError where the process is asked to end."""
        if self.stopping():
            raise StoppedError
