"""One crawl, from settings to store: loads what a killed run left behind, starts the child, loads what it brought."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from core import clock
from core.clock import SHANGHAI
from core.errors import ConfigError, ConfigErrors, CrawlBusyError
from core.nouns import Run
from core.settings import Settings, Site, SourceSettings
from crawler.feed import read_feed
from crawler.job import Job
from crawler.load import load_feed
from crawler.platforms import check_options
from crawler.steps import Validator
from store import records, runs
from store.database import Connection, Engine, transaction
from store.runs import SourceState

Progress = Callable[[str, int, int], None]
POLL_SECONDS = 0.1
WEEK = timedelta(days=7) - timedelta(hours=6)
"""A weekly source is due a little before a week has passed, so that a daily run at the same hour does not miss it."""


@dataclass(slots=True)
class Plan:
    """Which sources a run looks at, and why it leaves out the others."""

    sites: list[Site] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """The sources to look at."""
        return [source.id for site in self.sites for source in site.sources]


def crawl(
    settings: Settings, engine: Engine, var: Path, *, sources: Sequence[str] = (), site: str | None = None,
    full: bool = False, now: Callable[[], datetime] = clock.now, progress: Progress | None = None,
) -> Run:
    """Crawl the sources (all that are due, or those named) and load what they brought. ``full`` walks every list to its
    end and asks for every record again. Raises ConfigErrors, and CrawlBusyError where another crawl uses ``var``."""
    if errors := [*check_options(settings), *_unknown(settings, sources, site)]:
        raise ConfigErrors(errors)
    with _only_one(var):
        load_leftovers(settings, engine, var)
        started_at = now()
        with transaction(engine) as connection:
            states = runs.states(connection)
            chosen = plan(settings, states, started_at, sources=sources, site=site, full=full)
            run_id = f"{started_at.astimezone(SHANGHAI):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            runs.start_run(connection, run_id, started_at)
            job = _job(connection, chosen, states, run_id, started_at, var.resolve(), full)
        folder = run_folder(var, run_id)
        folder.mkdir(parents=True)
        (folder / "plan.json").write_text(json.dumps({"asked": chosen.sources, "not_run": chosen.not_run}), encoding="utf-8")
        if chosen.sites:
            job.save(folder / "job.json")
            _run_child(folder, progress, chosen.sources)
        else:
            job.feed.write_text(json.dumps({"type": "end", "at": started_at.isoformat()}) + "\n", encoding="utf-8")
        return _load(settings, engine, var, run_id)


def load_leftovers(settings: Settings, engine: Engine, var: Path) -> list[Run]:
    """Load what runs that were killed left behind; they become ``partial`` (or loaded, if only the loading was cut)."""
    with engine.connect() as connection:
        left = runs.running(connection)
    return [_load(settings, engine, var, run_id) for run_id in left]


def plan(
    settings: Settings, states: dict[str, SourceState], now: datetime, *, sources: Sequence[str] = (),
    site: str | None = None, full: bool = False,
) -> Plan:
    """Which sources to look at now. Pure."""
    chosen = Plan()
    for one in settings.sites:
        mine = []
        for source in one.sources:
            reason = _left_out(one, source, states.get(source.id, SourceState()), now, sources, site, full)
            if reason:
                chosen.not_run[source.id] = reason
            else:
                mine.append(source)
        if mine:
            chosen.sites.append(one.model_copy(update={"sources": tuple(mine)}))
    return chosen


def run_folder(var: Path, run_id: str) -> Path:
    """Where a run keeps its job, feed and log."""
    return var / "runs" / run_id


def archive_root(var: Path) -> Path:
    """Where the WARC files are; ``Evidence.warc_file`` is relative to it."""
    return var / "archive"


def _left_out(
    site: Site, source: SourceSettings, state: SourceState, now: datetime, sources: Sequence[str], only_site: str | None,
    full: bool,
) -> str:
    named = source.id in sources
    if (sources and not named) or (only_site and only_site != site.id):
        return "本次未选择"
    if not source.confirmed:
        return "尚未由人确认（confirmed = false）"
    weekly = source.cadence == "weekly" and not named and not full and only_site is None
    if weekly and state.last_ok_at is not None and now - state.last_ok_at < WEEK:
        return "每周采集一次，尚未到期"
    return ""


def _unknown(settings: Settings, sources: Iterable[str], site: str | None) -> Iterator[ConfigError]:
    known = {source.id for _, source in settings.all_sources}
    for name in sources:
        if name not in known:
            yield ConfigError(f"没有来源 “{name}”", file="sites/", remedy="用 sites/*.toml 中某个 source 的 id")
    if site is not None and site not in {one.id for one in settings.sites}:
        yield ConfigError(f"没有站点 “{site}”", file="sites/", remedy="用 sites/ 下某个文件的名称（不带 .toml）")


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """One crawl at a time for a working folder. The lock is the system's: it goes with the process that holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "crawl.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CrawlBusyError(f"另一次采集正在使用 {var}，请等它结束") from None
        yield


def _job(
    connection: Connection, chosen: Plan, states: dict[str, SourceState], run_id: str, at: datetime, var: Path, full: bool
) -> Job:
    validators = runs.validators_of(connection, [source.id for site in chosen.sites for source in site.sources])
    return Job(
        run=run_id, started_at=at, feed=run_folder(var, run_id) / "feed.jsonl", archive=archive_root(var),
        warc=f"{at.astimezone(SHANGHAI):%Y/%m}/{run_id}.warc.gz", full=full, sites=tuple(chosen.sites),
        walked=frozenset(source for source, state in states.items() if state.walked),
        known={site.id: records.known_records(connection, site.id) for site in chosen.sites},
        validators=[Validator(v.url, v.etag, v.last_modified) for v in validators],
    )


def _run_child(folder: Path, progress: Progress | None, sources: list[str]) -> None:
    """Start the child and wait. How it ended is read from its feed, not from its exit status."""
    root = str(Path(__file__).parent.parent)
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "crawler.process", str(folder / "job.json")], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, "PYTHONPATH": paths},
        )
        assert child.stdin is not None
        try:
            _watch(child, folder / "feed.jsonl", progress, sources)
        finally:
            child.stdin.close()
            child.wait()
            (folder / "job.json").unlink(missing_ok=True)


def _watch(child: subprocess.Popen[bytes], feed: Path, progress: Progress | None, sources: list[str]) -> None:
    done = dict.fromkeys(sources, 0)
    position = 0
    while child.poll() is None:
        time.sleep(POLL_SECONDS)
        if progress is None or not feed.exists():
            continue
        with feed.open("rb") as lines:
            lines.seek(position)
            for raw in lines:
                if not raw.endswith(b"\n"):
                    break
                position += len(raw)
                _tell(json.loads(raw), done, progress)


def _tell(line: dict[str, object], done: dict[str, int], progress: Progress) -> None:
    source, kind = str(line.get("source")), line["type"]
    if kind in ("record", "checked", "gone"):
        done[source] += 1
        progress(source, done[source], 0)
    elif kind == "outcome":
        progress(source, max(done[source], 1), max(done[source], 1))


def _load(settings: Settings, engine: Engine, var: Path, run_id: str) -> Run:
    folder = run_folder(var, run_id)
    planned = folder / "plan.json"
    sources = json.loads(planned.read_text(encoding="utf-8")) if planned.exists() else {"asked": [], "not_run": {}}
    site_of = {source.id: site.id for site, source in settings.all_sources}
    with transaction(engine) as connection:
        load_feed(connection, run_id, read_feed(folder / "feed.jsonl"), site_of=site_of, asked=sources["asked"],
                  not_run=sources["not_run"])
        return runs.get_run(connection, run_id)
