"""The service around the towns: which towns there are, when their work is done, and which engine does it.

``config/`` is one town, or holds ``towns/<id>/`` with a folder for each; ``service.toml`` beside them is optional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from core.configuration import load_settings, parse_toml
from core.errors import ConfigError, ConfigErrors
from core.settings import Settings, Strict


def _clock(text: str) -> str:
    time.fromisoformat(text)
    return text


ClockText = Annotated[str, Field(pattern=r"^\d\d:\d\d$"), AfterValidator(_clock)]


class Workbench(Strict):
    """Where the workbench listens and how long a sign-in lasts. ``https``: it is reached through TLS, so its cookie is
    sent over nothing else. ``proxies``: addresses whose X-Forwarded-For is believed. ``hosts``: the domain names under
    which it is reached; an address or ``localhost`` needs no entry."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    https: bool = False
    proxies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    session_hours: float = Field(default=12, gt=0)
    idle_minutes: float = Field(default=120, gt=0)


class Schedule(Strict):
    """When the towns' work is done, China time. ``spread_minutes``: crawls begin within so long after their time, each
    site of each town at a minute of its own. ``catch_up_days``: a slot missed longer ago than that is not made up for.
    ``visit_every_minutes``: how often home pages are opened (国办秘函〔2019〕19号: at least 20 spaced visits a day); 0 for never.
    Visits that were missed are never made up for."""

    crawl_at: tuple[ClockText, ...] = ("06:30",)
    spread_minutes: int = Field(default=30, ge=0, le=720)
    check_at: tuple[ClockText, ...] = ("08:30", "16:30")
    send_every_minutes: int = Field(default=1, ge=1, le=60)
    digest_day: int = Field(default=1, ge=1, le=28)
    digest_at: ClockText = "09:00"
    prune_at: ClockText = "02:30"
    catch_up_days: int = Field(default=3, ge=0)
    visit_every_minutes: int = Field(default=60, ge=0, le=1440)


class ServiceSettings(Strict):
    """``service.toml``. ``engine``: ``local`` runs everything in ``townwatch serve``; ``cluster`` gives the work to any
    number of ``townwatch worker`` over PostgreSQL."""

    engine: Literal["local", "cluster"] = "local"
    name: str = "政务公开与舆情巡查"
    workbench: Workbench = Workbench()
    schedule: Schedule = Schedule()


@dataclass(frozen=True, slots=True)
class Service:
    """All that one installation serves: its settings, and its towns by id."""

    settings: ServiceSettings
    towns: dict[str, Settings]


def load_service_settings(directory: Path) -> ServiceSettings:
    """Read ``service.toml`` alone; without it the defaults. Raises ConfigErrors."""
    file = directory / "service.toml"
    return parse_toml(file, ServiceSettings, "service.toml") if file.exists() else ServiceSettings()


def load_service(directory: Path) -> Service:
    """Read ``service.toml`` and every town; raises ConfigErrors with everything that is wrong in any of them."""
    settings, errors = ServiceSettings(), list[ConfigError]()
    try:
        settings = load_service_settings(directory)
    except ConfigErrors as found:
        errors += found.errors
    towns: dict[str, Settings] = {}
    for folder in town_folders(directory):
        try:
            town = load_settings(folder)
            towns[town.town.id] = town if folder == directory else _named(town, folder.name)
        except ConfigErrors as found:
            errors += found.errors if folder == directory else [error.under(f"towns/{folder.name}") for error in found.errors]
    if not towns and not errors:
        errors.append(ConfigError("没有一个乡镇", file="towns/", remedy="每个乡镇建一个目录，内容同单镇的 config/"))
    if errors:
        raise ConfigErrors(errors)
    return Service(settings, towns)


def town_folders(directory: Path) -> list[Path]:
    """The folder of each town: the directory itself, or those in its ``towns/``."""
    if not (directory / "towns").is_dir():
        return [directory]
    return sorted(path for path in (directory / "towns").iterdir() if path.is_dir())


def working_folder(var: Path, settings: Settings) -> Path:
    """Where a town's archive, run feeds and digests lie: a folder of its own for a town of ``towns/``, however many there
    are, so that one more town moves nobody's files; ``var`` itself for a town that is configured alone."""
    return var / "towns" / settings.town.id if settings.directory.parent.name == "towns" else var


def _named(settings: Settings, folder: str) -> Settings:
    if settings.town.id != folder:
        problem = f"id “{settings.town.id}” 与目录名不一致"
        raise ConfigErrors([ConfigError(problem, file="town.toml", key="id", remedy=f"改为 {folder}")])
    return settings
