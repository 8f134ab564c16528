"""Catalogues to begin with: what the law demands of a town, the 26 fields, what else towns usually publish. Each is a TOML file
here: ``id``, ``title``, ``source``, the ``[[item]]`` of ``catalogue.toml``, and ``[default]`` values for keys that an item leaves out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from core.settings import CatalogueItem


@dataclass(frozen=True, slots=True)
class Preset:
    """A catalogue to begin with. ``source``: what it rests on; what is from experience says so in the item's ``note``."""

    id: str
    title: str
    source: str
    items: tuple[CatalogueItem, ...]


@cache
def presets() -> tuple[Preset, ...]:
    """All that ship, by id."""
    texts = sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in files(__name__).iterdir() if entry.name.endswith(".toml"))
    return tuple(_preset(text) for _, text in texts)


def preset(name: str) -> Preset:
    """One of them; KeyError where there is none of that name."""
    return {each.id: each for each in presets()}[name]


def missing_from(items: Iterable[CatalogueItem], chosen: Preset) -> tuple[list[CatalogueItem], list[CatalogueItem]]:
    """Of a preset what a catalogue does not hold yet, and what it holds in other words (which are kept: a person may have
    written them). Columns, owner and applicability are the person's and not compared."""
    held = {item.id: item for item in items}
    decided: Sequence[str] = ("columns", "owner", "applicable", "reason")
    new = [item for item in chosen.items if item.id not in held]
    other = [
        held[item.id] for item in chosen.items
        if item.id in held and held[item.id].model_dump(exclude=set(decided)) != item.model_dump(exclude=set(decided))
    ]
    return new, other


def _preset(text: str) -> Preset:
    data = tomllib.loads(text)
    default = data.get("default", {})
    items = [{key: tuple(value) if isinstance(value, list) else value for key, value in (default | item).items()} for item in data["item"]]
    return Preset(data["id"], data["title"], data["source"], tuple(CatalogueItem.model_validate(item) for item in items))
