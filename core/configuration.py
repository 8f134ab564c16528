"""Reads ``config/`` into :class:`core.settings.Settings`. Strict: every error names file, entry and key, the reason and
the remedy, and all errors of one load are shown together."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from core.calendar import WorkCalendar
from core.cross_check import cross_check
from core.errors import ConfigError, ConfigErrors
from core.settings import (
    AlertRules,
    CaseRules,
    CatalogueItem,
    Column,
    FreshnessRules,
    RunRules,
    Settings,
    Site,
    SiteRules,
    StaffMember,
    Town,
)

Model = TypeVar("Model", bound=BaseModel)
Loaded = TypeVar("Loaded")

_PROBLEMS = {
    "missing": ("缺少必填项", "补上这一项"),
    "extra_forbidden": ("没有这个配置项", "检查拼写，或删除这一行"),
    "string_type": ("应为文字", "用双引号括起来"),
    "int_type": ("应为整数", "去掉引号或小数点"),
    "float_type": ("应为数字", "去掉引号"),
    "bool_type": ("应为 true 或 false", "不要加引号"),
    "tuple_type": ("应为列表", '写成 ["…", "…"]'),
    "dict_type": ("应为一组键值", "写成 [表名] 下的 键 = 值"),
    "model_type": ("应为一组键值", "写成 [表名] 下的 键 = 值"),
}


class _Catalogue(BaseModel, extra="forbid", strict=True):
    column: tuple[Column, ...] = ()
    item: tuple[CatalogueItem, ...] = ()


class _Staff(BaseModel, extra="forbid", strict=True):
    staff: tuple[StaffMember, ...]
    to_fill: tuple[str, ...] = ()


def load_settings(directory: Path) -> Settings:
    """Read and cross-check one configuration folder; raises ConfigErrors with everything that is wrong."""
    if not directory.is_dir():
        raise ConfigErrors([ConfigError("没有这个配置目录", file=str(directory), remedy="用 --config 指定配置目录")])
    errors: list[ConfigError] = []

    def read(path: str, model: type[Model]) -> Model | None:
        return _collect(errors, lambda: parse_toml(directory / path, model, path))

    town = read("town.toml", Town)
    freshness = read("rules/freshness.toml", FreshnessRules)
    cases = read("rules/cases.toml", CaseRules)
    runs = read("rules/runs.toml", RunRules)
    health = read("rules/sites.toml", SiteRules) if (directory / "rules" / "sites.toml").exists() else SiteRules()
    catalogue = read("catalogue.toml", _Catalogue)
    staff = read("staff.toml", _Staff)
    alerts = read("alerts.toml", AlertRules)
    names = sorted(path.name for path in (directory / "sites").glob("*.toml"))
    sites = [_collect(errors, partial(_site, directory, name)) for name in names]
    calendar = _collect(errors, lambda: _calendar(directory))
    if errors:
        raise ConfigErrors(errors)
    assert town and freshness and cases and runs and health and catalogue and staff and alerts and calendar is not None
    settings = Settings(
        directory=directory,
        town=town,
        sites=tuple(site for site in sites if site),
        columns=catalogue.column,
        items=catalogue.item,
        freshness=freshness,
        cases=cases,
        runs=runs,
        health=health,
        staff=staff.staff,
        alerts=alerts,
        calendar=calendar,
        to_fill=tuple(_to_fill(town, sites, staff)),
    )
    errors = list(cross_check(settings))
    if errors:
        raise ConfigErrors(errors)
    return settings


def parse_toml(path: Path, model: type[Model], shown: str) -> Model:
    """One TOML file as a model; raises ConfigErrors that name ``shown`` as the file."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigErrors([ConfigError("缺少这个文件", file=shown, remedy="从模板 config/ 复制一份")]) from None
    except UnicodeDecodeError as error:
        problem = f"第 {error.start} 字节起不是 UTF-8"
        raise ConfigErrors([ConfigError(problem, file=shown, remedy="另存为 UTF-8 编码")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigErrors([ConfigError(f"TOML 语法错误：{error}", file=shown, remedy="按所示行列改正")]) from None
    try:
        return model.model_validate(_lists_to_tuples(data))
    except ValidationError as error:
        raise ConfigErrors([_explain(shown, data, item) for item in error.errors()]) from None


def _lists_to_tuples(data: Any) -> Any:
    """TOML gives lists; strict models take tuples."""
    if isinstance(data, dict):
        return {key: _lists_to_tuples(value) for key, value in data.items()}
    return tuple(_lists_to_tuples(item) for item in data) if isinstance(data, list) else data


def _explain(file: str, data: Any, item: Any) -> ConfigError:
    """A pydantic error as file, entry and key. Entries of a list are named by their place and their own name."""
    path = list(item["loc"])
    key = path.pop() if path and isinstance(path[-1], str) else ""
    if item["type"] in _PROBLEMS and key:
        problem, remedy = _PROBLEMS[item["type"]]
    else:
        problem, remedy = str(item["msg"]).removeprefix("Value error, "), "按说明改正"
    entry, node = [], data
    for part in path:
        node = node[part] if not isinstance(node, dict) or part in node else {}
        entry.append(_entry(part, node))
    return ConfigError(problem, file=file, entry=" ".join(entry), key=key, remedy=remedy)


def _entry(part: str | int, node: Any) -> str:
    if isinstance(part, str):
        return f"[{part}]"
    name = (node.get("id") or node.get("name") or node.get("text")) if isinstance(node, dict) else None
    return f"第 {part + 1} 项" + (f"（{name}）" if name else "")


def _to_fill(town: Town, sites: Iterable[Site | None], staff: _Staff) -> Iterable[tuple[str, str]]:
    yield from (("town.toml", what) for what in town.to_fill)
    yield from ((f"sites/{site.id}.toml", what) for site in sites if site for what in site.to_fill)
    yield from (("staff.toml", what) for what in staff.to_fill)


def _site(directory: Path, name: str) -> Site:
    site = parse_toml(directory / "sites" / name, Site, f"sites/{name}")
    if f"{site.id}.toml" != name:
        raise ConfigErrors(
            [
                ConfigError(
                    f"id “{site.id}” 与文件名不一致",
                    file=f"sites/{name}",
                    key="id",
                    remedy=f"改为 {name.removesuffix('.toml')}",
                )
            ]
        )
    return site


def _calendar(directory: Path) -> WorkCalendar:
    """Overlays ``calendar/<year>.json`` in holiday-cn's shape. A year with no days is an unknown year."""
    overlay: dict[date, bool] = {}
    years: set[int] = set()
    for path in sorted((directory / "calendar").glob("*.json")):
        year, days = _overlay(path)
        overlay |= days
        years |= {year} if days else set()
    return WorkCalendar(overlay, frozenset(years))


def _overlay(path: Path) -> tuple[int, dict[date, bool]]:
    """One year's notice: ``{"year", "papers", "days": [{"name", "date", "isOffDay"}]}``."""
    file = f"calendar/{path.name}"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        days = {date.fromisoformat(day["date"]): bool(day["isOffDay"]) for day in data["days"]}
        year = int(data["year"])
    except (ValueError, KeyError, TypeError) as error:
        problem = f"不能读取：{type(error).__name__} {error}"
        raise ConfigErrors([ConfigError(problem, file=file, remedy="按 calendar/README.md 的格式填写")]) from None
    if days and not data.get("papers"):
        remedy = "填写国务院办公厅通知的网址"
        raise ConfigErrors([ConfigError("没有写明通知的来源", file=file, key="papers", remedy=remedy)])
    return year, days


def _collect(errors: list[ConfigError], load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except ConfigErrors as found:
        errors.extend(found.errors)
        return None
