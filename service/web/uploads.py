"""Files that are handed over to be looked at and forgotten: read into memory alone, and only so many at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from service.before_publishing import Draft

LARGEST = 40_000_000
"""Of a whole request, in bytes: a file may have 30 MB."""
MOST_FILES = 10
_PARTS = MOST_FILES + 5
_MULTIPART = "multipart/form-data"
AnyRequest = Request[Any, Any, Any]


class TooMuchError(ClientException):
    """Somebody hands over more than is looked at; the sentence is for them."""

    status_code = 429


@dataclass(frozen=True, slots=True)
class Posted:
    """The parts of a request: fields by name, and files with a name or a content."""

    fields: dict[str, str]
    files: tuple[Draft, ...]


async def read_posted(request: AnyRequest) -> Posted:
    """The parts, in memory: the framework's own reader would lay larger files down on a disk. Raises TooMuchError for more files than
    are looked at, and for what is no form."""
    kind, options = request.content_type
    if kind != _MULTIPART or not options.get("boundary"):
        return Posted({}, ())
    try:
        return _parsed(await request.body(), options["boundary"])
    except (MultipartError, UnicodeDecodeError, ValueError) as error:
        raise TooMuchError(f"一次最多检查 {MOST_FILES} 个文件，或提交的内容不完整") from error


def _parsed(body: bytes, boundary: str) -> Posted:
    fields: dict[str, str] = {}
    files: list[Draft] = []
    segment: MultipartSegment | None = None
    content = bytearray()
    with PushMultipartParser(boundary, max_segment_count=_PARTS) as parser:
        for event in [*parser.parse(body), *([] if parser.closed else parser.parse(b""))]:
            if isinstance(event, MultipartSegment):
                segment, content = event, bytearray()
            elif event is not None:
                content += event
            elif segment is not None:
                _put(segment, bytes(content), fields, files)
                segment = None
    if len(files) > MOST_FILES:
        raise ValueError(len(files))
    return Posted(fields, tuple(files))


def _put(segment: MultipartSegment, content: bytes, fields: dict[str, str], files: list[Draft]) -> None:
    if segment.filename is None:
        fields[segment.name or ""] = content.decode("utf-8")
    elif segment.filename or content:
        files.append(Draft(segment.filename.replace("\\", "/").rpartition("/")[2] or "文件", content))


@dataclass(slots=True)
class Turnstile:
    """Lets so many files of one person through in a while, and so many requests at work at once in this process."""

    clock: Callable[[], datetime]
    files: int = 60
    window: timedelta = timedelta(minutes=10)
    wait_seconds: float = 20.0
    _at_work: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))
    _lock: Lock = field(default_factory=Lock)
    _times: dict[str, deque[datetime]] = field(default_factory=dict)

    @contextmanager
    def passing(self, who: str, count: int) -> Iterator[None]:
        """One person's turn with so many files; raises TooMuchError where they had too many, or others are too long at it."""
        self._count(who, count)
        if not self._at_work.acquire(timeout=self.wait_seconds):
            raise TooMuchError("正在检查的文件太多，请过一会儿再试")
        try:
            yield
        finally:
            self._at_work.release()

    def _count(self, who: str, count: int) -> None:
        now = self.clock()
        with self._lock:
            for name in [name for name, times in self._times.items() if not times or times[-1] <= now - self.window]:
                del self._times[name]
            times = self._times.setdefault(who, deque())
            while times and times[0] <= now - self.window:
                times.popleft()
            if len(times) + count > self.files:
                raise TooMuchError(f"{int(self.window.total_seconds() // 60)} 分钟内最多检查 {self.files} 个文件，请过一会儿再试")
            times.extend([now] * count)
