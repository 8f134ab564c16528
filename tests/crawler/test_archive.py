"""The archive: found again by file and offset, readable by others, and honest about damage."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from core.nouns import Evidence
from crawler.archive import Archive, EvidenceError, read_evidence

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
NAME = "2026/11/run.warc.gz"


def written(root: Path, *payloads: bytes) -> list[Evidence]:
    archive = Archive(root, NAME)
    found = [
        archive.write(url=f"https://a.gov.cn/{n}.html", at=AT, status=200, headers=(("Content-Type", "text/html"),), payload=payload)
        for n, payload in enumerate(payloads)
    ]
    archive.close()
    return found


@given(payloads=st.lists(st.binary(max_size=3000), min_size=1, max_size=5))
def test_every_record_is_found_again(tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes]) -> None:
    root = tmp_path_factory.mktemp("archive")
    for n, (evidence, payload) in enumerate(zip(written(root, *payloads), payloads, strict=True)):
        archived = read_evidence(root, evidence)
        assert (archived.payload, archived.url, archived.at, archived.status) == (payload, f"https://a.gov.cn/{n}.html", AT, 200)
        assert evidence.sha256 == sha256(payload).hexdigest()


def test_compressed_answers_are_kept_as_served(tmp_path: Path) -> None:
    payload = gzip.compress("正文".encode())
    (evidence,) = written(tmp_path, payload)
    assert read_evidence(tmp_path, evidence).payload == payload


def test_others_can_read_the_file(tmp_path: Path) -> None:
    written(tmp_path, b"one", b"two")
    with (tmp_path / NAME).open("rb") as file:
        told = [(record.rec_type, record.content_stream().read()) for record in ArchiveIterator(file, check_digests="raise")]
    assert told[1:] == [("response", b"one"), ("response", b"two")]
    assert told[0][0] == "warcinfo" and b"software: Townwatch/" in told[0][1]


def test_a_record_is_in_the_file_before_its_place_is_known(tmp_path: Path) -> None:
    archive = Archive(tmp_path, NAME)
    evidence = archive.write(url="https://a.gov.cn/", at=AT, status=200, headers=(), payload=b"x")
    # Not closed: what a kill -9 would leave.
    assert read_evidence(tmp_path, evidence).payload == b"x"
    archive.close()


def test_damage_is_said(tmp_path: Path) -> None:
    (evidence,) = written(tmp_path, b"the page")
    with pytest.raises(EvidenceError, match="SHA-256"):
        read_evidence(tmp_path, replace(evidence, sha256="0" * 64))
    with pytest.raises(EvidenceError, match="不存在"):
        read_evidence(tmp_path, replace(evidence, warc_file="other.warc.gz"))
    with pytest.raises(EvidenceError, match="不存在"):
        read_evidence(tmp_path / "2026", replace(evidence, warc_file="../2026/11/../../../etc/passwd"))
    with pytest.raises(EvidenceError, match="损坏"):
        read_evidence(tmp_path, replace(evidence, warc_offset=3))


def test_a_run_that_brings_nothing_leaves_no_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path, NAME)
    archive.close()
    assert list(tmp_path.iterdir()) == []
