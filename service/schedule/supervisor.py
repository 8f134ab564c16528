"""Keeps the parts of a service alive: what dies is started again after a wait that grows while it keeps dying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

WAITS = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before the first, second ... start after deaths in a row; the last is repeated."""
WELL_AFTER = 300.0
"""A part that has lived so long counts as well: its next death is a first one."""

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("townwatch.serve")


class Part(Protocol):
    """What is kept alive."""

    def start(self) -> None:
        """Begin, or begin again after a death."""

    def failure(self) -> str | None:
        """Why it is dead, in Chinese; None while it lives."""

    def stop(self, patience: float) -> None:
        """End, within so many seconds."""


@dataclass(slots=True)
class _Life:
    deaths: int = 0
    started: float = 0.0
    start_at: float | None = None


class Supervisor:
    """``tell(part, sentence)`` is told of every death. All times are ``monotonic`` seconds."""

    def __init__(self, parts: Mapping[str, Part], tell: Callable[[str, str], None]) -> None:
        self._parts, self._tell = parts, tell
        self._lives = {name: _Life() for name in parts}

    def start(self, monotonic: float) -> None:
        """Start every part; raises what a part raises."""
        for name, part in self._parts.items():
            part.start()
            self._lives[name].started = monotonic

    def look(self, monotonic: float) -> None:
        """Note the dead, and start those whose wait is over."""
        for name, life in self._lives.items():
            if life.start_at is None:
                why = self._parts[name].failure()
                if why is not None:
                    self._died(name, life, why, monotonic)
            if life.start_at is not None and monotonic >= life.start_at:
                self._start_again(name, life, monotonic)

    def stop(self, patience: float) -> None:
        """Stop every part, the last first."""
        for part in reversed(list(self._parts.values())):
            part.stop(patience)

    def _died(self, name: str, life: _Life, why: str, monotonic: float) -> None:
        life.deaths = 1 if monotonic - life.started >= WELL_AFTER else life.deaths + 1
        wait = WAITS[min(life.deaths, len(WAITS)) - 1]
        life.start_at = monotonic + wait
        _LOG.error("a part died", part=name, reason=why, deaths=life.deaths, again_in=wait)
        self._tell(name, f"中断（{why}），{wait:.0f} 秒后自动重启")

    def _start_again(self, name: str, life: _Life, monotonic: float) -> None:
        life.started, life.start_at = monotonic, None
        try:
            self._parts[name].start()
        except Exception as error:  # noqa: BLE001 -- it is tried again, ever more slowly, and each time said
            self._died(name, life, f"不能启动：{error}", monotonic)
        else:
            _LOG.info("a part was started again", part=name)
