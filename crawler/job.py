"""The job file: all that the child process is told. It never sees the store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from core.settings import Site
from crawler.steps import Validator
from store.known import KnownRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: the sites with the sources to look at, and what is known of them. ``archive`` is the root of WARC files,
    ``warc`` this run's file in it; ``patience``: seconds after which a silent parent has lost the hosts."""

    run: str
    started_at: datetime
    feed: Path
    archive: Path
    warc: str
    full: bool
    patience: float
    sites: tuple[Site, ...]
    walked: frozenset[str]
    known: dict[str, list[KnownRecord]] = field(default_factory=dict)
    validators: list[Validator] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the job for the child."""
        data = {
            "run": self.run, "started_at": self.started_at.isoformat(), "feed": str(self.feed), "archive": str(self.archive),
            "warc": self.warc, "full": self.full, "patience": self.patience, "walked": sorted(self.walked),
            "sites": [site.model_dump_json(by_alias=True) for site in self.sites],
            "known": {site: [asdict(record) for record in records] for site, records in self.known.items()},
            "validators": [asdict(validator) for validator in self.validators],
        }
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Job:
        """Read a job that :meth:`save` wrote."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            run=data["run"], started_at=datetime.fromisoformat(data["started_at"]), feed=Path(data["feed"]),
            archive=Path(data["archive"]), warc=data["warc"], full=data["full"], patience=data["patience"],
            walked=frozenset(data["walked"]),
            # As JSON: strict models take lists for tuples only from there.
            sites=tuple(Site.model_validate_json(site) for site in data["sites"]),
            known={site: [KnownRecord(**record) for record in records] for site, records in data["known"].items()},
            validators=[Validator(**validator) for validator in data["validators"]],
        )
