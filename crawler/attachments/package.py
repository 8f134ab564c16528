"""Office Open XML packages (.docx, .pptx): what their parts refer to, and the office files within them."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from crawler.attachments.document import Part, UnreadableError
from crawler.attachments.limits import Reading
from crawler.attachments.opening import attribute, local, parse_xml


def relations(archive: zipfile.ZipFile, names: set[str], part: str, reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Ids, kinds and names of the parts that a part refers to."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in names:
        return
    for relation in parse_xml(reading.unpack(archive, path)):
        target = attribute(relation, "Target")
        if attribute(relation, "TargetMode") != "External" and target:
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            yield attribute(relation, "Id"), attribute(relation, "Type").rpartition("/")[2], path


def within(archive: zipfile.ZipFile, name: str, reading: Reading, parts: list[Part], unread: list[str]) -> None:
    """An office file within the document. Of the other objects (formulas, pictures) nothing is said."""
    short = posixpath.basename(name)
    try:
        inner = reading.read(short, reading.unpack(archive, name), reading).inside(short)
    except UnreadableError as error:
        if not short.endswith(".bin"):
            unread.append(f"内《{short}》：{error}")
        return
    parts += inner.parts
    unread += inner.unread


def title_of(archive: zipfile.ZipFile, names: set[str], reading: Reading) -> str:
    """The title among a package's properties, or ''."""
    if "docProps/core.xml" not in names:
        return ""
    try:
        root: Any = parse_xml(reading.unpack(archive, "docProps/core.xml"))
    except UnreadableError:
        return ""
    return next((node.text or "" for node in root if local(node) == "title"), "").strip()
