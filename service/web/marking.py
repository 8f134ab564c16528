"""Crawled text to safe markup: paragraphs, and the places where the town is named. Every character of the text is escaped;
only the tags are ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup, escape

from core.differences import Change
from core.nouns import Mention
from core.text import openable

_P, _MARK = Markup("<p>{}</p>"), Markup("<mark>{}</mark>")
_ADDRESS = re.compile(r"（(https?://[^\s（）<>\"']+)）")
_LINK = Markup('（<a href="{}" rel="noreferrer noopener" target="_blank">打开</a>）')
_PIECES = {"same": Markup("{}"), "removed": Markup("<del>{}</del>"), "added": Markup("<ins>{}</ins>")}


def marked(text: str, mentions: Iterable[Mention], field: str = "body") -> Markup:
    """A text as paragraphs with its mentions marked. Offsets that overlap or lie outside the text do no harm."""
    spans = _merged(((m.start, m.end) for m in mentions if m.field == field), len(text))
    lines, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            lines.append(_P.format(_line(line, start, spans)))
        start += len(line) + 1
    return Markup("\n").join(lines)


def marked_line(text: str, mentions: Iterable[Mention], field: str = "title") -> Markup:
    """A text of one line with its mentions marked."""
    return _line(text, 0, _merged(((m.start, m.end) for m in mentions if m.field == field), len(text)))


def compared(change: Change) -> Markup:
    """One changed paragraph: what was taken out and what was put in; cells of a table told apart by a line."""
    return Markup("").join(_PIECES[piece.kind].format(piece.text.replace("\t", " │ ")) for piece in change.pieces)


def linked(text: str) -> Markup:
    """A sentence in which the addresses that stand alone in brackets can be followed."""
    parts, place = [], 0
    for match in _ADDRESS.finditer(text):
        if not openable(match[1]):
            continue
        parts += [escape(text[place:match.start()]), _LINK.format(match[1])]
        place = match.end()
    return Markup("").join([*parts, escape(text[place:])])


def unlinked(text: str) -> str:
    """The same for a list, where an address is only long."""
    return _ADDRESS.sub("", text)


def _merged(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The spans in order, within the text, none touching another."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _line(line: str, offset: int, spans: list[tuple[int, int]]) -> Markup:
    return Markup("").join(_parts(line, offset, spans))


def _parts(line: str, offset: int, spans: list[tuple[int, int]]) -> Iterator[Any]:
    place = 0
    for start, end in spans:
        first, last = max(start - offset, 0), min(end - offset, len(line))
        if first < last:
            yield escape(line[place:first])
            yield _MARK.format(line[first:last])
            place = last
    yield escape(line[place:])
