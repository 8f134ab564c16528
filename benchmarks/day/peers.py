"""urlwatch and changedetection.io watching the same pages, each run from an interpreter of its own environment."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.day.ours import Cost, Found, measured
from benchmarks.day.server import Server
from benchmarks.day.site import FILE, Town

LIMIT = 1800.0


def count(town: Town, changed: set[str], broken: set[str]) -> Found:
    """Of what the changed day did, what a tool that watches pages reported: of an added article its list, of a removed one that its
    page is no more."""
    day, path = town.day, town.article_path
    return {
        "edited": {n for n in day.edited if path(n) in changed}, "replaced": {n for n in day.replaced if town.file_path(n) in changed},
        "added": {n for n in day.added if f"/c{n % town.columns}/index.html" in changed},
        "removed": {n for n in day.removed if path(n) in broken | changed},
    }


class Urlwatch:
    """One command a day; its memory is a file."""

    name = "urlwatch"

    def __init__(self, python: Path, folder: Path, town: Town, server: Server) -> None:
        self.command, self.folder, self.town, self.server = python.with_name("urlwatch"), folder, town, server
        folder.mkdir(parents=True)
        jobs = []
        for kind, path in town.paths():
            text = "" if kind == FILE else "\nfilter:\n  - html2text"
            jobs.append(f'name: "{path}"\nurl: "{server.url}{path}"{text}\n')
        (folder / "urls.yaml").write_text("---\n".join(jobs), "utf-8")
        (folder / "urlwatch.yaml").write_text(json.dumps({
            "display": {"new": False, "error": True, "unchanged": False}, "job_defaults": {"all": {}},
            "report": {"text": {"details": False, "footer": False, "line_length": 200}, "stdout": {"enabled": True, "color": False}},
        }), "utf-8")
        self.said = ""

    def day(self) -> Cost:
        """Look at everything once."""
        return measured(self.server, self._run)

    def found(self) -> Found:
        """What it reported at the last look."""
        lines = re.findall(r"(CHANGED|ERROR): (/\S+)", self.said)
        return count(self.town, {path for kind, path in lines if kind == "CHANGED"}, {path for kind, path in lines if kind == "ERROR"})

    def close(self) -> None:
        """Nothing of it runs on."""

    def _run(self) -> None:
        files = ["--urls", "urls.yaml", "--config", "urlwatch.yaml", "--hooks", "hooks.py", "--cache", "cache.db"]
        done = subprocess.run([str(self.command), *files], cwd=self.folder, capture_output=True, text=True, timeout=LIMIT, check=False)
        self.said = done.stdout
        if done.returncode and not done.stdout:
            raise RuntimeError(done.stderr[-2000:])


class ChangeDetection:
    """A server that keeps running; told by its API to look at everything, and asked until it has."""

    name = "changedetection.io"

    def __init__(self, python: Path, folder: Path, town: Town, server: Server) -> None:
        self.town, self.server = town, server
        folder.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "FETCH_WORKERS": "20", "LOGGER_LEVEL": "ERROR",
                       "MINIMUM_SECONDS_RECHECK_TIME": "0", "DISABLE_VERSION_CHECK": "true"}
        with (folder / "log.txt").open("wb") as log:
            self.child = subprocess.Popen(
                [str(python.with_name("changedetection.io")), "-d", str(folder / "data"), "-p", str(port), "-h", "127.0.0.1", "-C"],
                env=environment, stdout=log, stderr=log, start_new_session=True,
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=120, trust_env=False)
        self.http.headers["x-api-key"] = self._key(folder / "data")
        for uuid in self._watches():
            self.http.delete(f"/watch/{uuid}")
        self.begun = 0.0

    def day(self) -> Cost:
        """Look at everything once; at the first time everything has to be told to it first."""
        before = self._cpu()
        cost = measured(self.server, self._look)
        return Cost(cost.wall, self._cpu() - before, cost.requests, cost.not_modified, cost.bytes)

    def found(self) -> Found:
        """What has changed since the last look began."""
        watches = self._watches().values()
        path = {id(one): str(one["url"]).removeprefix(self.server.url) for one in watches}
        changed = {path[id(one)] for one in watches if (one.get("last_changed") or 0) >= self.begun}
        return count(self.town, changed, {path[id(one)] for one in watches if one.get("last_error")})

    def close(self) -> None:
        """End the server that this began."""
        self.http.close()
        os.killpg(self.child.pid, signal.SIGTERM)
        try:
            self.child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def _look(self) -> None:
        self.begun = float(int(time.time()))
        wanted = [self.server.url + path for _, path in self.town.paths()]
        if not self._watches():
            self.http.post("/import", content="\n".join(wanted), headers={"content-type": "text/plain"}).raise_for_status()
        else:
            self.http.get("/watch", params={"recheck_all": "1"}).raise_for_status()
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            watches = self._patiently().values()
            if len(watches) >= len(wanted) and all((one.get("last_checked") or 0) >= self.begun for one in watches):
                return
            time.sleep(1)
        raise RuntimeError("changedetection.io has not ended in time")

    def _watches(self) -> dict[str, Any]:
        answer = self.http.get("/watch")
        answer.raise_for_status()
        return dict(answer.json() or {})

    def _patiently(self) -> dict[str, Any]:
        """While it takes in addresses it fails to say which it has, or takes too long for it."""
        try:
            return self._watches()
        except httpx.HTTPError:
            time.sleep(5)
            return {}

    def _key(self, data: Path) -> str:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                settings = json.loads((data / "changedetection.json").read_text("utf-8"))["settings"]["application"]
                self.http.get("/systeminfo", headers={"x-api-key": settings["api_access_token"]}).raise_for_status()
                return str(settings["api_access_token"])
            except (OSError, ValueError, KeyError, httpx.HTTPError):
                time.sleep(0.5)
        self.close()
        raise RuntimeError("changedetection.io has not begun to answer")

    def _cpu(self) -> float:
        """Of the server and what it started, from /proc: it never ends, so nobody is told by the system."""
        ticks = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.child.pid:  # its session
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(kind: type[Urlwatch] | type[ChangeDetection], python: Path, folder: Path, town: Town, server: Server) -> Iterator[Any]:
    """A peer that is ended with the block."""
    peer = kind(python, folder, town, server)
    try:
        yield peer
    finally:
        peer.close()


