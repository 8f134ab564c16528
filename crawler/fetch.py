"""A few pages outside a crawl (discovery, a first look), with the same manners: robots.txt, rate, guard, a child process of
its own that never outlives its parent or the lease of its hosts."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import CrawlBusyError
from core.nouns import Outcome
from core.settings import Site
from crawler.lease import Lease
from crawler.outcomes import judge
from crawler.platforms.base import Answer, Ask, Failure
from crawler.sizes import MAX_PAGE

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An answer (whatever its status; judged by the caller) or the reason why there is none, the seconds from the first byte
    asked to the last one had, robots.txt and pauses not counted, and the certificate of the answer (DER)."""

    got: Answer | Failure
    seconds: float
    certificate: bytes = b""
    cut: bool = False
    """The body is longer than was wanted, and was left."""
    tls: bool = False
    """The connection was there, but not its encryption."""
    chain: tuple[bytes, ...] = ()
    """All certificates that the server sent (DER), where they were asked for."""


def fetch_pages(site: Site, urls: Sequence[str]) -> list[Answer | Failure]:
    """Ask for some pages of a site, in order; refusals and block pages are failures."""
    return fetch(site, [Ask(url=url) for url in urls])


def fetch(site: Site, asks: Sequence[Ask], lease: Lease | None = None) -> list[Answer | Failure]:
    """Ask a site some questions; refusals and block pages are failures. Raises CrawlBusyError where the lease was lost."""
    return [judged(seen.got) for seen in look(site, asks, lease)]


def judged(got: Answer | Failure) -> Answer | Failure:
    """An answer that may be read; refusals, errors and block pages are failures."""
    return got if isinstance(got, Failure) else judge(got.status, got.headers, got.body) or got


def look(
    site: Site, asks: Sequence[Ask], lease: Lease | None = None, *, largest: int = MAX_PAGE, chain: bool = False
) -> list[Seen]:
    """Ask a site some questions and tell how long each answer took; no more than ``largest`` bytes of each are had. ``chain``: all
    certificates of its server too, by one more connection for each answer. Raises CrawlBusyError where the lease was lost."""
    with tempfile.TemporaryDirectory(prefix="townwatch-") as folder:
        job, out = Path(folder) / "job.json", Path(folder) / "answers.jsonl"
        lines = [{"url": ask.url, "method": ask.method, "headers": dict(ask.headers), "body": ask.body.decode()} for ask in asks]
        patience = lease.patience if lease else PATIENCE_SECONDS
        data = {"site": site.model_dump_json(by_alias=True), "asks": lines, "out": str(out), "patience": patience,
                "largest": largest, "chain": chain}
        job.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        _run_child(job, lease)
        found = {line["asked"]: _read(line) for line in _lines(out)}
    # Not a word is our own child's failure; that of a site it writes down.
    nothing = Seen(got=Failure(outcome=Outcome.NOT_RUN, reason="访问程序中断，没有访问到"), seconds=0.0)
    return [found.get(number, nothing) for number in range(len(asks))]


def _run_child(job: Path, lease: Lease | None) -> None:
    root = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    child = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "crawler.process", "--fetch", str(job)], env=environment, stdin=subprocess.PIPE, bufsize=0,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    held: bool | None = True
    try:
        while child.poll() is None and held is not False:
            time.sleep(POLL_SECONDS)
            held = lease.keep() if lease else True
            if held:
                with suppress(BrokenPipeError):  # it has just ended, which the next look shows
                    child.stdin.write(b".")
    finally:
        child.stdin.close()
        child.wait()
        if lease:
            lease.asked()
    if held is False:
        raise CrawlBusyError("访问用的时间过长，网站已由另一次采集访问，请稍后再试")


def _lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []


def _read(line: dict[str, Any]) -> Seen:
    if "failure" in line:
        failure = Failure(**{**line["failure"], "outcome": Outcome(line["failure"]["outcome"])})
        return Seen(got=failure, seconds=line["seconds"], cut=line["cut"], tls=line["tls"])
    answer = Answer(url=line["url"], status=line["status"], headers=line["headers"], body=base64.b64decode(line["body"]))
    return Seen(got=answer, seconds=line["seconds"], certificate=base64.b64decode(line["certificate"]),
                chain=tuple(map(base64.b64decode, line["chain"])))
