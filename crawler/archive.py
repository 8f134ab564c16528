"""The archive of what was served: gzip WARC files, one member a record, addressed by file and offset."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from core.errors import TownwatchError
from core.nouns import Evidence


class EvidenceError(TownwatchError):
    """Archived bytes that are not there, or are not those that were recorded."""


@dataclass(frozen=True, slots=True)
class Archived:
    """An answer as archived: ``payload`` as it was served, compressed if it was."""

    url: str
    at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    payload: bytes


class Archive:
    """Writes one run's WARC file. Each record is in the file, flushed, before :meth:`write` answers."""

    def __init__(self, root: Path, name: str) -> None:
        self._name = name
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._writer = WARCWriter(self._file, gzip=True)  # type: ignore[no-untyped-call]

    def write(
        self, *, url: str, at: datetime, status: int, headers: tuple[tuple[str, str], ...], payload: bytes
    ) -> Evidence:
        """Archive one answer and say where it lies."""
        offset = self._file.tell()
        reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        record = self._writer.create_warc_record(  # type: ignore[no-untyped-call]
            url, "response", payload=io.BytesIO(payload), length=len(payload),
            http_headers=StatusAndHeaders(f"{status} {reason}", list(headers), protocol="HTTP/1.1"),  # type: ignore[no-untyped-call]
            warc_headers_dict={"WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        self._writer.write_record(record)  # type: ignore[no-untyped-call]
        self._file.flush()
        return Evidence(warc_file=self._name, warc_offset=offset, sha256=sha256(payload).hexdigest())

    def close(self) -> None:
        """End the file."""
        self._file.close()


def read_evidence(root: Path, evidence: Evidence) -> Archived:
    """The archived answer; raises EvidenceError where it is missing, damaged or another."""
    path = (root / evidence.warc_file).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise EvidenceError(f"存档文件不存在：{evidence.warc_file}")
    try:
        with path.open("rb") as file:
            file.seek(evidence.warc_offset)
            record = next(iter(ArchiveIterator(file)))  # type: ignore[no-untyped-call]
            payload = record.raw_stream.read()
    except (StopIteration, OSError, ValueError, ArchiveLoadFailed) as error:
        raise EvidenceError(f"存档已损坏：{evidence.warc_file} 第 {evidence.warc_offset} 字节") from error
    if sha256(payload).hexdigest() != evidence.sha256:
        raise EvidenceError(f"存档内容与记录的 SHA-256 不符：{evidence.warc_file} 第 {evidence.warc_offset} 字节")
    return Archived(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=datetime.strptime(record.rec_headers.get_header("WARC-Date"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
        status=int(record.http_headers.get_statuscode()), headers=tuple(record.http_headers.headers), payload=payload,
    )
