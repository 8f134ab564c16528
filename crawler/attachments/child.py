"""The reading process: ``python -m crawler.attachments.child SOFT HARD MEMORY LIFE``. Takes files on standard input, answers on standard
output, one at a time.

It is fed by strangers: memory and computing are limited by the kernel, and ``LIFE``, a pipe whose other end the parent holds,
ends it at once when the parent is gone, wherever it is.
"""

from __future__ import annotations

import fcntl
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from crawler.attachments import kinds
from crawler.attachments.document import Document, UnreadableError
from crawler.attachments.limits import MB, Allowance, Reading
from crawler.attachments.wire import HEAD, LAST, MARK, clean, decode_question, encode_answer, frame

IDLE_SECONDS = 60.0
"""Without work for so long it ends: it would only hold memory."""
SPENT = 300 * MB
"""Having taken so much memory at once it ends after its answer; a fresh one is small again."""
IDLE, DONE = 3, 0
TOO_MUCH = "读取时占用内存过多，已放弃"


def main(arguments: list[str]) -> int:
    """Until nobody asks any more."""
    soft, hard, memory, life = arguments
    allowed = Allowance(soft=float(soft), hard=int(hard), memory=int(memory))
    _end_with_parent(int(life))
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit(resource.RLIMIT_AS, allowed.memory)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MB)
    while True:
        if not select.select([0], [], [], IDLE_SECONDS)[0]:
            return IDLE
        asked = _next(sys.stdin.buffer)
        if asked is None:
            return DONE
        number, payload = asked
        # The signal for too much computing ends the process; the parent knows it by that.
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + allowed.hard)
        said = answer(payload, allowed.soft)
        spent = _most_memory() > SPENT
        answers.write(frame(number, said, LAST if spent else MARK))
        answers.flush()
        if spent:
            return DONE


def answer(payload: bytes, seconds: float) -> bytes:
    """What is said of one file."""
    header, body = decode_question(payload)
    reading = Reading(kinds.read, header["content_type"], seconds)
    said = read_guarded(header["name"], body, reading, pages=header["pages"])
    try:
        return encode_answer(said)
    except MemoryError:
        return encode_answer(TOO_MUCH)


def read_guarded(name: str, body: bytes, reading: Reading, *, pages: bool) -> Document | str:
    """The document, or the reason why there is none, whatever the libraries do short of ending the process."""
    try:
        read = kinds.read(name, body, reading, pages)
    except UnreadableError as error:
        return str(error)
    except MemoryError:
        return TOO_MUCH
    except RecursionError:
        return "文件损坏（嵌套过深）"
    except BaseException as error:  # noqa: BLE001 -- libraries on hostile files, and Rust's panics are no Exception
        if "allocat" in str(error).lower():
            return TOO_MUCH
        return f"文件损坏或格式不符（{type(error).__name__}）"
    if not clean(read.text).strip():
        return "文件里没有文字"
    return Document(read.parts, read.title, read.published, read.links, (*read.unread, *dict.fromkeys(reading.unread)))


def _next(questions: BinaryIO) -> tuple[int, bytes] | None:
    head = questions.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    mark, number, length = HEAD.unpack(head)
    payload = questions.read(length)
    return (number, payload) if mark == MARK and len(payload) == length else None


def _end_with_parent(life: int) -> None:
    # The kernel signals the closing of the other end; the signal's own action is to end the process, in whatever library
    # it is. Only then is looked whether it has closed already.
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    if select.select([life], [], [], 0)[0]:
        sys.exit(DONE)


def _most_memory() -> int:
    """Bytes held at most so far. The kernel's usual figure (ru_maxrss) begins with that of the parent."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) * 1024
    return 0


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
