"""A run's feed: one JSON line per fact, each whole in itself, so that a run killed anywhere leaves a feed that loads."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from core.nouns import Evidence
from core.text import mask_shown
from crawler.steps import Checked, Done, Found, Gone, Noted, Sighted, Validator
from store.record_rows import to_json

Line = dict[str, Any]


class FeedWriter:
    """Appends lines and flushes each. Holds a lock on the file as long as it lives, so that a loader can tell a feed
    that is still being written."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, line: Line) -> None:
        """One line, handed to the operating system before this returns."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """End the feed."""
        self._file.close()

    def __enter__(self) -> FeedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def read_feed(path: Path) -> Iterator[Line]:
    """The lines of a feed. A last line that was cut short is left out; damage before it raises ValueError."""
    if not path.exists():
        return
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            yield json.loads(raw)


def wait_for_writer(path: Path) -> None:
    """Return once nobody writes the feed any more."""
    if path.exists():
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)


def line_of(fact: Found | Checked | Sighted | Gone | Noted | Done, at: datetime, evidence: Evidence | None) -> Line:
    """A fact as a line. What belongs together stands in one line: a record and its validator, an outcome and the
    validators of its lists."""
    line: Line = {"at": at.isoformat()}
    match fact:
        case Found():
            line |= {"type": "record", "source": fact.source, "change": fact.change, "row_hash": fact.row.row_hash,
                     "record": to_json(fact.record), "evidence": asdict(evidence) if evidence else None,
                     "validators": _validators(fact.validator)}
        case Checked():
            line |= {"type": "checked", "source": fact.source, "key": fact.key, "sighted": fact.sighted,
                     "row_hash": fact.row_hash, "relook": fact.relook, "validators": _validators(fact.validator)}
        case Sighted():
            line |= {"type": "rows", "source": fact.source, "rows": [list(row) for row in fact.rows]}
        case Gone():
            line |= {"type": "gone", "source": fact.source, "key": fact.key}
        case Noted():
            line |= {"type": "validator", "source": fact.source, "validators": _validators(fact.validator)}
        case Done():
            result = fact.result
            line |= {"type": "outcome", "source": result.source, "outcome": str(result.outcome), "seen": result.seen,
                     "new": result.new, "changed": result.changed, "removed": result.removed,
                     "error": mask_shown(result.error or "") or None, "walked": fact.walked, "validators": _validators(*fact.validators)}
    return line


def _validators(*found: Validator | None) -> list[dict[str, Any]]:
    return [asdict(validator) for validator in found if validator is not None]
