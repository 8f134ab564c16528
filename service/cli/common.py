"""What every command shares: where the configuration and the store are, JSON out, errors in one sentence."""

from __future__ import annotations

import json
import logging
import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import structlog
import typer
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from rich.table import Table

from core.clock import Moment
from core.configuration import load_settings
from core.service import Service, load_service, town_folders, working_folder
from core.settings import Settings
from store.database import DEFAULT_URL, Engine, for_town, open_store

F = TypeVar("F", bound=StrEnum)
console = Console(stderr=True)
_ONE_LINE = (
    "编号", "序号", "程度", "状态", "结果", "次数", "条数", "占用", "最近发布", "应更新", "应公开于", "还剩", "用时",
    "时间", "收件人", "首页最新", "证书至",
)
"""Columns whose few characters stay together however narrow the terminal is."""
log: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch")

ConfigOption = Annotated[Path | None, typer.Option("--config", help="配置目录（或 TOWNWATCH_CONFIG，默认 config）")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="数据库地址（或 TOWNWATCH_DATABASE_URL，默认 var/townwatch.db）")
]
JsonOption = Annotated[bool, typer.Option("--json", help="以 JSON 输出到标准输出")]


class Exit:
    """Exit statuses of the design."""

    DONE, FAILED, USAGE, FOUND = 0, 1, 2, 3


class Environment(BaseSettings):
    """The only reader of the environment."""

    model_config = SettingsConfigDict(env_prefix="TOWNWATCH_")

    config: Path = Path("config")
    database_url: str = DEFAULT_URL
    var: Path = Path("var")
    town: str | None = None


class _Given:
    """The options given before the command's name."""

    config: Path | None = None
    database: str | None = None
    town: str | None = None


def remember(config: Path | None, database: str | None, town: str | None) -> None:
    """Keep what stood before the command's name; what stands after it wins."""
    _Given.config, _Given.database, _Given.town = config, database, town


def config_of(config: Path | None) -> Path:
    """The configuration folder that this command works on."""
    return config or _Given.config or Environment().config


def settings_of(config: Path | None) -> Settings:
    """The town that this command works on: the only one, or the one that ``--town`` names; raises ConfigErrors."""
    settings, town = load_settings(town_folder_of(config)), town_given()
    if town not in (None, settings.town.id):
        raise typer.BadParameter(f"没有乡镇“{town}”：这个配置目录里只有 {settings.town.id}")
    return settings


def town_folder_of(config: Path | None) -> Path:
    """The folder with that town's files."""
    folder, town = config_of(config), town_given()
    if not (folder / "towns").is_dir():
        return folder
    known = town_folders(folder)
    if town is None and len(known) == 1:
        return known[0]
    if town not in (names := [path.name for path in known]):
        said = f"没有乡镇“{town}”" if town else "这个配置目录里有多个乡镇" if known else "这个配置目录里没有一个乡镇"
        raise typer.BadParameter(f"{said}：用 townwatch --town 指定其中一个：{'、'.join(names)}")
    return folder / "towns" / town


def service_of(config: Path | None) -> Service:
    """All the towns of the configuration folder; raises ConfigErrors."""
    return load_service(config_of(config))


def town_given() -> str | None:
    """The town that was asked for, if any."""
    return _Given.town or Environment().town


def database_of(database: str | None) -> str:
    """The address of the store that this command works on."""
    return database or _Given.database or Environment().database_url


def engine_of(database: str | None) -> Engine:
    """The store that this command looks at: of the town that was asked for, else of all; raises StoreError."""
    engine = open_store(database_of(database))
    town = town_given()
    return for_town(engine, town) if town else engine


def town_engine_of(database: str | None, settings: Settings) -> Engine:
    """The store as one town's, to work on; raises StoreError."""
    return for_town(open_store(database_of(database)), settings.town.id)


def var_of(database: str | None) -> Path:
    """The working folder: beside a SQLite store (archive, run feeds, digests), else TOWNWATCH_VAR."""
    url = database_of(database)
    return Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else Environment().var


def town_var_of(database: str | None, settings: Settings) -> Path:
    """The working folder of one town."""
    return working_folder(var_of(database), settings)


def emit(data: Any) -> None:
    """One JSON document on standard output, and nothing else there."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=_plain) + "\n")


def format_of(output: Path | None, formats: type[F], default: F) -> F:
    """The format that a file's name asks for: a docx is not to hold JSON."""
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return next((form for form in formats if form == suffix), default)


def grid(*heads: str, title: str | None = None, ruled: bool = False) -> Table:
    """A table for people. Nothing is cut off at the side: Chinese has no spaces to break at, so long cells are folded; ``ruled`` has
    a line between rows, for cells of several lines."""
    made = Table(title=title, show_lines=ruled)
    for head in heads:
        made.add_column(head, overflow="fold", no_wrap=head in _ONE_LINE)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return Moment(value).iso()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Moment):
        return value.iso()
    if isinstance(value, (StrEnum, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def configure_logging(verbose: bool) -> None:
    """Logs to standard error, one line each, so that standard output stays JSON."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            # Never the values of variables: an address of a channel among them is secret.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        # Asked anew for each line: whoever redirects standard error has its own file only for a time.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
