"""What every page works with, handed to it by the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.service import Service, working_folder
from core.settings import Settings
from store.database import Engine, for_town


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """One workbench over one store. ``engine`` speaks for no town; ``var`` is the working folder."""

    service: Service
    engine: Engine
    var: Path
    clock: Callable[[], datetime]
    recheck: Callable[[str, str], None]
    """Asks the schedule for a crawl of a source now: town id, source id."""
    environment: Mapping[str, str]

    def town(self, town_id: str) -> Settings:
        """The settings of a town; KeyError for one that is not served."""
        return self.service.towns[town_id]

    def town_engine(self, town_id: str) -> Engine:
        """The store as one town's; KeyError for one that is not served."""
        return for_town(self.engine, self.town(town_id).town.id)

    def folder(self, town_id: str) -> Path:
        """Where a town's digests and other files lie."""
        return working_folder(self.var, self.town(town_id))
