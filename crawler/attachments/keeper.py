"""The parent's end of the reading process: starts it when it is first needed, gives it one file at a time, and ends it, by its
own id, when a file has broken it. The next file gets a new one."""

from __future__ import annotations

import atexit
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from crawler.attachments.document import Document, NotStartedError, UnreadableError
from crawler.attachments.limits import TOO_LONG, Allowance
from crawler.attachments.wire import HEAD, BrokenFrameError, decode_answer, encode_question, frame, length_of

TOO_MUCH = "读取时占用内存过多，已放弃"
CRASHED = "读取程序崩溃"
_IDLE = 3
_PARTING = 2.0
"""Seconds that a process takes at most to end once its pipes have closed: it may have much memory to give back."""
_LOOK = 0.05
_CHUNK = 256 * 1024
_ABORTS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGTRAP, -signal.SIGILL, -signal.SIGBUS)
_ALLOWED = Allowance()
_COMMAND = (sys.executable, "-m", "crawler.attachments.child")


class _EndedError(Exception):
    """The process has ended before its answer was whole."""


class Keeper:
    """Keeps one reading process. Safe to call from several threads: they wait for each other."""

    def __init__(self, allowed: Allowance = _ALLOWED, command: Sequence[str] = _COMMAND) -> None:
        self._allowed, self._command = allowed, tuple(command)
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def read(self, name: str, body: bytes, content_type: str | None = None, *, pages: bool = True) -> Document:
        """What a file says, within the limits; raises UnreadableError with the reason, in Chinese."""
        question = encode_question(name, body, content_type, pages)
        with self._lock:
            try:
                payload, last = self._ask(question)
                if last:
                    self._end()
                return decode_answer(payload)
            except TimeoutError:
                self._end()
                raise UnreadableError(TOO_LONG) from None
            except BrokenFrameError:
                self._end()
                raise UnreadableError(f"{CRASHED}（答复不合格式）") from None
            except _EndedError:
                raise UnreadableError(self._end(_PARTING)) from None
            except OSError as error:
                # No memory, files or disk left for a process. Told of the file, or its source would never come to an end.
                self._end()
                raise NotStartedError(f"读取程序没有启动（{os.strerror(error.errno or 0)}）") from None

    def _ask(self, question: bytes) -> tuple[bytes, bool]:
        deadline = time.monotonic() + self._allowed.wall
        fresh = self._child is None or self._child.owner != os.getpid() or self._child.gone()
        if fresh:
            self._end()
            self._child = _Child(self._command, self._allowed)
        assert self._child is not None
        try:
            return self._child.ask(question, deadline)
        except _EndedError:
            # One that was just going to rest has not touched the file.
            if fresh or self._child.status(_PARTING) != _IDLE:
                raise
        self._end()
        self._child = _Child(self._command, self._allowed)
        return self._child.ask(question, deadline)

    @property
    def process_id(self) -> int | None:
        """Of the reading process, while there is one."""
        return self._child.process.pid if self._child is not None else None

    def _end(self, patience: float = 0) -> str:
        child, self._child = self._child, None
        return child.end(patience) if child is not None and child.owner == os.getpid() else CRASHED

    def close(self) -> None:
        """End the reading process."""
        with self._lock:
            self._end()


class _Child:
    """One reading process and the pipes to it."""

    def __init__(self, command: Sequence[str], allowed: Allowance) -> None:
        self.allowed = allowed
        root = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        # One arena, or address space would be taken by threads that do nothing.
        environment = {**os.environ, "PYTHONPATH": paths, "MALLOC_ARENA_MAX": "1"}
        self.owner, self.number = os.getpid(), 0
        self.peak = 0
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by end()
        life, self.life = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                [*command, *map(str, (allowed.soft, allowed.hard, allowed.memory, life))], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=self.errors, bufsize=0, pass_fds=(life,), env=environment,
            )  # fmt: skip
        except OSError:
            os.close(self.life)
            self.errors.close()
            raise
        finally:
            os.close(life)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.questions, self.answers = self.process.stdin, self.process.stdout
        os.set_blocking(self.questions.fileno(), False)
        os.set_blocking(self.answers.fileno(), False)

    def ask(self, question: bytes, deadline: float) -> tuple[bytes, bool]:
        """The answer's payload, and whether it is the last one; raises TimeoutError, BrokenFrameError, _EndedError."""
        self.number = (self.number + 1) % 2**32
        self._send(memoryview(frame(self.number, question)), deadline)
        length, last = length_of(self._receive(HEAD.size, deadline), self.number)
        return self._receive(length, deadline), last

    def _send(self, left: memoryview, deadline: float) -> None:
        while left:
            self._wait([], [self.questions.fileno()], deadline)
            try:
                left = left[os.write(self.questions.fileno(), left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise _EndedError from error

    def _receive(self, length: int, deadline: float) -> bytes:
        pieces: list[bytes] = []
        while length:
            self._wait([self.answers.fileno()], [], deadline)
            piece = os.read(self.answers.fileno(), min(length, _CHUNK))
            if not piece:
                raise _EndedError
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def _wait(self, reading: list[int], writing: list[int], deadline: float) -> None:
        while (left := deadline - time.monotonic()) > 0:
            if any(select.select(reading, writing, [], min(left, _LOOK))):
                return
            self._look()
        raise TimeoutError

    def _look(self) -> None:
        """Note the memory that it holds. What the kernel tells of it after its end is the parent's where that was more."""
        with suppress(OSError, ValueError, IndexError):
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
            self.peak = max(self.peak, pages * os.sysconf("SC_PAGE_SIZE"))

    def end(self, patience: float) -> str:
        """End it, if it has not ended; the reason why it did, as staff are told."""
        status = self.status(patience)
        for pipe in (self.questions, self.answers):
            with suppress(OSError):
                pipe.close()
        os.close(self.life)
        said = self._said()
        self.errors.close()
        if status == -signal.SIGXCPU:
            return TOO_LONG
        # A library that is refused memory ends the process with this signal or that, and not all say why.
        if "memory allocation" in said or "bad_alloc" in said or (status in _ABORTS and self.peak > self.allowed.memory // 4):
            return TOO_MUCH
        if status == -signal.SIGKILL:
            return f"{CRASHED}（被系统终止，可能是内存不足）"
        return f"{CRASHED}（{signal.Signals(-status).name}）" if status < 0 else f"{CRASHED}（退出码 {status}）"

    def gone(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def status(self, patience: float) -> int:
        """How it ended. One that does not end in ``patience`` seconds is killed."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _said(self) -> str:
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 4000))
        return self.errors.read().decode("utf-8", "replace")


_KEEPER = Keeper()
atexit.register(_KEEPER.close)


def keeper() -> Keeper:
    """The reading process of this program."""
    return _KEEPER
