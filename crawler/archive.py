"""The archive of what was served: gzip WARC/1.1 files, one member a record, addressed by file and offset."""

from __future__ import annotations

import io
import zlib
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from core.errors import TownwatchError
from core.nouns import Evidence

_BROKEN = (StopIteration, OSError, EOFError, ValueError, TypeError, AttributeError, OverflowError, zlib.error)
"""What a reader raises on bytes that are no WARC record."""
_DATE = "%Y-%m-%dT%H:%M:%SZ"


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
    """Writes one run's WARC file. Each record is in the file, flushed, before :meth:`write` answers. The file begins with the
    first record, by a ``warcinfo`` that says who wrote it: a run that brings nothing leaves none."""

    def __init__(self, root: Path, name: str) -> None:
        self._root, self._name = root, name
        self._file: BinaryIO | None = None
        self._writer: WARCWriter | None = None
        self._info = ""

    def write(
        self, *, url: str, at: datetime, status: int, headers: tuple[tuple[str, str], ...], payload: bytes
    ) -> Evidence:
        """Archive one answer and say where it lies."""
        reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        http = StatusAndHeaders(f"{status} {reason}", list(headers), protocol="HTTP/1.1")  # type: ignore[no-untyped-call]
        http.compute_headers_buffer()  # type: ignore[no-untyped-call]
        head = bytes(http.headers_buff or b"")
        if self._writer is None:
            self._begin(at)
        said = {
            "WARC-Date": at.astimezone(UTC).strftime(_DATE), "WARC-Warcinfo-ID": self._info,
            "WARC-Payload-Digest": _digest(payload), "WARC-Block-Digest": _digest(head, payload),
        }
        assert self._file is not None and self._writer is not None
        offset = self._file.tell()
        record = self._writer.create_warc_record(  # type: ignore[no-untyped-call]
            url, "response", payload=io.BytesIO(payload), length=len(payload), http_headers=http, warc_headers_dict=said,
        )
        self._writer.write_record(record)  # type: ignore[no-untyped-call]
        self._file.flush()
        return Evidence(warc_file=self._name, warc_offset=offset, sha256=sha256(payload).hexdigest())

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()

    def _begin(self, at: datetime) -> None:
        path = self._root / self._name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._writer = WARCWriter(self._file, gzip=True, warc_version="WARC/1.1")  # type: ignore[no-untyped-call]
        about = {
            "software": f"Townwatch/{version('townwatch')}", "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "isPartOf": path.name.removesuffix(".warc.gz"),
            "description": "Answers as they were served. Requests are not kept: each was the WARC-Target-URI.",
        }
        info = self._writer.create_warcinfo_record(path.name, about)  # type: ignore[no-untyped-call]
        info.rec_headers.replace_header("WARC-Date", at.astimezone(UTC).strftime(_DATE))
        info.rec_headers.replace_header("WARC-Block-Digest", _digest(info.raw_stream.getvalue()))
        self._info = info.rec_headers.get_header("WARC-Record-ID")
        self._writer.write_record(info)  # type: ignore[no-untyped-call]


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
            archived = Archived(
                url=record.rec_headers.get_header("WARC-Target-URI"),
                at=datetime.strptime(record.rec_headers.get_header("WARC-Date"), _DATE).replace(tzinfo=UTC),
                status=int(record.http_headers.get_statuscode()), headers=tuple(record.http_headers.headers), payload=payload,
            )
    except (*_BROKEN, ArchiveLoadFailed) as error:
        raise EvidenceError(f"存档已损坏：{evidence.warc_file} 第 {evidence.warc_offset} 字节") from error
    if sha256(payload).hexdigest() != evidence.sha256:
        raise EvidenceError(f"存档内容与记录的 SHA-256 不符：{evidence.warc_file} 第 {evidence.warc_offset} 字节")
    return archived


def _digest(*parts: bytes) -> str:
    """As WARC writes one: the algorithm and the hash in base 32."""
    return "sha256:" + b32encode(sha256(b"".join(parts)).digest()).decode()
