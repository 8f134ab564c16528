"""Writing items into ``catalogue.toml``: what a person wrote there, comments too, stays where it can."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import ConfigError, ConfigErrors
from core.settings import CatalogueItem

_TABLE = re.compile(r"^\[{1,2}[^\]\n]+\]{1,2}", re.M)
_ITEM = re.compile(r"\[\[\s*item\s*\]\]")
_COMMENTS = re.compile(r"(?:^[ \t]*#[^\n]*\n)+\Z", re.M)


def with_items(text: str, items: Sequence[CatalogueItem]) -> str:
    """``catalogue.toml`` with these items and no others. All that is not an ``[[item]]`` is kept as it is, and so is the text
    of every item that says already what it should, with its comments; the items stand where the first one stood. Raises
    ConfigErrors, and changes nothing, where the file cannot be taken apart."""
    before, written, after = _parts(text)
    held = {id_: block for id_, block in written if id_}
    blocks = [_kept(held.get(item.id), item) for item in items]
    result = before + "\n".join(block.rstrip("\n") + "\n" for block in blocks) + ("\n" + after if after else "")
    wanted = _meaning(text) | {"item": [json.loads(item.model_dump_json(exclude_defaults=True)) for item in items]}
    try:
        same = _meaning(result) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise ConfigErrors([ConfigError(
            "有一段文字里单独成行地写着 [[…]]，程序分不清它与表头", file="catalogue.toml", remedy="把这段文字改写成一行，再执行一次",
        )])
    return result


def write_whole(path: Path, text: str) -> None:
    """Put a file in its place at once: whoever reads it sees the old one or the new one, whatever happens between."""
    scratch = path.with_suffix(path.suffix + ".new")
    try:
        with scratch.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise


def _parts(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """The text before the first item, the items (id, text) with the comments above each, and the tables after or between them."""
    starts = [_with_comments(text, found.start()) for found in _TABLE.finditer(text)]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    first = next((n for n, piece in enumerate(pieces) if _is_item(piece)), len(pieces))
    before = (text[: starts[first]] if first < len(pieces) else text).rstrip("\n")
    items = [(_id(piece), piece) for piece in pieces[first:] if _is_item(piece)]
    return before + "\n\n" if before else "", items, "\n".join(piece for piece in pieces[first:] if not _is_item(piece))


def _with_comments(text: str, start: int) -> int:
    """Where the comments begin that stand right above a table."""
    found = _COMMENTS.search(text, 0, start)
    return found.start() if found else start


def _is_item(piece: str) -> bool:
    found = _TABLE.search(piece)
    return bool(found and _ITEM.fullmatch(found[0]))


def _id(piece: str) -> str:
    try:
        return str(tomllib.loads(piece)["item"][0].get("id", ""))
    except (tomllib.TOMLDecodeError, KeyError):
        return ""


def _kept(block: str | None, item: CatalogueItem) -> str:
    if block is None:
        return _item_toml(item)
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in tomllib.loads(block)["item"][0].items()}
    if CatalogueItem.model_validate(said) == item:
        return block
    found = _TABLE.search(block)
    return (block[: found.start()] if found else "") + _item_toml(item)


def _meaning(text: str) -> dict[str, Any]:
    """What the file says; of items what differs from the default."""
    data = tomllib.loads(text)
    defaults = {name: field.default for name, field in CatalogueItem.model_fields.items()}
    items = [
        {key: value for key, value in item.items() if (tuple(value) if isinstance(value, list) else value) != defaults.get(key)}
        for item in data.get("item", [])
    ]
    return data | {"item": items}


def _item_toml(item: CatalogueItem) -> str:
    lines = ["[[item]]"]
    for name, value in item.model_dump().items():
        if isinstance(value, bool):
            lines += ["applicable = false"] if not value else []
        elif value or CatalogueItem.model_fields[name].is_required():
            said = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
            # The one character that JSON may hold as it is and TOML may not.
            lines.append(f"{name} = {said}".replace("\x7f", "\\u007f"))
    return "\n".join(lines) + "\n"
