"""A sender in a process of its own, for tests that kill it: prints ``ready``, waits for a line, sends what is due."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from alerts.run import send_due
from core import clock
from store.database import for_town, open_store
from tests.alerts.parts import channel, person, settings


def main(database: str, hook: str, channels: int, later: int, dies: str) -> None:
    """``later``: minutes by which this process is later than the clock; ``dies``: a file whose existence means that the
    channel has answered, upon which the process kills itself at its next look at the clock, before it can mark."""
    robots = [channel(f"robot{number}", hook) for number in range(channels)]
    rules = settings(staff=(person("clerk", "clerk", *robots),))
    engine = for_town(open_store(database), "town")

    def now() -> datetime:
        if dies and Path(dies).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return clock.now() + timedelta(minutes=later)

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print("ready", flush=True)
    sys.stdin.readline()
    tried = send_due(rules, engine, now=now, environment={})
    print(json.dumps([[each.id, each.status.value] for each in tried]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
