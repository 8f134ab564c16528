"""Writes a complete configuration folder that watches the demo town."""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from demo.portal import TOWN_ORGAN
from demo.portal_pages import column_url
from demo.town import DemoTown
from demo.yearbook import Column


def write_config(directory: Path, town: DemoTown, webhook_url: str, mail_url: str) -> None:
    """Write ``config/`` for a running or stopped town. ``webhook_url`` may be plain http or an Apprise address;
    ``mail_url`` is Apprise's. Files that are there are overwritten, others are left."""
    values = {
        "portal": town.portal_url,
        "board": town.board_url,
        "media": town.media_url,
        "portal_host": town.portal_url.removeprefix("http://"),
        "board_host": town.board_url.removeprefix("http://"),
        "media_host": town.media_url.removeprefix("http://"),
        "webhook": _apprise(webhook_url),
        "mail": mail_url,
    }
    _copy(files("demo") / "config", directory, values)
    head = (directory / "sites" / "huoshan.toml").read_text(encoding="utf-8")
    sources = "\n".join(_source(town, column) for column in town.portal.columns)
    (directory / "sites" / "huoshan.toml").write_text(f"{head}\n{sources}", encoding="utf-8")
    catalogue = "\n".join(_column(column) for column in town.portal.columns if column.template != "news")
    items = (files("demo") / "content" / "items.toml").read_text(encoding="utf-8")
    note = "# 演示小镇的公开目录：每个栏目一段，期限未写明的按 rules/freshness.toml 的栏目类型。\n\n"
    (directory / "catalogue.toml").write_text(f"{note}{catalogue}\n{items}", encoding="utf-8")


def _copy(folder: Traversable, target: Path, values: dict[str, str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir():
            _copy(entry, target / entry.name, values)
        elif entry.name.endswith(".toml"):
            text = Template(entry.read_text(encoding="utf-8")).substitute(values)
            (target / entry.name).write_text(text, encoding="utf-8")


def _apprise(url: str) -> str:
    """Apprise calls a JSON post over http json://, over https jsons://."""
    return url.replace("https://", "jsons://", 1).replace("http://", "json://", 1)


def _source(town: DemoTown, column: Column) -> str:
    url = town.portal_url + column_url(TOWN_ORGAN, column).replace("&amp;", "&")
    options = "" if column.template == "news" else f"options = {{ organ_id = {TOWN_ORGAN}, cat_id = {column.cat} }}\n"
    return (
        f"[[source]]\nid = {_text(column.id)}\nname = {_text(column.name)}\nurl = {_text(url)}\n"
        f'kind = "list"\nowner = "clerk"\n{options}'
    )


def _column(column: Column) -> str:
    lines = [
        f"id = {_text(column.id)}",
        f"name = {_text(column.name)}",
        f"source = {_text(column.id)}",
        f"kind = {_text(column.kind)}",
        f"level = {column.level}",
        f"min_items = {column.min_items}",
    ]
    lines += [f"max_age = {_text(column.max_age)}"] if column.max_age else []
    lines += [] if column.applicable else ["applicable = false", f"reason = {_text(column.reason)}"]
    return "[[column]]\n" + "\n".join(lines) + '\nowner = "clerk"\n'


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)
