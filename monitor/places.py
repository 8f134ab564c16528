"""What was found, as it is told to people: the cells of one column, or lines in a row, that have the same wrong are one place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

_NUMBER = re.compile(r"(\d+)")
_CELL = re.compile(r"![A-Z]{1,3}$")
_FEWEST = 3
"""Two places are told one by one."""

Told = dict[str, str]
"""A flaw's data; ``where`` may be a run of places (Sheet1!C2—C41), ``evidence`` then is the first one's and says how many there are."""


def gathered(flaws: Sequence[Mapping[str, str]]) -> list[Told]:
    """Flaws (:meth:`monitor.scanned.Flaw.data`) with the same rule and advice together, in the order of their first ones; those in
    places that follow one another as one."""
    groups: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for flaw in flaws:
        groups.setdefault((flaw["rule_id"], flaw["severity"], flaw["advice"]), []).append(flaw)
    return [told for group in groups.values() for run in _runs(group) for told in _told(run)]


def _runs(group: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """Cut where a place does not follow the one before, or follows it in another number than the run's."""
    run, step = [group[0]], -1
    for before, flaw in pairwise(group):
        place = _step(before["where"], flaw["where"])
        if place >= 0 and step in (-1, place):
            run.append(flaw)
            step = place
        else:
            yield run
            run, step = [flaw], -1
    yield run


def _step(before: str, after: str) -> int:
    """Which of the numbers in two places goes up by one, all else being the same; -1 where none does."""
    old, new = _NUMBER.split(before), _NUMBER.split(after)
    changed = [place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b]
    if len(old) != len(new) or len(changed) != 1 or changed[0] % 2 == 0:
        return -1
    return changed[0] if int(new[changed[0]]) == int(old[changed[0]]) + 1 else -1


def _told(run: Sequence[Mapping[str, str]]) -> Iterator[Told]:
    if len(run) < _FEWEST:
        yield from map(dict, run)
        return
    first, parts = run[0], _NUMBER.split(run[0]["where"])
    place = _step(first["where"], run[1]["where"])
    cell = _CELL.search("".join(parts[:place]))
    parts[place] += f"—{cell[0][1:] if cell else ''}{_NUMBER.split(run[-1]['where'])[place]}"
    yield {**first, "where": "".join(parts), "evidence": f"{first['evidence'].rstrip('。；')}等{len(run)}处"}
