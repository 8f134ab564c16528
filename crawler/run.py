"""One crawl, from settings to store: loads what a killed run left behind, starts the child, loads what it brought."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from core import clock
from core.clock import SHANGHAI
from core.errors import ConfigError, ConfigErrors, CrawlBusyError
from core.nouns import Run
from core.settings import Settings, Site, SourceSettings
from crawler.folder import archive_root, owned, run_folder, warc_name
from crawler.job import Job
from crawler.lease import LEASE_SECONDS, Lease, leased
from crawler.leftovers import load_leftovers, load_nothing, load_run
from crawler.platforms import check_options
from crawler.slots import slots
from crawler.steps import Validator
from store import records, runs
from store.database import Connection, Engine, transaction
from store.runs import SourceState

__all__ = ["Plan", "archive_root", "crawl", "load_leftovers", "plan", "run_folder"]

Progress = Callable[[str, int, int], None]
POLL_SECONDS = 0.1
WAIT_SECONDS = 600.0
"""How long a crawl waits for its hosts unless told otherwise."""
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
    wait: float = WAIT_SECONDS, lease_seconds: float = LEASE_SECONDS,
) -> Run:
    """Crawl the sources (all that are due, or those named) and load what they brought. ``full`` walks every list to its
    end and asks for every record again. Any number of crawls may run at once, each on hosts that no other asks meanwhile.
    Raises ConfigErrors, and CrawlBusyError where another crawl keeps the hosts for longer than ``wait`` seconds."""
    if errors := [*check_options(settings), *_unknown(settings, sources, site)]:
        raise ConfigErrors(errors)
    run_id = f"{now().astimezone(SHANGHAI):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    # Without regard to what is due: that is known once the hosts are held and nobody else changes it.
    candidates = plan(settings, {}, now(), sources=sources, site=site, full=full)
    hosts = {host: slot.delay for host, slot in slots(candidates.sites).items()}

    def leftovers() -> None:
        load_leftovers(settings, engine, var)

    with leased(engine, hosts, run_id, seconds=lease_seconds, wait=wait, meanwhile=leftovers) as lease:
        started_at = now()
        with engine.connect() as connection:
            states = runs.states(connection)
        chosen = plan(settings, states, started_at, sources=sources, site=site, full=full)
        if not chosen.sites:
            return load_nothing(settings, engine, var, run_id, started_at, chosen.not_run)
        folder = run_folder(var, run_id)
        with owned(folder):
            (folder / "plan.json").write_text(json.dumps({"asked": chosen.sources, "not_run": chosen.not_run}), encoding="utf-8")
            with transaction(engine) as connection:
                runs.start_run(connection, run_id, started_at)
                job = _job(connection, chosen, states, run_id, started_at, var.resolve(), full, lease.patience)
            job.save(folder / "job.json")
            _run_child(folder, lease, progress, chosen.sources)
            return load_run(settings, engine, var, run_id) or _as_loaded(engine, run_id)


def plan(
    settings: Settings, states: dict[str, SourceState], now: datetime, *, sources: Sequence[str] = (),
    site: str | None = None, full: bool = False,
) -> Plan:
    """Which sources to look at now. What was not asked for is left out without a word: a look at one source says nothing
    of the others. Pure."""
    chosen = Plan()
    for one in settings.sites:
        mine = []
        for source in one.sources:
            if (sources and source.id not in sources) or (site and site != one.id):
                continue
            # A site is what the schedule asks for every day: it does not make a weekly source due.
            asked_for = bool(sources) or full
            reason = _left_out(source, states.get(source.id, SourceState()), now, asked_for)
            if reason:
                chosen.not_run[source.id] = reason
            else:
                mine.append(source)
        if mine:
            chosen.sites.append(one.model_copy(update={"sources": tuple(mine)}))
    return chosen


def _left_out(source: SourceSettings, state: SourceState, now: datetime, asked_for: bool) -> str:
    if not source.confirmed:
        return "尚未由人确认（confirmed = false）"
    if source.cadence == "weekly" and not asked_for and state.last_ok_at is not None and now - state.last_ok_at < WEEK:
        return "每周采集一次，尚未到期"
    return ""


def _unknown(settings: Settings, sources: Iterable[str], site: str | None) -> Iterator[ConfigError]:
    known = {source.id for _, source in settings.all_sources}
    for name in sources:
        if name not in known:
            yield ConfigError(f"没有来源 “{name}”", file="sites/", remedy="用 sites/*.toml 中某个 source 的 id")
    if site is not None and site not in {one.id for one in settings.sites}:
        yield ConfigError(f"没有站点 “{site}”", file="sites/", remedy="用 sites/ 下某个文件的名称（不带 .toml）")


def _as_loaded(engine: Engine, run_id: str) -> Run:
    """A run that others took for dead and loaded: this process was stopped for longer than its lease."""
    with engine.connect() as connection:
        return runs.get_run(connection, run_id)


def _job(
    connection: Connection, chosen: Plan, states: dict[str, SourceState], run_id: str, at: datetime, var: Path, full: bool,
    patience: float,
) -> Job:
    validators = runs.validators_of(connection, [source.id for site in chosen.sites for source in site.sources])
    return Job(
        run=run_id, started_at=at, feed=run_folder(var, run_id) / "feed.jsonl", archive=archive_root(var),
        warc=warc_name(run_id), full=full, patience=patience, sites=tuple(chosen.sites),
        walked=frozenset(source for source, state in states.items() if state.walked),
        known={site.id: records.known_records(connection, site.id) for site in chosen.sites},
        validators=[Validator(v.url, v.etag, v.last_modified, v.outward) for v in validators],
    )


def _run_child(folder: Path, lease: Lease, progress: Progress | None, sources: list[str]) -> None:
    """Start the child and wait. How it ended is read from its feed, not from its exit status."""
    root = str(Path(__file__).parent.parent)
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    if lease.keep(now=True) is False:
        raise CrawlBusyError("准备采集的时间过长，网站已由另一次采集访问，请稍后再试")
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-m", "crawler.process", str(folder / "job.json")], stdin=subprocess.PIPE, bufsize=0,
            stdout=subprocess.DEVNULL, stderr=log, env={**os.environ, "PYTHONPATH": paths},
        )
        assert child.stdin is not None
        try:
            _watch(child, lease, folder / "feed.jsonl", progress, sources)
        finally:
            child.stdin.close()
            child.wait()
            lease.asked()
            (folder / "job.json").unlink(missing_ok=True)


def _watch(
    child: subprocess.Popen[bytes], lease: Lease, feed: Path, progress: Progress | None, sources: list[str]
) -> None:
    """Until the child has ended, or the hosts were lost to another crawl."""
    done = dict.fromkeys(sources, 0)
    position = 0
    while child.poll() is None:
        time.sleep(POLL_SECONDS)
        held = lease.keep()
        if held is False:
            return
        if held:
            _beat(child)
        if progress is None or not feed.exists():
            continue
        with feed.open("rb") as lines:
            lines.seek(position)
            for raw in lines:
                if not raw.endswith(b"\n"):
                    break
                position += len(raw)
                _tell(json.loads(raw), done, progress)


def _beat(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError):  # it has just ended, which the next look shows
        child.stdin.write(b".")


def _tell(line: dict[str, object], done: dict[str, int], progress: Progress) -> None:
    source, kind = str(line.get("source")), line["type"]
    if kind in ("record", "checked", "gone"):
        done[source] += 1
        progress(source, done[source], 0)
    elif kind == "outcome":
        progress(source, max(done[source], 1), max(done[source], 1))
